"""A small Dify of four apps whose figures can be added up by hand.

In the window of 30 days, not counting what the editor started (figures: prompt + completion tokens):

| call                    | model         | tokens    | price    | ends   |
|-------------------------|---------------|-----------|----------|--------|
| Help desk, message 1    | gpt-4o-mini   | 100 + 50  | 0.001    | ok     |
| Help desk, message 2    | gpt-4o-mini   | 200 + 100 | 0.002    | ok     |
| Help desk, message 3    | gpt-4o-mini   | unknown   | unknown  | failed |
| HOSTILE, message 4      | claude-sonnet | 10 + 20   | 0.0003   | ok     |
| Trip flow, node of run 1| gpt-4o        | 300 + 60  | 0.003    | ok     |
| Trip flow, node of run 2| gpt-4o        | unknown   | unknown  | failed |
| Batch, nodes of run 3   | gpt-4o        | 40 + 10   | 0.0004   | ok     |
|                         | gpt-4o        | 50 + 20   | 0.0006   | ok     |

8 calls, 6 of them ok; 960 tokens (700 + 260); 0.0073.
"""

import datetime
import json

HOSTILE = "O'Brien \"x\" $(touch pwned) `touch pwned`; drop table apps -- \\ :a 😀"
TEXT = "quote ' double \" back\\slash \\n not a line end\nline\r\ntab\tcontrol\x01 😀 日本 $(x) :id"
HUGE = "huge\n" + "äß\\\"😀 " * 50000
CALLS, CALLS_OK, INPUT_TOKENS, OUTPUT_TOKENS, COST = 8, 6, 700, 260, "0.0073"

APPS = {"help": 1, "hostile": 2, "trip": 3, "batch": 4}


def uid(kind, number=0):
    """A UUID that tells what it is of: "a" apps, "c" conversations, "d" messages, ..."""
    return f"{kind * 8}-0000-4000-8000-{number:012d}"


TENANT = uid("0", 7)


def ago(hours):
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=250000)
    return (now - datetime.timedelta(hours=hours)).isoformat(" ")


def usage(prompt, completion, price, first=None):
    return {"prompt_tokens": prompt, "completion_tokens": completion,
            "total_tokens": prompt + completion, "total_price": price, "currency": "USD",
            "latency": 0.5, "time_to_first_token": first}


def message(number, app, hours, **more):
    return "messages", {
        "id": uid("d", number), "app_id": uid("a", APPS[app]), "conversation_id": uid("c", number),
        "inputs": "{}", "query": f"Question {number}?", "message": "[]", "answer": "An answer.",
        "currency": "USD", "from_source": "api", "invoke_from": "web-app",
        "from_end_user_id": uid("e", 1), "created_at": ago(hours), "status": "normal"} | more


def run(number, app, hours, **more):
    return "workflow_runs", {
        "id": uid("b", number), "tenant_id": TENANT, "app_id": uid("a", APPS[app]),
        "workflow_id": uid("f", APPS[app]), "type": "workflow", "triggered_from": "app-run",
        "version": "2026-07-01", "graph": "{}", "inputs": "{}", "outputs": "{}",
        "status": "succeeded", "elapsed_time": 2, "total_tokens": 0, "total_steps": 3,
        "created_by_role": "end_user", "created_by": uid("e", 1), "created_at": ago(hours)} | more


def node(number, run_number, app, hours, node_type, **more):
    return "workflow_node_executions", {
        "id": uid("9", number), "tenant_id": TENANT, "app_id": uid("a", APPS[app]),
        "workflow_id": uid("f", APPS[app]), "triggered_from": "workflow-run",
        "workflow_run_id": uid("b", run_number), "index": number, "node_id": f"n{number}",
        "node_type": node_type, "title": f"{node_type} {number}", "inputs": "{}", "outputs": "{}",
        "status": "succeeded", "elapsed_time": 1, "created_by_role": "end_user",
        "created_by": uid("e", 1), "created_at": ago(hours)} | more


def llm(number, run_number, app, hours, spent, **more):
    process = {"model_mode": "chat", "model_provider": "openai", "model_name": "gpt-4o",
               "prompts": [{"role": "user", "text": TEXT + "\u0000", "files": []}],
               "finish_reason": "stop", "usage": spent}
    return node(number, run_number, app, hours, "llm", **{
        "process_data": json.dumps(process), "outputs": json.dumps({"text": TEXT + "\u0000"}),
        } | more)


def mini(tokens_in, tokens_out, price):
    return {"model_provider": "openai", "model_id": "gpt-4o-mini", "message_tokens": tokens_in,
            "answer_tokens": tokens_out, "total_price": price, "provider_response_latency": 1.5,
            "message": json.dumps([{"role": "user", "text": "Hi"}], indent=1)}


