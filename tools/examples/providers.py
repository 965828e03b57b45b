"""examples/providers/: calls as a proxy in front of the providers records them, one a line."""

import json

from core import between, epoch, hex_id, iso, lines, moment, timing, tokens
from truth import counted, kinds

WRITER = "You write product texts for Harbor Home. Two sentences, no superlatives."
SORTER = "Sort the mail. Return only JSON: {\"team\": \"delivery\"|\"refund\"|\"product\", \"urgent\": true|false}"
ADVISOR = "You help customers choose furniture. Use the tool for stock levels."
STOCK = {"name": "stock_level", "description": "Pieces in stock", "schema": {"type": "object", "properties": {"product": {"type": "string"}}, "required": ["product"]}}

# (system, user, answer, finish reason in OpenAI's words, kind)
OPENAI = [
    (WRITER, "LINA shelf, solid oak, oiled, five boards, 180 cm", "The LINA shelf is made of solid oiled oak and stands 180 cm tall. Its five boards carry books as well as plates.", "stop", None),
    (SORTER, "My parcel has been at the depot for six days!", "{\"team\": \"delivery\", \"urgent\": true}", "stop", None),
    (WRITER, "FARO floor lamp, dimmable, linen shade", "The FARO lamp dims without a separate switch. Its linen shade spreads a soft light.", "stop", None),
    (SORTER, "Ist der Tisch SÖREN aus Massivholz?", "{\"team\": \"product\", \"urgent\": false}", "stop", None),
    (ADVISOR, "Is the MILO chair in stock?", "@tool@", "tool_calls", None),
    (WRITER, "KELP rug, wool, 160 x 230 cm", "The KELP rug is woven from wool and measures 160 by 230 cm. It lies flat from the first day.", "stop", "streamed"),
    (SORTER, "I want my 89 euros back before Friday.", "Sure! This mail belongs to the refund team and it is urgent.", "stop", "invalid_json"),
    (WRITER, "TIDE mattress, all seven zones with their foam densities", "The TIDE mattress has seven zones: the head zone uses 40 kg foam, the shoulder zone 35 kg foam, the lumbar zone 45 kg foam, and the", "length", "cut_off"),
    (WRITER, "SÖREN table, extends from 140 to 220 cm", None, None, "rate_limit"),
    (WRITER, "SÖREN table, extends from 140 to 220 cm", "The SÖREN table extends from 140 to 220 cm in one movement. The second leaf is stored below the top.", "stop", None),
    (SORTER, "退款什么时候到账？", "{\"team\": \"refund\", \"urgent\": false}", "stop", None),
    (WRITER, "Knife block with eight knives", "", "content_filter", "content_filter"),
    (SORTER, "ランプの電源が入りません。", "{\"team\": \"product\", \"urgent\": false}", "stop", None),
    (WRITER, "MILO child seat, washable, up to 60 kg", "The MILO seat carries children up to 60 kg. Its cover is washed at 40 degrees.", "stop", None),
    (SORTER, "Where is order 48301?", None, None, "invalid_api_key"),
    (SORTER, "Where is order 48301?", "{\"team\": \"delivery\", \"urgent\": false}", "stop", None),
    (WRITER, "Oak care oil, 250 ml", "The oil feeds oak surfaces and dries within a night. One bottle of 250 ml is enough for a large table.", "stop", None),
    (SORTER, "The driver was very kind, thank you!", "{\"team\": \"delivery\", \"urgent\": false}", "stop", None),
    (WRITER, "Cushion set, three pieces, linen", "The set holds three linen cushions in matching shades. The covers have a hidden zip.", "stop", None),
    (SORTER, "मुझे बिल की कॉपी चाहिए।", "{\"team\": \"refund\", \"urgent\": false}", "stop", None),
]

