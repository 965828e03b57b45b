"""kill -9 during sonde import, at any moment: the next import leaves the history as if nothing had
happened, and the ledger balances."""

import json
import random
import subprocess
import tempfile
import unittest

from sonde_program import BINARY, environment, sonde, write_file

ROUNDS = 6
RECORDS = 3_000
ROWS = ("SELECT * EXCEPT (filed_at, version, moved) FROM spans FINAL "
        "ORDER BY project_id, trace_key, span_key")


def log():
    """Calls, of which some are told twice, first as begun and later as done, and some lack an id."""
    lines = []
    chance = random.Random(7)
    for number in range(RECORDS):
        call = {"id": f"call-{chance.randrange(RECORDS)}", "prompt": f"Question {number}?",
                "model": "m", "timestamp": f"2026-{1 + number % 12:02}-01T00:00:00Z"}
        if number % 3 == 0:
            call |= {"answer": "An answer. " * chance.randrange(50), "success": True}
        if number % 7 == 0:
            del call["id"]
        lines.append(json.dumps(call) + "\n")
    return "".join(lines)


class Kill(unittest.TestCase):
    def folder(self):
        folder = tempfile.TemporaryDirectory(prefix="sonde-history-")
        self.addCleanup(folder.cleanup)
        return folder.name

    def arguments(self, path):
        return ["import", str(path), "--json", "--batch-spans-max", "200"]

    def finish(self, path, folder):
        run = sonde(*self.arguments(path), SONDE_DATA_DIR=folder)
        self.assertEqual(run.code, 0, run.err)
        return run.json

    def rows(self, folder):
        run = sonde("sql", ROWS, "--format", "jsonl", SONDE_DATA_DIR=folder)
        self.assertEqual(run.code, 0, run.err)
        return run.raw.splitlines()

    def test_any_moment(self):
        path = write_file(self, log())
        undisturbed = self.folder()
        whole = self.finish(path, undisturbed)
        self.assertGreater(whole["merged"], 0)
        wanted = self.rows(undisturbed)
        self.assertEqual(len(wanted), whole["stored"])

        chance = random.Random()
        killed = self.folder()
        kills = 0
        for _ in range(ROUNDS):
            with subprocess.Popen([BINARY, *self.arguments(path)], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL,
                                  env=environment(SONDE_DATA_DIR=killed)) as process:
                try:
                    process.wait(chance.uniform(0.1, max(0.3, whole["seconds"])))
                except subprocess.TimeoutExpired:
                    process.kill()
                    kills += 1
        self.assertGreater(kills, 0)
        result = self.finish(path, killed)
        self.assertEqual(self.rows(killed), wanted)
        self.assertEqual(result["spans_in_history"], len(wanted))
        ledger = sonde("ledger", "--json", SONDE_DATA_DIR=killed).json
        self.assertTrue(ledger["balanced"])
        again = self.finish(path, killed)
        self.assertEqual(again["deduplicated"], RECORDS)


if __name__ == "__main__":
    unittest.main()
