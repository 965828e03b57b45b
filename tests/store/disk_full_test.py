"""A disk that fills up during sonde import: a refusal that says what to do, nothing counted that is not there,
and the same command goes on when there is room again."""

import json
import os
import random
import subprocess
import sys
import unittest

from faults import MEMORY, loaded
from history_case import HistoryCase
from sonde_program import write_file

EXIT_UNAVAILABLE = 6
RECORDS = 12_000
SMALL, LARGE = "60m", "400m"
INSIDE = "SONDE_TEST_OWN_MOUNTS"  # Set in the copy of this program that may mount.
REMEDY = "make room"


def log(records):
    """Texts that cannot be compressed, and of which each word is another: about 3 KB a record."""
    chance = random.Random(11)
    return "".join(json.dumps({"id": f"call-{number}", "prompt": chance.randbytes(700).hex(),
                               "answer": chance.randbytes(700).hex(), "model": "m",
                               "timestamp": f"2026-{1 + number % 3:02}-01T00:00:00Z"}) + "\n"
                   for number in range(records))


def mount(*arguments):
    return subprocess.run(["mount", *map(str, arguments)], capture_output=True, check=False).returncode == 0


class Refusals(HistoryCase):
    def refused(self, run):
        self.assertEqual((run.code, REMEDY in run.err), (EXIT_UNAVAILABLE, True), run.err)

    def counted(self):
        """Spans in the ledger, which are there."""
        ledger = self.done("ledger", "--json").json
        self.assertTrue(ledger["balanced"])
        self.assertEqual(ledger["stored"], ledger["spans_in_history"])
        return ledger["stored"]


class SmallDisk(Refusals):
    def setUp(self):
        super().setUp()
        self.disk = self.root / "disk"
        self.disk.mkdir()
        if not mount("-t", "tmpfs", "-o", f"size={SMALL}", "none", self.disk):
            self.skipTest("nothing can be mounted here: WriteThatFails stands in for it")
        self.addCleanup(subprocess.run, ["umount", "--lazy", str(self.disk)], check=True)
        self.data = self.disk / "data"

    def fill(self):
        with open(self.disk / "ballast", "wb", buffering=0) as file:
            for size in (1 << 16, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    pass

    def test_an_import_stops_and_goes_on_when_there_is_room(self):
        command = ("import", write_file(self, log(RECORDS)), "--json", "--batch-spans-max", "1000")
        self.refused(self.ask(*command))
        stored = self.counted()
        self.assertGreater(stored, 0)
        self.assertLess(stored, RECORDS)
        self.refused(self.ask(*command))
        self.assertEqual(self.counted(), stored)
        self.assertEqual(len(self.done("logs", "--limit", "5", "--json").json["executions"]), 5)
        self.assertTrue(mount("-o", f"remount,size={LARGE}", self.disk))
        whole = self.done(*command).json
        self.assertEqual((whole["stored"], whole["deduplicated"]), (RECORDS - stored, stored))
        self.assertEqual(self.counted(), RECORDS)

    def test_without_a_single_byte_nothing_is_lost(self):
        path = write_file(self, log(300))
        self.done("import", path)
        self.fill()
        for command in (("import", path), ("ledger",), ("logs",), ("erase", "--where", "model = 'm'", "--yes")):
            self.refused(self.ask(*command))
        (self.disk / "ballast").unlink()
        self.assertEqual(self.counted(), 300)
        self.assertEqual(self.done("import", path, "--json").json["deduplicated"], 300)


class WriteThatFails(Refusals):
    """Any write may be the one that finds the disk full, whatever was free before."""

    place = MEMORY

    def test_an_import_is_finished_when_there_is_room(self):
        command = ("import", write_file(self, log(1_500)), "--json", "--batch-spans-max", "300")
        stopped = set()
        for kibibytes in (2, 40, 300, 1_500, 4_000, 7_000):
            self.data = self.root / f"full-{kibibytes}"
            run = self.ask(*command, **loaded(self.data, FILE_FAULTS_BYTES=str(kibibytes << 10)))
            self.refused(run)
            with self.subTest(kibibytes=kibibytes):
                stored = self.counted()
                stopped.add(stored)
                whole = self.done(*command).json
                self.assertEqual((whole["stored"], whole["deduplicated"]), (1_500 - stored, stored))
                self.assertEqual(self.counted(), 1_500)
                rows = self.done("sql", "SELECT count(), uniqExact(input) FROM spans FINAL", "--format", "tsv")
                self.assertEqual(rows.out.split("\n")[1], "1500\t1500")
        self.assertGreater(len(stopped), 2)


def in_own_mounts():
    """Where mounting takes more rights than this has, as the first user of a name space of its own."""
    command = ["unshare", "--user", "--map-root-user", "--mount"]
    if os.geteuid() == 0 or INSIDE in os.environ:
        return
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
        os.environ[INSIDE] = "1"
        os.execvp(command[0], [*command, sys.executable, *sys.argv])


if __name__ == "__main__":
    in_own_mounts()
    unittest.main()
