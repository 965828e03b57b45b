"""`sonde check` and `sonde report`: rules, exit codes, and what is posted to a server of this machine."""

import http.server
import json
import pathlib
import socket
import threading
import time
import unittest

from sonde_program import record, sonde, write_file

EXIT_DONE, EXIT_FIRED, EXIT_USAGE, EXIT_UNAVAILABLE = 0, 1, 2, 6
SECRET = "T000-very-secret"
LOW = ("--fail-if", "success_rate < 0.95")


def calls(ok, failed, **more):
    return [record(i, success=i < ok, **more) for i in range(ok + failed)]


def over_the_day(day, ok, failed):
    """Two hundred calls, every six minutes one."""
    return [call | {"time": f"{day}T{i % 20:02}:{i // 20 * 6:02}:00Z"} for i, call in enumerate(calls(ok, failed))]


class Server:
    """Answers with the given statuses, the last one for good, and records the bodies."""

    def __init__(self, test, *statuses, hang=False):
        self.bodies, self.paths = [], []
        outer, left = self, list(statuses)
        self.released = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                outer.paths.append(self.path)
                outer.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                if hang:
                    outer.released.wait(20)
                    return
                self.send_response(left.pop(0) if len(left) > 1 else left[0])
                self.send_header("Location", "file:///etc/passwd")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        test.addCleanup(self.stop)
        self.url = f"http://127.0.0.1:{self.http.server_port}/{SECRET}"

    def stop(self):
        self.released.set()
        self.http.shutdown()
        self.http.server_close()


def check(*arguments, **options):
    return sonde("check", *arguments, NO_PROXY="127.0.0.1", **options)


class Rules(unittest.TestCase):
    def test_fire_only_when_the_interval_supports_it(self):
        run = check(write_file(self, calls(80, 20)), *LOW)
        self.assertEqual(run.code, EXIT_FIRED, run.err)
        self.assertRegex(run.out, r"(?m)^fired +success_rate < 0.95: success_rate is 0.800, 95 % interval 0.708 to 0.873")
        run = check(write_file(self, calls(94, 6)), *LOW)
        self.assertEqual(run.code, EXIT_DONE)
        self.assertRegex(run.out, r"suspected, not supported: .*95 % interval 0.874 to 0.978.*needs about [\d,]+ more calls")
        run = check(write_file(self, calls(100, 0)), *LOW)
        self.assertEqual(run.code, EXIT_DONE)
        self.assertRegex(run.out, r"(?m)^ok +success_rate")

    def test_print_one_line_each(self):
        run = check(write_file(self, calls(50, 50)), *LOW, "--fail-if", "latency_ms.p95 > 8s", "--fail-if", "cost > 3")
        self.assertEqual([line.split()[0] for line in run.out.splitlines()], ["ok", "fired", "ok", "unknown"])

    def test_that_are_not_understood_are_2_with_the_place(self):
        for rule, said in (("succes_rate < 1", "did you mean success_rate?"), ("latency_ms.p95 > 8", "time span"),
                           ("success_rate <", "expected a value")):
            run = check(write_file(self, calls(5, 0)), "--fail-if", rule)
            self.assertEqual((run.code, said in run.err), (EXIT_USAGE, True), run.err)

    def test_strict_is_2_unless_a_rule_fired(self):
        log = write_file(self, write_file(self, calls(50, 50)).read_text() + '{"prompt": oops}\n')
        self.assertEqual(check(log, "--strict").code, EXIT_USAGE)
        self.assertEqual(check(log, "--strict", *LOW).code, EXIT_FIRED)

    def test_json_holds_value_limits_and_verdict(self):
        run = check(write_file(self, calls(80, 20)), *LOW, "--json")
        self.assertEqual(run.code, EXIT_FIRED)
        self.assertTrue(run.json["fired"])
        rule = run.json["rules"][1]
        self.assertEqual((rule["rule"], rule["verdict"], rule["count"]), ("success_rate < 0.95", "fired", 100))
        reading = rule["readings"][0]
        self.assertAlmostEqual(reading["value"], 0.8)
        # Clopper and Pearson, 80 of 100.
        self.assertAlmostEqual(reading["low"], 0.7082, places=4)
        self.assertAlmostEqual(reading["high"], 0.8733, places=4)


