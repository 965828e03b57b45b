"""A broken record costs that record only, in every format: nothing crashes, nothing else is lost,
and its file, line, byte and reason are named."""

import json
import re
import unittest

from corpus import BROKEN, FORMATS, GOOD
from sonde_program import sonde, write_file

TIMEOUT_SECONDS = 20


def lines_around(maker, broken):
    """Good records with the broken one in their middle, as bytes; and where it begins."""
    good = [json.dumps(maker(i)).encode() + b"\n" for i in range(GOOD)]
    before = b"".join(good[: GOOD // 2])
    return before + broken + b"\n" + b"".join(good[GOOD // 2:]), len(before)


def comparable(text):
    """Without the number of replacement characters that invalid bytes have become."""
    return re.sub("\ufffd+", "\ufffd", text)


class Between(unittest.TestCase):
    def read(self, log, *arguments, command="analyze"):
        return sonde(command, log, *arguments, "--json", timeout=TIMEOUT_SECONDS)

    def check(self, name, maker, broken):
        data, byte = lines_around(maker, broken.data)
        log = write_file(self, data)
        kept = log.with_name("rejects.jsonl")
        run = self.read(log, "--rejects", kept)
        self.assertEqual(run.code, 0, run.err)
        report = run.json
        count = report["total"]["count"]
        if broken.counted is None:
            self.assertIn((count, report["rejected"]), ((GOOD, 1), (GOOD + 1, 0), (GOOD + 1, 1)))
        elif broken.counted:
            self.assertEqual((count, report["rejected"]), (GOOD + 1, 0))
        else:
            self.assertEqual((count, report["rejected"]), (GOOD, 1))
            reject = report["rejects"][0]
            self.assertEqual((reject["file"], reject["line"], reject["byte"]), (str(log), GOOD // 2 + 1, byte))
            self.assertTrue(reject["reason"])
        rows = [json.loads(line) for line in kept.read_bytes().splitlines()]
        self.assertEqual(len(rows), report["rejected"])
        for row in rows:
            if broken.counted is False:
                self.assertEqual(comparable(row["record"]), comparable(broken.data.decode("utf-8", "replace")))
        optimized = self.read(log, command="optimize")
        self.assertEqual(optimized.code, 0, optimized.err)
        if broken.counted is not None:
            self.assertEqual(optimized.json["rejected"], report["rejected"])
        converted = sonde("convert", log, timeout=TIMEOUT_SECONDS)
        self.assertEqual(converted.code, 0, converted.err)
        self.assertTrue(all(span["span_id"] for span in converted.lines))


def add_cases():
    for name, maker in FORMATS.items():
        def between(self, name=name, maker=maker):
            for broken in BROKEN:
                with self.subTest(format=name, broken=broken.name):
                    self.check(name, maker, broken)

        setattr(Between, f"test_{name.replace(' ', '_')}", between)


add_cases()

if __name__ == "__main__":
    unittest.main()
