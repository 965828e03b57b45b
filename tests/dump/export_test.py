"""`sonde dify export-command`: its script against real servers, and what `analyze` makes of it."""

import gzip
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import small_dify
from servers import MariaDb, Postgres
from small_dify import HOSTILE, HUGE, TEXT, uid
from sonde_program import analyze, sonde

HERE = pathlib.Path(__file__).resolve().parent
SCRIPT_SECONDS = 60
# Enough for a client that holds them all to need more than the limit; docs/dify-export.md has 300,000.
LARGE_ROWS = int(os.environ.get("DUMP_LARGE_ROWS", "40000"))
CLIENT_MEMORY_KB_MAX = 32 * 1024

# Runs a command and appends its peak memory in KB to a file.
METER = """import resource, subprocess, sys
code = subprocess.run(sys.argv[2:]).returncode
with open(sys.argv[1], "a") as file:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=file)
sys.exit(code)
"""


SERVERS = {}


def running(server_class):
    """One server an engine, for all classes of tests."""
    if server_class not in SERVERS:
        SERVERS[server_class] = server_class()
        unittest.addModuleCleanup(SERVERS[server_class].stop)
    return SERVERS[server_class]


class Exporting:
    """A server that holds the small Dify, and what runs the script."""

    server_class = None
    lacking = ()

    @classmethod
    def setUpClass(cls):
        cls.server = running(cls.server_class)
        cls.server.empty()
        cls.server.sql((HERE / cls.server.schema).read_text())
        for table, column in cls.lacking:
            cls.server.sql(f"alter table {table} drop column {column}" if column
                           else f"drop table {table}")
        small_dify.fill(cls.server, cls.lacking)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sonde-dump-")
        self.addCleanup(folder.cleanup)
        self.base = pathlib.Path(folder.name)
        self.folder = self.base / "dump"

    def script(self, *options):
        made = sonde("dify", "export-command", "--engine", self.server.engine, "--output-folder",
                     self.folder, *(options if "--slice-hours" in options
                                    else ("--slice-hours", "240", *options)))
        self.assertEqual(made.code, 0, made.err)
        path = self.base / "dump.sh"
        path.write_bytes(made.raw)
        return path

    def environment(self, **more):
        return os.environ | self.server.variables | more

    def export(self, *options, code=0, **variables):
        done = subprocess.run(["bash", self.script(*options)], capture_output=True, text=True,
                              cwd=self.base, timeout=SCRIPT_SECONDS,
                              env=self.environment(**variables))
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def rows(self, table):
        with gzip.open(self.folder / f"{table}.jsonl.gz", "rt", encoding="utf-8", newline="\n") as f:
            return [json.loads(line) for line in f]

    def ids(self, table):
        return sorted(row["id"] for row in self.rows(table))

    def total(self, *options):
        report = analyze(self.folder, *options)
        self.assertEqual(report["rejected"], 0, report["rejects"])
        return report["total"]

    def check_totals(self):
        total = self.total()
        self.assertEqual((total["count"], total["ok"]), (small_dify.CALLS, small_dify.CALLS_OK))

    def visible(self):
        return sorted(p.name for p in self.folder.iterdir())

    def wrapper(self, body, start="exec"):
        """The variable that puts `body` before each start of the real client."""
        client = self.base / "client"
        real = "psql" if self.server.engine == "postgres" else shlex.join(
            self.server.client("dify"))
        client.write_text(f"#!/bin/bash\n{body}\n{start} {real} \"$@\"\n")
        client.chmod(0o755)
        return {"DIFY_PSQL" if self.server.engine == "postgres" else "DIFY_MYSQL": str(client)}


