"""sonde serve: events of every protocol into the history, keys, what is refused, and its end."""

import gzip
import json
import re
import signal
import socket
import unittest

from server_case import PUBLIC_KEY, SECRET_KEY, Server, ServerCase, basic, trace

GENERATION = {
    "id": "e1", "timestamp": "2026-07-23T10:00:05Z", "type": "generation-create",
    "body": {"traceId": "m-1", "name": "llm", "startTime": "2026-07-23T10:00:00Z",
             "endTime": "2026-07-23T10:00:02Z", "model": "gpt-4o-mini",
             "input": [{"role": "user", "content": "Hi", "files": []}],
             "output": [{"role": "assistant", "content": "Hello"}],
             "usage": {"input": 9, "output": 3, "total": 12, "unit": "TOKENS",
                       "totalCost": 0.0000032},
             "metadata": {"ls_provider": "langgenius/openai/openai", "app_id": "a-1",
                          "message_id": "m-1"},
             "level": "DEFAULT", "statusMessage": ""}}
TRACE = {"id": "e2", "timestamp": "2026-07-23T10:00:06Z", "type": "trace-create",
         "body": {"id": "m-1", "name": "message", "userId": "user-1", "sessionId": "conversation-1",
                  "tags": ["message", "chat"]}}


class Events(ServerCase):
    def test_what_is_acknowledged_is_found_and_counted(self):
        server = self.serve()
        answer = server.post("/v1/traces", trace(1, 2))
        self.assertEqual((answer.status, answer.json), (200, {"partialSuccess": {}}))
        ledger = server.settled(2)
        self.assertEqual(ledger["spans_in_history"], 2)
        self.assertTrue(ledger["balanced"])
        self.assertEqual([source["source"] for source in ledger["sources"]], ["otlp"])
        self.assertEqual(server.stop(), 0)
        spans = self.spans()
        self.assertEqual({(span["model"], span["input_tokens"]) for span in spans}, {("m", 7)})
        self.check_ledger()

    def test_dify_sends_one_event_a_request(self):
        server = self.serve()
        for event in (GENERATION, TRACE):
            answer = server.post("/in/default/api/public/ingestion", {"batch": [event], "metadata": None},
                                 key=None, authorization=basic())
            self.assertEqual(answer.status, 207)
            self.assertEqual(answer.json,
                             {"successes": [{"id": event["id"], "status": 201}], "errors": []})
        self.assertEqual(server.stop(), 0)
        call = next(span for span in self.spans() if span["kind"] == "llm")
        self.assertEqual((call["trace_id"], call["model"], call["input_tokens"]),
                         ("m-1", "gpt-4o-mini", 9))
        self.assertEqual(call["output"], [{"role": "assistant", "content": "Hello"}])

    def test_the_same_request_again_stores_nothing_twice(self):
        server = self.serve()
        for _ in range(3):
            server.post("/v1/traces", trace(1, 2, 3))
            server.post("/api/public/ingestion", {"batch": [GENERATION, TRACE]})
        ledger = server.settled(15)
        self.assertEqual(ledger["spans_in_history"], 5)
        self.assertEqual(ledger["merged"] + ledger["deduplicated"], 10)
        server.stop()
        self.check_ledger()

    def test_the_bad_part_of_a_batch_is_named_and_the_good_part_kept(self):
        server = self.serve()
        answer = server.post("/api/public/ingestion",
                             {"batch": [GENERATION, {"id": "x", "type": "unheard-of", "body": {}}]})
        self.assertEqual(answer.status, 207)
        self.assertEqual([event["id"] for event in answer.json["errors"]], ["x"])
        self.assertEqual(answer.json["errors"][0]["status"], 400)
        ledger = server.settled(1)
        self.assertEqual(ledger["rejected_by_reason"], {"not_understood": 1})
        self.assertEqual(len(list((self.data / "rejected").iterdir())), 1)

    def test_what_dify_needs_to_know_of_a_project(self):
        server = self.serve()
        data = server.ask("GET", "/api/public/projects").json["data"]
        self.assertEqual(data, [{"id": "default", "name": "default", "metadata": {},
                                 "organization": {"id": "sonde", "name": "Sonde"}}])
        self.assertEqual(server.ask("GET", "/api/public/health", key=None).json["status"], "OK")
        self.assertEqual(server.ask("HEAD", "/healthz", key=None).status, 200)
        self.assertEqual(server.ask("GET", "/readyz", key=None).json["status"], "ready")


