"""sonde erase: what it takes is gone from everywhere, nothing else is, and the ledger still adds up."""

import json
import os
import pty
import shutil
import subprocess
import unittest

from faults import KILLED, MEMORY, Moments, kills
from history_case import HistoryCase
from sonde_program import BINARY, environment, sonde, write_file

EXIT_DONE, EXIT_USAGE = 0, 2
KILLS = 4
MANY = 12_000
UUID = "5C9B7A1E-0000-4000-8000-00000000000A"


def call(number, **more):
    return {"id": f"call-{number}", "prompt": f"Question {number}?", "answer": "An answer.", "model": "m",
            "timestamp": f"2026-{1 + number % 3:02}-0{1 + number % 9}T00:00:00Z"} | more


def log(calls):
    return "".join(json.dumps(one) + "\n" for one in calls)


class Erase(HistoryCase):
    place = MEMORY

    def import_calls(self, *calls, project="default"):
        return self.done("import", write_file(self, log(calls)), "--project", project, "--json").json

    def erase(self, *arguments):
        return self.done("erase", *arguments, "--yes", "--json").json

    def search(self, words):
        return self.done("logs", "--search", words, "--json").json["executions"]

    def number(self, sql, data=None):
        return int(self.done("sql", sql, "--format", "tsv", data=data).out.split("\n")[1])

    def balance(self, data=None, project="default"):
        ledger = self.done("ledger", "--json", "--project", project, data=data).json
        self.assertTrue(ledger["balanced"])
        self.assertEqual(ledger["stored"], ledger["spans_in_history"] + ledger["erased"] + ledger["expired"])
        return ledger["stored"], ledger["spans_in_history"], ledger["erased"]

    def test_each_way_to_name_spans_takes_those_and_no_others(self):
        calls = [call(0, user="Ann"), call(1, user="ann"), call(2, user="bo", session_id=UUID),
                 call(3, session_id=UUID), call(4, status="error"), call(5, score=7), call(6, score="70"), call(7)]
        self.import_calls(*calls)
        self.import_calls(*calls, project="other")
        self.assertEqual(self.erase("--user", "ANN")["spans"], 2)
        self.assertEqual(self.erase("--session", UUID.lower().replace("-", ""), "--before", "2026-02-01")["spans"], 1)
        self.assertEqual(self.number("SELECT count() FROM spans WHERE session_id != ''  AND project_id = 'default'"), 1)
        self.assertEqual(self.erase("--session", UUID)["spans"], 1)
        # A number of an attribute is compared by the program, not by the engine.
        self.assertEqual(self.erase("--where", "attributes.score > 10")["spans"], 1)
        self.assertEqual(self.erase("--where", "status = error")["spans"], 1)
        trace = self.done("sql", "SELECT trace_id FROM spans WHERE input LIKE '%7%' AND project_id = 'default'",
                          "--format", "tsv").out.split("\n")[1]
        self.assertEqual(self.erase("--trace", trace.upper())["spans"], 1)
        left = {json.loads(line)["input"] for line in self.done("export").out.splitlines()}
        self.assertEqual({text.strip('"') for text in left}, {"Question 5?"})
        self.assertEqual(self.balance(), (8, 1, 7))
        self.assertEqual(self.balance(project="other"), (8, 8, 0))
        self.assertEqual(self.number("SELECT count() FROM span_keys FINAL WHERE project_id = 'default'"), 1)

    def test_erased_text_is_found_nowhere_also_not_in_older_versions(self):
        first = [call(n, user="ann", prompt="Tell nobody about zanzibar") for n in range(4)]
        later = [call(n, user="ann", prompt="Never mind", timestamp="2026-04-02T00:00:00Z") for n in range(2)]
        self.import_calls(*first, call(9, prompt="Tell nobody about anything"))
        self.import_calls(*later)
        self.assertEqual(len(self.search("zanzibar")), 2)
        self.assertEqual(self.erase("--user", "ann")["spans"], 4)
        self.assertEqual(self.search("zanzibar"), [])
        self.assertNotIn("zanzibar", self.done("export").out)
        self.assertEqual(self.number("SELECT count() FROM spans WHERE input LIKE '%zanzibar%' OR user_id = 'ann'"), 0)
        self.assertEqual(self.number("SELECT count() FROM spans WHERE hasAllTokens(input, ['zanzibar'])"), 0)
        self.assertEqual(self.number("SELECT count() FROM removals"), 0)
        self.assertEqual(self.number("SELECT count() FROM system.parts WHERE NOT active"), 0)
        self.assertEqual(self.balance(), (5, 1, 4))

    def test_a_version_that_was_replaced_goes_and_its_span_stays(self):
        self.import_calls(call(1, user="ann", prompt="About zanzibar"))
        self.import_calls(call(1, user="bo", prompt="About bread", timestamp="2026-02-05T00:00:00Z"))
        self.assertEqual(self.erase("--user", "ann")["spans"], 0)
        self.assertEqual(self.number("SELECT count() FROM spans WHERE user_id = 'ann' OR input LIKE '%zanzibar%'"), 0)
        self.assertEqual(self.number("SELECT count() FROM spans WHERE user_id = 'bo'"), 1)
        self.assertEqual(self.balance(), (1, 1, 0))

    def test_what_was_erased_comes_back_with_its_file(self):
        calls = [call(n, user="ann") for n in range(5)]
        self.import_calls(*calls)
        self.assertEqual(self.erase("--user", "ann")["spans"], 5)
        self.assertEqual(self.import_calls(*calls)["stored"], 5)
        self.assertEqual(self.balance(), (10, 5, 5))
        self.assertEqual(self.import_calls(*calls)["deduplicated"], 5)

    def test_nothing_goes_unless_somebody_agrees(self):
        self.import_calls(call(1, user="ann"), call(2))
        run = self.ask("erase", "--user", "ann")
        self.assertEqual((run.code, "1 span of project default would be erased" in run.err), (EXIT_USAGE, True), run.err)
        looked = self.done("erase", "--user", "ann", "--dry-run", "--json").json
        self.assertEqual((looked["spans"], looked["done"]), (1, False))
        self.assertEqual(self.balance(), (2, 2, 0))
        self.assertEqual(self.number("SELECT count() FROM removals"), 0)
        for answer, left in ((b"n\n", 2), (b"y\n", 1)):
            self.assertEqual(self.answer(answer, "erase", "--user", "ann"), EXIT_DONE)
            self.assertEqual(self.balance()[1], left)

    def answer(self, text, *arguments):
        """Runs sonde with a terminal in front of it, on which `text` was typed."""
        controller, terminal = pty.openpty()
        self.addCleanup(os.close, controller)
        os.write(controller, text)
        done = subprocess.run([BINARY, *arguments], stdin=terminal, stdout=subprocess.DEVNULL, stderr=terminal,
                              env=environment(SONDE_DATA_DIR=self.data, **self.variables), check=False, timeout=60)
        os.close(terminal)
        return done.returncode

    def test_what_names_nothing_or_too_much_is_refused(self):
        self.import_calls(call(1))
        for arguments, message in (((), "name what to erase by one of"), (("--user", ""), "is empty"),
                                   (("--session", ""), "is empty"), (("--trace", ""), "is empty"),
                                   (("--before", "2030-01-01"), "name what to erase by one of"),
                                   (("--user", "a", "--session", "b"), "name what to erase by one of"),
                                   (("--where", "no_field = 1"), "no_field")):
            run = self.ask("erase", *arguments, "--yes")
            self.assertEqual((run.code, message in run.err), (EXIT_USAGE, True), run.err)
        run = self.ask("erase", "--user", "a", "--yes", "--store-url", "http://127.0.0.1:1", "--store-layout", "sharded")
        self.assertEqual((run.code, "ClickHouse's own statements" in run.err), (EXIT_USAGE, True), run.err)
        self.assertEqual(self.erase("--user", "nobody")["spans"], 0)
        self.assertEqual(self.balance(), (1, 1, 0))

    def test_what_reads_finishes_an_erasure_that_was_interrupted(self):
        self.import_calls(*[call(n, user="ann" if n % 2 else "bo") for n in range(20)])
        moments = Moments()
        readers = (("logs", "--limit", "0", "--level", "call"), ("show", "call-1"), ("export",), ("analyze",),
                   ("sql", "SELECT user_id FROM spans"))
        for number, reader in enumerate(readers):
            copy = shutil.copytree(self.data, self.root / f"reader-{number}", symlinks=True)
            # The catalog knows it, and the first row has not gone: the engine is told of a change by a rename.
            code = moments.run(("erase", "--user", "ann", "--yes"), copy, FILE_FAULTS_CALL="rename", FILE_FAULTS_KILL="3")
            self.assertEqual(code, KILLED)
            with self.subTest(reader=reader[0]):
                run = self.ask(*reader, data=copy)
                self.assertNotIn("ann", run.out)
                self.assertEqual(self.erase_counts(copy), (0, 10))

    def erase_counts(self, data):
        """Spans of an erasure that this command finished, and of all that were."""
        again = self.done("erase", "--user", "ann", "--yes", "--json", data=data).json
        return again["spans_of_interrupted"] + again["spans"], self.balance(data=data)[2]

    def test_killed_at_any_moment_the_same_command_finishes_it(self):
        self.import_calls(*[call(n, user="ann" if n % 2 else "bo", prompt="x" * (n % 900)) for n in range(MANY)])
        rows = ("sql", "SELECT trace_key, span_key, input FROM spans FINAL ORDER BY ALL", "--format", "tsv")
        kept = [line for line in self.done(*rows[:1], rows[1].replace("FINAL", "FINAL WHERE user_id = 'bo'"),
                                           *rows[2:]).raw.splitlines()]
        command = ("erase", "--user", "ann", "--yes", "--json")
        moments = Moments()
        moments.count(command, shutil.copytree(self.data, self.root / "counted", symlinks=True))
        killed = 0
        halfway = 0
        for number in range(kills(KILLS)):
            copy = shutil.copytree(self.data, self.root / f"copy-{number}", symlinks=True)
            moment, was_killed = moments.kill(command, copy)
            killed += was_killed
            with self.subTest(moment=moment):
                again = self.done(*command, data=copy).json
                halfway += again["spans_of_interrupted"] > 0
                self.assertIn(again["spans"] + again["spans_of_interrupted"], (0, MANY // 2))
                self.assertEqual(self.balance(data=copy), (MANY, MANY // 2, MANY // 2))
                self.assertEqual(self.done(*rows, data=copy).raw.splitlines(), kept)
                self.assertEqual(self.number("SELECT count() FROM span_keys FINAL", data=copy), MANY // 2)
            shutil.rmtree(copy)
        self.assertGreater(killed, 0)
        print(f"killed {killed} times, {halfway} of them with the erasure begun (SONDE_TEST_SEED={moments.seed})")


if __name__ == "__main__":
    unittest.main()
