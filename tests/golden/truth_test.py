"""What sonde counts in the examples is what their generator wrote down in examples/truth.json."""

import json
import unittest
from decimal import Decimal

from sonde_program import EXAMPLES, analyze, optimize, sonde

TRUTH = json.loads((EXAMPLES / "truth.json").read_text(encoding="utf-8"))

# The generator's names of failures -> error classes.
ERROR_CLASSES = {
    "connection_error": "connection", "content_filter": "content_filter", "context_length": "context_length",
    "invalid_api_key": "authentication", "invalid_json": "parse_error", "no_output_format": "parse_error",
    "overloaded": "overloaded", "provider_error": "server_error", "rate_limit": "rate_limit", "timeout": "timeout",
}

# File, the level at which its records count, and what of its truth holds there.
LEVEL_OF = {
    "dify/logs.json": "call",
    "dify/flat_messages.jsonl": "call",
    "dify/console/chat-messages.json": "message",
    "dify/console/workflow-app-logs.json": "run",
    "dify/console/workflow-runs.json": "run",
    "dify/console/workflow-run-detail.json": "run",
    "dify/console/node-executions.json": "node",
    "dify/dump/messages.jsonl": "message",
    "dify/dump/workflow_runs.jsonl": "run",
    "dify/dump": "call",
    "providers/openai.jsonl": "call",
    "providers/anthropic.jsonl": "call",
    "langfuse/trace.json": "call",
    "otlp/traces.jsonl": "call",
}


def costs(total):
    return {part["currency"]: Decimal(part["amount"]) for part in total["cost"]}


def by(log, name, *more):
    """Group -> the group's figures."""
    return {group[name]: group for group in analyze(log, "--by", name, "--limit", 0, *more)["groups"]}


def count_where(log, condition, level="call"):
    return analyze(log, "--level", level, "--where", condition)["total"]["count"]


def documents(log):
    return sum(file["documents"] for file in analyze(log)["files"])


class Totals(unittest.TestCase):
    """Counts, outcomes, tokens and cost of every file."""

    def check(self, log, level):
        truth = TRUTH[log]
        report = analyze(log, "--level", level)
        total = report["total"]
        excluded = truth.get("excluded_debugger", 0)
        if "excluded_debugger" in truth:
            self.assertEqual(report["excluded"], excluded)
        records = truth.get("llm_calls", truth["records"]) if level == "call" else truth["records"]
        self.assertEqual(total["count"], records - excluded)
        for name, key in (("ok", "ok"), ("failed", "error"), ("cancelled", "cancelled"), ("pending", "pending")):
            if name in truth:
                self.assertEqual(total[key], truth[name], name)
        if "tokens_in" in truth:
            self.assertEqual((total["input_tokens"], total["output_tokens"]), (truth["tokens_in"], truth["tokens_out"]))
        if "cost" in truth:
            self.assertEqual(costs(total), {c: Decimal(amount) for c, amount in truth["cost"].items()})
        self.assertEqual(report["rejected"], 0)


def add_totals():
    for log, level in LEVEL_OF.items():
        name = log.replace("/", "_").replace(".", "_").replace("-", "_")
        setattr(Totals, f"test_{name}", lambda self, log=log, level=level: self.check(log, level))


add_totals()


class ErrorClasses(unittest.TestCase):
    def check(self, log):
        wanted = {}
        for kind, count in TRUTH[log]["failed_by_kind"].items():
            wanted[ERROR_CLASSES[kind]] = wanted.get(ERROR_CLASSES[kind], 0) + count
        self.assertEqual(analyze(log, "--level", LEVEL_OF[log])["total"]["errors"], wanted)

    def test_of_flat_messages(self):
        self.check("dify/flat_messages.jsonl")

    def test_of_console_messages(self):
        self.check("dify/console/chat-messages.json")

    def test_of_console_app_logs(self):
        self.check("dify/console/workflow-app-logs.json")

    def test_of_the_dump(self):
        self.check("dify/dump/messages.jsonl")
        self.check("dify/dump/workflow_runs.jsonl")

    def test_of_provider_calls(self):
        self.check("providers/openai.jsonl")
        self.check("providers/anthropic.jsonl")

    def test_of_traces(self):
        self.check("langfuse/trace.json")
        self.check("otlp/traces.jsonl")


