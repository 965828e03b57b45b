"""What is read from the history is what is read from the files: every example, every level."""

import datetime
import json
import tempfile
import unittest

from sonde_program import LEVELS, LOGS, sonde, write_file

# Figures of `analyze` that must be the same; ids and places of records are those of their source.
FIGURES = ("total", "groups", "by_model", "other_levels", "claims")
# Tables that hold no execution of their own.
WITHOUT_SPANS = ("dify/console/chat-conversations.json", "dify/dump/message_feedbacks.jsonl",
                 "dify/dump/app_model_configs.jsonl", "dify/dump/workflows.jsonl")
EXIT_USAGE, EXIT_NOT_FOUND = 2, 3


def without_order(findings):
    """Findings without what follows the order of the records: which ids come first, and what is quoted of one."""
    return sorted(json.dumps([f["check"], f["kind"], f["support"], sorted(f["evidence_ids"]),
                              {k: v for k, v in f["where"].items() if k != "template"},
                              {k: v for k, v in f["effect"].items() if k != "saving"}], sort_keys=True)
                  for f in findings)


def local_day(time):
    """In Shanghai."""
    return (datetime.datetime.fromisoformat(time.replace("Z", "+00:00")) + datetime.timedelta(hours=8)).date().isoformat()


class History(unittest.TestCase):
    maxDiff = 3000
    place = "the history in"  # How messages name it.

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="sonde-history-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        for number, log in enumerate(LOGS):
            run = cls.ask("import", log, "--project", f"p{number}")
            assert run.code == 0, run.err

    @classmethod
    def ask(cls, *arguments, **options):
        return sonde(*arguments, SONDE_DATA_DIR=cls.folder, **options)

    def json(self, *arguments, **options):
        run = self.ask(*arguments, "--json", **options)
        self.assertEqual(run.code, 0, run.err)
        return run.json

    def with_spans(self):
        return [(f"p{n}", log) for n, log in enumerate(LOGS) if log not in WITHOUT_SPANS]

    def test_analyze_gives_the_same_numbers(self):
        for project, log in self.with_spans():
            for level in LEVELS:
                with self.subTest(log=log, level=level):
                    files = self.json("analyze", log, "--level", level)
                    history = self.json("analyze", "--project", project, "--level", level)
                    for name in FIGURES:
                        self.assertEqual(history[name], files[name], name)

    def test_metrics_are_those_of_analyze(self):
        for project, log in self.with_spans():
            for level, by in (("call", "model"), ("run", "category"), ("message", "app_name")):
                with self.subTest(log=log, level=level):
                    analysed = self.json("analyze", "--project", project, "--level", level, "--by", by)
                    summed = self.json("metrics", "--project", project, "--level", level, "--by", by)
                    groups = {group[by]: group for group in summed["groups"]}
                    self.assertEqual(len(groups), len(analysed["groups"]))
                    for group in analysed["groups"]:
                        self.compare_figures(groups[group[by]], group, summed["percentile_error"])

    def compare_figures(self, found, group, error):
        for name in ("count", "ok", "error", "success_rate", "input_tokens", "output_tokens", "cost"):
            self.assertEqual(found[name], group[name], name)
        for name in ("latency_ms", "ttft_ms"):
            times = group[name] or {"count": 0, "mean": None, "p50": None, "p95": None}
            for figure in ("count", "mean"):
                self.assertEqual(found[name][figure], times[figure], f"{name} {figure}")
            for figure in ("p50", "p95"):
                if times[figure] is None:
                    self.assertIsNone(found[name][figure])
                else:
                    self.assertAlmostEqual(found[name][figure], times[figure], delta=0.001 + error * times[figure])

    def test_metrics_follow_time(self):
        project = f"p{LOGS.index('dify/dump')}"
        days = self.json("metrics", "--project", project, "--every", "day", "--tz", "Asia/Shanghai")["groups"]
        for day in (group for group in self.json("analyze", "--project", project, "--by", "day", "--tz",
                                                 "Asia/Shanghai")["groups"]):
            found = [group for group in days if group["time"] and local_day(group["time"]) == day["day"]]
            self.assertEqual([group["count"] for group in found], [day["count"]], day["day"])
        since = self.json("metrics", "--project", project, "--since", "2026-07-10T05:30", "--until", "2026-07-12")
        again = self.json("analyze", "--project", project, "--since", "2026-07-10T05:30", "--until", "2026-07-12")
        self.assertEqual(since["groups"][0]["count"], again["total"]["count"])

    def test_metrics_refuse_what_sums_cannot_say(self):
        for arguments, message in ((("--level", "session"), "sonde analyze --level session"),
                                   (("--by", "latency"), "cannot group by 'latency'"),
                                   (("--every", "year"), "known are hour, day, week and month"),
                                   (("--success", "not refusal"), "sonde analyze applies the settings"),
                                   (("--format", "html"), "metrics prints table, json or csv")):
            run = self.ask("metrics", "--project", "p0", *arguments)
            self.assertEqual((run.code, message in run.err), (EXIT_USAGE, True), run.err)

    def test_analyze_takes_the_same_filters(self):
        project = f"p{LOGS.index('dify/dump')}"
        for arguments in (("--by", "app,model", "--where", "latency > 1s and status = ok"),
                          ("--by", "hour", "--since", "2026-07-17", "--until", "2026-07-19"),
                          ("--by", "user", "--success", "status = ok and feedback != dislike"), ("--by", "error_class",)):
            with self.subTest(arguments):
                files = self.json("analyze", "dify/dump", *arguments)
                history = self.json("analyze", "--project", project, *arguments, "--threads", 1)
                for name in FIGURES:
                    self.assertEqual(history[name], files[name], name)

    def test_optimize_finds_the_same(self):
        for project, log in self.with_spans():
            with self.subTest(log):
                files = self.json("optimize", log)
                history = self.json("optimize", "--project", project)
                for name in ("records", "succeeded", "failed", "silent_failures", "unexplained"):
                    self.assertEqual(history.get(name), files.get(name), name)
                self.assertEqual(without_order(history["findings"]), without_order(files["findings"]))

    def test_compare_says_the_same(self):
        for log in ("dify/dump", "providers/openai.jsonl", "dify/logs.json"):
            for by in ("model", "prompt"):
                with self.subTest(log=log, by=by):
                    files = self.json("compare", log, "--by", by)
                    history = self.json("compare", "--project", f"p{LOGS.index(log)}", "--by", by)
                    self.assertEqual(history["differences"], files["differences"])

    def test_logs_lists_what_the_files_hold(self):
        for log in ("dify/dump", "otlp/traces.jsonl", "providers/openai.jsonl"):
            project = f"p{LOGS.index(log)}"
            for arguments in ((), ("--failed",), ("--where", "latency > 1s or cost is null"), ("--level", "message"),
                              ("--until", "2026-07-17T16:00:00Z")):
                with self.subTest(log=log, arguments=arguments):
                    files = self.json("logs", log, "--limit", 9, *arguments)
                    history = self.json("logs", "--project", project, "--limit", 9, *arguments)
                    self.assertEqual([e.get("start_time") for e in history["executions"]],
                                     [e.get("start_time") for e in files["executions"]])
                    self.assertEqual(history["has_more"], files["has_more"])

    def test_search_finds_words_and_says_when_there_are_none(self):
        project = f"p{LOGS.index('dify/dump')}"
        found = self.json("logs", "--project", project, "--search", "MATTRESS soft")["executions"]
        self.assertGreater(len(found), 1)
        for execution in found:
            text = json.dumps(execution, ensure_ascii=False).lower()
            self.assertTrue("mattress" in text and "soft" in text, text)
        none = self.ask("logs", "--project", project, "--search", "zyzzyva", "--where", "status = ok")
        self.assertIn("(search zyzzyva, where status = ok)", none.out)
        empty = self.ask("logs", "--project", project, "--search", "?!")
        self.assertEqual((empty.code, "nothing to search for" in empty.err), (EXIT_USAGE, True), empty.err)

    def test_show_finds_an_id_in_any_form(self):
        project = f"p{LOGS.index('dify/dump')}"
        whole = self.json("logs", "--project", project, "--limit", 1)["executions"][0]["span_id"]
        for form in (whole, whole.upper(), whole.replace("-", ""), whole[:14]):
            run = self.ask("show", form, "--project", project)
            self.assertEqual(run.code, 0, run.err)
            self.assertIn(whole, run.out.splitlines()[0])
        missing = self.ask("show", "no-such-id", "--project", project)
        self.assertEqual((missing.code, f"no execution with the id no-such-id in {self.place}" in missing.err),
                         (EXIT_NOT_FOUND, True), missing.err)

    def test_export_and_import_again_is_the_same_history(self):
        for log in ("dify/dump", "otlp/traces.jsonl", "langfuse/trace.json", "dify/logs.json"):
            project = f"p{LOGS.index(log)}"
            spans = self.ask("export", "--project", project).raw
            copy = write_file(self, spans)
            copied = f"copy of {project}"
            self.assertEqual(self.ask("import", copy, "--project", copied).code, 0)
            again = self.ask("export", "--project", copied).raw
            self.assertEqual(sorted(again.splitlines()), sorted(spans.splitlines()), log)

    def test_export_has_the_same_rows_in_each_format(self):
        project = f"p{LOGS.index('dify/dump')}"
        where = ("--where", "status = error", "--project", project)
        lines = self.ask("export", *where).lines
        table = self.ask("export", *where, "--format", "csv").out
        self.assertEqual(len(lines), table.count("\r\n") - 1)
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/spans.parquet"
            run = self.ask("export", *where, "--format", "parquet", "-o", path)
            self.assertEqual(run.code, 0, run.err)
            counted = self.ask("export", *where, "--format", "parquet")
            self.assertEqual(counted.code, EXIT_USAGE)
            with open(path, "rb") as file:
                content = file.read()
            self.assertEqual((content[:4], content[-4:], content.count(b"PAR1")), (b"PAR1", b"PAR1", 2))

    def test_an_empty_project_and_a_missing_history_say_what_to_do(self):
        run = self.ask("analyze", "--project", "nobody")
        self.assertEqual(run.code, EXIT_NOT_FOUND)
        self.assertIn("project nobody has no spans: fill it with sonde import", run.err)
        run = sonde("analyze", SONDE_DATA_DIR="/nonexistent/history")
        self.assertEqual(run.code, EXIT_USAGE)
        self.assertIn("no history in /nonexistent/history yet", run.err)
        run = self.ask("analyze", "--rejects", "x.jsonl")
        self.assertEqual((run.code, "--rejects is about reading files" in run.err), (EXIT_USAGE, True))

    def test_check_and_report_read_it(self):
        project = f"p{LOGS.index('dify/dump')}"
        self.assertEqual(self.ask("check", "--project", project, "--fail-if", "count < 10").code, 0)
        self.assertEqual(self.ask("check", "--project", project, "--fail-if", "count > 10").code, 1)
        page = self.ask("report", "--project", project, "--format", "markdown", "-o", "-")
        self.assertEqual(page.code, 0, page.err)
        self.assertTrue(self.place in page.out)


if __name__ == "__main__":
    unittest.main()
