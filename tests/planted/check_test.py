"""`sonde check` fires where a rule is broken, and at most once in twenty where it is just kept."""

import random
import unittest

import check_scenes
from sonde_program import sonde, write_file

SEEDS = 200
FEW_SEEDS = 40
HOUR = 3600
DAY = 24 * HOUR
EXIT_DONE, EXIT_FIRED = 0, 1


def times_rule(milliseconds):
    return f"latency_ms.p95 > {milliseconds:.0f}ms"


class Planted(unittest.TestCase):
    def fired(self, scene, rules, *, seeds, **window):
        """In how many of the seeds each rule fires."""
        counts = dict.fromkeys(rules, 0)
        options = [part for rule in rules for part in ("--fail-if", rule)]
        for seed in range(seeds):
            run = sonde("check", write_file(self, scene(random.Random(seed), **window)), *options, "--json")
            verdicts = {judged["rule"]: judged["verdict"] for judged in run.json["rules"]}
            self.assertEqual(run.code, EXIT_FIRED if "fired" in verdicts.values() else EXIT_DONE, run.err)
            for rule in rules:
                counts[rule] += verdicts[rule] == "fired"
        return counts

    def assert_rarely(self, scene, p95_ms, *, rate=0.95, **window):
        """Both rules are exactly at their limits, which is where they err most often."""
        rules = (f"success_rate < {rate}", times_rule(p95_ms))
        for rule, count in self.fired(scene, rules, seeds=SEEDS, rate=rate, **window).items():
            self.assertLessEqual(count, SEEDS * 0.05, rule)

    def test_a_limit_that_is_just_kept_by_sessions(self):
        self.assert_rarely(check_scenes.sessions, check_scenes.SESSIONS_P95_MS, calls=400, seconds=DAY)

    def test_a_limit_that_is_just_kept_by_few_sessions(self):
        self.assert_rarely(check_scenes.sessions, check_scenes.SESSIONS_P95_MS, calls=32, seconds=HOUR)

    def test_a_limit_that_is_just_kept_through_ill_spells(self):
        self.assert_rarely(check_scenes.spells, check_scenes.SPELLS_P95_MS, calls=480, seconds=DAY)

    def test_a_limit_that_is_just_kept_in_a_few_hours(self):
        self.assert_rarely(check_scenes.spells, check_scenes.SPELLS_P95_MS, calls=180, seconds=3 * HOUR)

    def test_a_limit_that_is_just_kept_in_a_quiet_hour(self):
        # Six or seven blocks of ten minutes, of which one may be ill: no news of the service.
        self.assert_rarely(check_scenes.spells, check_scenes.SPELLS_P95_MS, calls=60, seconds=HOUR)

    def test_a_rule_that_is_kept_with_room_never_fires(self):
        rules = ("success_rate < 0.9", times_rule(1.5 * check_scenes.SPELLS_P95_MS))
        counts = self.fired(check_scenes.spells, rules, seeds=SEEDS, rate=0.97, calls=480, seconds=DAY)
        self.assertLessEqual(max(counts.values()), SEEDS * 0.01)

    def test_a_regression_fires(self):
        slower = {"slower": 1.5}
        for scene, p95_ms, calls in ((check_scenes.sessions, check_scenes.SESSIONS_P95_MS, 800),
                                     (check_scenes.spells, check_scenes.SPELLS_P95_MS, 960)):
            rules = ("success_rate < 0.95", times_rule(p95_ms))
            counts = self.fired(scene, rules, seeds=FEW_SEEDS, rate=0.85, calls=calls, seconds=DAY, **slower)
            self.assertGreaterEqual(min(counts.values()), FEW_SEEDS * 0.95, (scene.__name__, counts))

    def test_a_partial_outage_of_a_busy_hour_fires(self):
        rules = ("success_rate < 0.95", "error_rate > 5%")
        counts = self.fired(check_scenes.outage, rules, seeds=FEW_SEEDS, fails=0.3, calls=120, seconds=HOUR)
        self.assertEqual(set(counts.values()), {FEW_SEEDS})

    def test_a_total_outage_of_a_quiet_half_hour_fires(self):
        counts = self.fired(check_scenes.outage, ("success_rate < 0.95",), seeds=FEW_SEEDS, fails=1,
                            calls=30, seconds=HOUR / 2)
        self.assertEqual(set(counts.values()), {FEW_SEEDS})

    def test_no_data_fires(self):
        window = check_scenes.sessions(random.Random(1), calls=40, seconds=HOUR, rate=0.99)
        log = write_file(self, window)
        rule = ("--fail-if", "success_rate < 0.5", "--json")
        later = sonde("check", log, *rule, "--since", "2027-01-01")
        self.assertEqual(later.code, EXIT_FIRED)
        self.assertEqual([r["rule"] for r in later.json["rules"] if r["verdict"] == "fired"], ["no_data"])
        self.assertEqual(sonde("check", log, *rule).code, EXIT_DONE)


if __name__ == "__main__":
    unittest.main()
