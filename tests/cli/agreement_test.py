"""Results that must agree: converted and direct, one thread and four, analyze and optimize."""

import json
import unittest

from sonde_program import EXAMPLES, LEVELS, LOGS, analyze, optimize, record, sonde, write_file

FIGURES = ("total", "groups", "by_model", "other_levels", "claims")
# Tables that hold no execution of their own: convert writes nothing for them.
WITHOUT_SPANS = ("dify/console/chat-conversations.json", "dify/dump/message_feedbacks.jsonl",
                 "dify/dump/app_model_configs.jsonl", "dify/dump/workflows.jsonl")


def unordered(rows):
    """Findings or lines without what follows the order of the records: ids, and what is quoted of one."""
    keys = ("check", "cause", "support", "count", "silent", "effect")
    texts = []
    for row in rows:
        row = row | {name: row["where"][name] for name in ("app", "node", "category", "model")}
        ids = sorted(row.get("evidence_ids", row.get("example_ids")))
        texts.append(json.dumps([ids, {key: row.get(key) for key in (*keys, "app", "node", "category", "model")}], sort_keys=True))
    return sorted(texts)


class RoundTrip(unittest.TestCase):
    """sonde convert LOG | sonde analyze - gives what sonde analyze LOG gives."""

    maxDiff = 2000

    def test_at_every_level(self):
        for log in LOGS:
            spans = sonde("convert", log).raw
            if log in WITHOUT_SPANS:
                self.assertEqual(spans, b"", log)
                continue
            for level in LEVELS:
                with self.subTest(log=log, level=level):
                    direct = analyze(log, "--level", level)
                    again = analyze("-", "--level", level, stdin=spans)
                    self.assertEqual(again["rejected"], 0)
                    for name in FIGURES:
                        self.assertEqual(again[name], direct[name], name)

    def test_of_spans_is_the_identity(self):
        for log in LOGS:
            with self.subTest(log):
                spans = sonde("convert", log, "--threads", 1).raw
                if spans:
                    again = sonde("convert", "-", "--threads", 1, stdin=spans).raw
                    self.assertEqual(sorted(again.splitlines()), sorted(spans.splitlines()))

    def test_keeps_what_optimize_sees(self):
        for log in ("dify/logs.json", "dify/flat_messages.jsonl", "dify/dump", "otlp/traces.jsonl", "providers"):
            with self.subTest(log):
                direct = optimize(log)
                again = optimize("-", stdin=sonde("convert", log).raw)
                for name in ("records", "failed", "unexplained"):
                    self.assertEqual(again[name], direct[name], name)
                for name in ("findings", "failed_prompts"):
                    self.assertEqual(unordered(again[name]), unordered(direct[name]), name)

    def test_ids_of_records_without_one_depend_on_their_content_alone(self):
        data = (EXAMPLES / "dify/logs.json").read_bytes()
        moved = write_file(self, data, "elsewhere.json")
        ids = [span["span_id"] for span in sonde("convert", "dify/logs.json", "--threads", 1).lines]
        self.assertEqual([span["span_id"] for span in sonde("convert", moved, "--threads", 1).lines], ids)
        self.assertEqual(len(set(ids)), len(ids), "the same record twice has two ids")


class Threads(unittest.TestCase):
    def check(self, command, log, *arguments):
        one = sonde(command, log, *arguments, "--json", "--threads", 1)
        four = sonde(command, log, *arguments, "--json", "--threads", 4)
        self.assertEqual(one.code, 0, one.err)
        self.assertEqual(one.raw, four.raw, f"{command} {log} {arguments}")

    def test_analyze_the_examples_alike(self):
        for log in LOGS:
            for level in LEVELS:
                self.check("analyze", log, "--level", level)

    def test_optimize_the_examples_alike(self):
        for log in LOGS:
            self.check("optimize", log)

    def test_read_a_file_of_many_blocks_alike(self):
        records = [record(i, id=f"r{i}", category=f"c{i % 7}", latency_ms=(i * 7919) % 10007 / 7, cost=f"0.{i % 997:07}",
                          conversation_id=f"s{i % 501}", success=i % 11 > 0, error="" if i % 11 else "Error 429: slow down",
                          created_at=f"2026-07-{i % 28 + 1:02}T{i % 24:02}:00:00Z") for i in range(20000)]
        log = write_file(self, records)
        for level in ("call", "session"):
            self.check("analyze", log, "--level", level)
            self.check("analyze", log, "--level", level, "--by", "category,hour")
        self.check("optimize", log)
        ids = [sorted(sonde("convert", log, "--threads", n).raw.splitlines()) for n in (1, 4)]
        self.assertEqual(*ids)

    def test_runs_are_repeatable(self):
        for command in ("analyze", "optimize"):
            runs = {sonde(command, "dify/dump", "--json", "--threads", 4).raw for _ in range(5)}
            self.assertEqual(len(runs), 1)


