"""kill -9 during sonde import, at any moment: what was counted stays, the next import leaves the history as if
nothing had happened, and the ledger balances."""

import json
import random
import shutil
import unittest

from faults import KILLED, MEMORY, Moments, kills
from history_case import HistoryCase
from sonde_program import write_file

KILLS = 4
RECORDS = 1_500
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


class Kill(HistoryCase):
    place = MEMORY

    def setUp(self):
        super().setUp()
        self.command = ["import", write_file(self, log()), "--json", "--batch-spans-max", "200"]
        self.moments = Moments()
        self.moments.count(self.command, self.data)
        ledger = self.done("ledger", "--json").json
        self.assertGreater(ledger["merged"], 0)
        self.wanted = self.rows(self.data)
        self.assertEqual(len(self.wanted), ledger["stored"])

    def rows(self, data):
        return self.done("sql", ROWS, "--format", "jsonl", data=data).raw.splitlines()

    def check_finished(self, data, moment):
        """The ledger balances before and after the next import, which makes the history whole."""
        counted = self.done("ledger", "--json", data=data).json
        result = self.done(*self.command, data=data).json
        self.assertEqual(self.rows(data), self.wanted, moment)
        self.assertEqual(result["spans_in_history"], len(self.wanted), moment)
        self.assertEqual(result["stored"], len(self.wanted) - counted["stored"], moment)
        self.assertEqual(self.done(*self.command, data=data).json["deduplicated"], RECORDS, moment)
        self.assertTrue(self.done("ledger", "--json", data=data).json["balanced"], moment)

    def test_any_moment(self):
        killed = 0
        for number in range(kills(KILLS)):
            data = self.root / f"killed-{number}"
            # Every third is killed again while it finishes what the one before began.
            for _ in range(1 + (number % 3 == 0)):
                moment, was_killed = self.moments.kill(self.command, data)
                killed += was_killed
            with self.subTest(moment=moment):
                if data.exists():
                    self.check_finished(data, moment)
            shutil.rmtree(data, ignore_errors=True)
        self.assertGreater(killed, 0)
        print(f"killed {killed} times (SONDE_TEST_SEED={self.moments.seed})")

    def test_between_the_name_of_a_batch_and_its_rows(self):
        # The engine writes the name of a batch into its log, and then renames the rows into their place.
        for number in (60, 61):
            data = self.root / f"renaming-{number}"
            code = self.moments.run(self.command, data, FILE_FAULTS_CALL="rename", FILE_FAULTS_KILL=str(number))
            self.assertEqual(code, KILLED)
            self.check_finished(data, f"rename {number}")


if __name__ == "__main__":
    unittest.main()
