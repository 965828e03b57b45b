"""The history on a server: the commands answer as they do on the embedded engine, and say what is wrong
on the way to it."""

import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

import erase_test
import history_test
import retention_test
from faults import KILLED, Moments
from sonde_program import BINARY, sonde

EXIT_USAGE, EXIT_NOT_FOUND, EXIT_UNAVAILABLE = 2, 3, 6
SERVER = pathlib.Path(os.environ.get("CLICKHOUSE_SERVER", pathlib.Path(BINARY).parent / "clickhouse_server"))


def start_server(test):
    """Starts the server of clickhouse_server.cc for a test, or the class of tests; returns the variables that name
    it."""
    server = subprocess.Popen([SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def stop():
        server.stdin.close()
        server.wait(timeout=30)
        server.stdout.close()

    (test.addClassCleanup if isinstance(test, type) else test.addCleanup)(stop)
    url, user, password = (server.stdout.readline().decode().rstrip("\n") for _ in range(3))
    assert url, "the server did not start"
    return {"SONDE_STORE_URL": url, "SONDE_STORE_USER": user, "SONDE_STORE_PASSWORD": password}


class HistoryOnServer(history_test.History):
    """Every test of the history in a folder, on a server."""

    @classmethod
    def setUpClass(cls):
        cls.server = start_server(cls)
        cls.place = f"the history at {cls.server['SONDE_STORE_URL']}"
        run = sonde("migrate", **cls.server)
        assert run.code == 0, run.err
        super().setUpClass()

    @classmethod
    def ask(cls, *arguments, **options):
        return sonde(*arguments, SONDE_DATA_DIR=cls.folder, **cls.server, **options)

    def test_nothing_of_the_engine_is_in_the_data_folder(self):
        names = {path.name for path in pathlib.Path(self.folder).iterdir()}
        self.assertEqual((names & {"engine"}, {"catalog.sqlite", "lock", "spool"} - names), (set(), set()))

    def test_doctor_looks_at_it_and_backup_leaves_it_to_the_servers(self):
        findings = {finding["check"]: finding for finding in self.ask("doctor", "--json").json["findings"]}
        self.assertEqual((findings["engine"]["text"], findings["tables"]["verdict"]),
                         (f"ClickHouse at {self.server['SONDE_STORE_URL']}", "ok"))
        for command in ("backup", "restore"):
            run = self.ask(command, f"{self.folder}/copy")
            self.assertEqual((run.code, "ClickHouse's own statements" in run.err), (EXIT_USAGE, True), run.err)

    def test_one_process_at_a_time_imports_from_a_data_folder(self):
        importing = subprocess.Popen([BINARY, "import", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     env=os.environ | self.server | {"SONDE_DATA_DIR": self.folder})
        # The lock is taken before standard input is read, so a full pipe shows that it is.
        importing.stdin.write(b'{"prompt": "a", "answer": "b"}\n' * 20_000)
        second = self.ask("import", "dify/logs.json")
        importing.stdin.close()
        importing.wait(timeout=60)
        importing.stdout.close()
        self.assertEqual((second.code, f"is in use by process {importing.pid} " in second.err),
                         (EXIT_UNAVAILABLE, True), second.err)


class OnServer:
    """The tests of a command, each on a server of its own; those that copy a data folder are left out."""

    def setUp(self):
        super().setUp()
        self.variables = start_server(self)
        self.done("migrate")

    test_killed_at_any_moment_the_same_command_finishes_it = None
    test_killed_at_any_moment_the_next_run_finishes_it = None
    test_what_reads_finishes_an_erasure_that_was_interrupted = None


class EraseOnServer(OnServer, erase_test.Erase):
    def test_it_is_refused_where_the_ledger_is_not(self):
        self.import_calls(erase_test.call(1, user="ann"))
        run = self.ask("erase", "--user", "ann", "--yes", data=self.root / "elsewhere")
        self.assertEqual((run.code, "do this where it was" in run.err), (EXIT_USAGE, True), run.err)
        self.assertEqual(self.erase("--user", "ann")["spans"], 1)

    def test_killed_at_any_change_of_the_catalog_the_same_command_finishes_it(self):
        calls = [erase_test.call(n, user="ann" if n % 2 else "bo") for n in range(200)]
        self.import_calls(*calls)
        moments = Moments()
        command = ("erase", "--user", "ann", "--yes")
        moments.count(command, self.data, **self.variables)
        self.import_calls(*calls)
        begun = 0
        for number in range(1, moments.changes[""] + 1, 3):
            code = moments.run(command, self.data, **self.variables, FILE_FAULTS_KILL=str(number))
            self.assertIn(code, (0, KILLED))
            again = self.erase("--user", "ann")
            begun += again["spans_of_interrupted"] > 0
            stored, left, erased = self.balance()
            self.assertEqual((left, stored - erased), (100, 100))
            self.import_calls(*calls)
        self.assertGreater(begun, 0)


class RetentionOnServer(OnServer, retention_test.Retention):
    pass


class Migrate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = start_server(cls)

    def test_tables_are_made_by_the_command_alone(self):
        before = sonde("analyze", **self.server)
        self.assertEqual((before.code, "run sonde migrate" in before.err), (EXIT_NOT_FOUND, True), before.err)
        made = sonde("migrate", **self.server)
        self.assertEqual(made.code, 0, made.err)
        self.assertIn("has now 0001_spans, 0002_span_keys", made.out)
        self.assertIn("is up to date", sonde("migrate", **self.server).out)
        self.assertIn("fill it with sonde import", sonde("analyze", **self.server).err)

    def test_a_dry_run_prints_the_statements_of_the_layout_and_asks_nobody(self):
        for layout, parts in {"single": ("ENGINE = ReplacingMergeTree", "CREATE DATABASE IF NOT EXISTS own;"),
                              "replicated": ("ENGINE = ReplicatedReplacingMergeTree", "own ON CLUSTER main;"),
                              "sharded": ("ENGINE = Distributed(main", "spans_local ON CLUSTER main")}.items():
            run = sonde("migrate", "--dry-run", "--store-url", "http://127.0.0.1:9", "--store-layout", layout,
                        "--store-database", "own")
            self.assertEqual(run.code, 0, run.err)
            for part in parts:
                self.assertIn(part, run.out)
            self.assertEqual("ON CLUSTER" in run.out, layout != "single")
            self.assertNotIn("${", run.out)


class OnTheWay(unittest.TestCase):
    def test_a_wrong_password_is_said_and_never_shown(self):
        server = start_server(type(self)) | {"SONDE_STORE_PASSWORD": "n0t-the-password"}
        run = sonde("sql", "SELECT 1", **server)
        self.assertEqual((run.code, "Authentication failed" in run.err), (EXIT_USAGE, True), run.err)
        for shown in (run, sonde("settings", **server), sonde("settings", "--json", **server)):
            self.assertNotIn("n0t-the", shown.out + shown.err)

    def test_a_certificate_that_nobody_vouches_for_ends_it(self):
        folder = tempfile.TemporaryDirectory(prefix="sonde-test-")
        self.addCleanup(folder.cleanup)
        key, certificate = f"{folder.name}/key.pem", f"{folder.name}/certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
                        "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        received = []

        def serve(listener):
            connection, _ = listener.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as secure:
                    received.append(secure.recv(1000))
            except OSError:  # The client has left.
                pass

        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=serve, args=(listener,))
            thread.start()
            run = sonde("sql", "SELECT 1", "--store-url", f"https://localhost:{listener.getsockname()[1]}")
            thread.join(timeout=30)
        self.assertEqual((run.code, "is not trusted" in run.err), (EXIT_UNAVAILABLE, True), run.err)
        self.assertNotIn(b"POST", b"".join(received))

    def test_a_server_that_is_not_there_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        run = sonde("analyze", "--store-url", url)
        self.assertEqual((run.code, f"{url} cannot be reached" in run.err), (EXIT_UNAVAILABLE, True), run.err)


if __name__ == "__main__":
    unittest.main()