def names():
    modes = {"help": ("Help desk", "chat"), "hostile": (HOSTILE, "completion"),
             "trip": ("Trip flow", "advanced-chat"), "batch": ("Batch", "workflow")}
    for key, (name, mode) in modes.items():
        yield "apps", {"id": uid("a", APPS[key]), "tenant_id": TENANT, "name": name, "mode": mode}
    yield "end_users", {"id": uid("e", 1), "tenant_id": TENANT, "type": "browser",
                        "session_id": "session 😀"}
    for number, price in ((1, 0.1), (2, 0.2)):
        yield "app_model_configs", {
            "id": uid("8", number), "app_id": uid("a", 1), "created_at": ago(24 * 50 - number),
            "pre_prompt": TEXT, "model": json.dumps({
                "provider": "openai", "name": "gpt-4o-mini",
                "completion_params": {"temperature": price}})}
    for app in (3, 4):
        yield "workflows", {"id": uid("f", app), "tenant_id": TENANT, "app_id": uid("a", app),
                            "type": "workflow", "version": "2026-07-01", "graph": "{}",
                            "created_by": uid("7", 1)}


def executions():
    yield message(1, "help", 30, **mini(100, 50, "0.0010000"))
    yield message(2, "help", 200, **mini(200, 100, "0.0020000"))
    yield message(3, "help", 31, **mini(0, 0, "0"), status="error",
                  error="Error code: 429, rate limit reached")
    yield message(4, "hostile", 5, model_provider="anthropic", model_id="claude-sonnet",
                  query=TEXT, answer=HUGE, message_tokens=10, answer_tokens=20,
                  total_price="0.0003000", provider_response_latency=3,
                  inputs='{"a":\n "b\\u0000 \\" \\\\"}')
    yield message(5, "help", 6, **mini(7, 7, "0.0070000"), **{"invoke_from": "debugger"})
    yield message(6, "help", 24 * 40, **mini(9, 9, "0.0090000"))
    yield message(7, "trip", 8, workflow_run_id=uid("b", 1))
    yield message(8, "trip", 9, workflow_run_id=uid("b", 2), status="error", error="node failed")
    for number, app in ((1, "help"), (2, "help"), (3, "help"), (6, "help"), (7, "trip")):
        yield "conversations", {
            "id": uid("c", number), "app_id": uid("a", APPS[app]), "mode": "chat",
            "app_model_config_id": uid("8", 1) if app == "help" else None,
            "from_source": "api", "created_at": ago(24 * 60)}
    yield run(1, "trip", 8)
    yield run(2, "trip", 9, status="failed", error="node failed")
    yield run(3, "batch", 10)
    yield run(4, "batch", 11, triggered_from="debugging")
    yield run(5, "batch", 24 * 40)
    yield node(1, 1, "trip", 8, "start")
    yield llm(2, 1, "trip", 8, usage(300, 60, "0.003", 0.4))
    yield node(3, 1, "trip", 8, "answer")
    yield llm(4, 2, "trip", 9, None, status="failed", error="Connection timed out")
    yield llm(5, 3, "batch", 10, usage(40, 10, "0.0004"))
    yield llm(6, 3, "batch", 10, usage(50, 20, "0.0006"))
    yield llm(7, 4, "batch", 11, usage(1000, 1000, "1.0"))
    yield llm(8, 5, "batch", 24 * 40, usage(1000, 1000, "1.0"))
    yield "workflow_app_logs", {
        "id": uid("6", 1), "tenant_id": TENANT, "app_id": uid("a", 4), "workflow_id": uid("f", 4),
        "workflow_run_id": uid("b", 3), "created_from": "service-api", "created_by": uid("e", 1),
        "created_by_role": "end_user", "created_at": ago(10)}
    yield "workflow_node_execution_offload", {
        "id": uid("5", 1), "tenant_id": TENANT, "app_id": uid("a", 4), "type": "outputs",
        "node_execution_id": uid("9", 5), "file_id": uid("5", 2), "created_at": ago(10)}
    for number, rating in ((1, "like"), (4, "dislike"), (6, "dislike")):
        yield "message_feedbacks", {
            "id": uid("4", number), "app_id": uid("a", 1), "conversation_id": uid("c", number),
            "message_id": uid("d", number), "rating": rating, "from_source": "user",
            "content": TEXT, "created_at": ago(1)}


def fill(server, left_out=()):
    """Writes the rows; `left_out` are (table, column) or (table, None) that the schema lacks."""
    statements = []
    for table, row in (*names(), *executions()):
        if (table, None) in left_out:
            continue
        kept = {k: v for k, v in row.items() if (table, k) not in left_out}
        columns = ", ".join(map(server.name, kept))
        values = ", ".join(map(server.literal, kept.values()))
        statements.append(f"insert into {table} ({columns}) values ({values});")
    server.sql("\n".join(statements))
