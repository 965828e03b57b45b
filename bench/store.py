#!/usr/bin/env python3
"""The benchmark of the history: how fast spans go in, against the engine alone; what they take on disk;
how long questions take. Every run ends with merging done, and costs are those of all processes in it.

Import and the bare engine take turns on the same spans and the same tables. See bench/README.md.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # The source tree stays as it is.

import measure
import prepare
from prepare import say

SPANS_A_BYTE = 353_953 / 1e9  # Of the generated log.


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    build = os.path.join(prepare.ROOT, "build/release")
    parser.add_argument("--sonde", default=os.path.join(build, "sonde"))
    parser.add_argument("--program", default=os.path.join(build, "store_bench"))
    parser.add_argument("--cache", default=os.path.join(prepare.ROOT, "build/bench"), metavar="FOLDER")
    parser.add_argument("--spans", type=float, default=350_000)
    parser.add_argument("--growth", type=int, nargs="?", const=1_000_000, metavar="SPANS",
                        help="also ask so many spans without texts, and ten times as many")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="20,000 spans, 1 round, judges no target")
    options = parser.parse_args()
    if options.quick:
        options.spans, options.rounds = 20_000, 1
    options.spans = int(options.spans)
    return options


def run(argv):
    """Standard output, and the cost."""
    before, start = os.times(), time.monotonic()
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"store: {' '.join(argv)}: {done.stderr[-2000:]}")
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return done.stdout, measure.Cost(time.monotonic() - start, cpu)


def together(*costs):
    return measure.Cost(sum(c.wall for c in costs), sum(c.cpu for c in costs))


class Folders:
    def __init__(self, options):
        self.options = options
        self.root = os.path.join(options.cache, "history")
        shutil.rmtree(self.root, ignore_errors=True)
        os.makedirs(self.root)

    def fresh(self, name):
        folder = os.path.join(self.root, name)
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    def imported(self, log, name="imported"):
        folder = self.fresh(name)
        text, cost = run([self.options.sonde, "import", log, "--data-dir", folder, "--json"])
        _, settled = run([self.options.program, "settle", folder])
        return folder, json.loads(text), together(cost, settled), cost

    def bare(self, blocks):
        folder = self.fresh("bare")
        _, cost = run([self.options.program, "bare", folder, blocks])
        _, settled = run([self.options.program, "settle", folder])
        return together(cost, settled)


def sizes(options, folder):
    """Bytes a span: of the spans without their indexes, of each index, of the keys."""
    def ask(sql):
        text, _ = run([options.sonde, "sql", sql, "--data-dir", folder, "--format", "jsonl"])
        return [json.loads(line) for line in text.splitlines()]

    tables = {row["table"]: row for row in ask(
        "SELECT table, toFloat64(sum(bytes_on_disk)) AS bytes, toFloat64(sum(rows)) AS count, "
        "toFloat64(sum(secondary_indices_compressed_bytes)) AS indexes FROM system.parts WHERE active GROUP BY table")}
    spans = tables["spans"]["count"]
    result = {"spans without indexes": (tables["spans"]["bytes"] - tables["spans"]["indexes"]) / spans,
              "span_keys": tables["span_keys"]["bytes"] / spans}
    for row in ask("SELECT name, toFloat64(data_compressed_bytes) AS bytes FROM system.data_skipping_indices "
                   "WHERE table = 'spans'"):
        result[f"index {row['name']}"] = row["bytes"] / spans
    return result


def zstd_bytes(log, spans):
    done = subprocess.run(f"zstd -3 -q -c '{log}' | wc -c", shell=True, capture_output=True, text=True, check=True)
    return int(done.stdout) / spans


def judged(name, value, target, met, unit):
    return {"name": name, "value": value, "target": target, "met": met, "unit": unit}


def import_lines(options, folders, log):
    _, first, _, _ = folders.imported(log)
    spans = first["stored"]
    blocks = os.path.join(folders.root, "spans.native")
    run([options.program, "blocks", os.path.join(folders.root, "imported"), blocks])
    rounds = []
    for number in range(options.rounds):
        folder, _, imported, alone = folders.imported(log)
        bare = folders.bare(blocks)
        rounds.append((imported, bare, alone))
        say(f"  round {number + 1}: import {imported.wall:.1f} s, {imported.cpu:.1f} CPU s; "
            f"engine alone {bare.wall:.1f} s, {bare.cpu:.1f} CPU s")
    def median(of):
        return statistics.median(of(*costs) for costs in rounds)

    rate = median(lambda imported, bare, alone: bare.cpu / imported.cpu)
    per_cpu = median(lambda imported, bare, alone: spans / imported.cpu)
    lines = [
        judged("import: rate over the bare engine, of CPU time", rate, ">= 0.75", rate >= 0.75, "x"),
        judged("import: spans a CPU second, merged", per_cpu, ">= 14000", per_cpu >= 14_000, ""),
        judged("import: spans a second, until acknowledged",
               median(lambda imported, bare, alone: spans / alone.wall), "stated", True, ""),
    ]
    size = sizes(options, folder)
    words = size["index input_words"] + size["index output_words"]
    plain = size["spans without indexes"] + size["span_keys"]
    packed = zstd_bytes(log, spans)
    lines += [
        judged("disk: over zstd -3 of the log, without indexes", plain / packed, "<= 1.15", plain / packed <= 1.15, "x"),
        judged("disk: bytes a span with the index of words", plain + words, "<= 1550", plain + words <= 1550, "B"),
    ]
    lines += [judged(f"disk: {name}", value, "stated", True, "B") for name, value in size.items()]
    return folder, lines


LIMITS = {"page": 50, "search for a common word": 150, "search for a rare word": 150,
          "search for a word that is nowhere": 150, "trace by id": 50, "dashboard of a day": 600, "dashboard of 30 days": 600}


def question_lines(options, folder):
    text, _ = run([options.program, "ask", folder, "10" if options.quick else "40"])
    answers = json.loads(text)
    spans = answers.pop("spans")
    say(f"  questions to {spans} spans")
    lines = []
    for name, times in answers.items():
        limit = 200 if name.startswith("page where") else LIMITS.get(name)
        target = f"<= {limit}" if limit else "stated"
        lines.append(judged(f"{name}, p95", times["p95_ms"], target, limit is None or times["p95_ms"] <= limit, "ms"))
    if "search for a common word" in answers:  # Spans without texts have none.
        scan = answers["LIKE scan for the common word"]["p50_ms"] / answers["search for a common word"]["p50_ms"]
        lines.append(judged("LIKE scan over the search", scan, ">= 50", scan >= 50, "x"))
    return spans, lines, answers


def growth_lines(options, folders):
    """The same questions to ten times the spans, without texts, of the same 30 days."""
    answers, times = [], 10 if not options.quick else 2
    for count in (options.growth, times * options.growth):
        folder = folders.fresh("grown")
        run([options.program, "fill", folder, str(count)])
        run([options.program, "settle", folder])
        spans, _, found = question_lines(options, folder)
        answers.append(found)
    lines = []
    for name, small in answers[0].items():
        if "LIKE" in name or "search" in name:
            continue
        limit = 3 if "30 days" in name else None if "without sums" in name else 2
        value = answers[1][name]["p95_ms"] / small["p95_ms"]
        target = f"<= {limit}" if limit else "stated"
        lines.append(judged(f"{name}, {small['p95_ms']:.1f} ms", value, target, limit is None or value <= limit, "x"))
    print_table(f"Questions to {times * options.growth:,} spans without texts over {options.growth:,}, p95", lines, options.quick)


def print_table(title, lines, quick):
    print(f"\n**{title}**\n\n| measure | target | value | met |\n|---|---|---|---|")
    for line in lines:
        met = "-" if quick or line["target"] == "stated" else "yes" if line["met"] else "NO"
        print(f"| {line['name']} | {line['target']} | {line['value']:.4g} {line['unit']} | {met} |")


def main():
    options = parse_options()
    machine = prepare.describe_machine()
    print(f"Measured {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} on {machine['cpu']}, {machine['cores']} cores, "
          f"{machine['memory_gib']} GiB, {machine['kernel']}; load {os.getloadavg()[0]:.1f}; seed {options.seed}.")
    size = int(options.spans / SPANS_A_BYTE)
    prefix, _ = prepare.make_logs(options.cache, size, options.seed, "jsonl")
    folders = Folders(options)
    folder, lines = import_lines(options, folders, prefix + ".jsonl")
    print_table(f"{options.spans:,} spans of {1 / SPANS_A_BYTE / 1000:.1f} KB", lines, options.quick)
    spans, lines, small = question_lines(options, folder)
    print_table(f"Questions to {spans:,} spans, warm", lines, options.quick)
    if options.growth:
        growth_lines(options, folders)
    shutil.rmtree(folders.root, ignore_errors=True)


if __name__ == "__main__":
    main()
