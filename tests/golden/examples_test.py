"""Every example log, converted and analysed, gives what stands in the golden files.

A mismatch prints the difference; UPDATE_GOLDEN=1 ctest -R golden rewrites the files.
"""

import difflib
import hashlib
import json
import os
import pathlib
import unittest

from sonde_program import LOGS, analyze, sonde

GOLDEN = pathlib.Path(__file__).resolve().parent
COMMAND = "UPDATE_GOLDEN=1 ctest -R golden"
TEXT_KEPT = 60  # Characters of a long text that stand in a golden file; the rest is a hash.
BYTES_MAX = 150_000  # Of a golden file; in larger ones the contents are hashes altogether.
CONTENTS = ("input", "output", "system", "attributes")


def place_of(log):
    """dify/dump/messages.jsonl -> tests/golden/dify/dump-messages."""
    folder, *rest = log.split("/")
    return GOLDEN / folder / "-".join(rest).split(".")[0] if "csv" not in log else GOLDEN / folder / "feedbacks-csv"


def shortened(value):
    if isinstance(value, str) and len(value) > 2 * TEXT_KEPT:
        digest = hashlib.sha256(value.encode()).hexdigest()[:16]
        return f"{value[:TEXT_KEPT]}... ({len(value)} characters, sha256 {digest})"
    if isinstance(value, list):
        return [shortened(item) for item in value]
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items()}
    if isinstance(value, float):
        return float(f"{value:.9g}")  # Mathematical libraries differ in the last digits.
    return value


def digest_of(value):
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


def without_contents(span):
    return {key: digest_of(value) if key in CONTENTS else shortened(value) for key, value in span.items()}


def as_lines(spans):
    rows = (json.dumps(span, ensure_ascii=False, separators=(",", ":")) for span in spans)
    return "".join(row + "\n" for row in sorted(rows))


def spans_text(log):
    run = sonde("convert", log)
    if run.code != 0:
        raise AssertionError(f"convert {log} ended with {run.code}: {run.err}")
    text = as_lines(shortened(span) for span in run.lines)
    return text if len(text) <= BYTES_MAX else as_lines(without_contents(span) for span in run.lines)


def analyze_text(log):
    report = analyze(log)
    del report["metrics"]  # The same table for every log; src/metrics tests it.
    return json.dumps(shortened(report), ensure_ascii=False, indent=1) + "\n"


class Examples(unittest.TestCase):
    maxDiff = None

    def check(self, path, text):
        if os.environ.get("UPDATE_GOLDEN"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        wanted = path.read_text(encoding="utf-8") if path.exists() else ""
        if text == wanted:
            return
        lines = difflib.unified_diff(wanted.splitlines(True), text.splitlines(True),
                                     f"{path.name} (golden)", f"{path.name} (now)", n=1)
        shown = "".join(lines)
        if len(shown) > 6000:
            shown = shown[:6000] + "\n..."
        self.fail(f"{path} differs:\n{shown}\nIf this is meant: {COMMAND}")


def add_cases():
    for log in LOGS:
        name = log.replace("/", "_").replace(".", "_").replace("-", "_")
        place = place_of(log)

        def converts(self, log=log, place=place):
            self.check(place.with_name(place.name + ".spans.jsonl"), spans_text(log))

        def analyses(self, log=log, place=place):
            self.check(place.with_name(place.name + ".analyze.json"), analyze_text(log))

        setattr(Examples, f"test_{name}_converts", converts)
        setattr(Examples, f"test_{name}_analyses", analyses)


add_cases()

if __name__ == "__main__":
    unittest.main()