class NoData(unittest.TestCase):
    def test_fires_unless_allowed(self):
        log = write_file(self, calls(5, 0))
        run = check(log, "--where", "model = none")
        self.assertEqual((run.code, "no data" in run.out), (EXIT_FIRED, True), run.out)
        run = check(log, "--where", "model = none", "--allow-no-data", *LOW)
        self.assertEqual(run.code, EXIT_DONE, run.err)

    def test_fires_for_an_empty_log(self):
        self.assertEqual(check(write_file(self, "")).code, EXIT_FIRED)

    def test_is_not_a_log_without_times(self):
        run = check(write_file(self, calls(5, 0)), "--since", "24h")
        self.assertEqual((run.code, "no times" in run.err), (EXIT_USAGE, True), run.err)

    def test_fires_when_all_is_older(self):
        log = write_file(self, calls(5, 0, time="2020-01-01T10:00:00Z"))
        self.assertEqual(check(log, "--since", "24h").code, EXIT_FIRED)
        self.assertEqual(check(log, "--since", "2020-01-01").code, EXIT_DONE)


class Groups(unittest.TestCase):
    def log(self):
        return write_file(self, calls(100, 0, model="a") + calls(30, 30, model="b") + calls(0, 5, model="c"))

    def test_are_judged_each_with_a_raised_confidence(self):
        run = check(self.log(), "--by", "model", *LOW, "--json")
        self.assertEqual(run.code, EXIT_FIRED)
        verdicts = {rule["model"]: rule["verdict"] for rule in run.json["rules"][1:]}
        self.assertEqual(verdicts, {"a": "ok", "b": "fired"})
        self.assertEqual(run.json["groups_below_min_count"], 1)
        self.assertAlmostEqual(run.json["rules"][1]["confidence"], 0.975)

    def test_are_named_with_what_was_raised(self):
        run = check(self.log(), "--by", "model", *LOW)
        self.assertRegex(run.out, r"fired +success_rate < 0.95 \[model b\]: .*97.5 % interval.*2 groups are 2 chances")
        self.assertRegex(run.out, r"fired in 1 of 2 groups, suspected in 0; 1 below --min-count")

    def test_below_the_minimum_are_left_out(self):
        run = check(self.log(), "--by", "model", *LOW, "--min-count", 90)
        self.assertEqual(run.code, EXIT_DONE, run.out)


