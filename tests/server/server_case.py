"""What the tests of the server have in common: a data folder, sonde serve on a free port, requests."""

import base64
import http.client
import json
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import unittest

from sonde_program import BINARY, environment, sonde

WAIT_SECONDS = 30
PUBLIC_KEY = "pk-test-0123456789"
SECRET_KEY = "sk-test-0123456789abcdef"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


class Server:
    """A running sonde serve. `options` are flags, capitals variables of its environment."""

    def __init__(self, folder, *options, port=0, **variables):
        self.process = subprocess.Popen(
            [BINARY, "serve", "--listen", f"127.0.0.1:{port}", *options], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=environment(SONDE_DATA_DIR=str(folder), **variables))
        self.said = []
        self.port = None
        for line in self.process.stdout:
            self.said.append(line.decode())
            if found := re.search(r"listens on http://127\.0\.0\.1:(\d+)", self.said[-1]):
                self.port = int(found[1])
                return
        self.end()
        raise AssertionError(self.errors)

    def ask(self, method, path, body=None, key=SECRET_KEY, **headers):
        """One request on a connection of its own; names of headers have _ for -."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
        try:
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            if key:
                headers.setdefault("authorization", f"Bearer {key}")
            if isinstance(body, (dict, list)):
                headers.setdefault("content-type", "application/json")
                body = json.dumps(body)
            connection.request(method, path, body, headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def post(self, path, body, **options):
        return self.ask("POST", path, body, **options)

    def ledger(self, **options):
        return self.ask("GET", "/api/v1/ledger", **options).json

    def settled(self, wanted, key=SECRET_KEY):
        """The ledger, once it has counted `wanted` spans."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            ledger = self.ledger(key=key)
            if ledger["accepted"] >= wanted:
                return ledger
        raise AssertionError(f"{wanted} spans were sent, and the ledger says {ledger}")

    def stop(self):
        """Ends it in order; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.end()

    def kill(self):
        self.process.kill()
        self.end()

    def end(self):
        out, err = self.process.communicate(timeout=60)
        self.said.append(out.decode())
        self.errors = err.decode()
        return self.process.returncode


class ServerCase(unittest.TestCase):
    """`data` is the data folder, which is not there yet, below `root`."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sonde-server-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.data = self.root / "data"

    def serve(self, *options, **variables):
        """A server that knows SECRET_KEY, for the project default."""
        variables = {"SONDE_PUBLIC_KEY": PUBLIC_KEY, "SONDE_SECRET_KEY": SECRET_KEY} | variables
        server = Server(self.data, *options, **variables)
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        return server

    def sonde(self, *arguments):
        run = sonde(*arguments, SONDE_DATA_DIR=str(self.data))
        self.assertEqual(run.code, 0, run.err)
        return run

    def spans(self, project="default"):
        return self.sonde("export", "--project", project).lines

    def check_ledger(self, project="default"):
        ledger = self.sonde("ledger", "--json", "--project", project).json
        self.assertTrue(ledger["balanced"])
        return ledger


def basic(public_key=PUBLIC_KEY, secret=SECRET_KEY):
    return "Basic " + base64.b64encode(f"{public_key}:{secret}".encode()).decode()


def trace(*span_ids, text="hello"):
    """An OTLP request with a model call for each id."""
    spans = [{"traceId": f"{number:032x}", "spanId": f"{number:016x}", "name": "chat",
              "startTimeUnixNano": "1764072000000000000", "endTimeUnixNano": "1764072001000000000",
              "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                             {"key": "gen_ai.request.model", "value": {"stringValue": "m"}},
                             {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "7"}},
                             {"key": "input.value", "value": {"stringValue": text}}]}
             for number in span_ids]
    return {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}
