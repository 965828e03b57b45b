"""Runs the sonde binary for the test programs of this folder.

The binary is named by the variable SONDE; the working folder is examples/, so that paths in the
output are the same on every machine. Settings of the environment and of the user are kept out.
"""

import json
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
BINARY = os.environ.get("SONDE", str(ROOT / "build/release/sonde"))
TIMEOUT_SECONDS = 60
LEVELS = ("call", "node", "message", "run", "session")

# Every file and folder of examples/ that holds a log.
LOGS = (
    "dify/logs.json",
    "dify/flat_messages.jsonl",
    "dify/feedbacks.json",
    "dify/feedbacks.csv",
    "dify/app-messages.jsonl.gz",
    "dify/console/chat-conversations.json",
    "dify/console/chat-messages.json",
    "dify/console/workflow-app-logs.json",
    "dify/console/workflow-runs.json",
    "dify/console/workflow-run-detail.json",
    "dify/console/node-executions.json",
    "dify/console",
    "dify/dump/messages.jsonl",
    "dify/dump/workflow_runs.jsonl",
    "dify/dump/workflow_node_executions.jsonl",
    "dify/dump/message_feedbacks.jsonl",
    "dify/dump/app_model_configs.jsonl",
    "dify/dump/workflows.jsonl",
    "dify/dump",
    "providers/openai.jsonl",
    "providers/anthropic.jsonl",
    "langfuse/trace.json",
    "otlp/traces.jsonl",
)


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SONDE_", "XDG_"))}
    kept.pop("NO_COLOR", None)
    kept.pop("COLUMNS", None)
    kept["HOME"] = "/nonexistent"
    kept.update(more)
    return kept


class Run:
    """A finished run: `code`, and what it wrote as bytes (`raw`) and as text."""

    def __init__(self, code, out, err):
        self.code = code
        self.raw = out
        self.err = err.decode("utf-8", "replace")

    @property
    def out(self):
        return self.raw.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.raw)

    @property
    def lines(self):
        return [json.loads(line) for line in self.raw.splitlines()]


def sonde(*arguments, stdin=b"", cwd=EXAMPLES, timeout=TIMEOUT_SECONDS, **variables):
    """Runs sonde; keyword arguments in capitals are variables of its environment."""
    done = subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True, cwd=cwd,
                          timeout=timeout, env=environment(**variables))
    return Run(done.returncode, done.stdout, done.stderr)


def analyze(*arguments, **options):
    """The JSON report of `sonde analyze`; fails when the run does."""
    return report_of("analyze", *arguments, **options)


def optimize(*arguments, **options):
    return report_of("optimize", *arguments, **options)


def report_of(command, *arguments, **options):
    run = sonde(command, *arguments, "--json", **options)
    if run.code != 0:
        raise AssertionError(f"sonde {command} {arguments} ended with {run.code}: {run.err}")
    return run.json


def write_file(test, data, name="log.jsonl"):
    """Writes bytes, text or a list of records (one a line) to a file that lives as long as the test."""
    folder = tempfile.TemporaryDirectory(prefix="sonde-test-")
    test.addCleanup(folder.cleanup)
    path = pathlib.Path(folder.name) / name
    if isinstance(data, list):
        data = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in data)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def record(number, **more):
    """A good flat record."""
    return {"id": f"r{number}", "prompt": f"Question {number}?", "answer": f"Answer {number}.",
            "model": "gpt-4o", "latency_ms": 100 + number, "success": True} | more
