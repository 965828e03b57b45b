"""Commands, their help and their exit codes."""

import json
import re
import unittest

from sonde_program import analyze, record, sonde, write_file

COMMANDS = ("analyze", "optimize", "compare", "show", "convert", "check", "report", "import", "ledger", "sql",
            "settings")
LOG = "dify/logs.json"
EXIT_DONE, EXIT_USAGE, EXIT_NOT_FOUND, EXIT_UNAVAILABLE = 0, 2, 3, 6


class Help(unittest.TestCase):
    def test_names_every_command(self):
        run = sonde("--help")
        self.assertEqual(run.code, EXIT_DONE)
        for command in COMMANDS:
            self.assertRegex(run.out, rf"(?m)^  {command} ")

    def test_of_every_command_has_examples_that_run_that_command(self):
        for command in COMMANDS:
            with self.subTest(command):
                run = sonde(command, "--help")
                self.assertEqual(run.code, EXIT_DONE)
                examples = run.out.split("Examples:\n")[1]
                self.assertIn(f"sonde {command}", examples)

    def test_of_every_command_explains_every_option(self):
        for command in COMMANDS:
            for line in sonde(command, "--help").out.splitlines():
                if re.match(r"  -", line) and len(line) < 30:
                    continue  # The explanation stands on the next line.
                if re.match(r"  -", line):
                    self.assertRegex(line, r"^  -\S+( TEXT| UINT)?(=\S+)?( \.\.\.)? +\S", command)

    def test_version_is_a_number(self):
        self.assertRegex(sonde("--version").out, r"^sonde \d+\.\d+\.\d+\n$")


class ExitCodes(unittest.TestCase):
    def check(self, code, said, *arguments, **options):
        run = sonde(*arguments, **options)
        self.assertEqual(run.code, code, run.err)
        self.assertIn(said, run.err)
        self.assertEqual(run.raw, b"")

    def test_2_without_a_command(self):
        self.check(EXIT_USAGE, "subcommand")

    def test_2_for_an_unknown_command_and_option(self):
        self.check(EXIT_USAGE, "did you mean 'analyze'?", "analyse", LOG)
        self.check(EXIT_USAGE, "known are analyze, optimize", "frobnicate")
        self.check(EXIT_USAGE, "--colour", "analyze", LOG, "--colour", "red")

    def test_2_without_files(self):
        for command in ("analyze", "optimize", "convert"):
            self.check(EXIT_USAGE, "no file named", command)
        self.check(EXIT_USAGE, "FILES and an ID", "show", LOG)

    def test_2_for_values_that_no_option_takes(self):
        for option, value, said in (
                ("--level", "calls", "no level 'calls'"), ("--format", "xml", "no format 'xml'"),
                ("--tz", "Mars/Olympus", "no time zone 'Mars/Olympus'"), ("--time-unit", "h", "no time unit 'h'"),
                ("--threads", "-3", "takes a whole number"), ("--limit", "-1", "--limit"),
                ("--memory-max", "3 apples", "memory-bytes-max"), ("--nesting-max", "0", "from 1 to"),
                ("--progress", "always", "auto or never"), ("--color", "red", "auto, always or never"),
                ("--since", "yesterday", "'yesterday'"), ("--until", "2026-13-01", "'2026-13-01'")):
            with self.subTest(option):
                self.check(EXIT_USAGE, said, "analyze", LOG, option, value)

    def test_2_when_nothing_is_recognised(self):
        self.check(EXIT_USAGE, "nothing to analyse", "analyze", "README.md")
        questions = write_file(self, [{"question_id": 81, "category": "writing", "turns": ["Compose a post."]}] * 3)
        self.check(EXIT_USAGE, "no prompt with an answer", "analyze", questions)
        table = write_file(self, "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15,374,44\n", "trace.csv")
        self.check(EXIT_USAGE, "TIMESTAMP, ContextTokens, GeneratedTokens", "analyze", table)

    def test_2_for_a_session_in_optimize(self):
        self.check(EXIT_USAGE, "call, node, message or run", "optimize", LOG, "--level", "session")

    def test_3_for_what_is_missing(self):
        for command in ("analyze", "optimize", "convert"):
            self.check(EXIT_NOT_FOUND, "no such file or folder: missing.json", command, "missing.json")
        self.check(EXIT_NOT_FOUND, "no file matches", "analyze", "dify/*.nothing")
        self.check(EXIT_NOT_FOUND, "nothing.toml", "analyze", LOG, "--category-map", "nothing.toml")

    def test_3_for_an_unknown_id(self):
        self.check(EXIT_NOT_FOUND, "no execution with the id nope", "show", LOG, "nope")

    def test_6_when_the_output_cannot_be_written(self):
        for command in ("analyze", "optimize", "convert"):
            self.check(EXIT_UNAVAILABLE, "cannot write", command, LOG, "-o", "/nonexistent/report")
        self.check(EXIT_UNAVAILABLE, "/nonexistent/rejects", "analyze", LOG, "--rejects", "/nonexistent/rejects")

    def test_strict_is_2_only_with_rejected_records(self):
        good = write_file(self, [record(i) for i in range(5)])
        damaged = write_file(self, good.read_text() + '{"prompt": oops}\n')
        for command in ("analyze", "optimize", "convert"):
            with self.subTest(command):
                self.assertEqual(sonde(command, good, "--strict").code, EXIT_DONE)
                self.assertEqual(sonde(command, damaged).code, EXIT_DONE)
                run = sonde(command, damaged, "--strict")
                self.assertEqual(run.code, EXIT_USAGE)
                self.assertNotEqual(run.raw, b"", "the report is still printed")