class Spans(ServerCase):
    def ids(self, server, query="", **options):
        """Span numbers page by page."""
        pages, cursor = [], None
        while cursor or not pages:
            after = f"&cursor={cursor}" if cursor else ""
            page = server.ask("GET", f"/api/v1/spans?limit=3&{query}{after}", **options).json
            pages.append([int(span["span_id"], 16) for span in page["spans"]])
            cursor = page["next_cursor"]
        return pages

    def test_pages_filters_and_words(self):
        server = self.serve()
        server.post("/v1/traces", trace(*range(1, 8), text="a refund, please"))
        server.post("/v1/traces", trace(8, text="an invoice"))
        server.settled(8)
        pages = self.ids(server)
        self.assertEqual([len(page) for page in pages], [3, 3, 2])
        # All began at the same time: then by ids.
        self.assertEqual(sum(pages, []), list(range(8, 0, -1)))
        self.assertEqual(self.ids(server, "search=INVOICE"), [[8]])
        self.assertEqual(sum(self.ids(server, "search=refund&where=input_tokens+%3E+6"), []),
                         list(range(7, 0, -1)))
        self.assertEqual(self.ids(server, "where=model+%3D+other"), [[]])
        for query in ("where=nonsense", "limit=0", "limit=1001", "cursor=x", "search=%21"):
            self.assertEqual(server.ask("GET", f"/api/v1/spans?{query}").status, 400, query)

    def test_a_page_goes_on_behind_the_last_whatever_came(self):
        server = self.serve()
        server.post("/v1/traces", trace(1, 2, 3, 4))
        server.settled(4)
        page = server.ask("GET", "/api/v1/spans?limit=2").json
        server.post("/v1/traces", trace(5, 6))
        server.settled(6)
        rest = server.ask("GET", f"/api/v1/spans?limit=9&cursor={page['next_cursor']}").json
        self.assertEqual([int(span["span_id"], 16) for span in rest["spans"]], [2, 1])
        self.assertIsNone(rest["next_cursor"])

    def test_no_page_shows_another_project(self):
        server = self.serve()
        self.sonde("project", "create", "other")
        other = self.sonde("key", "create", "--project", "other", "--json").json["secret_key"]
        server.post("/v1/traces", trace(1, 2))
        server.settled(2)
        for query in ("", "where=model+%3D+m", "search=hello", "where=1+%3D+1"):
            answer = server.ask("GET", f"/api/v1/spans?{query}", key=other)
            self.assertIn(answer.status, (200, 400))
            self.assertEqual(answer.json.get("spans", []), [])