LEGAL = "Summarise the supplier contract for the purchasing team in three bullet points."
ANTHROPIC = [
    (LEGAL, "Nordwood AB delivers oak boards each month, payment within 30 days, price fixed until March.", "- Monthly delivery of oak boards\n- Payment within 30 days\n- Fixed price until March", "end_turn", None),
    (LEGAL, "Casa Clara sews covers on call, 14 days of lead time, penalty of 2 % a week.", "- Covers on call, 14 days ahead\n- Penalty of 2 % for each week of delay\n- No fixed end date is named", "end_turn", "cached"),
    (LEGAL, "Fretz Logistics carries all parcels in the Alps, price per kilogram, yearly review.", "- Exclusive carrier for the Alps\n- Price by weight\n- Review once a year", "end_turn", "cached"),
    (ADVISOR, "How many FARO lamps are left?", "@tool@", "tool_use", None),
    (LEGAL, "Brightline sells linen by the metre, minimum 60 m, returns excluded.", "- Linen by the metre, at least 60 m\n- Returns are excluded\n- Payment terms are not named", "end_turn", "streamed"),
    (LEGAL, "The frame agreement with Oakline has forty clauses on quality, transport, insurance and liability.", "- Quality: table tops must pass a moisture test before", "max_tokens", "cut_off"),
    (LEGAL, "Weber & Sohn supplies hinges, quarterly orders, 2 % discount within ten days.", None, None, "rate_limit"),
    (LEGAL, "Weber & Sohn supplies hinges, quarterly orders, 2 % discount within ten days.", "- Hinges, ordered each quarter\n- 2 % discount when paid within ten days\n- No exclusivity", "end_turn", None),
    (LEGAL, "Tanaka Urushi ships lacquer trays twice a year, sample first, payment on delivery.", "- Two shipments a year\n- A sample comes first\n- Payment on delivery", "end_turn", None),
    (LEGAL, "The lease of the Graz depot ends in 2029 and may be extended twice.", None, None, "overloaded"),
    (LEGAL, "The lease of the Graz depot ends in 2029 and may be extended twice.", "- Lease until 2029\n- Two options to extend\n- The rent is not named", "end_turn", None),
    (LEGAL, "Our cleaning firm may enter the shop from six to eight in the morning.", "- Access from six to eight\n- Only the shop is named\n- Keys are not covered", "end_turn", None),
]
FAILURES = ("rate_limit", "invalid_api_key", "overloaded")


def _envelope(host, path, at, status, seconds, request, response):
    return {"time": iso(at), "host": host, "path": path, "status": status, "latency_ms": round(seconds * 1000),
            "request": request, "response": response}


def _used_openai(system, user, answer, kind):
    count_in = tokens(system) + tokens(user) + 11
    count_out = {"cut_off": 60}.get(kind, tokens("stock_level {product}" if answer == "@tool@" else answer or "") + 1)
    return count_in, count_out


