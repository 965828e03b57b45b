"""What is counted: --by, --where, --since, --until, --success, --level, categories."""

import unittest

from sonde_program import EXAMPLES, LEVELS, analyze, optimize, record, sonde, write_file

LOG = "dify/logs.json"
FLAT = "dify/flat_messages.jsonl"
DUMP = "dify/dump"
DIMENSIONS = ("category", "app", "node", "node_type", "model", "provider", "prompt", "version", "user", "session",
              "tool", "dataset", "invoke_from", "status", "error_class", "finish_reason", "hour", "day", "weekday",
              "attributes.end_user_session")


def total(*arguments, **options):
    return analyze(*arguments, **options)["total"]


def groups(name, *arguments, **options):
    report = analyze(*arguments, "--by", name, "--limit", "0", **options)
    return {group[name]: group["count"] for group in report["groups"]}


class By(unittest.TestCase):
    def test_every_dimension_parts_the_same_calls(self):
        for name in DIMENSIONS:
            with self.subTest(name):
                report = analyze(DUMP, "--by", name, "--limit", "0")
                self.assertEqual(sum(group["count"] for group in report["groups"]), 106)
                self.assertTrue(all(name.removeprefix("attributes.") in str(group.keys()) for group in report["groups"]))

    def test_two_dimensions(self):
        report = analyze(DUMP, "--by", "app,model")
        found = {(group["app"], group["model"]): group["count"] for group in report["groups"]}
        self.assertEqual(found[("Polyglot", "qwen-max")], 16)
        self.assertEqual(sum(found.values()), 106)

    def test_three_are_refused(self):
        run = sonde("analyze", LOG, "--by", "category,model,status")
        self.assertEqual(run.code, 2)
        self.assertIn("one or two", run.err)

    def test_an_attribute(self):
        log = write_file(self, [record(i, team="search" if i % 3 else "sales") for i in range(9)])
        self.assertEqual(groups("attributes.team", log), {"search": 6, "sales": 3})

    def test_an_unknown_name_gets_a_suggestion(self):
        for wrong, meant in (("modle", "model"), ("categroy", "category"), ("wekday", "weekday")):
            run = sonde("analyze", LOG, "--by", wrong)
            self.assertEqual(run.code, 2)
            self.assertIn(f"did you mean '{meant}'?", run.err)
        self.assertIn("known are", sonde("analyze", LOG, "--by", "xyzzy").err)

    def test_hours_days_and_weekdays_are_those_of_the_zone(self):
        log = write_file(self, [record(1, created_at="2026-07-06T23:30:00Z")])  # A Monday in UTC.
        self.assertEqual(set(groups("weekday", log)), {"Monday"})
        self.assertEqual(set(groups("weekday", log, "--tz", "Asia/Tokyo")), {"Tuesday"})
        self.assertEqual(set(groups("day", log)), {"2026-07-06"})
        self.assertEqual(set(groups("day", log, "--tz", "Asia/Tokyo")), {"2026-07-07"})

    def test_limit_shortens_the_table_only(self):
        few = sonde("analyze", LOG, "--by", "category", "--limit", "2").out
        all_rows = sonde("analyze", LOG, "--by", "category", "--limit", "0").out
        self.assertLess(len(few.splitlines()), len(all_rows.splitlines()))
        self.assertEqual(len(analyze(LOG, "--by", "category", "--limit", "2")["groups"]), 6)

    def test_groups_beyond_the_limit_are_counted_together(self):
        log = write_file(self, [record(i, category=f"c{i:03}") for i in range(50)])
        found = groups("category", log, "--groups-max", 10)
        self.assertEqual(len(found), 11)
        self.assertEqual(found["(other)"], 40)


