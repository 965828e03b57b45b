#!/usr/bin/env python3
"""The benchmark of the file analysis: Sonde against what one would use instead, and a roofline.

Programs run in turn within each round, every answer is checked against a golden file, and each
figure is the median of the rounds' own ratios. See bench/README.md.
"""

import argparse
import dataclasses
import json
import os
import statistics
import sys
import time

sys.dont_write_bytecode = True  # The source tree stays as it is.

import measure
import prepare
import scenes
from prepare import say

QUIET_ROUNDS_MIN = 3

# An answer in another shape than expected is a wrong answer, not a reason to stop.
WRONG = (measure.Failed, ValueError, KeyError, TypeError, AttributeError)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    root = prepare.ROOT
    parser.add_argument("--sonde", default=os.path.join(root, "build/release/sonde"))
    parser.add_argument("--cache", default=os.path.join(root, "build/bench"), metavar="FOLDER")
    parser.add_argument("--bytes", type=float, default=1e9, help="of the flat logs (1e9)")
    parser.add_argument("--dump-bytes", type=float, default=1e9, help="of the Dify dump (1e9)")
    parser.add_argument("--memory-max", default="256MB", help="for the Dify dump (256MB)")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", choices=scenes.ALL, help="may be repeated")
    parser.add_argument("--growth", action="store_true", help="also ten times the bytes (10 GB)")
    parser.add_argument("--skip-slow", action="store_true", help="leave out the python peers")
    parser.add_argument("--peers-only", action="store_true", help="run without sonde")
    parser.add_argument("--quick", action="store_true", help="50 MB, 3 rounds, judges no target")
    options = parser.parse_args()
    if options.quick:
        options.bytes, options.dump_bytes, options.rounds = 50e6, 50e6, 3
    options.bytes, options.dump_bytes = int(options.bytes), int(options.dump_bytes)
    options.sonde = os.path.abspath(options.sonde)
    options.cache = os.path.abspath(options.cache)
    if not options.peers_only and not os.access(options.sonde, os.X_OK):
        parser.error(f"{options.sonde} is absent: build it first, or pass --peers-only")
    return options


def describe(error):
    return str(error) if isinstance(error, measure.Failed) else repr(error)


def run_round(scene, commands, output):
    costs = {command.name: measure.run_timed(command, output) for command in commands}
    say(
        f"  {scene.name}: "
        + ", ".join(f"{n} {c.wall:.3f}{' (noisy)' if c.noisy() else ''}" for n, c in costs.items())
    )
    return costs


def run_scene(scene, options):
    """Polls memory once, which also warms the page cache, then measures the rounds."""
    say(f"{scene.title}")
    output = os.path.join(options.cache, "answer")
    commands, memory, failures = [], {}, []
    for command in scene.commands:
        if options.peers_only and command.argv[0] == options.sonde:
            continue
        try:
            memory[command.name] = measure.run_polled(command, output)
            commands.append(command)
        except WRONG as error:
            failures.append(f"{command.name}: {describe(error)}")
            say(f"  FAILED {failures[-1]}")
    count = max(options.rounds, 0 if options.quick else scene.rounds_min) if commands else 0
    rounds = []
    try:
        while len(rounds) < count:
            rounds.append(run_round(scene, commands, output))
    except WRONG as error:
        failures.append(f"round {len(rounds) + 1}: {describe(error)}")
        say(f"  FAILED {failures[-1]}")
    return {"scene": scene, "memory": memory, "rounds": rounds, "failures": failures}


def chosen_rounds(line, result):
    """The costs that count, and whether some of them are noisy."""
    if line.from_memory:
        return [result["memory"]], False
    quiet = [costs for costs in result["rounds"] if not line.value.is_noisy(costs)]
    if len(quiet) >= QUIET_ROUNDS_MIN:
        return quiet, False
    return result["rounds"], len(quiet) < len(result["rounds"])


def judge(line, result):
    """The line's figure: its median, its range, and whether the target holds."""
    chosen, noisy = chosen_rounds(line, result)
    values = [value for value in map(line.value, chosen) if value is not None]
    if not values:
        return None
    median = statistics.median(values)
    return {
        "name": line.name,
        "target": line.target(),
        "median": median,
        "min": min(values),
        "max": max(values),
        "unit": line.unit,
        "rounds": len(values),
        "noisy": noisy,
        "met": line.met(median),
    }