class Groups(unittest.TestCase):
    def test_workshop_categories_and_models(self):
        truth = TRUTH["dify/logs.json"]
        groups = by("dify/logs.json", "category")
        self.assertEqual({name: {"records": g["count"], "ok": g["ok"], "failed": g["error"]}
                          for name, g in groups.items()}, truth["by_category"])
        models = by("dify/logs.json", "model")
        self.assertEqual({name: g["count"] for name, g in models.items()}, truth["by_model"])

    def test_workshop_response_times(self):
        latency = analyze("dify/logs.json")["total"]["latency_ms"]
        self.assertAlmostEqual(latency["mean"] * latency["count"], TRUTH["dify/logs.json"]["response_time_ms_sum"], 3)

    def test_flat_categories_sessions_users_and_response_times(self):
        log = "dify/flat_messages.jsonl"
        truth = TRUTH[log]
        self.assertEqual({name: {"records": g["count"], "failed": g["error"]}
                          for name, g in by(log, "category").items()}, truth["by_category"])
        self.assertEqual(len(by(log, "session")), truth["sessions"])
        self.assertEqual(len(by(log, "user")), truth["users"])
        latency = analyze(log)["total"]["latency_ms"]
        self.assertAlmostEqual(latency["mean"] * latency["count"] / 1000, truth["response_time_s_sum"], 6)

    def test_apps_of_the_dump(self):
        for table, level in (("messages", "message"), ("workflow_runs", "run")):
            wanted = TRUTH[f"dify/dump/{table}.jsonl"]["by_app"]
            groups = by("dify/dump", "app", "--level", level)
            found = {name: g["count"] for name, g in groups.items()}
            self.assertEqual(found, {name: w["records"] if isinstance(w, dict) else w for name, w in wanted.items()})
        groups = by("dify/dump", "app", "--level", "message")
        wanted = TRUTH["dify/dump/messages.jsonl"]["by_app"]
        self.assertEqual({name: g["error"] for name, g in groups.items()}, {n: w["failed"] for n, w in wanted.items()})

    def test_calls_of_the_dump(self):
        truth = TRUTH["dify/dump"]
        self.assertEqual({name: g["count"] for name, g in by("dify/dump", "app").items()}, truth["calls_by_app"])
        self.assertEqual({name: g["count"] for name, g in by("dify/dump", "model").items()}, truth["calls_by_model"])
        calls = [span for span in sonde("convert", "dify/dump").lines if "call" in span["levels"]]
        self.assertEqual(sum(s["source"] == "dify-messages" for s in calls), truth["calls_from_messages"])
        self.assertEqual(sum(s["source"] == "dify-node-executions" for s in calls), truth["calls_from_nodes"])

    def test_services_of_traces(self):
        log = "otlp/traces.jsonl"
        self.assertEqual({name: g["count"] for name, g in by(log, "app").items()}, TRUTH[log]["by_service"])


class Levels(unittest.TestCase):
    def test_nodes_of_the_dump_leave_out_debugger_runs(self):
        truth = TRUTH["dify/dump/workflow_node_executions.jsonl"]
        total = analyze("dify/dump", "--level", "node")["total"]
        self.assertEqual(total["count"], truth["records"] - truth["excluded_debugger"])
        self.assertEqual((total["ok"], total["error"]), (truth["ok"], truth["failed"]))
        self.assertEqual((total["input_tokens"], total["output_tokens"]), (truth["tokens_in"], truth["tokens_out"]))
        self.assertEqual(costs(total), {"USD": Decimal(truth["cost"]["USD"])})
        types = by("dify/dump", "node_type", "--level", "node")
        self.assertEqual({name: g["count"] for name, g in types.items()}, truth["by_node_type"])

    def test_calls_of_nodes_by_model(self):
        truth = TRUTH["dify/dump/workflow_node_executions.jsonl"]
        calls = [span for span in sonde("convert", "dify/dump").lines
                 if "call" in span["levels"] and "node" in span["levels"]]
        models = [span["model"] for span in calls]
        self.assertEqual({name: models.count(name) for name in models}, truth["llm_calls_by_model"])
        cut = [span["span_id"] for span in calls if span.get("finish_reason") == "length"]
        self.assertEqual(cut, truth["cut_at_max_tokens"])

    def test_messages_and_runs_of_the_dump_have_the_outcomes_of_their_tables(self):
        for table, level in (("messages", "message"), ("workflow_runs", "run")):
            truth = TRUTH[f"dify/dump/{table}.jsonl"]
            total = analyze("dify/dump", "--level", level)["total"]
            self.assertEqual(total["count"], truth["records"] - truth["excluded_debugger"])
            self.assertEqual((total["ok"], total["error"]), (truth["ok"], truth["failed"]))

    def test_message_tokens_of_the_dump_include_failed_attempts(self):
        # messages.jsonl says 4198 and 2326; a chatflow's nodes also spent 53 and 13 on attempts
        # whose message Dify left at zero.
        total = analyze("dify/dump", "--level", "message")["total"]
        self.assertEqual((total["input_tokens"], total["output_tokens"]), (4198 + 53, 2326 + 13))

    def test_sessions(self):
        for log in ("dify/flat_messages.jsonl", "dify/console/chat-messages.json", "dify/dump/messages.jsonl",
                    "dify/app-messages.jsonl.gz", "otlp/traces.jsonl", "langfuse/trace.json"):
            with self.subTest(log):
                self.assertEqual(analyze(log, "--level", "session")["total"]["count"], TRUTH[log]["sessions"])

    def test_levels_never_add_up_twice(self):
        # A run's tokens are those of its nodes, never in addition to them.
        runs = analyze("dify/dump", "--level", "run")["total"]
        nodes = analyze("dify/dump", "--level", "node")["total"]
        self.assertEqual(runs["input_tokens"], nodes["input_tokens"])
        self.assertEqual(costs(runs), costs(nodes))


