"""Checks of answers against the golden files. Each returns None, or a sentence saying what is wrong."""

import json

MEAN_ERROR_MAX = 1e-6
QUANTILE_ERROR_MAX = 0.005


def relative_error(value, golden):
    return abs(value - golden) / abs(golden) if golden else abs(value)


def same_groups(names, golden):
    missing = sorted(set(golden) - set(names))
    extra = sorted(set(names) - set(golden))
    if missing or extra or len(names) != len(golden):
        return f"groups missing {missing}, unexpected {extra}, {len(names)} in all"
    return None


def check_rate(name, group, golden):
    if int(group["count"]) != golden["count"]:
        return f"{name}: count {group['count']}, golden {golden['count']}"
    rate = float(group["success_rate"])
    if round(rate * golden["count"]) != golden["success"] or abs(
        rate - golden["success"] / golden["count"]
    ) > 1e-6:
        return f"{name}: success rate {rate}, golden {golden['success']} of {golden['count']}"
    return None


def check_latency(name, mean, p50, p95, golden):
    for what, value, want, bound in (
        ("mean", mean, golden["mean"], MEAN_ERROR_MAX),
        ("p50", p50, golden["p50_linear"], QUANTILE_ERROR_MAX),
        ("p95", p95, golden["p95_linear"], QUANTILE_ERROR_MAX),
    ):
        if relative_error(float(value), want) > bound:
            return f"{name}: {what} {value} s, golden {want} s, limit {bound:g}"
    return None


def check_models(name, models, golden):
    if len(set(models)) != golden["models"]:
        return f"{name}: {len(set(models))} models, golden {golden['models']}"
    return None


def peer_answer(golden):
    """A peer prints a list of groups, times in seconds."""

    def check(text):
        groups = {group["category"]: group for group in json.loads(text)}
        wrong = same_groups(list(groups), golden["categories"])
        for name, want in golden["categories"].items():
            if wrong:
                break
            group = groups[name]
            wrong = (
                check_rate(name, group, want)
                or check_latency(name, group["mean"], group["p50"], group["p95"], want)
                or check_models(name, group["models"], want)
            )
        return wrong

    return check


def sonde_answer(golden):
    """`sonde analyze --by category --format json`, times in milliseconds."""

    def check(text):
        groups = {group["category"]: group for group in json.loads(text)["groups"]}
        wrong = same_groups(list(groups), golden["categories"])
        for name, want in golden["categories"].items():
            if wrong:
                break
            group = groups[name]
            latency = group["latency_ms"]
            seconds = [latency[key] / 1000 for key in ("mean", "p50", "p95")]
            wrong = (
                check_rate(name, group, want)
                or check_latency(name, *seconds, want)
                or check_models(name, group["models"], want)
            )
            if not wrong and latency["p99"] < latency["p95"]:
                wrong = f"{name}: p99 {latency['p99']} ms is below p95 {latency['p95']} ms"
        return wrong

    return check


def sonde_report(golden):
    """The default report is text; every category must stand in it."""

    def check(text):
        missing = [name for name in golden["categories"] if name not in text]
        return f"the report does not name {missing}" if missing else None

    return check


def sonde_findings(text):
    """`sonde optimize --format json` must find something in logs with failures."""
    return None if json.loads(text).get("findings") else "no findings"


def sonde_comparison(golden):
    """`sonde compare --format json` must count every record, as a variation or as unnamed."""

    def check(text):
        answer = json.loads(text)
        if int(answer["count"]) != golden["n"]:
            return f"{answer['count']} records, golden {golden['n']}"
        counted = sum(int(variant["count"]) for variant in answer["variants"])
        if not answer["variants"] or counted + int(answer["unnamed"]) > golden["n"]:
            return f"{len(answer['variants'])} variations with {counted} records"
        if answer["by"] == "model" and counted + int(answer["unnamed"]) != golden["n"]:
            return f"{counted} records of models, golden {golden['n']}"
        return None

    return check


def total_cost(group):
    """Costs are kept apart by currency; the dump has one."""
    cost = group.get("cost")
    if isinstance(cost, list):
        cost = cost[0] if len(cost) == 1 else None
    return None if cost is None else float(cost["amount"])


def dump_answer(golden):
    """`sonde analyze DIR --by model --format json` over the joined tables of a Dify dump."""

    def check(text):
        answer = json.loads(text)
        groups = {group["model"]: group for group in answer["groups"]}
        wrong = same_groups(list(groups), golden["models"])
        for name, want in golden["models"].items():
            if wrong:
                return wrong
            group = groups[name]
            tokens = (group["input_tokens"], group["output_tokens"])
            cost = total_cost(group)
            wrong = check_rate(name, group, want)
            if not wrong and tokens != (want["tokens_in"], want["tokens_out"]):
                wrong = f"{name}: tokens {tokens}, golden {want['tokens_in'], want['tokens_out']}"
            if not wrong and (cost is None or relative_error(cost, want["cost"]) > 1e-6):
                wrong = f"{name}: cost {cost}, golden {want['cost']}"
        # `excluded` counts spans of every level, so the calls among them are a part of it; that they
        # are in no group is what the counts above have shown.
        if not wrong and answer["excluded"] < golden["excluded_calls"]:
            wrong = f"{answer['excluded']} excluded, of them {golden['excluded_calls']} calls in golden"
        return wrong

    return check


def counted(total):
    """The groups' counts must add up: messages or runs, joined and counted once."""

    def check(text):
        count = sum(int(group["count"]) for group in json.loads(text)["groups"])
        return None if count == total else f"counts {count}, golden {total}"

    return check
