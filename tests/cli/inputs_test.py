"""Where records come from: files, folders, patterns, standard input, compression; and what is left out."""

import bz2
import gzip
import json
import subprocess
import unittest

from sonde_program import EXAMPLES, analyze, optimize, record, sonde, write_file

LOG = "dify/logs.json"
DUMP = "dify/dump"


def figures(*arguments, **options):
    report = analyze(*arguments, **options)
    return {key: report[key] for key in ("total", "groups", "by_model", "other_levels", "excluded")}


class Inputs(unittest.TestCase):
    def test_standard_input(self):
        for log in (LOG, "dify/flat_messages.jsonl", "dify/feedbacks.csv", "otlp/traces.jsonl"):
            data = (EXAMPLES / log).read_bytes()
            self.assertEqual(figures("-", stdin=data), figures(log), log)
        self.assertEqual(optimize("-", stdin=(EXAMPLES / LOG).read_bytes())["failed"], 25)

    def test_empty_standard_input_is_named(self):
        run = sonde("analyze", "-")
        self.assertEqual(run.code, 2)
        self.assertIn("no records", run.err)

    def test_folders_and_patterns(self):
        self.assertEqual(figures("dify/dump/*.jsonl"), figures(DUMP))
        self.assertEqual(figures("dify/dump/"), figures(DUMP))
        tables = sorted(str(path.relative_to(EXAMPLES)) for path in (EXAMPLES / DUMP).iterdir())
        self.assertEqual(figures(*reversed(tables)), figures(DUMP))

    def test_a_file_named_twice_is_read_once(self):
        self.assertEqual(analyze(LOG, LOG, "dify/logs.*")["total"]["count"], 166)

    def test_folders_are_read_to_their_depth(self):
        report = analyze("dify/console", "otlp", "langfuse")
        self.assertEqual(len(report["files"]), 8)

    def test_gzip(self):
        data = gzip.compress((EXAMPLES / LOG).read_bytes())
        self.assertEqual(figures(write_file(self, data, "logs.json.gz")), figures(LOG))
        self.assertEqual(figures("-", stdin=data), figures(LOG))
        twice = gzip.compress(b'{"prompt":"a","model":"m","success":true}\n') + gzip.compress(
            b'{"prompt":"b","model":"m","success":true}\n')
        self.assertEqual(analyze(write_file(self, twice))["total"]["count"], 2)

    def test_zstd(self):
        data = subprocess.run(["zstd", "-c", EXAMPLES / LOG], check=True, capture_output=True).stdout
        self.assertEqual(figures(write_file(self, data, "logs.json.zst")), figures(LOG))
        self.assertEqual(figures("-", stdin=data), figures(LOG))

    def test_content_decides_and_not_the_name(self):
        self.assertEqual(figures(write_file(self, (EXAMPLES / LOG).read_bytes(), "notes.txt")), figures(LOG))
        self.assertEqual(figures(write_file(self, gzip.compress((EXAMPLES / LOG).read_bytes()), "a.csv")), figures(LOG))

    def test_another_compression_is_refused_with_a_sentence(self):
        run = sonde("analyze", write_file(self, bz2.compress(b'{"prompt":"a"}'), "logs.bz2"))
        self.assertEqual(run.code, 2)
        self.assertLess(len(run.err), 600)

    def test_arrays_lines_and_runs_of_documents_are_the_same_log(self):
        records = [record(i) for i in range(20)]
        wanted = figures(write_file(self, records))["total"]
        for data in (json.dumps(records), json.dumps(records, indent=4), "".join(map(json.dumps, records)),
                     "".join("\x1e" + json.dumps(r) + "\n" for r in records),  # RFC 7464
                     "\n\n".join(map(json.dumps, records)),
                     "\r\n".join(map(json.dumps, records)), "\ufeff" + json.dumps(records),
                     "".join(json.dumps([r]) + "\n" for r in records)):
            self.assertEqual(figures(write_file(self, data))["total"], wanted, data[:60])

    def test_one_missing_file_stops_the_run(self):
        self.assertEqual(sonde("analyze", LOG, "missing.json").code, 3)

    def test_an_unknown_file_beside_a_good_one_is_said(self):
        run = sonde("analyze", LOG, "README.md", "--json")
        self.assertEqual(run.code, 0)
        self.assertEqual(run.json["total"]["count"], 166)
        self.assertGreater(run.json["rejected"], 0)