def _openai_response(n, at, model, system, user, answer, finish, kind):
    count_in, count_out = _used_openai(system, user, answer, kind)
    used = {"prompt_tokens": count_in, "completion_tokens": count_out, "total_tokens": count_in + count_out,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0}}
    head = {"id": "chatcmpl-" + hex_id(f"openai/{n}", 24), "created": epoch(at), "model": model + "-2024-07-18"}
    if kind == "streamed":
        return _openai_stream(head, answer, used)
    message = {"role": "assistant", "content": answer, "refusal": None}
    if answer == "@tool@":
        call = {"id": "call_" + hex_id(f"call/{n}", 20), "type": "function",
                "function": {"name": "stock_level", "arguments": "{\"product\":\"MILO\"}"}}
        message = {"role": "assistant", "content": None, "tool_calls": [call], "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    return {**head, "object": "chat.completion", "choices": [choice], "usage": used, "service_tier": "default"}


def _openai_stream(head, answer, used):
    chunk = {**head, "object": "chat.completion.chunk"}
    words = answer.split(" ")
    deltas = [{"role": "assistant", "content": ""}] + [{"content": w if i == 0 else " " + w} for i, w in enumerate(words)]
    parts = [{**chunk, "choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas]
    parts.append({**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    parts.append({**chunk, "choices": [], "usage": used})
    return "".join(f"data: {json.dumps(p, ensure_ascii=False)}\n\n" for p in parts) + "data: [DONE]\n\n"


OPENAI_ERRORS = {
    "rate_limit": (429, {"message": "Rate limit reached for gpt-4o-mini in organization org-harbor on requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in 120ms.",
                         "type": "requests", "param": None, "code": "rate_limit_exceeded"}),
    "invalid_api_key": (401, {"message": "Incorrect API key provided: sk-pr***t7. You can find your API key at https://platform.openai.com/account/api-keys.",
                              "type": "invalid_request_error", "param": None, "code": "invalid_api_key"}),
}


def openai():
    rows, model = [], "gpt-4o-mini"
    for n, (system, user, answer, finish, kind) in enumerate(OPENAI):
        at = moment(n * 12 // len(OPENAI), 8 + n % 9, between(f"openai/{n}", 0, 59), f"openai/{n}")
        request = {"model": model, "temperature": 0.2, "max_tokens": 60,
                   "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}], "user": "shop-cms"}
        if system == ADVISOR:
            request["tools"] = [{"type": "function", "function": {"name": STOCK["name"], "description": STOCK["description"], "parameters": STOCK["schema"]}}]
        if system == SORTER:
            request["response_format"] = {"type": "text"}
        if kind == "streamed":
            request |= {"stream": True, "stream_options": {"include_usage": True}}
        status, error = OPENAI_ERRORS.get(kind, (200, None))
        seconds = 0.35 if error else timing(f"openai/{n}", model, _used_openai(system, user, answer, kind)[1])[0]
        response = {"error": error} if error else _openai_response(n, at, model, system, user, answer, finish, kind)
        rows.append(_envelope("api.openai.com", "/v1/chat/completions", at, status, seconds, request, response))
    return lines(rows), _truth(OPENAI, [_used_openai(s, u, a, k) for s, u, a, _, k in OPENAI])


ANTHROPIC_ERRORS = {
    "rate_limit": (429, "rate_limit_error", "This request would exceed your organization's rate limit of 50,000 input tokens per minute."),
    "overloaded": (529, "overloaded_error", "Overloaded"),
}
CACHED = 2048


def _used_anthropic(system, user, answer, kind):
    out = {"cut_off": 100}.get(kind, tokens("stock_level {product}" if answer == "@tool@" else answer or "") + 2)
    return tokens(system) + tokens(user) + 9, out


def _anthropic_response(n, model, system, user, answer, finish, kind):
    count_in, count_out = _used_anthropic(system, user, answer, kind)
    used = {"input_tokens": count_in, "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": CACHED if kind == "cached" else 0, "output_tokens": count_out, "service_tier": "standard"}
    head = {"id": "msg_" + hex_id(f"anthropic/{n}", 24), "type": "message", "role": "assistant", "model": model}
    if kind == "streamed":
        return _anthropic_stream(head, answer, used)
    content = [{"type": "text", "text": answer}]
    if answer == "@tool@":
        content = [{"type": "tool_use", "id": "toolu_" + hex_id(f"tool/{n}", 20), "name": "stock_level", "input": {"product": "FARO"}}]
    return {**head, "content": content, "stop_reason": finish, "stop_sequence": None, "usage": used}


def _anthropic_stream(head, answer, used):
    events = [("message_start", {"message": {**head, "content": [], "stop_reason": None, "stop_sequence": None, "usage": {**used, "output_tokens": 1}}}),
              ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}), ("ping", {})]
    events += [("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": part}}) for part in answer.splitlines(keepends=True)]
    events += [("content_block_stop", {"index": 0}),
               ("message_delta", {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": used["output_tokens"]}}),
               ("message_stop", {})]
    return "".join(f"event: {name}\ndata: {json.dumps({'type': name, **body}, ensure_ascii=False)}\n\n" for name, body in events)


def anthropic():
    rows, model = [], "claude-sonnet-4-20250514"
    for n, (system, user, answer, finish, kind) in enumerate(ANTHROPIC):
        at = moment(n, 9 + n % 7, between(f"anthropic/{n}", 0, 59), f"anthropic/{n}")
        blocks = [{"type": "text", "text": system}]
        if kind == "cached":
            blocks[0]["cache_control"] = {"type": "ephemeral"}
        request = {"model": model, "max_tokens": 100, "system": blocks, "messages": [{"role": "user", "content": user}],
                   "metadata": {"user_id": "purchasing"}}
        if system == ADVISOR:
            request["tools"] = [{"name": STOCK["name"], "description": STOCK["description"], "input_schema": STOCK["schema"]}]
        if kind == "streamed":
            request["stream"] = True
        status, seconds = 200, timing(f"anthropic/{n}", "claude-sonnet-4", _used_anthropic(system, user, answer, kind)[1])[0]
        if kind in ANTHROPIC_ERRORS:
            status, name, text = ANTHROPIC_ERRORS[kind]
            seconds = 0.28
            response = {"type": "error", "error": {"type": name, "message": text}, "request_id": "req_" + hex_id(f"request/{n}", 24)}
        else:
            response = _anthropic_response(n, model, system, user, answer, finish, kind)
        rows.append(_envelope("api.anthropic.com", "/v1/messages", at, status, seconds, request, response))
    known = _truth(ANTHROPIC, [_used_anthropic(s, u, a, k) for s, u, a, _, k in ANTHROPIC])
    known["cache_read_tokens"] = CACHED * sum(k == "cached" for *_, k in ANTHROPIC)
    known["tokens_in"] += known["cache_read_tokens"]  # Anthropic reports them apart; the total includes them.
    return lines(rows), known


def _truth(calls, used):
    live = [u for (*_, kind), u in zip(calls, used) if kind not in FAILURES]
    failed = [kind for *_, kind in calls if kind in FAILURES]
    return {
        "records": len(calls), "ok": len(calls) - len(failed), "failed": len(failed), "failed_by_kind": counted(failed),
        "records_of_kind": kinds((n, kind) for n, (*_, kind) in enumerate(calls)),
        "finish_reasons": counted(finish for _, _, _, finish, _ in calls),
        "tokens_in": sum(i for i, _ in live), "tokens_out": sum(o for _, o in live),
    }
