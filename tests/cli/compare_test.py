"""The command line of `sonde compare`: formats, refusals, and what JSON calls its members."""

import csv
import io
import unittest

from sonde_program import sonde

LOG = "dify/logs.json"


class Compare(unittest.TestCase):
    def test_json_names_the_interval_the_adjusted_p_and_the_verdict(self):
        report = sonde("compare", LOG, "--json").json
        self.assertEqual(report["by"], "model")
        self.assertEqual(report["count"], 166)
        self.assertEqual(sum(v["count"] for v in report["variants"]), 166)
        metrics = {d["metric"] for d in report["differences"]}
        self.assertEqual(metrics, {"success", "latency"})  # The log has neither costs nor tokens.
        for difference in report["differences"]:
            self.assertEqual(difference["baseline"], "gpt-4o-mini")
            self.assertIn("verdict", difference)
            if difference["p_adjusted"] is not None:
                self.assertLessEqual(difference["low"], difference["difference"])
                self.assertLessEqual(difference["difference"], difference["high"])
                self.assertGreaterEqual(difference["p_adjusted"], difference["p"])

    def test_formats_hold_the_same_differences(self):
        wanted = sonde("compare", LOG, "--json").json["differences"]
        rows = list(csv.DictReader(io.StringIO(sonde("compare", LOG, "--format", "csv").out)))
        self.assertEqual([(r["metric"], r["variant"], r["verdict"]) for r in rows],
                         [(d["metric"], d["variant"], d["verdict"]) for d in wanted])
        for form in ("table", "markdown", "html"):
            out = sonde("compare", LOG, "--format", form).out
            for difference in wanted:
                self.assertIn(difference["variant"], out)

    def test_versions_of_a_dify_app_come_from_its_saved_configurations(self):
        report = sonde("compare", "dify/dump", "--by", "version", "--metric", "success", "--json").json
        support = [v for v in report["variants"] if v.get("scope") == "Harbor Support"]
        self.assertEqual([v["version"] for v in support], ["v1", "v2", "v3"])
        pairs = [(d["baseline"], d["variant"]) for d in report["differences"]
                 if d.get("scope") == "Harbor Support"]
        self.assertEqual(pairs, [("v1", "v2"), ("v2", "v3")])

    def test_recovered_templates_say_what_they_are(self):
        report = sonde("compare", LOG, "--by", "prompt", "--json").json
        texts = [v["template"] for v in report["variants"] if v.get("scope") == "Support"]
        self.assertTrue(any(t.startswith("Classify the customer message") and "{{1}}" in t
                            for t in texts), texts)

    def test_what_cannot_be_done_is_refused_with_the_reason(self):
        for arguments, code, words in (
                (("--by", "colour"), 2, "known are model, prompt and version"),
                (("--metric", "beauty"), 2, "known are success, latency, ttft, cost and tokens"),
                (("--margin", "0"), 2, "takes points between 0 and 100"),
                (("--level", "session"), 2, "call, node, message or run"),
                (("--baseline", "none-such"), 3, "the log has gpt-4o-mini"),
        ):
            with self.subTest(arguments):
                run = sonde("compare", LOG, *arguments)
                self.assertEqual(run.code, code)
                self.assertIn(words, run.err)


if __name__ == "__main__":
    unittest.main()