def tool_rows(result):
    rows = []
    for name, polled in result["memory"].items() if result["rounds"] else []:
        costs = [costs[name] for costs in result["rounds"]]
        rows.append({
            "name": name,
            "wall_s": statistics.median(cost.wall for cost in costs),
            "wall_min_s": min(cost.wall for cost in costs),
            "wall_max_s": max(cost.wall for cost in costs),
            "cpu_s": statistics.median(cost.cpu for cost in costs),
            "rss_mb": polled.rss / scenes.MB,
            "anonymous_mb": polled.anonymous / scenes.MB,
        })
    return rows


def collect(results, options):
    return {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": prepare.describe_machine(),
        "versions": prepare.describe_versions(options.sonde),
        "options": {key: getattr(options, key) for key in ("bytes", "dump_bytes", "seed", "rounds")},
        "quick": options.quick,
        "scenes": [
            {
                "name": result["scene"].name,
                "title": result["scene"].title,
                "notes": result["scene"].notes,
                "failures": result["failures"],
                "tools": tool_rows(result),
                "lines": [row for line in result["scene"].lines if (row := judge(line, result))],
                "rounds": [
                    {
                        name: {**dataclasses.asdict(cost), "noisy": cost.noisy()}
                        for name, cost in costs.items()
                    }
                    for costs in result["rounds"]
                ],
            }
            for result in results
        ],
    }


def verdict(row, quick):
    if row["target"] == "stated" or quick:
        return "-"
    return ("yes" if row["met"] else "NO") + (" (noisy)" if row["noisy"] else "")


def to_markdown(report):
    machine = report["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    out = [
        f"Measured {report['time']} on {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['memory_gib']} GiB, {machine['kernel']}; seed {report['options']['seed']}.",
        f"Versions: {versions}.",
        "",
        "| measure | target | median | min | max | rounds | met |",
        "|---|---|---|---|---|---|---|",
    ]
    for scene in report["scenes"]:
        for row in scene["lines"]:
            numbers = " | ".join(f"{row[key]:.3g}" for key in ("median", "min", "max"))
            judged = verdict(row, report["quick"])
            out.append(f"| {row['name']} | {row['target']} | {numbers} | {row['rounds']} | {judged} |")
    for scene in report["scenes"]:
        noisy = sum(any(c["noisy"] for c in costs.values()) for costs in scene["rounds"])
        out += ["", f"**{scene['title']}**: {len(scene['rounds'])} rounds, {noisy} with a noisy run."]
        out += [f"Note: {note}." for note in scene["notes"]]
        out += [f"FAILED: {failure}" for failure in scene["failures"]]
        if not scene["tools"]:
            continue
        out += [
            "",
            "| program | wall s, median | min | max | CPU s | peak RSS MB | peak anonymous MB |",
            "|---|---|---|---|---|---|---|",
        ]
        for row in scene["tools"]:
            times = [row[key] for key in ("wall_s", "wall_min_s", "wall_max_s", "cpu_s")]
            cells = " | ".join(f"{value:.3f}" for value in times)
            out.append(
                f"| {row['name']} | {cells} | {row['rss_mb']:.1f} | {row['anonymous_mb']:.1f} |"
            )
    return "\n".join(out) + "\n"


def main():
    options = parse_options()
    os.makedirs(options.cache, exist_ok=True)
    plan = scenes.Plan(options)
    results = []
    for name, make in scenes.ALL.items():
        if options.only and name not in options.only:
            continue
        scene = make(plan)
        if scene is not None:
            results.append(run_scene(scene, options))
    report = collect(results, options)
    with open(os.path.join(options.cache, "results.json"), "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
    markdown = to_markdown(report)
    with open(os.path.join(options.cache, "results.md"), "w", encoding="utf-8") as file:
        file.write(markdown)
    print(markdown, end="")
    failed = any(scene["failures"] for scene in report["scenes"])
    missed = any(not row["met"] for scene in report["scenes"] for row in scene["lines"])
    return 1 if failed or (missed and not options.quick) else 0


if __name__ == "__main__":
    sys.exit(main())
