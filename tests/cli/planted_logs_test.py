"""Every planted log once through every command that judges it: what the sanitizers watch, while the
programs of tests/planted count over many seeds without them."""

import inspect
import json
import pathlib
import random
import sys
import unittest

from sonde_program import sonde, write_file

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "planted"))
import association_scenes  # noqa: E402
import scenes  # noqa: E402

COMMANDS = (("optimize",), ("compare", "--by", "model"), ("compare", "--by", "prompt"),
            ("check", "--fail-if", "success_rate < 0.2", "--fail-if", "latency_ms.p95 > 1h"))


def planted_logs():
    """(name, records) of each scene that needs nothing but a source of randomness."""
    for module in (scenes, association_scenes):
        for name, scene in inspect.getmembers(module, inspect.isfunction):
            parameters = list(inspect.signature(scene).parameters.values())
            wanted = [p for p in parameters if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
            if scene.__module__ != module.__name__ or [p.name for p in wanted] != ["random"]:
                continue
            records = scene(random.Random(0))
            if isinstance(records, list) and records and isinstance(records[0], dict):
                yield name, records


class PlantedLogs(unittest.TestCase):
    def test_every_command_reads_them(self):
        count = 0
        for name, records in planted_logs():
            log = write_file(self, "".join(json.dumps(r) + "\n" for r in records).encode())
            for command, *options in COMMANDS:
                with self.subTest(log=name, command=command):
                    run = sonde(command, log, *options, "--json")
                    self.assertEqual((run.code, run.err), (0, ""))
                    self.assertEqual(run.json["rejected"], 0)
            count += 1
        self.assertGreaterEqual(count, 20)


if __name__ == "__main__":
    unittest.main()