class Notifications(unittest.TestCase):
    def setUp(self):
        self.bad = write_file(self, calls(50, 50))
        self.good = write_file(self, calls(1000, 0))

    def test_are_sent_only_when_a_rule_fired(self):
        server = Server(self, 200)
        self.assertEqual(check(self.good, *LOW, "--notify", server.url).code, EXIT_DONE)
        self.assertEqual(server.bodies, [])
        self.assertEqual(check(self.bad, *LOW, "--notify", server.url).code, EXIT_FIRED)
        self.assertEqual(server.bodies[0]["event"], "fired")
        self.assertIn("success_rate is 0.500", server.bodies[0]["fired"][0])

    def test_take_the_form_of_slack(self):
        server = Server(self, 200)
        check(self.bad, *LOW, "--notify", server.url, "--notify-format", "slack")
        self.assertEqual(list(server.bodies[0]), ["text"])
        self.assertIn("success_rate &lt; 0.95", server.bodies[0]["text"])

    def test_are_tried_again_after_500(self):
        server = Server(self, 500, 429, 200)
        run = check(self.bad, *LOW, "--notify", server.url)
        self.assertEqual((run.code, run.err, len(server.bodies)), (EXIT_FIRED, "", 3))

    def test_are_given_up_after_four_attempts_without_telling_the_secret(self):
        server = Server(self, 503)
        run = check(self.bad, *LOW, "--notify", server.url)
        self.assertEqual((run.code, len(server.bodies)), (EXIT_FIRED, 4))
        self.assertIn("cannot notify http://127.0.0.1: it answered 503", run.err)
        self.assertNotIn(SECRET, run.err + run.out)

    def test_follow_no_redirect_and_repeat_no_refusal(self):
        for status in (302, 404):
            server = Server(self, status)
            run = check(self.bad, *LOW, "--notify", server.url)
            self.assertEqual((run.code, len(server.bodies)), (EXIT_FIRED, 1))
            self.assertIn(str(status), run.err)

    def test_time_out(self):
        server = Server(self, 200, hang=True)
        begin = time.monotonic()
        run = check(self.bad, *LOW, "--notify", server.url, "--notify-timeout", "200ms")
        self.assertLess(time.monotonic() - begin, 15)
        self.assertEqual((run.code, "did not answer within 200 ms" in run.err), (EXIT_FIRED, True), run.err)

    def test_that_fail_are_6_when_nothing_fired(self):
        state = write_file(self, {"schema_version": 1, "fired": ["success_rate < 0.95"]}.__repr__().replace("'", '"'))
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{unused.getsockname()[1]}/{SECRET}"
        run = check(self.good, *LOW, "--notify", url, "--notify-state", state)
        self.assertEqual((run.code, "cannot be reached" in run.err), (EXIT_UNAVAILABLE, True), run.err)
        self.assertNotIn(SECRET, run.err)
        self.assertEqual(json.loads(state.read_text())["fired"], ["success_rate < 0.95"])

    def test_of_a_recovery_need_the_state(self):
        server = Server(self, 200)
        state = write_file(self, "").parent / "state.json"
        options = (*LOW, "--notify", server.url, "--notify-state", state)
        for log, code in ((self.bad, EXIT_FIRED), (self.good, EXIT_DONE), (self.good, EXIT_DONE)):
            self.assertEqual(check(log, *options).code, code)
        self.assertEqual([body["event"] for body in server.bodies], ["fired", "recovered"])
        self.assertEqual(server.bodies[1]["recovered"], ["success_rate < 0.95"])
        self.assertEqual([path.name for path in state.parent.iterdir() if path.name != "log.jsonl"], ["state.json"])

    def test_go_to_http_addresses_only(self):
        for url in ("file:///etc/passwd", "ftp://127.0.0.1/x", "nonsense://a", "http://"):
            run = check(self.bad, *LOW, "--notify", url)
            self.assertEqual((run.code, "no http or https URL" in run.err), (EXIT_USAGE, True), url)