class Where(unittest.TestCase):
    def test_keeps_what_holds(self):
        self.assertEqual(total(LOG, "--where", "category = Travel")["count"], 30)
        self.assertEqual(total(LOG, "--where", "status = error")["count"], 25)
        self.assertEqual(total(LOG, "--where", "category in (Travel, Food) and not status = ok")["count"], 10)

    def test_several_must_all_hold(self):
        both = total(LOG, "--where", "category = Travel", "--where", "status = error")["count"]
        self.assertEqual(both, total(LOG, "--where", "category = Travel and status = error")["count"])
        self.assertEqual(total(LOG, "--where", "category = Travel or category = Food", "--where", "status = error")["count"], 10)

    def test_complements_part_the_log(self):
        over = total(FLAT, "--where", "latency > 2s")["count"]
        rest = total(FLAT, "--where", "latency <= 2s")["count"]
        absent = total(FLAT, "--where", "latency is null")["count"]
        self.assertEqual(over + rest + absent, 70)

    def test_stands_in_the_report_with_what_it_left_out(self):
        report = analyze(LOG, "--where", "category = Travel")
        self.assertEqual((report["filters"], report["filtered_out"]), (["where category = Travel"], 136))

    def test_points_at_what_is_wrong(self):
        for expression, column, said in (
                ("latency > abc", 11, "not 'abc'"), ("modle = gpt-4o", 1, "did you mean model?"),
                ("status = ok and (latency > 2s", 30, ""), ("input ~ '('", 9, ""), ("status = fine", 10, ""),
                ("status ok", 8, "")):
            with self.subTest(expression):
                run = sonde("analyze", LOG, "--where", expression)
                self.assertEqual(run.code, 2)
                self.assertIn(f"column {column}: ", run.err)
                self.assertIn(said, run.err)
                lines = run.err.splitlines()
                self.assertEqual(lines[1], "  " + expression)
                self.assertEqual(lines[2].index("^"), column + 1)

    def test_works_in_optimize_and_convert(self):
        self.assertEqual(optimize(LOG, "--where", "category = Travel")["failed"], 7)
        self.assertEqual(len(sonde("convert", LOG, "--where", "category = Travel").lines), 30)


class Times(unittest.TestCase):
    def test_since_and_until_part_the_log(self):
        before = total(FLAT, "--until", "2026-07-14")["count"]
        after = total(FLAT, "--since", "2026-07-14")["count"]
        self.assertEqual(before + after, 70)
        one_day = total(FLAT, "--since", "2026-07-14", "--until", "2026-07-15")["count"]
        self.assertEqual(one_day, groups("day", FLAT)["2026-07-14"])

    def test_a_date_begins_in_the_zone(self):
        log = write_file(self, [record(1, created_at="2026-07-06T23:30:00Z")])
        self.assertEqual(total(log, "--since", "2026-07-07")["count"], 0)
        self.assertEqual(total(log, "--since", "2026-07-07", "--tz", "Asia/Tokyo")["count"], 1)

    def test_a_time_span_counts_back_from_now(self):
        self.assertEqual(total(FLAT, "--until", "1w", "--since", "5000w")["count"]
                         + total(FLAT, "--since", "1w")["count"], 70)

    def test_records_without_a_time_are_never_in_a_range(self):
        self.assertEqual(total(LOG, "--since", "2000-01-01")["count"], 0)

    def test_convert_takes_them_too(self):
        self.assertEqual(len(sonde("convert", FLAT, "--since", "2026-07-14").lines),
                         total(FLAT, "--since", "2026-07-14")["count"])


