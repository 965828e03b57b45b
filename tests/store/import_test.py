"""sonde import and sonde sql: what is stored, what is counted, and what is said when it cannot be."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from sonde_program import BINARY, EXAMPLES, LOGS, environment, record, sonde, write_file


class Import(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sonde-history-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_sonde(self, *arguments, **options):
        return sonde(*arguments, SONDE_DATA_DIR=self.folder, **options)

    def run_import(self, *arguments, **options):
        run = self.run_sonde("import", *arguments, "--json", **options)
        self.assertEqual(run.code, 0, run.err)
        result = run.json
        self.assertEqual(result["accepted"],
                         result["stored"] + result["merged"] + result["deduplicated"])
        return result

    def sql(self, statement):
        run = self.run_sonde("sql", statement, "--format", "jsonl")
        self.assertEqual(run.code, 0, run.err)
        return run.lines

    def test_a_dry_run_counts_and_writes_nothing(self):
        calls = [{"id": f"call-{n}", "prompt": f"Question {n}?", "model": "m"} for n in range(40)]
        first = write_file(self, "".join(json.dumps(call) + "\n" for call in calls + calls[:5]) + "{broken\n")
        self.folder = os.path.join(self.folder, "none-yet")
        look = self.run_import(first, "--dry-run")
        self.assertEqual((look["stored"], look["merged"], look["deduplicated"], look["rejected"]), (40, 0, 5, 1))
        self.assertFalse(os.path.exists(self.folder))
        done = self.run_import(first)
        self.assertEqual({key: done[key] for key in look if key != "dry_run"},
                         {key: look[key] for key in look if key != "dry_run"})
        changed = [call | {"answer": "Yes."} for call in calls[:3]] + [{"id": "new", "prompt": "?", "model": "m"}]
        second = write_file(self, "".join(json.dumps(call) + "\n" for call in calls + changed), "second.jsonl")
        look = self.run_import(second, "--dry-run")
        self.assertEqual((look["stored"], look["merged"], look["deduplicated"]), (1, 3, 40))
        ledger = self.run_sonde("ledger", "--json").json
        self.assertEqual((ledger["accepted"], len(ledger["imports"])), (45, 1))

    def test_every_example_is_stored_as_it_is_converted(self):
        with_spans = 0
        for number, log in enumerate(LOGS):
            project = f"p{number}"
            result = self.run_import(log, "--project", project)
            spans = [json.loads(line) for line in sonde("convert", log).out.splitlines()]
            self.assertEqual(result["accepted"], len(spans), log)
            ids = {(span["trace_id"].lower().replace("-", ""), span["span_id"].lower().replace("-", ""))
                   for span in spans}
            self.assertEqual(result["stored"], len(ids), log)
            with_spans += len(ids) > 0  # A table of feedback alone gives none.
            again = self.run_import(log, "--project", project)
            self.assertEqual((again["stored"], again["merged"]), (0, 0), log)
            self.assertEqual(again["spans_in_history"], len(ids), log)
        counts = self.sql("SELECT project_id, count() AS n FROM spans FINAL GROUP BY project_id")
        self.assertEqual(len(counts), with_spans)
        self.assertGreater(with_spans, 15)

    def test_figures_are_those_of_the_file(self):
        self.run_import("dify/logs.json")
        failed = self.sql("SELECT countIf(status = 'error') AS failed, count() AS n, "
                          "sum(duration) AS us FROM spans FINAL")[0]
        report = sonde("analyze", "dify/logs.json", "--json").json["total"]
        self.assertEqual(int(failed["n"]), report["count"])
        self.assertEqual(int(failed["failed"]), 25)

    def test_standard_input_is_read_by_sonde_alone(self):
        data = (EXAMPLES / "dify/logs.json").read_bytes()
        result = self.run_import("-", stdin=data)
        self.assertEqual((result["stored"], result["rejected"]), (166, 0))

    def test_rejected_records_are_counted_and_kept(self):
        log = write_file(self, json.dumps(record(1)) + '\n{"broken\n{"a": 1}\n')
        rejects = log.with_name("rejects.jsonl")
        result = self.run_import(log, "--rejects", rejects)
        self.assertEqual(result["rejected_by_reason"], {"malformed": 1, "not_understood": 1})
        self.assertEqual(len(rejects.read_text().splitlines()), 2)
        self.assertEqual(self.run_sonde("import", log, "--strict").code, 2)

    def test_a_folder_that_is_in_use_names_who_has_it(self):
        log = write_file(self, [record(1)])
        with subprocess.Popen([BINARY, "import", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdout=subprocess.PIPE,
                              env=environment(SONDE_DATA_DIR=self.folder)) as first:
            while not (pathlib.Path(self.folder) / "catalog.sqlite").exists():
                self.assertIsNone(first.poll())
            second = self.run_sonde("import", log)
            self.assertEqual(second.code, 6)
            self.assertIn(f"in use by process {first.pid} (", second.err)
            self.assertIn("--data-dir", second.err)
            first.communicate(log.read_bytes())
            self.assertEqual(first.returncode, 0)

    def test_a_missing_engine_is_one_sentence(self):
        log = write_file(self, [record(1)])
        run = self.run_sonde("import", log, "--chdb-library", "no/such/libchdb.so")
        self.assertEqual(run.code, 6)
        self.assertIn("no/such/libchdb.so", run.err)
        self.assertEqual(len(run.err.splitlines()), 1)

    def test_an_interrupt_leaves_what_was_counted_and_the_rest_follows(self):
        with subprocess.Popen([BINARY, "import", "-", "--json", "--batch-spans-max", "100",
                               "--threads", "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE,
                              env=environment(SONDE_DATA_DIR=self.folder)) as process:
            lines = [json.dumps(record(number)) + "\n" for number in range(200_000)]
            process.stdin.write("".join(lines[:20_000]).encode())
            process.stdin.flush()
            process.send_signal(signal.SIGINT)
            try:
                out, err = process.communicate("".join(lines[20_000:]).encode())
            except BrokenPipeError:
                out, err = process.communicate()
        self.assertEqual(process.returncode, 6, err)
        self.assertIn(b"interrupted", err)
        first = json.loads(out)
        self.assertEqual(first["state"], "interrupted")
        self.assertLess(first["accepted"], 200_000)
        whole = self.run_import(write_file(self, "".join(lines)))
        self.assertEqual(whole["stored"] + first["stored"], 200_000)

    def test_the_ledger_adds_up_and_lists_the_imports(self):
        log = write_file(self, json.dumps(record(1)) + "\n{broken\n")
        self.run_import(log)
        self.run_import(log)
        self.run_import(write_file(self, [record(1, answer="Another answer.")]))
        ledger = self.run_sonde("ledger", "--json")
        self.assertEqual(ledger.code, 0, ledger.err)
        figures = ledger.json
        self.assertEqual([figures[name] for name in ("accepted", "stored", "merged", "deduplicated",
                                                     "rejected", "spans_in_history", "balanced")],
                         [3, 1, 1, 1, 2, 1, True])
        self.assertEqual([one["state"] for one in figures["imports"]], ["done"] * 3)
        self.assertIn("stored = in the history + erased + expired", self.run_sonde("ledger").out)

    def test_sql_reads_and_never_writes(self):
        self.run_import(write_file(self, [record(1)]))
        table = self.run_sonde("sql", "SELECT model FROM spans")
        self.assertIn("gpt-4o", table.out)
        self.assertEqual(self.run_sonde("sql", "-", "--format", "csv", stdin=b"SELECT 1 AS x").out,
                         '"x"\n1\n')
        target = os.path.join(self.folder, "file.csv")
        for statement in ("DROP TABLE spans", "INSERT INTO spans (span_id) SELECT 'x'",
                          f"SELECT 1 INTO OUTFILE '{target}'",
                          f"INSERT INTO FUNCTION file('{target}') SELECT 1"):
            run = self.run_sonde("sql", statement)
            self.assertEqual(run.code, 2, statement)
        self.assertFalse(os.path.exists(target))

    def test_commands_that_read_files_do_not_load_the_engine(self):
        run = sonde("analyze", "dify/logs.json", "--chdb-library", "no/such/libchdb.so")
        self.assertEqual(run.code, 0, run.err)


if __name__ == "__main__":
    unittest.main()