class Metrics(ServerCase):
    def test_figures_follow_what_comes(self):
        server = self.serve()
        server.post("/v1/traces", trace(1, 2, 3))
        server.settled(3)
        answer = server.ask("GET", "/api/v1/metrics?by=model&every=day&time_zone=Asia/Shanghai").json
        (group,) = answer["groups"]
        self.assertEqual((group["model"], group["time"], group["count"], group["input_tokens"]),
                         ("m", "2025-11-24T16:00:00Z", 3, 21))
        self.assertEqual(group["latency_ms"]["mean"], 1000)
        server.post("/v1/traces", trace(4))
        server.settled(4)
        self.assertEqual(server.ask("GET", "/api/v1/metrics").json["groups"][0]["count"], 4)
        for query, count in (("from=2025-11-25T11:59:59Z&until=2025-11-25T12:00:01Z", 4),
                             ("from=2025-11-25T12:00:01Z", 0), ("where=model+%3D+other", 0)):
            groups = server.ask("GET", f"/api/v1/metrics?{query}").json["groups"]
            self.assertEqual(sum(group["count"] for group in groups), count, query)

    def test_what_cannot_be_asked_is_said(self):
        server = self.serve()
        for query, message in (("every=year", "hour, day, week and month"), ("by=latency", "cannot group by"),
                               ("time_zone=Mars", "no time zone 'Mars'"), ("from=yesterday", "give a time"),
                               ("level=session", "level is call"), ("limit=0", "takes 1 to"),
                               ("where=model+%3D", "column")):
            answer = server.ask("GET", f"/api/v1/metrics?{query}")
            self.assertEqual((answer.status, message in answer.json["error"]["message"]), (400, True), query)

    def test_no_figure_is_of_another_project(self):
        server = self.serve()
        self.sonde("project", "create", "other")
        other = self.sonde("key", "create", "--project", "other", "--json").json["secret_key"]
        server.post("/v1/traces", trace(1, 2))
        server.settled(2)
        self.assertEqual(server.ask("GET", "/api/v1/metrics?where=1+%3D+1", key=other).json.get("groups", []), [])
        self.assertEqual(server.ask("GET", "/api/v1/metrics", key=other).json["groups"], [])


class Keys(ServerCase):
    def test_the_first_start_makes_a_key_and_prints_it_once(self):
        server = Server(self.data)
        secret = re.search(r"secret key  (\S+)", "".join(server.said))[1]
        self.assertEqual(server.ledger(key=secret)["project"], "default")
        server.stop()
        again = Server(self.data)
        self.assertNotIn("secret key", "".join(again.said))
        self.assertEqual(again.ledger(key=secret)["project"], "default")
        again.stop()
        self.assertNotIn(secret, (self.data / "catalog.sqlite").read_bytes().decode("latin-1"))

    def test_a_key_of_one_project_never_meets_another(self):
        server = self.serve()
        self.sonde("project", "create", "other")
        other = self.sonde("key", "create", "--project", "other", "--json").json["secret_key"]
        server.post("/v1/traces", trace(1))
        server.post("/v1/traces", trace(1, 2), key=other)
        self.assertEqual(server.settled(1)["spans_in_history"], 1)
        self.assertEqual(server.settled(2, key=other)["spans_in_history"], 2)
        for path, key in (("/in/other/v1/traces", SECRET_KEY), ("/in/default/v1/traces", other)):
            self.assertEqual(server.post(path, trace(9), key=key).status, 403)
        server.stop()
        self.assertEqual(len(self.spans()), 1)
        self.assertEqual(len(self.spans("other")), 2)

    def test_who_is_not_let_in(self):
        server = self.serve()
        reader = self.sonde("key", "create", "--scopes", "read", "--json").json
        for key, status in ((None, 401), ("sk-wrong", 401), (PUBLIC_KEY, 401),
                            (reader["secret_key"], 403)):
            answer = server.post("/v1/traces", trace(1), key=key)
            self.assertEqual(answer.status, status)
            self.assertIn("message", answer.json)
        self.assertEqual(server.ask("GET", "/api/v1/ledger", key=reader["secret_key"]).status, 200)
        self.sonde("key", "revoke", reader["public_key"])
        self.assertEqual(server.ask("GET", "/api/v1/ledger", key=reader["secret_key"]).status, 401)
        self.assertEqual(server.post("/v1/traces", trace(1), key=None,
                                     authorization=basic("pk-other")).status, 401)
        self.assertEqual(server.ledger()["accepted"], 0)


