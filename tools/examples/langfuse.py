"""examples/langfuse/trace.json: one trace of an SDK-built agent as the Langfuse UI downloads it."""

from datetime import timedelta

from core import MODELS, hex_id, iso, moment, money, plain, pretty, timing, tokens

PROJECT = "harbor-demo"
SYSTEM = "You answer stock questions of the shop's staff. Use the tool. One sentence."
QUESTION = "Can we promise ten LINA shelves for Friday?"

# (type, name, parent, model, input, output, level, status message)
STEPS = [
    ("SPAN", "stock-agent", None, None, QUESTION, "Yes: fourteen LINA shelves are in stock, so ten can leave on Friday.", "DEFAULT", None),
    ("GENERATION", "decide", 0, "claude-sonnet-4", [{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION}], None,
     "ERROR", "Error code: 529 - {'type': 'error', 'error': {'type': 'overloaded_error', 'message': 'Overloaded'}}"),
    ("GENERATION", "decide", 0, "gpt-4o", [{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION}],
     {"role": "assistant", "content": None, "tool_calls": [{"name": "stock_level", "arguments": {"product": "LINA"}}]}, "DEFAULT", None),
    ("TOOL", "stock_level", 0, None, {"product": "LINA"}, {"pieces": 14, "reserved": 3}, "DEFAULT", None),
    ("GENERATION", "answer", 0, "gpt-4o", [{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION},
     {"role": "tool", "content": "{\"pieces\": 14, \"reserved\": 3}"}],
     {"role": "assistant", "content": "Yes: fourteen LINA shelves are in stock, so ten can leave on Friday."}, "DEFAULT", None),
]


def _observation(n, trace, clock):
    kind, name, parent, model, given, output, level, message = STEPS[n]
    usage = {}
    cost = {}
    seconds, first = {"TOOL": (0.084, None)}.get(kind, (0.412, None))
    if model and output:
        usage = {"input": tokens(str(given)), "output": tokens(str(output))}
        usage["total"] = usage["input"] + usage["output"]
        _, price_in, price_out, price_unit, *_ = MODELS[model]
        cost = {"input": money(usage["input"], price_in, price_unit), "output": money(usage["output"], price_out, price_unit)}
        cost["total"] = cost["input"] + cost["output"]
        seconds, first = timing(f"langfuse/{n}", model, usage["output"])
    end = clock + timedelta(seconds=seconds)
    return {
        "id": hex_id(f"observation/{n}", 16), "traceId": trace, "projectId": PROJECT, "type": kind, "environment": "production",
        "parentObservationId": None if parent is None else hex_id(f"observation/{parent}", 16), "startTime": iso(clock),
        "endTime": iso(end), "name": name, "metadata": {"scope": {"name": "langfuse-sdk", "version": "4.2.0"}}, "level": level,
        "statusMessage": message, "version": None, "modelParameters": {"temperature": 0, "max_tokens": 200} if model else None,
        "completionStartTime": iso(clock + timedelta(seconds=first)) if first else None, "promptId": None,
        "createdAt": iso(end), "updatedAt": iso(end), "usageDetails": usage,
        "costDetails": {k: float(v) for k, v in cost.items()}, "providedCostDetails": {}, "model": model, "internalModelId": None,
        "promptName": "stock-agent" if model else None, "promptVersion": 3 if model else None, "latency": round(seconds * 1000),
        "timeToFirstToken": round(first * 1000) if first else None, "inputCost": float(cost["input"]) if cost else None,
        "outputCost": float(cost["output"]) if cost else None, "totalCost": float(cost["total"]) if cost else 0,
        "inputUsage": usage.get("input", 0), "outputUsage": usage.get("output", 0), "totalUsage": usage.get("total", 0),
        "input": given, "output": output,
    }, end, cost.get("total")


def build():
    trace, start = hex_id("langfuse trace", 32), moment(9, 11, 26, "langfuse")
    clock, observations, spent = start, [], []
    for n in range(len(STEPS)):
        made, end, cost = _observation(n, trace, clock)
        observations.append(made)
        spent += [cost] if cost else []
        clock = clock + timedelta(milliseconds=2) if n == 0 else end
    seconds = (clock - start).total_seconds()
    observations[0] |= {"endTime": iso(clock), "latency": round(seconds * 1000), "createdAt": iso(clock), "updatedAt": iso(clock)}
    head = {
        "id": trace, "projectId": PROJECT, "name": "stock-agent", "timestamp": iso(start), "environment": "production",
        "tags": ["agent", "stock"], "bookmarked": False, "release": "2026.29", "version": "1.4.0", "userId": "staff-ulrike",
        "sessionId": "staff-2026-07-15", "public": False, "input": f'"{QUESTION}"', "output": f'"{STEPS[0][5]}"',
        "metadata": "{\"resourceAttributes\":{\"service.name\":\"stock-agent\"}}", "createdAt": iso(clock), "updatedAt": iso(clock),
        "scores": [{"id": hex_id("score", 24), "traceId": trace, "name": "helpful", "value": 1, "dataType": "BOOLEAN", "stringValue": "True",
                    "source": "ANNOTATION", "comment": "Right number, right day.", "timestamp": iso(clock + timedelta(minutes=4))}],
        "latency": round(seconds, 3),
    }
    generations = [o for o in observations if o["type"] == "GENERATION"]
    known = {
        "records": len(observations), "llm_calls": len(generations), "ok": sum(o["level"] != "ERROR" for o in generations),
        "failed": sum(o["level"] == "ERROR" for o in generations), "failed_by_kind": {"overloaded": 1},
        "tokens_in": sum(o["inputUsage"] for o in generations), "tokens_out": sum(o["outputUsage"] for o in generations),
        "cost": {"USD": plain(sum(spent))}, "sessions": 1, "scores": 1,
    }
    return pretty({"trace": head, "observations": observations}), known
