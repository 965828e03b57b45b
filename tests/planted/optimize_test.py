"""`sonde optimize` finds the associations that were planted, with intervals that hold the truth, and
nothing where nothing was planted."""

import json
import random
import unittest

import association_scenes
import scenes
from sonde_program import sonde, write_file

SEEDS = 200
FEW_SEEDS = 15


def associations(case, records, *arguments):
    log = write_file(case, "".join(json.dumps(r) + "\n" for r in records).encode())
    run = sonde("optimize", log, *arguments, "--json")
    case.assertEqual(run.code, 0, run.err)
    return [f for f in run.json["findings"] if f["kind"] == "association"]


class Planted(unittest.TestCase):
    def runs(self, scene, *arguments, seeds=FEW_SEEDS):
        for seed in range(seeds):
            yield associations(self, scene(random.Random(seed)), *arguments)

    def assert_found(self, scene, check, *, truth=None, subject="", least=14, basis=None):
        """In nearly all seeds `check` is found, its interval holds `truth`, and it has what a finding
        needs: ids, a patch, and something to save."""
        found = held = 0
        for findings in self.runs(scene):
            mine = [f for f in findings if f["check"] == check and subject in (f.get("subject") or "")]
            found += bool(mine)
            for finding in mine[:1]:
                self.assertGreater(len(finding["evidence_ids"]), 0)
                self.assertTrue(finding["patch"]["text"])
                self.assertTrue(any(finding["effect"]["saving"][k]
                                    for k in ("failures", "seconds", "cost", "tokens"))
                                or finding["effect"]["metric"] == "dislike_rate")
                if basis is not None:
                    self.assertEqual(finding["effect"]["basis"], basis)
                if truth is not None:
                    held += finding["effect"]["low"] <= truth <= finding["effect"]["high"]
        self.assertGreaterEqual(found, least)
        if truth is not None:
            self.assertGreaterEqual(held, found - 3)

    def assert_nothing(self, scene, seeds):
        false = [f for f in self.runs(scene, seeds=seeds) if f]
        self.assertLessEqual(len(false), seeds * 0.05, [(f["check"], f["subject"]) for r in false for f in r])

    def test_nothing_is_found_where_nothing_was_planted(self):
        self.assert_nothing(scenes.nothing, SEEDS)

    def test_nothing_is_found_in_a_rich_log(self):
        self.assert_nothing(association_scenes.nothing_in_a_rich_log, SEEDS)

    def test_nothing_is_found_where_prompts_recur(self):
        self.assert_nothing(association_scenes.nothing_from_few_prompts, SEEDS)

    def test_other_work_is_no_finding(self):
        self.assert_nothing(scenes.other_work, FEW_SEEDS)

    def test_little_data_is_no_finding(self):
        self.assert_nothing(scenes.tiny, FEW_SEEDS)

    def test_a_worse_version(self):
        # Sessions blur the rates: on average 94.5 % and 83.9 %.
        self.assert_found(scenes.worse_version, "version-worse", truth=0.106)

    def test_a_cheaper_equal_model(self):
        self.assert_found(scenes.cheaper_equal, "model-alternative", truth=0, subject="a -> b", least=12)

    def test_a_cheaper_model_on_the_same_inputs(self):
        # Unpaired, the limit of the loss would be 2.5 points at no difference: 1.96 * sqrt(2 * 0.11 * 0.89 / 1200).
        self.assert_found(association_scenes.cheaper_on_the_same_inputs, "model-alternative", truth=0,
                          subject="a -> b", basis="paired")

    def test_a_worse_version_on_the_same_inputs(self):
        self.assert_found(association_scenes.worse_version_on_the_same_inputs, "version-worse", truth=0.05,
                          basis="paired")

    def test_a_loss_of_the_margin_on_the_same_inputs_is_rarely_advised(self):
        self.assert_nothing(association_scenes.too_much_worse_on_the_same_inputs, SEEDS)

    def test_nothing_is_found_where_the_same_inputs_ran_alike(self):
        self.assert_nothing(association_scenes.nothing_on_the_same_inputs, SEEDS)

    def test_a_user_who_fails_more(self):
        self.assert_found(association_scenes.wild_user, "group-differs", truth=0.34, subject="u-wild")

    def test_an_hour_of_outage(self):
        self.assert_found(association_scenes.outage_hour, "group-differs", subject="hour")

    def test_a_hot_temperature(self):
        self.assert_found(association_scenes.hot_temperature, "parameter-effect", truth=0.135,
                          subject="temperature 1.2")

    def test_a_bad_document(self):
        self.assert_found(association_scenes.bad_document, "dislikes-gather", truth=0.4, subject="prices.pdf")

    def test_empty_retrieval(self):
        self.assert_found(association_scenes.empty_retrieval, "empty-retrieval", truth=0.24)

    def test_a_burst_of_rate_limits(self):
        self.assert_found(association_scenes.rate_limit_burst, "rate-limit-bursts")

    def test_a_retry_storm(self):
        self.assert_found(association_scenes.retry_storm, "retry-storm")

    def test_calls_made_twice(self):
        self.assert_found(association_scenes.double_submit, "duplicate-calls")

    def test_long_prompts_that_time_out(self):
        self.assert_found(association_scenes.long_prompts_time_out, "timeouts-by-length", truth=0.19)

    def test_a_shorter_wording(self):
        self.assert_found(association_scenes.shorter_wording, "shorter-wording", truth=0, least=12)

    def test_a_clock_in_front_of_the_stable_part(self):
        self.assert_found(association_scenes.clock_in_front, "cache-prefix")

    def test_an_example_twice(self):
        self.assert_found(association_scenes.example_twice, "few-shot")

    def test_needless_examples_as_chat_messages(self):
        self.assert_found(association_scenes.needless_chat_examples, "few-shot", truth=0,
                          subject="8 worked examples -> 2 worked examples", least=12)

    def test_conversations_are_no_examples(self):
        self.assert_nothing(association_scenes.conversations, 40)

    def test_json_without_a_schema(self):
        self.assert_found(association_scenes.json_without_schema, "json-validity", truth=0.14)

    def test_the_order_of_records_and_the_number_of_threads_change_nothing(self):
        records = association_scenes.nothing_in_a_rich_log(random.Random(3)) + scenes.worse_version(random.Random(3))
        first = associations(self, records, "--threads", "1")
        second = associations(self, records, "--threads", "2")
        self.assertEqual(first, second)
        self.assertTrue(first)


if __name__ == "__main__":
    unittest.main()