class Refusals(ServerCase):
    def raw(self, server, *pieces):
        """What the server answers to bytes as they are; it must end the connection."""
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            for piece in pieces:
                connection.sendall(piece)
            answer = b""
            while part := connection.recv(65536):
                answer += part
        return answer

    def test_malformed_bodies(self):
        server = self.serve()
        for body in (b"", b"{", b"[]", b"nonsense", b'{"resourceSpans":{}}', b"\xff\xfe",
                     b'{"a":' * 100_000):
            answer = server.post("/v1/traces", body, content_type="application/json")
            self.assertEqual(answer.status, 400, body[:20])
        self.assertEqual(server.post("/v1/traces", b"\xff\xff\xff\xff",
                                     content_type="application/x-protobuf").status, 400)
        self.assertEqual(server.post("/v1/traces", b"x", content_type="image/png").status, 415)
        self.assertEqual(server.post("/api/public/ingestion", {"events": []}).status, 400)
        self.assertEqual(server.ask("DELETE", "/v1/traces").status, 405)
        self.assertEqual(server.ask("GET", "/nowhere").status, 404)
        # The last ledger counts nothing as accepted, and every refusal.
        self.assertEqual(server.stop(), 0)
        ledger = self.check_ledger()
        self.assertEqual((ledger["accepted"], ledger["rejected"]), (0, 9))

    def test_compressed_bodies_and_bombs(self):
        server = self.serve("--body-bytes-max", "1MiB")
        body = json.dumps(trace(1)).encode()
        for data, status in ((gzip.compress(body), 200), (body, 400), (gzip.compress(body)[:-9], 400),
                             (gzip.compress(b" " * 100_000_000), 413)):
            answer = server.post("/v1/traces", data, content_type="application/json",
                                 content_encoding="gzip")
            self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(server.post("/v1/traces", body, content_encoding="br").status, 415)
        self.assertEqual(server.post("/v1/traces", b" " * 1_200_000).status, 413)

    def test_contradicting_lengths_and_slow_clients(self):
        server = self.serve("--header-seconds-max", "1", "--body-seconds-max", "1")
        lengths = b"Content-Length: 5\r\nContent-Length: 6\r\n"
        self.assertIn(b" 400 ", self.raw(server, b"POST /v1/traces HTTP/1.1\r\n", lengths, b"\r\nabcdef"))
        self.assertIn(b" 408 ", self.raw(server, b"POST /v1/traces HTTP/1.1\r\nA: "))
        self.assertIn(b" 408 ", self.raw(server, b"POST /v1/traces HTTP/1.1\r\n",
                                         b"Content-Length: 100\r\n\r\nabc"))
        self.assertIn(b" 431 ", self.raw(server, b"GET / HTTP/1.1\r\nA: " + b"a" * 100_000 + b"\r\n\r\n"))
        self.assertEqual(server.post("/v1/traces", trace(1)).status, 200)


class End(ServerCase):
    def test_a_request_that_has_begun_is_answered_and_stored(self):
        server = self.serve()
        body = json.dumps(trace(1, 2, 3)).encode()
        head = (f"POST /v1/traces HTTP/1.1\r\nAuthorization: Bearer {SECRET_KEY}\r\n"
                f"Expect: 100-continue\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            connection.sendall(head)
            self.assertIn(b" 100 ", connection.recv(100))  # By now it has begun.
            server.process.send_signal(signal.SIGTERM)
            while self.is_open(server):
                pass
            connection.sendall(body)
            self.assertIn(b" 200 OK", connection.recv(65536))
        self.assertEqual(server.end(), 0)
        self.assertIn("everything that was acknowledged", server.said[-1])
        self.assertEqual(len(self.spans()), 3)
        self.check_ledger()
        self.assertEqual(sum(path.stat().st_size for path in (self.data / "requests").iterdir()), 0)

    @staticmethod
    def is_open(server):
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=30).close()
            return True
        except ConnectionError:
            return False

    def test_one_server_a_port_and_a_folder(self):
        server = self.serve()
        with self.assertRaisesRegex(AssertionError, "a server, process .* has the data folder"):
            Server(self.data)
        with self.assertRaisesRegex(AssertionError, "cannot listen"):
            Server(self.root / "other", port=server.port)


if __name__ == "__main__":
    unittest.main()
