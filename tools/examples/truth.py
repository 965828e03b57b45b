"""What each file is meant to hold, counted from the story and not from the written text."""

from collections import Counter
from decimal import Decimal

from core import plain


def counted(values):
    return dict(sorted(Counter(v for v in values if v is not None).items()))


def costs(pairs):
    """[(currency, Decimal)] -> {currency: decimal text}; currencies without spending are left out."""
    total = {}
    for currency, amount in pairs:
        total[currency] = total.get(currency, Decimal(0)) + amount
    return {currency: plain(amount) for currency, amount in sorted(total.items()) if amount}


def kinds(pairs):
    """[(id, kind or None)] -> {kind: [ids]}."""
    named = {}
    for key, kind in pairs:
        if kind:
            named.setdefault(kind, []).append(key)
    return dict(sorted(named.items()))


def production(world):
    messages = [m for m in world.messages if m["channel"] != "debugger"]
    runs = [r for r in world.runs if not r.debugging]
    return messages, runs


def messages(every):
    live = [m for m in every if m["channel"] != "debugger"]
    failed = [m for m in live if m["status"] == "error"]
    return {
        "records": len(every), "excluded_debugger": len(every) - len(live), "ok": len(live) - len(failed),
        "failed": len(failed), "failed_by_kind": counted(m["kind"] for m in failed),
        "records_of_kind": kinds((m["id"], m["kind"]) for m in live),
        "by_app": {app: {"records": n, "failed": sum(m["app"] == app for m in failed)}
                   for app, n in counted(m["app"] for m in live).items()},
        "tokens_in": sum(m["tokens_in"] for m in live), "tokens_out": sum(m["tokens_out"] for m in live),
        "cost": costs((m["currency"], m["cost"]) for m in live),
        "sessions": len({m["conversation"] for m in live}), "users": len({m["session"] for m in live}),
    }


def runs(every):
    live = [r for r in every if not r.debugging]
    status = Counter(r.status for r in live)
    return {
        "records": len(every), "excluded_debugger": len(every) - len(live),
        "ok": status["succeeded"] + status["partial-succeeded"], "failed": status["failed"],
        "cancelled": status["stopped"], "pending": status["running"], "by_status": dict(sorted(status.items())),
        "by_app": counted(r.app for r in live), "failed_by_kind": counted(r.kind for r in live if r.status == "failed"),
        "records_of_kind": kinds((r.id, r.kind) for r in live), "tokens": sum(r.tokens for r in live),
    }


def nodes(every):
    rows = [n for r in every for n in r.nodes]
    live = [n for n in rows if not n["run"].debugging]
    calls = [n for r in every if not r.debugging for n in r.calls()]
    used = [n["process_data"]["usage"] for n in calls if n["process_data"]["usage"]]
    bad = ("failed", "exception", "retry")
    return {
        "records": len(rows), "excluded_debugger": len(rows) - len(live), "by_status": counted(n["status"] for n in live),
        "by_node_type": counted(n["type"] for n in live), "offloaded": sum(bool(n["offloaded"]) for n in live),
        "question_classes": counted((n["outputs"] or {}).get("class_name") for n in live),
        "llm_calls": len(calls), "llm_calls_by_status": counted(n["status"] for n in calls),
        "ok": sum(n["status"] == "succeeded" for n in live), "failed": sum(n["status"] in bad for n in live),
        "failed_nodes": {n["id"]: n["title"] for n in live if n["status"] in bad},
        "llm_calls_by_model": counted(n["process_data"]["model_name"] for n in calls),
        "cut_at_max_tokens": [n["id"] for n in calls if n["process_data"]["finish_reason"] == "length"],
        "tokens_in": sum(u["prompt_tokens"] for u in used), "tokens_out": sum(u["completion_tokens"] for u in used),
        "cost": costs((u["currency"], Decimal(u["total_price"])) for u in used),
    }


def feedbacks(every):
    return {"records": len(every), "likes": sum(f["rating"] == "like" for f in every),
            "dislikes": sum(f["rating"] == "dislike" for f in every),
            "by_source": counted(f["source"] for f in every), "with_comment": sum(f["content"] is not None for f in every)}


def whole_dump(world):
    """The joined view: basic messages are calls, chatflow messages and runs own the calls of their nodes."""
    live, flows = production(world)
    basic = [m for m in live if m["run"] is None]
    calls = [n for r in flows for n in r.calls()]
    used = [n["process_data"]["usage"] for n in calls if n["process_data"]["usage"]]
    status = Counter([m["status"] for m in basic] + [n["status"] for n in calls])
    return {
        "records": len(basic) + len(calls), "ok": status["normal"] + status["succeeded"],
        "failed": status["error"] + status["failed"] + status["exception"] + status["retry"],
        "cancelled": status["stopped"], "pending": status["running"], "calls_by_status": dict(sorted(status.items())),
        "calls": len(basic) + len(calls), "calls_from_messages": len(basic), "calls_from_nodes": len(calls),
        "tokens_in": sum(m["tokens_in"] for m in basic) + sum(u["prompt_tokens"] for u in used),
        "tokens_out": sum(m["tokens_out"] for m in basic) + sum(u["completion_tokens"] for u in used),
        "cost": costs([(m["currency"], m["cost"]) for m in basic]
                      + [(u["currency"], Decimal(u["total_price"])) for u in used]),
        "calls_by_model": counted([m["model"] for m in basic] + [n["process_data"]["model_name"] for n in calls]),
        "calls_by_app": counted([m["app"] for m in basic] + [n["run"].app for n in calls]),
    }


def dump(world):
    facts = {
        "messages": messages(world.messages), "workflow_runs": runs(world.runs),
        "workflow_node_executions": nodes(world.runs), "message_feedbacks": feedbacks(world.feedbacks),
    }
    return facts