class SondeToml(unittest.TestCase):
    def setUp(self):
        self.bad = write_file(self, calls(50, 50, model="a") + calls(100, 0, model="b"))
        self.folder = self.bad.parent

    def check(self, table, *arguments, **variables):
        (self.folder / "sonde.toml").write_text("[check]\n" + table)
        return check(self.bad, *arguments, cwd=self.folder, **variables)

    def test_holds_the_rules_when_none_is_typed(self):
        rules = 'fail-if = ["success_rate < 0.95", "latency_ms.p95 > 8s"]\n'
        run = self.check(rules)
        self.assertEqual((run.code, [line.split()[0] for line in run.out.splitlines()]),
                         (EXIT_FIRED, ["ok", "fired", "ok"]), run.err)
        run = self.check(rules, "--fail-if", "success_rate < 0.1")
        self.assertEqual((run.code, "0.95" in run.out), (EXIT_DONE, False), run.out)

    def test_holds_each_option_for_itself(self):
        table = 'fail-if = "success_rate < 0.95"\nby = "model"\nmin-count = 90\nwhere = "id != r1"\nlevel = "run"\n'
        run = self.check(table, "--json")
        self.assertEqual({rule["model"]: (rule["verdict"], rule["count"]) for rule in run.json["rules"][1:]},
                         {"a": ("fired", 99), "b": ("ok", 99)})
        self.assertEqual((run.json["level"], run.json["filters"]), ("run", ["where id != r1"]))
        run = self.check(table, "--min-count", 100, "--json")
        self.assertEqual((run.code, run.json["groups_below_min_count"]), (EXIT_DONE, 2))

    def test_can_allow_that_nothing_came(self):
        nothing = ("--where", "model = none")
        self.assertEqual(self.check('allow-no-data = true\nfail-if = "errors > 5"\n', *nothing).code, EXIT_DONE)
        self.assertEqual(self.check("allow-no-data = false\n", *nothing).code, EXIT_FIRED)

    def test_errors_name_file_and_line(self):
        for table, said in (
                ('fail-if = [\n"errors > 5",\n"succes_rate < 1",\n]', "sonde.toml:4: "),
                ('where = "nonsense ="', "sonde.toml:2: "),
                ('\nsince = "yesterday"', "sonde.toml:3: "),
                ('by = "colour"', "sonde.toml:2: "),
                ('level = "floor"', "sonde.toml:2: no level 'floor'"),
                ('notify-format = "xml"\nnotify = "http://a"', "sonde.toml:2: no message form 'xml'"),
                ('notify-state = "s.json"', "sonde.toml:2: --notify-state needs --notify"),
                ("min-counts = 3", "sonde.toml:2: there is no option of check 'min-counts'; did you mean min-count?")):
            with self.subTest(table):
                run = self.check(table)
                self.assertEqual((run.code, said in run.err), (EXIT_USAGE, True), run.err)

    def test_takes_the_address_from_a_variable_and_tells_nobody(self):
        server = Server(self, 200)
        table = 'fail-if = "success_rate < 0.95"\nnotify = "$SONDE_NOTIFY_URL"\nnotify-state = "state.json"\n'
        run = self.check(table, SONDE_NOTIFY_URL=server.url)
        self.assertEqual((run.code, run.err, server.paths), (EXIT_FIRED, "", ["/" + SECRET]))
        self.assertTrue((self.folder / "state.json").exists())
        run = self.check(table)
        self.assertEqual(run.code, EXIT_USAGE)
        self.assertIn("sonde.toml:3: notify is the variable SONDE_NOTIFY_URL, which is not set", run.err)
        for address in ("$http://" + SECRET, "ftp://" + SECRET):
            run = self.check(f'notify = "{address}"')
            self.assertEqual((run.code, "sonde.toml:2: " in run.err), (EXIT_USAGE, True), run.err)
            self.assertNotIn(SECRET, run.err)
            self.assertNotIn(SECRET, sonde("settings", cwd=self.folder).out)

    def test_concerns_no_other_command(self):
        (self.folder / "sonde.toml").write_text('[check]\nwhere = "model = b"\n')
        run = sonde("analyze", self.bad, "--json", cwd=self.folder)
        self.assertEqual(sum(group["count"] for group in run.json["groups"]), 200, run.err)


class DailyReport(unittest.TestCase):
    def test_compares_with_the_period_before(self):
        log = write_file(self, over_the_day("2026-07-01", 200, 0) + over_the_day("2026-07-02", 100, 100))
        run = sonde("report", log, "--since", "2026-07-02", "--until", "2026-07-03", "--format", "markdown", "-o", "-")
        self.assertEqual(run.code, EXIT_DONE, run.err)
        self.assertRegex(run.out, r"\| calls \| 200 \| 200 \|")
        self.assertRegex(run.out, r"\| success \| 100.0 % \| 50.0 % \| -50.0 points \|.*\| more than noise \|")
        self.assertIn("# What to change", run.out)

    def test_says_that_two_small_bursts_are_too_few_to_tell(self):
        log = write_file(self, calls(80, 0, time="2026-07-01T10:00:00Z") + calls(40, 40, time="2026-07-02T10:00:00Z"))
        run = sonde("report", log, "--since", "2026-07-02", "--until", "2026-07-03", "--format", "markdown", "-o", "-")
        self.assertRegex(run.out, r"\| success \| 100.0 % \| 50.0 % \| -50.0 points \|.*\| too few to tell \|")
        self.assertIn("50.0 % (too few)", run.out)

    def test_is_written_to_a_dated_file(self):
        log = write_file(self, calls(20, 2))
        run = sonde("report", log, cwd=log.parent)
        self.assertEqual(run.code, EXIT_DONE, run.err)
        self.assertRegex(run.out, r"^sonde-report-\d{4}-\d\d-\d\d\.html\n$")
        page = (pathlib.Path(log.parent) / run.out.strip()).read_text()
        self.assertTrue(page.startswith("<!doctype html>") and page.endswith("</main></body></html>\n"))
        self.assertIn("--since 24h compares", page)


if __name__ == "__main__":
    unittest.main()
