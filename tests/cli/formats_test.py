"""The five output formats, and `show`."""

import csv
import html.parser
import io
import json
import re
import unittest

from sonde_program import LEVELS, analyze, optimize, record, sonde, write_file

LOG = "dify/logs.json"
HOSTILE = '<script>alert(1)</script>"><img src=http://evil.example/x.png>|a|b|\n# c'


class Page(html.parser.HTMLParser):
    """Checks that elements close in order and collects what they refer to."""

    EMPTY = {"meta", "br", "hr", "img", "link", "input", "col"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.links, self.text = [], [], [], []
        self.feed(text)
        self.close()
        if self.open:
            raise AssertionError(f"never closed: {self.open}")

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href", "xlink:href", "action")]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes nothing at {self.getpos()}")

    def handle_data(self, data):
        self.text.append(data)


class Json(unittest.TestCase):
    def test_analyze_has_the_envelope(self):
        report = analyze(LOG)
        for key in ("schema_version", "level", "success", "time_zone", "excluded", "rejected", "groups"):
            self.assertIn(key, report)
        self.assertEqual(report["schema_version"], 1)

    def test_a_group_has_count_rate_latency_and_models(self):
        for group in analyze(LOG, "--by", "category")["groups"]:
            self.assertTrue({"category", "count", "success_rate", "latency_ms", "models"} <= set(group))
            self.assertTrue({"mean", "p50", "p95", "p99"} <= set(group["latency_ms"]))
            self.assertTrue(0 <= group["success_rate"] <= 1)
            interval = group["success_interval"]
            self.assertTrue(interval["low"] <= group["success_rate"] <= interval["high"])

    def test_two_dimensions_stand_under_their_own_names(self):
        groups = analyze(LOG, "--by", "category,model")["groups"]
        self.assertTrue(all({"category", "model"} <= set(group) for group in groups))
        self.assertEqual(sum(group["count"] for group in groups), 166)

    def test_every_metric_of_the_table_has_name_unit_formula(self):
        metrics = {metric["name"]: metric for metric in analyze(LOG)["metrics"]}
        self.assertEqual(metrics["latency_ms.p95"]["unit"], "ms")
        self.assertTrue(all(metric["formula"] for metric in metrics.values()))

    def test_a_finding_has_the_agreed_members(self):
        for finding in optimize(LOG)["findings"]:
            self.assertTrue({"id", "kind", "check", "where", "support", "evidence_ids", "patch", "effect"} <= set(finding))
            self.assertIn(finding["kind"], ("defect", "hint"))

    def test_json_is_format_json(self):
        self.assertEqual(sonde("analyze", LOG, "--json").raw, sonde("analyze", LOG, "--format", "json").raw)

    def test_is_valid_at_every_level_and_of_every_command(self):
        for level in LEVELS:
            self.assertEqual(analyze("dify/dump", "--level", level)["level"], level)
        for level in LEVELS[:-1]:
            self.assertEqual(optimize("dify/dump", "--level", level)["level"], level)

    def test_broken_text_in_a_log_still_gives_valid_utf8(self):
        log = write_file(self, b'{"prompt":"a","model":"m\\ud800","latency_ms":5,"success":false,"category":"\\ud83d"}\n')
        for command in ("analyze", "optimize", "convert"):
            run = sonde(command, log) if command == "convert" else sonde(command, log, "--json", "--by", "model") \
                if command == "analyze" else sonde(command, log, "--json")
            run.raw.decode("utf-8")


class Csv(unittest.TestCase):
    def rows(self, *arguments):
        return list(csv.DictReader(io.StringIO(sonde(*arguments, "--format", "csv").out)))

    def test_analyze_has_a_row_a_group(self):
        rows = self.rows("analyze", LOG, "--by", "category")
        wanted = {group["category"]: group["count"] for group in analyze(LOG, "--by", "category")["groups"]}
        self.assertEqual({row["category"]: int(row["count"]) for row in rows}, wanted)

    def test_optimize_has_a_row_a_finding(self):
        rows = self.rows("optimize", LOG)
        findings = optimize(LOG)["findings"]
        self.assertEqual(len([row for row in rows if row["check"]]) >= len(findings), True)
        self.assertEqual([row["check"] for row in rows][:len(findings)], [finding["check"] for finding in findings])

    def test_quotes_hostile_text(self):
        log = write_file(self, [record(1, category='a,"b"\nc'), record(2, category="plain")])
        self.assertEqual({row["category"] for row in self.rows("analyze", log, "--by", "category")}, {'a,"b"\nc', "plain"})

    def test_no_cell_is_a_formula(self):
        log = write_file(self, [record(i, category=text) for i, text in enumerate(("=1+1", "+1", "-1", "@x"))])
        for row in self.rows("analyze", log, "--by", "category"):
            self.assertNotIn(row["category"][0], "=+-@")