class Success(unittest.TestCase):
    def test_defines_the_outcome(self):
        strict = total(FLAT, "--success", "status = ok and feedback != dislike")
        disliked = total(FLAT, "--where", "status = ok and feedback = dislike")["count"]
        self.assertGreater(disliked, 0)
        self.assertEqual((strict["ok"], strict["error"]), (60 - disliked, 10 + disliked))

    def test_stands_in_the_report(self):
        text = "status = ok and not refusal"
        self.assertEqual(analyze(FLAT, "--success", text)["success"], text)
        self.assertEqual(optimize(FLAT, "--success", text)["success"], text)

    def test_is_unknown_where_the_log_does_not_say(self):
        found = total(LOG, "--success", "output_tokens > 5")
        self.assertEqual((found["ok"], found["error"], found["success_rate"]), (0, 0, None))

    def test_differs_by_app_in_the_file(self):
        file = write_file(self, '[apps."Harbor Support"]\nsuccess = "status = ok and feedback != dislike"\n', "sonde.toml")
        log = EXAMPLES / "dify/dump"
        disliked = total(log, "--where", "status = ok and feedback = dislike and app = 'Harbor Support'")["count"]
        found = groups_of_errors(log, cwd=file.parent)
        plain = groups_of_errors(log)
        self.assertGreater(disliked, 0)
        self.assertEqual(found["Harbor Support"], plain["Harbor Support"] + disliked)
        self.assertEqual({**found, "Harbor Support": 0}, {**plain, "Harbor Support": 0})

    def test_flag_and_variable_hold_for_all_apps(self):
        file = write_file(self, '[apps."Harbor Support"]\nsuccess = "feedback = like"\n', "sonde.toml")
        log = EXAMPLES / "dify/dump"
        self.assertEqual(groups_of_errors(log, "--success", "status = ok", cwd=file.parent), groups_of_errors(log))

    def test_of_a_variable(self):
        found = total(LOG, SONDE_SUCCESS="status = ok and latency < 5s")
        slow = total(LOG, "--where", "status = ok and latency >= 5s")["count"]
        self.assertEqual(found["error"], 25 + slow)

    def test_points_at_what_is_wrong(self):
        run = sonde("analyze", LOG, "--success", "status =")
        self.assertEqual(run.code, 2)
        self.assertIn("column 9", run.err)


def groups_of_errors(log, *arguments, **options):
    return {group["app"]: group["error"] for group in analyze(log, "--by", "app", *arguments, **options)["groups"]}


class Level(unittest.TestCase):
    def test_counts_of_the_others_are_named(self):
        wanted = {"call": 106, "node": 140, "message": 70, "run": 28}
        for level in LEVELS:
            report = analyze(DUMP, "--level", level)
            others = {name: count for name, count in wanted.items() if name != level}
            self.assertEqual({name: report["other_levels"][name] for name in others}, others)
            if level in wanted:
                self.assertEqual(report["total"]["count"], wanted[level])

    def test_stands_in_every_header(self):
        for level in LEVELS:
            self.assertRegex(sonde("analyze", DUMP, "--level", level).out, rf"(?m)^counted +\d+ {level}s?\b")


class Categories(unittest.TestCase):
    MAP = "category-map.toml"

    def test_rules_give_the_dump_categories(self):
        found = groups("category", DUMP, "--category-map", self.MAP)
        self.assertEqual((found["Extraction"], found["Travel"], found["Translation"], found["Other"]), (13, 16, 16, 10))
        support = found["Billing"] + found["Delivery"] + found["Support"]
        self.assertEqual((support, sum(found.values())), (25, 106))

    def test_the_first_rule_that_holds_wins(self):
        rules = write_file(self, 'default = "rest"\n[[rule]]\ncategory = "a"\nwhere = "latency < 110ms"\n'
                                 '[[rule]]\ncategory = "b"\nwhere = "latency < 120ms"\n', "map.toml")
        log = write_file(self, [record(i) for i in range(30)])
        self.assertEqual(groups("category", log, "--category-map", rules), {"a": 10, "b": 10, "rest": 10})

    def test_a_wrong_rule_names_file_and_place(self):
        rules = write_file(self, '[[rule]]\ncategory = "a"\nwhere = "modle = x"\n', "map.toml")
        run = sonde("analyze", LOG, "--category-map", rules)
        self.assertEqual(run.code, 2)
        self.assertIn("map.toml", run.err)
        self.assertIn("did you mean model?", run.err)

    def test_can_be_filtered_by(self):
        found = total(DUMP, "--category-map", self.MAP, "--where", "category = Travel")
        self.assertEqual(found["count"], 16)


if __name__ == "__main__":
    unittest.main()
