"""Broken records of every kind, and good ones of every format to put them between."""

import dataclasses
import json

from sonde_program import record

GOOD = 6  # Good records around each broken one.


def identifier(number):
    return f"00000000-0000-4000-8000-{number:012}"


def workshop(number):
    return {"category": "Travel", "prompt": f"Plan day {number} in Porto.", "model": "gpt-4o",
            "response_time": 1500 + number, "success": number % 2 == 0}


def dify_message(number):
    return {"id": identifier(number), "app_id": identifier(900), "model_provider": "openai", "model_id": "gpt-4o",
            "conversation_id": identifier(500 + number), "query": f"Question {number}?", "answer": "Answer.",
            "message": [{"role": "user", "text": f"Question {number}?"}], "message_tokens": 10, "answer_tokens": 5,
            "provider_response_latency": 1.5, "total_price": "0.0001", "currency": "USD", "status": "normal",
            "error": None, "invoke_from": "web-app", "from_source": "api", "created_at": "2026-07-06T08:12:34.886886",
            "app_model_config_id": identifier(800), "message_metadata": "{}", "workflow_run_id": None}


def dify_node(number):
    usage = {"prompt_tokens": 12, "completion_tokens": 5, "total_price": "0.00001", "currency": "USD"}
    process = {"model_mode": "chat", "model_provider": "openai", "model_name": "gpt-4o", "usage": usage,
               "prompts": [{"role": "user", "text": f"Question {number}?", "files": []}], "finish_reason": "stop"}
    return {"id": identifier(number), "app_id": identifier(900), "workflow_id": identifier(700),
            "workflow_run_id": identifier(600 + number), "triggered_from": "workflow-run", "index": 1,
            "node_execution_id": identifier(400 + number), "node_id": "17", "node_type": "llm", "title": "Draft",
            "inputs": "{}", "process_data": json.dumps(process), "outputs": json.dumps({"text": "Hello"}),
            "status": "succeeded", "error": None, "elapsed_time": 2.4, "created_at": "2026-07-06T08:12:34.886886",
            "execution_metadata": json.dumps({"total_tokens": 17, "total_price": "0.00001", "currency": "USD"}),
            "finished_at": "2026-07-06T08:12:37.286886", "created_by_role": "end_user"}


def provider_call(number):
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": f"Question {number}?"}]}
    answer = {"id": f"chatcmpl-{number}", "object": "chat.completion", "created": 1783325554, "model": "gpt-4o",
              "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Yes."}}],
              "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}}
    return {"url": "https://api.openai.com/v1/chat/completions", "status": 200, "request": request, "response": answer}


def otlp(number):
    def text(key, value):
        return {"key": key, "value": {"stringValue": value}}

    span = {"traceId": f"{number + 1:032x}", "spanId": f"{number + 1:016x}", "name": "chat gpt-4o", "kind": 3,
            "startTimeUnixNano": "1783325554886886000", "endTimeUnixNano": "1783325556886886000", "status": {},
            "attributes": [text("gen_ai.operation.name", "chat"), text("gen_ai.request.model", "gpt-4o")]}
    return {"resourceSpans": [{"resource": {"attributes": [text("service.name", "shop")]},
                               "scopeSpans": [{"scope": {"name": "x"}, "spans": [span]}]}]}


def langfuse(number):
    name = f"trace-{number}"
    generation = {"id": f"{name}-g", "traceId": name, "type": "GENERATION", "name": "answer", "model": "gpt-4o",
                  "startTime": "2026-07-06T08:12:34.886Z", "endTime": "2026-07-06T08:12:36.886Z", "level": "DEFAULT",
                  "input": f"Question {number}?", "output": "Answer.", "parentObservationId": None}
    return {"id": name, "name": "chat", "timestamp": "2026-07-06T08:12:34.886Z", "input": "q", "output": "a",
            "observations": [generation], "scores": []}


FORMATS = {"flat": record, "workshop": workshop, "dify messages": dify_message, "dify node executions": dify_node,
           "provider calls": provider_call, "otlp": otlp, "langfuse": langfuse}