class Markdown(unittest.TestCase):
    def tables(self, text):
        rows = [line for line in text.splitlines() if line.startswith("|")]
        return [len(re.findall(r"(?<!\\)\|", row)) for row in rows]

    def test_every_table_row_has_as_many_cells_as_its_head(self):
        text = sonde("analyze", LOG, "--by", "category", "--format", "markdown").out
        blocks = re.findall(r"(?:^\|.*\n)+", text, re.M)
        self.assertTrue(blocks)
        for block in blocks:
            self.assertEqual(len(set(self.tables(block))), 1, block)

    def test_hostile_text_breaks_no_table(self):
        log = write_file(self, [record(1, category=HOSTILE), record(2, category="plain", success=False)])
        for command in ("analyze", "optimize"):
            extra = ("--by", "category") if command == "analyze" else ()
            text = sonde(command, log, *extra, "--format", "markdown").out
            for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
                self.assertEqual(len(set(self.tables(block))), 1, block)
            self.assertNotRegex(text, r"(?<!\\)<(script|img)")


class Html(unittest.TestCase):
    def page(self, *arguments):
        return Page(sonde(*arguments, "--format", "html").out)

    def test_is_one_self_contained_page(self):
        for arguments in (("analyze", LOG), ("analyze", "dify/dump", "--by", "app,model"), ("optimize", "dify/dump")):
            with self.subTest(arguments):
                page = self.page(*arguments)
                self.assertEqual([link for link in page.links if re.match(r"(https?:)?//", link or "")], [])
                self.assertNotIn("link", page.tags)

    def test_loads_nothing_by_style(self):
        for command in ("analyze", "optimize"):
            text = sonde(command, "dify/dump", "--format", "html").out
            self.assertNotRegex(text, r"@import|url\(\s*['\"]?(https?:)?//")

    def test_draws_charts(self):
        self.assertIn("svg", self.page("analyze", "dify/dump").tags)

    def test_hostile_text_adds_no_element(self):
        log = write_file(self, [record(1, category=HOSTILE, prompt=HOSTILE, success=False, error=HOSTILE, model=HOSTILE)])
        for command in ("analyze", "optimize"):
            page = self.page(command, log)
            self.assertNotIn("img", page.tags)
            self.assertFalse(any("alert(1)" in text for tag, text in self.scripts(page)))

    def scripts(self, page):
        return [("script", text) for tag in page.tags if tag == "script" for text in page.text]

    def test_output_goes_to_the_named_file(self):
        file = write_file(self, b"", "report.html")
        run = sonde("analyze", LOG, "--format", "html", "-o", file)
        self.assertEqual((run.code, run.raw), (0, b""))
        self.assertIn("svg", Page(file.read_text(encoding="utf-8")).tags)


class Show(unittest.TestCase):
    def test_a_call_by_its_span_id(self):
        span = sonde("convert", LOG).lines[0]
        run = sonde("show", LOG, span["span_id"])
        self.assertEqual(run.code, 0)
        self.assertIn(span["span_id"], run.out)
        self.assertIn(span["model"], run.out)
        self.assertEqual(sonde("show", LOG, span["span_id"], "--json").lines, [span])

    def test_a_message_by_its_id(self):
        run = sonde("show", "dify/dump", "272fe441-ec0b-40ab-88e3-139090ea3168")
        self.assertEqual(run.code, 0)
        self.assertIn("length", run.out)

    def test_everything_of_a_run_by_its_id(self):
        spans = sonde("convert", "dify/dump").lines
        node = next(span for span in spans if "node" in span["levels"] and span.get("run_id"))
        run = sonde("show", "dify/dump", node["run_id"], "--json")
        found = {span["span_id"] for span in run.lines}
        self.assertTrue(run.lines)
        if node["run_id"] not in {span["span_id"] for span in spans}:
            self.assertEqual(found, {span["span_id"] for span in spans if span.get("run_id") == node["run_id"]})

    def test_prints_prompt_answer_tokens_and_cost(self):
        # One thread: which span comes first must not vary. Long lines are wrapped, so white space is dropped.
        spans = sonde("convert", "dify/dump", "--threads", "1").lines
        told = [s for s in spans if s["source"] == "dify-messages" and s.get("cost") and s.get("output")]
        self.assertTrue(told)
        for span in told[:10]:
            text = "".join(sonde("show", "dify/dump", span["message_id"]).out.split())
            for wanted in (span["model"], str(span["input_tokens"]), span["cost"] + span["currency"], span["output"],
                           span["input"][0]["content"]):
                self.assertIn("".join(wanted.split()), text)

    def test_debugger_runs_only_when_asked(self):
        everything = {s["span_id"] for s in sonde("convert", "dify/dump", "--include-debugger").lines}
        normal = {s["span_id"] for s in sonde("convert", "dify/dump").lines}
        hidden = sorted(everything - normal)[0]
        self.assertEqual(sonde("show", "dify/dump", hidden).code, 3)
        self.assertEqual(sonde("show", "dify/dump", hidden, "--include-debugger").code, 0)

    def test_escapes_what_a_log_could_send_to_the_terminal(self):
        log = write_file(self, [record(1, prompt="red \x1b[31m bell \x07 turn \u202e end", answer="\x1b]0;title\x07")])
        text = sonde("show", log, "r1").out
        self.assertFalse(set("\x1b\x07\u202e") & set(text))


if __name__ == "__main__":
    unittest.main()