class Documents(unittest.TestCase):
    def test_every_record_of_a_table_is_read(self):
        for log in ("dify/dump/message_feedbacks.jsonl", "dify/dump/app_model_configs.jsonl",
                    "dify/dump/workflows.jsonl", "dify/dump/messages.jsonl", "dify/dump/workflow_runs.jsonl",
                    "dify/dump/workflow_node_executions.jsonl", "dify/app-messages.jsonl.gz", "providers/openai.jsonl",
                    "providers/anthropic.jsonl"):
            with self.subTest(log):
                self.assertEqual(documents(log), TRUTH[log]["records"])
        self.assertEqual(documents("dify/console/chat-messages.json"), TRUTH["dify/console/chat-messages.json"]["documents"])

    def test_feedback_exports_hold_eleven_messages(self):
        # Twelve ratings: one message was rated by its user and by an administrator.
        for log in ("dify/feedbacks.json", "dify/feedbacks.csv"):
            self.assertEqual(TRUTH[log]["records"], 12)
            self.assertEqual(analyze(log)["total"]["count"], 11)

    def test_feedback(self):
        for log in ("dify/flat_messages.jsonl", "dify/app-messages.jsonl.gz"):
            with self.subTest(log):
                self.assertEqual(count_where(log, "feedback = like"), TRUTH[log]["likes"])
                self.assertEqual(count_where(log, "feedback = dislike"), TRUTH[log]["dislikes"])

    def test_answers_of_an_export(self):
        log = "dify/app-messages.jsonl.gz"
        self.assertEqual(count_where(log, "output is null"), TRUTH[log]["empty_answers"])

    def test_cached_tokens_and_finish_reasons(self):
        log = "providers/anthropic.jsonl"
        spans = sonde("convert", log).lines
        self.assertEqual(sum(s.get("cache_read_tokens", 0) for s in spans), TRUTH[log]["cache_read_tokens"])
        for log in ("providers/openai.jsonl", "providers/anthropic.jsonl"):
            found = [s["finish_reason"] for s in sonde("convert", log).lines if s.get("finish_reason")]
            self.assertEqual(len(found), sum(TRUTH[log]["finish_reasons"].values()))
            cut = TRUTH[log]["records_of_kind"]["cut_off"]
            self.assertEqual(count_where(log, "finish_reason = length"), len(cut))


class Planted(unittest.TestCase):
    """The causes that the generator put into logs.json are the ones that optimize names."""

    def test_every_planted_cause_is_found(self):
        truth = TRUTH["dify/logs.json"]
        ids = [span["span_id"] for span in sonde("convert", "dify/logs.json", "--threads", 1).lines]
        cause_of = {}
        for line in optimize("dify/logs.json")["failed_prompts"]:
            for example in line["example_ids"]:
                cause_of[example] = line["cause"]
        for kind, places in truth["records_of_kind"].items():
            wanted = None if kind == "no_visible_cause" else kind.replace("_", "-")
            for place in places:
                with self.subTest(kind=kind, record=place):
                    self.assertEqual(cause_of[ids[place]], wanted)


if __name__ == "__main__":
    unittest.main()