class TimeUnits(unittest.TestCase):
    def mean(self, values, *arguments, key="response_time"):
        log = write_file(self, [{"prompt": f"p{i}", "model": "m", key: value, "success": True}
                                for i, value in enumerate(values)])
        latency = analyze(log, *arguments)["total"]["latency_ms"]
        return latency and latency["mean"]

    def test_are_inferred_where_safe(self):
        self.assertEqual(self.mean([800, 1200, 1600]), 1200)
        self.assertEqual(self.mean([0.5, 1.5, 2.5]), 1500)

    def test_are_left_open_where_not_safe(self):
        self.assertIsNone(self.mean([60, 80, 100], key="latency"))

    def test_of_the_workshop_are_milliseconds_by_definition(self):
        self.assertEqual(self.mean([60, 80, 100]), 80)

    def test_flag_overrides(self):
        self.assertEqual(self.mean([60, 80, 100], "--time-unit", "ms", key="latency"), 80)
        self.assertEqual(self.mean([60, 80, 100], "--time-unit", "s", key="latency"), 80000)
        self.assertEqual(self.mean([60, 80, 100], "--time-unit", "us", key="latency"), 0.08)
        self.assertEqual(self.mean([800, 1200, 1600], "--time-unit", "s"), 1200000)

    def test_the_keys_name_wins(self):
        self.assertEqual(self.mean([1, 2, 3], key="latency_ms"), 2)
        self.assertEqual(self.mean([1000, 2000, 3000], key="duration_s"), 2000000)

    def test_what_was_inferred_is_said(self):
        for value, said in ((900, "milliseconds"), (0.9, "seconds"), (70, "--time-unit")):
            log = write_file(self, [{"question": "p", "model": "m", "latency": value, "ok": True}] * 3)
            self.assertIn(said, analyze(log)["files"][0]["note"])


class LeftOut(unittest.TestCase):
    def test_debugger_runs_unless_asked_for(self):
        for level, normal, everything in (("call", 106, 108), ("node", 140, 145), ("message", 70, 73), ("run", 28, 29)):
            report = analyze(DUMP, "--level", level)
            self.assertEqual((report["total"]["count"], report["excluded"]), (normal, 9))
            report = analyze(DUMP, "--level", level, "--include-debugger")
            self.assertGreaterEqual(report["total"]["count"], everything)
            self.assertEqual(report["excluded"], 0)

    def test_is_said_in_words(self):
        self.assertIn("--include-debugger", sonde("analyze", DUMP).out)
        self.assertIn("--include-debugger", sonde("optimize", DUMP).out)

    def test_rejected_records_are_kept_with_their_place(self):
        bad = '{"prompt": "b", oops}'
        lines = [json.dumps(record(0)), bad, json.dumps(record(1)), '{"unrelated": 1}', json.dumps(record(2))]
        log = write_file(self, "\n".join(lines) + "\n")
        kept = write_file(self, b"", "rejects.jsonl")
        report = analyze(log, "--rejects", kept)
        self.assertEqual((report["total"]["count"], report["rejected"]), (3, 2))
        rows = [json.loads(line) for line in kept.read_text().splitlines()]
        self.assertEqual([(row["file"], row["line"], row["record"]) for row in rows],
                         [(str(log), 2, bad), (str(log), 4, lines[3])])
        self.assertEqual([row["byte"] for row in rows], [len(lines[0]) + 1, len("\n".join(lines[:3])) + 1])
        self.assertTrue(all(row["reason"] for row in rows))
        self.assertEqual([reject["line"] for reject in report["rejects"]], [2, 4])

    def test_rejects_of_a_clean_log_are_an_empty_file(self):
        kept = write_file(self, b"old", "rejects.jsonl")
        for command in ("analyze", "optimize", "convert"):
            self.assertEqual(sonde(command, LOG, "--rejects", kept).code, 0)
            self.assertEqual(kept.read_bytes(), b"")

    def test_limits_are_settings(self):
        big = json.dumps(record(1, prompt="x" * 5000))
        log = write_file(self, "\n".join([json.dumps(record(0)), big, json.dumps(record(2))]))
        report = analyze(log, "--document-bytes-max", "2KiB")
        self.assertEqual((report["total"]["count"], report["rejected"]), (2, 1))
        self.assertIn("document-bytes-max", report["rejects"][0]["reason"])
        self.assertEqual(analyze(log)["rejected"], 0)
        deep = json.dumps({"resourceSpans": json.loads("[" * 30 + "]" * 30)})
        log = write_file(self, "\n".join([json.dumps(record(0)), deep, json.dumps(record(2))]))
        report = analyze(log, "--nesting-max", 10)
        self.assertEqual((report["total"]["count"], report["rejected"]), (2, 1))


if __name__ == "__main__":
    unittest.main()