class Optimize(unittest.TestCase):
    def test_finds_nothing_where_everything_works(self):
        for log in LOGS:
            spans = sonde("convert", log, "--where", "status = ok").raw
            if not spans:
                continue
            with self.subTest(log):
                found = optimize("-", stdin=spans)
                self.assertEqual((found["failed"], found["unexplained"]), (0, 0))
                # What is left succeeded by its status but was cut off, refused or empty.
                self.assertTrue(all(line["silent"] for line in found["failed_prompts"]))
                self.assertEqual([f for f in found["findings"] if f["silent"] == 0], [])
                if found["silent_failures"] == 0:
                    self.assertEqual(found["findings"], [])

    def test_leaves_working_prompts_alone(self):
        # Bare, vague and contradictory, but they work.
        prompts = ("Regex?", "Make it better somehow.", "Answer in one word. Explain every step in detail.")
        log = write_file(self, [record(i, prompt=prompts[i % 3]) for i in range(30)])
        self.assertEqual(optimize(log)["findings"], [])

    def test_every_failed_record_has_a_line(self):
        for log in LOGS:
            for level in LEVELS[:-1]:
                with self.subTest(log=log, level=level):
                    found = optimize(log, "--level", level)
                    listed = sum(line["count"] for line in found["failed_prompts"] if not line["silent"])
                    self.assertEqual(listed, found["failed"])
                    self.assertEqual(found["failed"], analyze(log, "--level", level)["total"]["error"])

    def test_every_line_has_a_sentence(self):
        for log in LOGS:
            for line in optimize(log)["failed_prompts"]:
                self.assertTrue(line["sentence"].strip())
                self.assertTrue(line["example_ids"])

    def test_unexplained_lines_add_up(self):
        found = optimize("dify/logs.json")
        lines = [line for line in found["failed_prompts"] if line["cause"] is None]
        self.assertEqual(sum(line["count"] for line in lines), found["unexplained"])
        self.assertEqual(found["unexplained"], 3)

    def test_evidence_can_be_shown(self):
        finding = optimize("dify/dump")["findings"][0]
        for wanted in finding["evidence_ids"][:3]:
            self.assertEqual(sonde("show", "dify/dump", wanted).code, 0)

    def test_says_how_many_checks_apply(self):
        self.assertRegex(optimize("dify/logs.json")["applicability"], r"^\d+ of \d+ checks apply: .*no answers")

    def test_findings_are_ranked_by_the_failures_they_explain(self):
        for log in ("dify/logs.json", "dify/dump", "otlp/traces.jsonl"):
            explained = [f["effect"]["failures_explained"] for f in optimize(log)["findings"]]
            self.assertEqual(explained, sorted(explained, reverse=True))

    def test_diffs_apply_to_the_prompt(self):
        for finding in optimize("dify/logs.json")["findings"]:
            patch = finding["patch"]
            if patch and patch["kind"] == "diff":
                self.assertRegex(patch["text"], r"^--- .*\n\+\+\+ .*\n@@ ")
                removed = [line[1:] for line in patch["text"].splitlines()[2:] if line.startswith("-")]
                added = [line[1:] for line in patch["text"].splitlines()[2:] if line.startswith("+")]
                self.assertNotEqual(removed, added)


if __name__ == "__main__":
    unittest.main()
