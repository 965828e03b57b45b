"""`sonde compare` finds what was planted, with intervals that hold the truth, and nothing else."""

import json
import random
import unittest

import scenes
from sonde_program import sonde, write_file

SEEDS = 200
FEW_SEEDS = 40
FOUND = ("better", "worse")


def compare(case, records, *arguments):
    log = write_file(case, "".join(json.dumps(r) + "\n" for r in records).encode())
    run = sonde("compare", log, *arguments, "--json")
    case.assertEqual(run.code, 0, run.err)
    return run.json


def differences(report, metric):
    return [d for d in report["differences"] if d["metric"] == metric]


class Planted(unittest.TestCase):
    def runs(self, scene, *arguments, seeds=FEW_SEEDS):
        for seed in range(seeds):
            yield compare(self, scene(random.Random(seed)), *arguments)

    def test_nothing_is_found_where_nothing_was_planted(self):
        false = 0
        for report in self.runs(scenes.nothing, "--by", "model", seeds=SEEDS):
            false += any(d["verdict"] in FOUND for d in report["differences"])
        self.assertLessEqual(false, SEEDS * 0.05)

    def test_a_worse_version_is_found_and_the_interval_holds_how_much_worse(self):
        found = held = 0
        # Sessions blur the rates: on average 94.5 % and 83.9 %.
        for report in self.runs(scenes.worse_version, "--by", "version"):
            (success,) = differences(report, "success")
            self.assertEqual((success["baseline"], success["variant"]), ("1", "2"))
            found += success["verdict"] == "worse"
            held += success["low"] <= -0.106 <= success["high"]
        self.assertEqual(found, FEW_SEEDS)
        self.assertGreaterEqual(held, FEW_SEEDS * 0.85)

    def test_other_work_is_no_difference_between_models(self):
        false = 0
        for report in self.runs(scenes.other_work, "--by", "model"):
            (success,) = differences(report, "success")
            false += success["verdict"] in FOUND
            self.assertLess(success["raw_difference"] * (1 if success["variant"] == "b" else -1), -0.08)
            self.assertGreater(abs(success["mix"]), abs(success["rate"]) * 2)
        self.assertLessEqual(false, FEW_SEEDS * 0.15)

    def test_a_cheaper_equal_model_is_cheaper_and_no_worse(self):
        cheaper = no_worse = 0
        for report in self.runs(scenes.cheaper_equal, "--by", "model", "--baseline", "a", seeds=10):
            (success,) = differences(report, "success")
            (cost,) = differences(report, "cost")
            cheaper += cost["verdict"] == "better"
            no_worse += success["verdict"] in ("non_inferior", "better")
            self.assertLess(abs(cost["difference"] / cost["baseline_value"] + 2 / 3), 0.05)
        self.assertEqual(cheaper, 10)
        self.assertGreaterEqual(no_worse, 9)

    def test_a_slower_model_is_found(self):
        found = held = 0
        for report in self.runs(scenes.slower, "--by", "model", "--baseline", "a"):
            (latency,) = differences(report, "latency")
            found += latency["verdict"] == "worse"
            held += latency["low"] <= 450 <= latency["high"]
        self.assertEqual(found, FEW_SEEDS)
        self.assertGreaterEqual(held, FEW_SEEDS * 0.85)

    def test_templates_are_recovered_and_the_worse_wording_is_found(self):
        for report in self.runs(scenes.two_wordings, "--by", "prompt", seeds=10):
            self.assertEqual(len(report["variants"]), 2)
            texts = {v["template"]: v["prompt"] for v in report["variants"]}
            worse = next(p for t, p in texts.items() if t.startswith("You are a support agent."))
            (success,) = differences(report, "success")
            wanted = "worse" if success["variant"] == worse else "better"
            self.assertEqual(success["verdict"], wanted)

    def test_little_data_says_so(self):
        for report in self.runs(scenes.tiny, "--by", "model", seeds=5):
            (success,) = differences(report, "success")
            self.assertIn(success["verdict"], ("too_few", "undecided"))
            self.assertGreater(success["needed"], 100)

    def test_the_order_of_records_and_the_number_of_threads_change_nothing(self):
        for scene, by in ((scenes.two_wordings, "prompt"), (scenes.other_work, "model")):
            records = scene(random.Random(1))
            first = compare(self, records, "--by", by, "--threads", "1")
            random.Random(2).shuffle(records)
            second = compare(self, records, "--by", by, "--threads", "2")
            self.assertEqual(first["variants"], second["variants"])
            self.assertEqual(first["differences"], second["differences"])


if __name__ == "__main__":
    unittest.main()