class Settings(unittest.TestCase):
    def values(self, *arguments, **options):
        return {row["name"]: row for row in sonde("settings", "--json", *arguments, **options).json}

    def test_come_from_flag_then_variable_then_file_then_default(self):
        file = write_file(self, 'threads = 3\nnesting-max = 77\ntime-zone = "Asia/Tokyo"\n', "sonde.toml")
        values = self.values("--threads", 1, cwd=file.parent, SONDE_THREADS="2", SONDE_NESTING_MAX="88")
        found = {name: (values[name]["value"]) for name in ("threads", "nesting-max", "time-zone", "groups-max")}
        self.assertEqual(found, {"threads": "1", "nesting-max": "88", "time-zone": "Asia/Tokyo", "groups-max": "10000"})
        origins = [values[name]["origin"] for name in ("threads", "nesting-max", "time-zone", "groups-max")]
        self.assertEqual(len(set(origins)), 4, origins)

    def test_of_the_user_lie_in_the_xdg_folder(self):
        file = write_file(self, "", "unused")
        folder = file.parent / "sonde"
        folder.mkdir()
        (folder / "sonde.toml").write_text("threads = 5\n")
        self.assertEqual(self.values(XDG_CONFIG_HOME=str(file.parent))["threads"]["value"], "5")

    def test_text_and_reference_page_list_every_setting(self):
        names = list(self.values())
        text, page = sonde("settings").out, sonde("settings", "--markdown", "settings").out
        for name in names:
            self.assertRegex(text, rf"(?m)^{name} ")
            self.assertIn(f"`{name}`", page)

    def test_a_wrong_value_names_where_it_stands(self):
        run = sonde("analyze", LOG, SONDE_THREADS="abc")
        self.assertEqual((run.code, "SONDE_THREADS" in run.err), (EXIT_USAGE, True))
        file = write_file(self, 'threads = "many"\n', "sonde.toml")
        run = sonde("settings", cwd=file.parent)
        self.assertEqual((run.code, "sonde.toml" in run.err), (EXIT_USAGE, True))

    def test_an_unknown_name_in_the_file_is_no_silent_typo(self):
        file = write_file(self, "thraeds = 2\n", "sonde.toml")
        run = sonde("settings", cwd=file.parent)
        self.assertEqual(run.code, EXIT_USAGE)
        self.assertIn("thraeds", run.err)

    def test_variables_reach_the_report(self):
        log = write_file(self, [record(1, created_at="2026-07-06T23:30:00Z")])
        report = analyze(log, "--by", "hour", SONDE_TIME_ZONE="Asia/Tokyo")
        self.assertEqual(report["time_zone"], "Asia/Tokyo")
        self.assertIn("08", json.dumps(report["groups"][0]["hour"]))


if __name__ == "__main__":
    unittest.main()
