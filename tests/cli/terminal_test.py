"""A terminal's width, colors and safety; pipes that close and Ctrl-C."""

import fcntl
import json
import os
import pathlib
import pty
import re
import signal
import struct
import subprocess
import tempfile
import termios
import time
import unicodedata
import unittest

from sonde_program import BINARY, EXAMPLES, environment, record, sonde, write_file

COLOR = re.compile(r"\x1b\[[0-9;]*m")
HOSTILE = ("red \x1b[31m", "bell \x07", "title \x1b]0;x\x07", "turn \u202e back", "c1 \x9b31m", "clear \x1b[2J",
           "back\b\b\b", "line\rover", "tab\tstop")
FORBIDDEN = set("\x1b\x07\b\r\u202e\x9b")
WIDE = ("\u65c5\u884c\u306e\u8a08\u753b" * 30, "\U0001f9d1\u200d\U0001f680" * 40, "e\u0301" * 90, "\U0001f1ee\U0001f1f3" * 40,
        "\u0928\u092e\u0938\u094d\u0924\u0947 " * 20, "x" * 500)


def cells(text):
    """How many cells a terminal gives the text, counted simply: wide characters take two."""
    width = 0
    for character in re.sub("\u200d.", "", text):  # Joined emoji are drawn as one.
        if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
            continue
        width += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return width


