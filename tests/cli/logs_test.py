"""sonde logs on files: the newest first, what is left out is said, and show finds what is listed."""

import csv
import io
import json
import unittest

from sonde_program import sonde, write_file

EXIT_USAGE = 2

DUMP = "dify/dump"


def record(number, **fields):
    return {"id": f"call-{number:04}-{'x' * 30}", "created_at": f"2026-03-01T00:{number:02}:07Z", "model": "m",
            "query": f"question {number}", "answer": "a", "status": "success", "latency": 1.5} | fields


class Logs(unittest.TestCase):
    def log(self, records):
        return write_file(self, "".join(json.dumps(r) + "\n" for r in records).encode())

    def listed(self, *arguments):
        run = sonde("logs", *arguments, "--json")
        self.assertEqual(run.code, 0, run.err)
        return run.json

    def test_the_newest_come_first_whatever_the_order(self):
        log = self.log([record(n) for n in (7, 3, 50, 21)])
        listed = self.listed(log)
        self.assertEqual([e["input"] for e in listed["executions"]],
                         ["question 50", "question 21", "question 7", "question 3"])
        self.assertFalse(listed["has_more"])

    def test_the_limit_says_what_it_leaves_out(self):
        log = self.log([record(n) for n in range(30)])
        for threads in (1, 4):
            listed = self.listed(log, "--limit", 3, "--threads", threads)
            self.assertEqual([e["input"] for e in listed["executions"]], [f"question {n}" for n in (29, 28, 27)])
            self.assertTrue(listed["has_more"])
        self.assertEqual(len(self.listed(log, "--limit", 0)["executions"]), 30)
        self.assertIn("older ones are left out: --limit 0 shows all, --until 2026-03-01T00:28:07Z",
                      " ".join(sonde("logs", log, "--limit", 2).out.split()))
        older = self.listed(log, "--limit", 2, "--until", "2026-03-01T00:28:07Z")
        self.assertEqual([e["input"] for e in older["executions"]], ["question 27", "question 26"])

    def test_failed_lists_failures_only(self):
        log = self.log([record(1), record(2, status="error", error="429 rate limit reached"), record(3)])
        listed = self.listed(log, "--failed")
        self.assertEqual([e["input"] for e in listed["executions"]], ["question 2"])
        self.assertEqual(listed["filters"], ["where status = error"])
        self.assertIn("rate_limit", sonde("logs", log).out)

    def test_csv_has_a_line_each(self):
        log = self.log([record(1, query="=1+1, \"quoted\"\nsecond line"), record(2)])
        rows = list(csv.DictReader(io.StringIO(sonde("logs", log, "--format", "csv").out, newline="")))
        self.assertEqual([row["prompt"] for row in rows], ["question 2", "'=1+1, \"quoted\"\nsecond line"])
        self.assertEqual(rows[0]["latency_ms"], "1500")

    def test_show_takes_the_beginning_of_an_id_as_it_is_listed(self):
        table = sonde("logs", DUMP, "--limit", 5).out.splitlines()
        shortened = [line.split()[-1] for line in table if line.startswith("2026-")]
        self.assertEqual(len(shortened), 5)
        for begin in shortened:
            run = sonde("show", DUMP, begin)
            self.assertEqual(run.code, 0, run.err)
            self.assertIn(begin, run.out.splitlines()[0])
        many = sonde("show", self.log([record(n) for n in range(30)]), "call-00")
        self.assertEqual(many.code, EXIT_USAGE)
        self.assertIn("several ids begin with call-00: call-0000-", many.err)
        self.assertIn("and 25 more", many.err)

    def test_nothing_found_says_so(self):
        run = sonde("logs", self.log([record(1)]), "--where", "model = other")
        self.assertEqual(run.code, 0)
        self.assertEqual(run.out, "nothing found in these files (where model = other)\n")

    def test_refuses_what_it_cannot_do(self):
        log = self.log([record(1)])
        for arguments, said in ((("--search", "word"), "--search needs the index"), (("--level", "session"), "--level is"),
                                (("--format", "html"), "table, json or csv")):
            run = sonde("logs", log, *arguments)
            self.assertEqual((run.code, said in run.err), (EXIT_USAGE, True), run.err)


if __name__ == "__main__":
    unittest.main()
