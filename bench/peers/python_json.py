"""Plain Python: python3 python_json.py FILE lines|load

`lines` parses JSONL line by line; `load` reads a whole array with json.load, as a first script does.
"""

import collections
import json
import sys


def quantile(values, p):
    position = p * (len(values) - 1)
    i = int(position)
    if i + 1 >= len(values):
        return values[i]
    return values[i] + (values[i + 1] - values[i]) * (position - i)


def records(path, how):
    if how == "load":
        with open(path, encoding="utf-8") as file:
            yield from json.load(file)
    else:
        with open(path, "rb") as file:
            for line in file:
                yield json.loads(line)


def main():
    path, how = sys.argv[1:]
    groups = collections.defaultdict(lambda: [[], 0, set()])
    for record in records(path, how):
        group = groups[record.get("category", "unknown")]
        group[0].append(record["response_time"])
        group[1] += record["status"] == "success"
        group[2].add(record["model"])
    answer = []
    for category, (latencies, succeeded, models) in groups.items():
        latencies.sort()
        answer.append({
            "category": category,
            "count": len(latencies),
            "success_rate": succeeded / len(latencies),
            "mean": sum(latencies) / len(latencies),
            "p50": quantile(latencies, 0.5),
            "p95": quantile(latencies, 0.95),
            "models": sorted(models),
        })
    print(json.dumps(answer))


main()