def in_terminal(*arguments, columns=80, **variables):
    """What sonde writes to a terminal of that width, line feeds as they were written."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    modes = termios.tcgetattr(terminal)
    modes[1] &= ~termios.OPOST
    termios.tcsetattr(terminal, termios.TCSANOW, modes)
    process = subprocess.Popen([BINARY, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=terminal,
                               stderr=subprocess.DEVNULL, cwd=EXAMPLES, env=environment(TERM="xterm", **variables))
    os.close(terminal)
    parts = []
    while True:
        try:
            part = os.read(controller, 65536)
        except OSError:  # The other side is closed.
            break
        if not part:
            break
        parts.append(part)
    os.close(controller)
    if process.wait() != 0:
        raise AssertionError(f"sonde {arguments} ended with {process.returncode}")
    return b"".join(parts).decode("utf-8")


class Width(unittest.TestCase):
    def check(self, columns, *arguments):
        text = COLOR.sub("", in_terminal(*arguments, columns=columns))
        # A patch is meant to be copied: its lines stay whole.
        lines = [line for line in text.splitlines() if not line.startswith("    ")]
        for line in lines:
            self.assertLessEqual(cells(line), columns, line)

    def test_reports_fit_eighty_columns(self):
        for log in ("dify/logs.json", "dify/dump", "dify/flat_messages.jsonl", "otlp", "providers", "dify/console"):
            self.check(80, "analyze", log)
            self.check(80, "optimize", log)
        self.check(80, "analyze", "dify/dump", "--by", "app,model")
        self.check(80, "analyze", "dify/dump", "--by", "prompt")

    def test_reports_fit_other_widths(self):
        for columns in (72, 100, 200):
            self.check(columns, "analyze", "dify/dump")
            self.check(columns, "optimize", "dify/dump")

    def test_wide_and_joined_characters_fit(self):
        log = write_file(self, [record(i, prompt=text, category=text, model=text[:40], success=False, error=text)
                                for i, text in enumerate(WIDE)])
        self.check(80, "analyze", log, "--by", "category")
        self.check(80, "analyze", log, "--by", "category,model")
        self.check(80, "optimize", log)

    def test_columns_count_where_there_is_no_terminal(self):
        text = sonde("analyze", "dify/dump", COLUMNS="80").out
        self.assertLessEqual(max(map(cells, text.splitlines())), 80)


class Safety(unittest.TestCase):
    def test_content_of_a_log_controls_no_terminal(self):
        log = write_file(self, [record(i, prompt=text, answer=text, category=text, model=text, success=False, error=text,
                                       app=text, user=text) for i, text in enumerate(HOSTILE)])
        for arguments in (("analyze", log), ("analyze", log, "--by", "category"), ("analyze", log, "--by", "app,user"),
                          ("optimize", log), ("show", log, "r0"), ("show", log, "r3")):
            plain = COLOR.sub("", in_terminal(*arguments, NO_COLOR="1"))
            self.assertEqual(FORBIDDEN & set(plain), set(), arguments)
            self.assertEqual(in_terminal(*arguments, NO_COLOR="1"), plain, "no color was asked for")

    def test_content_stands_still_in_documents_too(self):
        log = write_file(self, [record(i, category=text) for i, text in enumerate(HOSTILE)])
        for form in ("markdown", "html", "json"):  # CSV is data, and keeps it.
            text = sonde("analyze", log, "--by", "category", "--format", form).out
            self.assertNotIn("\x1b", text, form)
            self.assertNotIn("\x07", text, form)

    def test_names_of_files_control_no_terminal(self):
        log = write_file(self, [record(1)], "a\x1b[31mb\x07.jsonl")
        plain = in_terminal("analyze", log, NO_COLOR="1")
        self.assertEqual(FORBIDDEN & set(plain), set())
        missing = sonde("analyze", "x\x1b[31my\x07.json")
        self.assertEqual(FORBIDDEN & set(missing.err), set())


class Color(unittest.TestCase):
    def test_only_on_a_terminal(self):
        self.assertRegex(in_terminal("analyze", "dify/dump"), COLOR)
        self.assertNotIn("\x1b", sonde("analyze", "dify/dump").out)

    def test_never_with_no_color(self):
        self.assertNotIn("\x1b", in_terminal("analyze", "dify/dump", NO_COLOR="1"))

    def test_setting_wins(self):
        self.assertRegex(sonde("analyze", "dify/dump", "--color", "always").out, COLOR)
        self.assertNotIn("\x1b", in_terminal("analyze", "dify/dump", "--color", "never"))


class Pipes(unittest.TestCase):
    def test_a_reader_that_leaves_is_no_crash(self):
        for arguments in (("convert", "dify/dump"), ("analyze", "dify/dump", "--json"), ("optimize", "dify/dump", "--json")):
            process = subprocess.Popen([BINARY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       cwd=EXAMPLES, env=environment())
            process.stdout.read(1)
            process.stdout.close()
            process.stderr.read()
            process.stderr.close()
            self.assertIn(process.wait(timeout=20), (0, 6, -signal.SIGPIPE), arguments)

    def test_a_closed_standard_output_is_an_error_and_no_crash(self):
        done = subprocess.run(["sh", "-c", f"exec '{BINARY}' analyze dify/logs.json >&-"], cwd=EXAMPLES,
                              env=environment(), capture_output=True, timeout=20)
        self.assertEqual(done.returncode, 6)

    def test_a_full_disk_is_an_error(self):
        with open("/dev/full", "wb") as full:
            for command in ("analyze", "convert", "optimize"):
                done = subprocess.run([BINARY, command, "dify/logs.json"], stdout=full, stderr=subprocess.PIPE,
                                      cwd=EXAMPLES, env=environment(), timeout=20)
                self.assertEqual(done.returncode, 6, command)
                self.assertIn(b"cannot write", done.stderr)


class Interrupt(unittest.TestCase):
    def test_ends_a_long_read_and_leaves_no_files(self):
        for command in ("analyze", "convert", "optimize"):
            with tempfile.TemporaryDirectory(prefix="sonde-test-") as folder:
                process = subprocess.Popen(
                    [BINARY, command, "-", "--temp-dir", folder, "--memory-max", "16MiB", "--rejects", folder + "/rejects"],
                    stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment(TMPDIR=folder))
                node = {"node_execution_id": "n", "node_type": "llm", "workflow_run_id": "w", "node_id": "1"}
                line = json.dumps(record(1)).encode() + b"\n" + json.dumps(node).encode() + b"\n{bad\n"
                process.stdin.write(line * 20000)
                process.stdin.flush()
                time.sleep(0.1)  # Ctrl-C comes at any moment; this only makes a late one likely.
                process.send_signal(signal.SIGINT)
                process.stdin.close()
                said = process.stderr.read()
                process.stderr.close()
                self.assertEqual(process.wait(timeout=20), 6)
                self.assertIn(b"interrupted", said)
                left = [path.name for path in pathlib.Path(folder).iterdir() if path.name != "rejects"]
                self.assertEqual(left, [], command)


if __name__ == "__main__":
    unittest.main()
