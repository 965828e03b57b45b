"""kill -9 while clients send: what was acknowledged is there, nothing is there twice, and the ledger
has counted each span that is there once."""

import http.client
import itertools
import json
import random
import threading
import unittest

from server_case import SECRET_KEY, ServerCase, trace

ROUNDS = 5
CLIENTS = 6


class Kill(ServerCase):
    def test_under_load(self):
        numbers = itertools.count(1)
        acknowledged = set()
        lock = threading.Lock()

        def send(server):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
                while True:
                    with lock:
                        ids = [next(numbers) for _ in range(random.randint(1, 20))]
                    connection.request("POST", "/v1/traces", json.dumps(trace(*ids)),
                                       {"authorization": f"Bearer {SECRET_KEY}",
                                        "content-type": "application/json"})
                    response = connection.getresponse()
                    response.read()
                    if response.status == 200:
                        with lock:
                            acknowledged.update(ids)
            except (OSError, http.client.HTTPException):
                pass  # The server is gone.

        chance = random.Random()
        for _ in range(ROUNDS):
            server = self.serve("--flush-milliseconds", str(chance.choice((1, 20, 200))))
            with lock:
                before = len(acknowledged)
            clients = [threading.Thread(target=send, args=(server,)) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            # Some time between the first acknowledgements and the end of several batches.
            wanted = before + chance.randint(20, 3_000)
            while len(acknowledged) < wanted and any(client.is_alive() for client in clients):
                clients[0].join(0.01)
            server.kill()
            for client in clients:
                client.join()
        self.assertEqual(self.serve().stop(), 0)

        found = [int(span["span_id"], 16) for span in self.spans()]
        self.assertEqual(len(found), len(set(found)))
        self.assertEqual(acknowledged - set(found), set())
        ledger = self.check_ledger()
        self.assertEqual((ledger["accepted"], ledger["stored"], ledger["deduplicated"]),
                         (len(found), len(found), 0))


if __name__ == "__main__":
    unittest.main()