@dataclasses.dataclass
class Broken:
    """`data`: one line. `counted`: it is odd but a record all the same (None: either way is right)."""

    name: str
    data: bytes
    counted: bool | None = False


def _flat(**more):
    return json.dumps(record(99, id="odd") | more).encode()


BROKEN = (
    Broken("cut in a key", b'{"prompt": "a", "mod'),
    Broken("cut in a string", b'{"prompt": "a long and unfinished st'),
    Broken("cut after a colon", b'{"prompt": "a", "model":'),
    Broken("a value that is no JSON", b'{"prompt": "a", "model": gpt, "success": true}'),
    Broken("a missing comma", b'{"prompt": "a" "model": "m", "success": true}'),
    Broken("a superfluous comma", b'{"prompt": "a", "model": "m", "success": true,}'),
    Broken("single quotes", b"{'prompt': 'a', 'model': 'm', 'success': True}"),
    # Values that a command does not need are not decoded.
    Broken("an unknown escape", b'{"prompt": "a\\q", "model": "m", "success": true}', None),
    Broken("a bare control character", b'{"prompt": "a\x01b", "model": "m", "success": true}'),
    Broken("a NUL byte in a string", b'{"prompt": "a\x00b", "model": "m", "success": true}'),
    Broken("a NUL byte in the structure", b'{"prompt": "a", \x00 "model": "m", "success": true}'),
    Broken("invalid UTF-8", b'{"prompt": "caf\xe9 \xff\xfe", "model": "m", "success": true}'),
    Broken("overlong UTF-8", b'{"prompt": "\xc0\xaf", "model": "m", "success": true}'),
    Broken("a surrogate as UTF-8", b'{"prompt": "\xed\xa0\x80", "model": "m", "success": true}'),
    Broken("a number", b"42"),
    Broken("a string", b'"a line of text"'),
    Broken("a flag", b"true"),
    Broken("null", b"null"),
    Broken("an empty object", b"{}"),
    Broken("an object of another kind", b'{"temperature_outside": 21, "city": "Porto"}'),
    Broken("plain text", b"2026-07-06 08:12:34 INFO server started"),
    Broken("binary", bytes(b for b in range(256) if b not in b"\n\r") * 4),
    Broken("a nesting bomb of arrays", b"[" * 100_000 + b"]" * 100_000),
    Broken("a nesting bomb of objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    Broken("an unfinished nesting bomb", b'{"prompt": ' + b"[" * 100_000),
    Broken("a number of infinite size", _flat().replace(b"199", b"1e400"), None),
    Broken("a lone surrogate", _flat(prompt="PLACE").replace(b"PLACE", b"\\ud800 and \\udc00"), None),
    Broken("a nesting bomb in a good record", _flat(extra="BOMB").replace(b'"BOMB"', b"[" * 5000 + b"]" * 5000), None),
    Broken("a whole number of 40 digits", _flat(latency_ms=int("9" * 40), input_tokens=int("1" * 40)), None),
    Broken("a number of 5000 digits", _flat().replace(b"199", b"1" * 5000), None),
    Broken("a text of 200 KB", _flat(prompt="word " * 40_000, answer="x" * 200_000), True),
    Broken("nulls everywhere", json.dumps({**dict.fromkeys(record(1)), "prompt": "a", "latency_ms": 5}).encode(), True),
    Broken("wrong types everywhere", json.dumps(record(99) | {
        "id": ["odd"], "model": 5, "latency_ms": "soon", "success": {"a": 1}, "answer": [1, 2]}).encode(), True),
    Broken("negative numbers", _flat(latency_ms=-5, input_tokens=-7, cost="-1.5"), True),
    Broken("duplicate keys", b'{"prompt": "a", "model": "m", "latency_ms": 5, "success": true, "model": "n", "prompt": "b"}', True),
    Broken("an unfilled record with a carriage return", _flat() + b"\r", True),
)
