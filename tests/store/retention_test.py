"""sonde retention: what the settings say goes, from every project in its own time; nothing else does."""

import datetime
import json
import os
import shutil
import unittest

from faults import MEMORY, Moments, kills
from history_case import HistoryCase
from sonde_program import sonde, write_file

EXIT_DONE, EXIT_USAGE = 0, 2
KILLS = 4
A_DAY = 2_000  # Spans.
DAYS = (400, 300, 41, 39, 0)  # Ago.


def log(spans):
    now = datetime.datetime.now(datetime.timezone.utc)
    lines = []
    for days in DAYS:
        start = (now - datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        lines += [json.dumps({"id": f"{days}-{number}", "prompt": f"Question {number}?", "answer": "An answer.",
                              "model": "m", "timestamp": start}) + "\n" for number in range(spans)]
    return "".join(lines)


class Retention(HistoryCase):
    place = MEMORY

    def steps(self, *arguments, **options):
        steps = self.done("retention", "--json", *arguments, **options).json["steps"]
        return [(step["project"], step["reason"], step["spans"]) for step in steps]

    def ledger(self, project="default", data=None):
        ledger = self.done("ledger", "--json", "--project", project, data=data).json
        self.assertTrue(ledger["balanced"])
        return ledger["spans_in_history"], ledger["erased"], ledger["expired"], ledger["content_expired"]

    def test_each_project_by_its_own_rule_and_by_those_for_all(self):
        for project in ("a", "b", "c"):
            self.done("import", write_file(self, log(10)), "--project", project)
        settings = os.path.join(self.root, "sonde.toml")
        with open(settings, "w", encoding="utf-8") as file:
            file.write("retention-days = 200\n[projects.b]\ncontent-days = 40\n[projects.c]\nretention-days = 0\n")
        wanted = [("a", "age", 20), ("b", "age", 20), ("b", "content", 10)]
        self.assertEqual(self.steps("--dry-run", cwd=self.root), wanted)
        self.assertEqual(self.ledger("a"), (50, 0, 0, 0))
        self.assertEqual(self.steps("--project", "a", cwd=self.root), wanted[:1])
        # A flag shortens nothing that a project was promised.
        self.assertEqual(self.steps("--retention-days", "30", "--dry-run", "--project", "c", cwd=self.root), [])
        self.assertEqual(self.steps(cwd=self.root), wanted[1:])
        self.assertEqual(self.steps(cwd=self.root), [])
        self.assertEqual(self.ledger("a"), (30, 0, 20, 0))
        self.assertEqual(self.ledger("b"), (30, 0, 20, 10))
        self.assertEqual(self.ledger("c"), (50, 0, 0, 0))
        doctor = self.done("doctor")
        self.assertIn("0 were erased and 20 expired", " ".join(doctor.out.split()))
        texts = [json.loads(line).get("input") for line in self.done("export", "--project", "b").out.splitlines()]
        self.assertEqual(sum(text is None or text == "" for text in texts), 10)

    def test_nothing_goes_without_a_setting(self):
        self.done("import", write_file(self, log(1)))
        run = self.done("retention")
        self.assertIn("Everything is kept", run.out)
        self.assertEqual(self.ledger(), (5, 0, 0, 0))
        missing = sonde("retention", SONDE_DATA_DIR=os.path.join(self.root, "nothing"))
        self.assertEqual((missing.code, "no history in" in missing.err), (EXIT_USAGE, True), missing.err)

    def test_killed_at_any_moment_the_next_run_finishes_it(self):
        self.done("import", write_file(self, log(A_DAY)))
        command = ("retention", "--retention-days", "40", "--content-days", "20", "--json")
        moments = Moments()
        moments.count(command, shutil.copytree(self.data, self.root / "counted", symlinks=True))
        killed = 0
        for number in range(kills(KILLS)):
            copy = shutil.copytree(self.data, self.root / f"copy-{number}", symlinks=True)
            moment, was_killed = moments.kill(command, copy)
            killed += was_killed
            with self.subTest(moment=moment):
                self.ledger(data=copy)
                self.done(*command, data=copy)
                self.assertEqual(self.ledger(data=copy), (2 * A_DAY, 0, 3 * A_DAY, A_DAY))
                rows = self.done("sql", "SELECT count(), countIf(input != ''), countIf(filed_at < now() - 40 * 86400) "
                                 "FROM spans", "--format", "tsv", data=copy).out.split("\n")[1]
                self.assertEqual(rows, f"{2 * A_DAY}\t{A_DAY}\t0")
                self.assertEqual(self.done("sql", "SELECT count() FROM span_keys FINAL", "--format", "tsv",
                                           data=copy).out.split("\n")[1], str(2 * A_DAY))
            shutil.rmtree(copy)
        self.assertGreater(killed, 0)
        print(f"killed {killed} times (SONDE_TEST_SEED={moments.seed})")


if __name__ == "__main__":
    unittest.main()