class Whole(Exporting):
    """One export of everything, looked at from all sides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory(prefix="sonde-dump-")
        cls.addClassCleanup(folder.cleanup)
        test = cls("test_analyze_gives_the_figures_added_up_by_hand")
        test.base = pathlib.Path(folder.name)
        test.folder = cls.whole = test.base / "dump"
        cls.printed = test.export().stdout

    def setUp(self):
        self.folder = self.whole

    def test_analyze_gives_the_figures_added_up_by_hand(self):
        self.assertEqual(self.printed, f"sonde analyze {self.folder}\n")
        self.check_totals()
        total = self.total()
        self.assertEqual(total["success_rate"], 0.75)
        self.assertEqual(total["errors"], {"rate_limit": 1, "timeout": 1})
        self.assertEqual(total["input_tokens"], small_dify.INPUT_TOKENS)
        self.assertEqual(total["output_tokens"], small_dify.OUTPUT_TOKENS)
        self.assertEqual(total["tokens_known"], small_dify.CALLS_OK)
        self.assertEqual(total["cost"], [{"currency": "USD", "amount": small_dify.COST,
                                          "count": small_dify.CALLS_OK}])
        # Three messages of 1.5 s and one of 3 s, four nodes of 1 s; those that failed do not count.
        self.assertEqual(total["latency_ms"]["max"], 3000)

    def test_models_apps_and_users_are_told_apart(self):
        models = {g["model"]: g["count"] for g in analyze(self.folder, "--by", "model")["groups"]}
        self.assertEqual(models, {"gpt-4o-mini": 3, "gpt-4o": 4, "claude-sonnet": 1})
        apps = {g["app"]: g["count"] for g in analyze(self.folder, "--by", "app")["groups"]}
        self.assertEqual(apps, {"Help desk": 3, HOSTILE: 1, "Trip flow": 2, "Batch": 2})
        users = analyze(self.folder, "--by", "user")["groups"]
        self.assertEqual([g["user"] for g in users], ["session 😀"])

    def test_messages_and_runs_are_counted_without_the_editors(self):
        messages = self.total("--level", "message")
        self.assertEqual((messages["count"], messages["ok"]), (6, 4))
        runs = self.total("--level", "run")
        self.assertEqual((runs["count"], runs["ok"]), (3, 2))
        # The editor's message, run and node are in the dump, and left out of the count.
        self.assertEqual(len(self.rows("messages")), 7)
        self.assertEqual(len(self.rows("workflow_runs")), 4)
        self.assertEqual(len(self.rows("workflow_node_executions")), 7)

    def test_texts_arrive_unchanged(self):
        rows = {row["id"]: row for row in self.rows("messages")}
        hostile = rows[uid("d", 4)]
        self.assertEqual(hostile["query"], TEXT)
        self.assertEqual(hostile["answer"], HUGE)
        self.assertEqual(hostile["app_name"], HOSTILE)
        self.assertEqual(json.loads(hostile["inputs"]), {"a": "b\0 \" \\"})
        nodes = {row["id"]: row for row in self.rows("workflow_node_executions")}
        self.assertEqual(json.loads(nodes[uid("9", 5)]["outputs"])["text"], TEXT + "\0")

    def test_times_are_utc_whatever_zone_the_server_has(self):
        when = {row["id"]: row["created_at"] for row in self.rows("messages")}[uid("d", 1)]
        want = small_dify.ago(30).replace(" ", "T")
        self.assertRegex(when, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.250*$")
        self.assertEqual(when[:13], want[:13])

    def test_feedback_versions_and_call_places_find_their_rows(self):
        spans = {s["span_id"]: s for s in sonde("convert", self.folder).lines}
        self.assertEqual(spans[uid("d", 1)]["feedback"], "like")
        self.assertEqual(spans[uid("d", 4)]["feedback"], "dislike")
        # The conversation names the config: the window holds only its younger sibling's time.
        self.assertEqual(spans[uid("d", 1)]["prompt_version"], "v1")
        self.assertEqual(spans[uid("b", 3)]["invoke_from"], "service-api")
        self.assertTrue(spans[uid("9", 5)]["content_truncated"])
        # Feedback on a message that is older than the window stays away with it.
        self.assertEqual(len(self.rows("message_feedbacks")), 2)


class Choices(Exporting):
    """Exports of a part, and exports that fail."""

    def test_apps_bounds_every_table(self):
        self.export("--apps", uid("a", 1).upper(), "--apps", HOSTILE)
        self.assertEqual(self.ids("apps"), [uid("a", 1), uid("a", 2)])
        self.assertEqual(len(self.rows("messages")), 5)
        for table in ("workflow_runs", "workflow_node_executions", "workflow_app_logs",
                      "workflows", "workflow_node_execution_offload"):
            self.assertEqual(self.rows(table), [], table)
        total = self.total()
        self.assertEqual((total["count"], total["ok"]), (4, 3))
        self.assertFalse((self.base / "pwned").exists())

    def test_an_app_that_is_not_there_stops_the_export(self):
        done = self.export("--apps", "Nobody's", code=1)
        self.assertIn("no app has the id or name Nobody's", done.stderr)
        self.assertFalse(self.folder.exists())

    def test_days_bounds_the_window_to_the_hour(self):
        self.export("--days", "1", "--slice-hours", "5")
        self.assertEqual(self.ids("messages"), [uid("d", n) for n in (4, 5, 7, 8)])
        self.assertEqual(self.ids("conversations"), [uid("c", 7)])
        self.export("--days", "41", "--slice-hours", "500")
        self.assertIn(uid("d", 6), self.ids("messages"))
        self.assertIn(uid("9", 8), self.ids("workflow_node_executions"))

    def test_slices_leave_out_and_repeat_nothing(self):
        self.export("--slice-hours", "50")
        by_day = self.ids("messages"), self.ids("workflow_node_executions")
        self.export("--slice-hours", "8760")
        self.assertEqual((self.ids("messages"), self.ids("workflow_node_executions")), by_day)

    def test_a_client_that_fails_in_the_middle_leaves_nothing(self):
        counter = self.base / "calls"
        body = f"echo >> {counter}; [ $(wc -l < {counter}) -lt 10 ] || exit 9"
        done = self.export(code=9, **self.wrapper(body))
        self.assertIn("slice", done.stderr)
        self.assertEqual(self.visible(), [])

    def test_an_interrupted_export_leaves_nothing_and_can_be_run_again(self):
        reached = self.base / "reached"
        calls = self.base / "calls"
        body = f"echo >> {calls}; [ $(wc -l < {calls}) -lt 10 ] || {{ touch {reached}; sleep 3; }}"
        process = subprocess.Popen(["bash", self.script()], cwd=self.base, start_new_session=True,
                                   stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   env=self.environment(**self.wrapper(body)))
        while not reached.exists():
            self.assertIsNone(process.poll())
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGTERM)
        self.assertNotEqual(process.wait(20), 0)
        self.assertEqual([n for n in self.visible() if not n.startswith(".")], [])
        self.export()
        self.assertEqual([n for n in self.visible() if n.startswith(".")], [])
        self.check_totals()

    def test_an_export_that_fails_keeps_the_one_before(self):
        self.export()
        before = self.visible()
        self.export(code=9, **self.wrapper("cat >/dev/null; exit 9"))
        self.assertEqual(self.visible(), before)
        self.check_totals()

    def test_nothing_can_be_written(self):
        script = self.script().read_text()
        head = script.split("find_app()")[0]
        path = self.base / "write.sh"
        path.write_text(head + "\nask \"delete from messages\"\n")
        done = subprocess.run(["bash", path], capture_output=True, text=True,
                              env=self.environment(), timeout=SCRIPT_SECONDS)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr.lower(), "read.only transaction")

    def test_the_client_holds_portions_of_a_large_table(self):
        self.addCleanup(self.server.sql,
                        "delete from workflow_node_executions where title = 'large'")
        self.server.sql(self.large_rows())
        meter, peak = self.base / "meter.py", self.base / "peak"
        meter.write_text(METER)
        self.export("--days", "3", "--slice-hours", "8760", "--apps", "Batch",
                    **self.wrapper("", f"exec {sys.executable} {meter} {peak}"))
        with gzip.open(self.folder / "workflow_node_executions.jsonl.gz") as file:
            self.assertEqual(sum(1 for _ in file), LARGE_ROWS + 3)
        kilobytes = max(map(int, peak.read_text().split()))
        print(f"{self.server.engine}: peak of the client {kilobytes} KB", file=sys.stderr)
        self.assertLess(kilobytes, CLIENT_MEMORY_KB_MAX)

    def large_rows(self):
        row = small_dify.node(0, 3, "batch", 10, "code", title="large")[1]
        del row["id"], row["outputs"]
        columns = ", ".join(map(self.server.name, row))
        values = ", ".join(map(self.server.literal, row.values()))
        return (f"insert into workflow_node_executions (id, outputs, {columns}) "
                f"select {self.large_id}, repeat('0123456789', 40), {values} from {self.numbers}")


class OlderDify(Exporting):
    lacking = (("messages", "app_mode"), ("messages", "parent_message_id"),
               ("workflow_runs", "exceptions_count"), ("workflows", "marked_name"),
               ("app_model_configs", "completion_prompt_config"), ("app_model_configs", "retriever_resource"),
               ("workflow_node_execution_offload", None))

    def test_columns_and_tables_that_are_missing_stay_empty(self):
        self.folder.mkdir()
        (self.folder / "workflow_node_execution_offload.jsonl.gz").write_bytes(b"of another time")
        done = self.export()
        for table, column in self.lacking:
            self.assertIn(f"{table}: this Dify has no " + (
                f"column {column}; it stays empty" if column else "such table"), done.stderr)
        self.assertNotIn("workflow_node_execution_offload.jsonl.gz", self.visible())
        self.assertIsNone(self.rows("messages")[0]["app_mode"])
        self.check_totals()

    def test_a_column_that_every_dify_has_is_asked_for(self):
        self.server.sql("alter table messages rename column query to question")
        self.addCleanup(self.server.sql, "alter table messages rename column question to query")
        done = self.export(code=1)
        self.assertIn("the table messages has no column query", done.stderr)
        self.assertEqual(self.visible(), [])


class LargeOnPostgres:
    large_id = "md5(i::text)::uuid"
    numbers = f"generate_series(1, {LARGE_ROWS}) i"


class LargeOnMariaDb:
    large_id = "uuid()"
    numbers = f"seq_1_to_{LARGE_ROWS}"


class WholeOnPostgres(Whole, unittest.TestCase):
    server_class = Postgres


class WholeOnMariaDb(Whole, unittest.TestCase):
    server_class = MariaDb


class ChoicesOnPostgres(Choices, LargeOnPostgres, unittest.TestCase):
    server_class = Postgres


class ChoicesOnMariaDb(Choices, LargeOnMariaDb, unittest.TestCase):
    server_class = MariaDb


class OlderOnPostgres(OlderDify, unittest.TestCase):
    server_class = Postgres


class OlderOnMariaDb(OlderDify, unittest.TestCase):
    server_class = MariaDb


if __name__ == "__main__":
    unittest.main()
