"""The recorded requests of real clients, sent to a server: what they say is in the history, and the
same requests twice and in reverse order leave the same history."""

import json
import pathlib
import unittest

from server_case import ServerCase
from sonde_program import ROOT

CAPTURES = ROOT / "tests/golden/captures"
PATHS = ("/v1/traces", "/v1/logs", "/v1/metrics", "/api/public/ingestion")


def recorded():
    """(client, scenario, requests, expect) of every scenario that came over HTTP."""
    for manifest in sorted(CAPTURES.glob("*/manifest.json")):
        for name, scenario in json.loads(manifest.read_text())["scenarios"].items():
            requests = [request | {"body": (manifest.parent / (request["file"] + ".body")).read_bytes()}
                        for request in scenario["requests"]
                        if request["path"].endswith(PATHS)
                        and request["content_type"] != "application/grpc"]
            if requests and len(requests) == len(scenario["requests"]):
                yield manifest.parent.name, name, requests, scenario["expect"]


class Captures(ServerCase):
    def send(self, server, requests):
        for request in requests:
            headers = {"content_type": request["content_type"]}
            if request["body"].startswith(b"\x1f\x8b"):
                headers["content_encoding"] = "gzip"
            answer = server.post(request["path"], request["body"], **headers)
            if answer.status == 207:
                self.assertEqual(answer.json["errors"], [])
            else:
                self.assertEqual(answer.status, 200, request["file"])
                self.assertIn(answer.body.strip(), (b"", b'{"partialSuccess":{}}'))

    def history(self, requests):
        server = self.serve()
        self.send(server, requests)
        self.assertEqual(server.stop(), 0)
        ledger = self.check_ledger()
        self.assertEqual(ledger["rejected"], 0)
        return self.spans()

    def test_in_the_history_whatever_the_order(self):
        scenarios = list(recorded())
        self.assertGreater(len(scenarios), 80)
        requests = [request for _, _, some, _ in scenarios for request in some]
        spans = self.history(requests)
        by_id = {(span["trace_id"].replace("-", ""), span["span_id"]): span for span in spans}
        for client, name, _, expect in scenarios:
            for trace in expect.get("traces", []):
                for observation in trace.get("observations", []):
                    key = (trace["trace_id"].replace("-", ""), observation["id"])
                    self.assertIn(key, by_id, (client, name))
                    self.assertEqual(by_id[key].get("name"), observation.get("name"), (client, name))
        self.data = pathlib.Path(self.root / "again")
        again = self.history(list(reversed(requests)) + requests)
        self.assertEqual(sorted(map(json.dumps, again)), sorted(map(json.dumps, spans)))


if __name__ == "__main__":
    unittest.main()
