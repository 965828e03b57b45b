"""examples/otlp/traces.jsonl: one ExportTraceServiceRequest a line, in four dialects."""

import json
from datetime import timedelta

from core import between, hex_id, lines, moment, nanos, timing, tokens
from truth import counted, kinds

GUIDE = "You are the gift guide of Harbor Home. Recommend one product and give the reason in one sentence."
MAILS = "Write the subject line of our newsletter. At most eight words, no exclamation mark."
RATINGS = "Answer from the reviews only. Say so when they do not tell."
CHAT = "You are the chat on the shop's start page. Be brief."
LIMIT = "Rate limit reached for requests"
SLOW = "Request timed out after 60000 ms"
FULL = "This model's maximum context length is 128000 tokens. However, your messages resulted in 131902 tokens."
DOWN = "connect ECONNREFUSED 104.18.7.192:443"

# (dialect, day, hour, user, question, answer, finish reason, error type, error message, kind)
CALLS = [
    ("genai", 0, 9, "u-18", "A present for my mother who reads a lot?", "The FARO lamp, because its dimmable light suits long evenings of reading.", "stop", None, None, None),
    ("genai", 1, 15, "u-22", "Something for a new flat under 50 euros?", "The linen cushion set, because it brightens any sofa for 39 euros.", "stop", None, None, None),
    ("genai", 2, 11, "u-18", "Was schenke ich einem Koch?", "Den Messerblock aus Eiche, weil er acht Messer sicher hält.", "stop", None, None, None),
    ("genai", 3, 14, "u-31", "And for two small children?", None, None, "RateLimitError", LIMIT, "rate_limit"),
    ("genai", 7, 10, "u-40", "Tell me all about your gifts", "Our gifts range from lamps to rugs. The lamps come in three sizes, the first of which is made for", "length", None, None, "cut_off"),
    ("genai", 8, 9, "u-41", "A gift for a colleague who leaves?", "The oak care oil with a cloth, because it keeps the farewell table alive.", "stop", None, None, None),
    ("genai", 9, 17, "u-18", "Anything for a balcony?", "The MILO seat, because its cover can be washed after rain.", "stop", None, None, None),
    ("genai", 10, 13, "u-44", "Un regalo para mi abuelo, le gusta leer.", "La lámpara FARO, porque su luz cálida no cansa la vista.", "stop", None, None, None),
    ("indexed", 0, 7, "crm", "Topic: oak table back in stock", "The oak table is back in stock", "stop", None, None, None),
    ("indexed", 4, 7, "crm", "Topic: summer sale of rugs", "Soft steps: rugs reduced until Sunday", "stop", None, None, None),
    ("indexed", 7, 7, "crm", "Topic: free delivery in July", "Delivery is free all July", "stop", None, None, None),
    ("indexed", 11, 7, "crm", "Topic: new opening hours", None, None, "APITimeoutError", SLOW, "timeout"),
    ("indexed", 9, 7, "crm", "Topic: spare parts by mail", "Spare parts now come by mail", "stop", None, None, None),
    ("openinference", 1, 13, "u-51", "Is the TIDE mattress soft?", "Yes, three of the reviews call it soft or too soft.", "stop", None, None, None),
    ("openinference", 5, 16, "u-52", "Does the KELP rug lose hairs?", "The reviews do not tell.", "stop", None, None, None),
    ("openinference", 9, 10, "u-53", "¿La mesa SÖREN se raya fácilmente?", "Según dos reseñas, la superficie se raya si no se aceita.", "stop", None, None, None),
    ("openinference", 10, 12, "u-54", "Summarise all reviews of all years", None, None, "BadRequestError", FULL, "context_length"),
    ("openinference", 11, 15, "u-55", "Is the LINA shelf easy to build?", "Yes, most reviews name less than an hour for two people.", "stop", None, None, None),
    ("openinference", 13, 19, "u-51", "Which lamp breaks most often?", "The FARO lamp: four reviews report a broken switch.", "stop", None, None, None),
    ("vercel", 2, 8, "guest-7", "Do you ship to Austria?", "Yes, within four days.", "stop", None, None, None),
    ("vercel", 6, 20, "guest-9", "営業時間は？", "平日は9時から18時までです。", "stop", None, None, None),
    ("vercel", 8, 14, "guest-12", "Can I pay by invoice?", "Yes, from the second order on.", "stop", None, None, None),
    ("vercel", 8, 15, "guest-13", "opening hours", None, None, "AI_RetryError", DOWN, "connection_error"),
    ("vercel", 9, 9, "guest-14", "Haben Sie am Samstag offen?", "Ja, von 10 bis 16 Uhr.", "stop", None, None, None),
    ("vercel", 12, 11, "guest-15", "Is there parking at the shop?", "Yes, ten places behind the house.", "stop", None, None, None),
]
SERVICES = {"genai": ("gift-guide", "gpt-4o", "opentelemetry.instrumentation.openai_v2", "2.3b0", GUIDE),
            "indexed": ("newsletter", "gpt-4o-mini", "opentelemetry.instrumentation.openai", "0.40.14", MAILS),
            "openinference": ("review-search", "gpt-4o-mini", "openinference.instrumentation.langchain", "0.1.50", RATINGS),
            "vercel": ("shop-chat", "gpt-4o-mini", "ai", "", CHAT)}


def value(v):
    if isinstance(v, bool):
        return {"boolValue": v}
    if isinstance(v, int):
        return {"intValue": str(v)}
    if isinstance(v, float):
        return {"doubleValue": v}
    if isinstance(v, list):
        return {"arrayValue": {"values": [value(x) for x in v]}}
    return {"stringValue": v}


def attributes(pairs):
    return [{"key": k, "value": value(v)} for k, v in pairs.items() if v is not None]


def _json(v):
    return json.dumps(v, ensure_ascii=False)


def _genai(c):
    said = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": c.model,
            "gen_ai.request.temperature": 0.4, "gen_ai.request.max_tokens": 40, "gen_ai.conversation.id": c.session,
            "user.id": c.user, "gen_ai.system_instructions": _json([{"type": "text", "content": c.system}]),
            "gen_ai.input.messages": _json([{"role": "user", "parts": [{"type": "text", "content": c.question}]}])}
    if c.answer:
        said |= {"gen_ai.response.model": c.model + "-2024-08-06", "gen_ai.response.id": "chatcmpl-" + hex_id(c.key, 24),
                 "gen_ai.response.finish_reasons": [c.finish], "gen_ai.usage.input_tokens": c.tokens_in,
                 "gen_ai.usage.output_tokens": c.tokens_out, "gen_ai.response.time_to_first_chunk": c.first,
                 "gen_ai.output.messages": _json([{"role": "assistant", "parts": [{"type": "text", "content": c.answer}], "finish_reason": c.finish}])}
    return [("chat " + c.model, 3, said)]


def _indexed(c):
    said = {"llm.request.type": "chat", "gen_ai.system": "OpenAI", "gen_ai.request.model": c.model, "gen_ai.request.temperature": 0.9,
            "traceloop.workflow.name": "weekly-newsletter", "traceloop.association.properties.user_id": c.user,
            "traceloop.association.properties.session_id": c.session, "gen_ai.prompt.0.role": "system",
            "gen_ai.prompt.0.content": c.system, "gen_ai.prompt.1.role": "user", "gen_ai.prompt.1.content": c.question}
    if c.answer:
        said |= {"gen_ai.response.model": c.model + "-2024-07-18", "gen_ai.completion.0.role": "assistant",
                 "gen_ai.completion.0.content": c.answer, "gen_ai.completion.0.finish_reason": c.finish,
                 "gen_ai.usage.prompt_tokens": c.tokens_in, "gen_ai.usage.completion_tokens": c.tokens_out,
                 "llm.usage.total_tokens": c.tokens_in + c.tokens_out}
    return [("openai.chat", 3, said)]


def _openinference(c):
    root = {"openinference.span.kind": "CHAIN", "input.value": c.question, "input.mime_type": "text/plain",
            "output.value": c.answer, "session.id": c.session, "user.id": c.user}
    found = {"openinference.span.kind": "RETRIEVER", "input.value": c.question,
             "retrieval.documents.0.document.id": "review-118", "retrieval.documents.0.document.score": 0.81,
             "retrieval.documents.0.document.content": "Softer than I thought, but my back is fine."}
    said = {"openinference.span.kind": "LLM", "llm.model_name": c.model, "llm.provider": "openai", "llm.system": "openai",
            "llm.invocation_parameters": _json({"temperature": 0.1, "max_tokens": 120}), "session.id": c.session, "user.id": c.user,
            "llm.input_messages.0.message.role": "system", "llm.input_messages.0.message.content": c.system,
            "llm.input_messages.1.message.role": "user", "llm.input_messages.1.message.content": c.question}
    if c.answer:
        said |= {"llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": c.answer,
                 "llm.token_count.prompt": c.tokens_in, "llm.token_count.completion": c.tokens_out,
                 "llm.token_count.total": c.tokens_in + c.tokens_out, "llm.finish_reason": c.finish}
    return [("ReviewSearch", 1, root), ("Retriever", 1, found), ("ChatOpenAI", 1, said)]


def _vercel(c):
    shared = {"ai.telemetry.functionId": "start-page-chat", "ai.telemetry.metadata.userId": c.user,
              "ai.telemetry.metadata.sessionId": c.session, "ai.model.id": c.model, "ai.model.provider": "openai.chat"}
    outer = {**shared, "operation.name": "ai.generateText start-page-chat", "ai.operationId": "ai.generateText",
             "ai.prompt": _json({"system": c.system, "prompt": c.question})}
    inner = {**shared, "operation.name": "ai.generateText.doGenerate start-page-chat", "ai.operationId": "ai.generateText.doGenerate",
             "ai.prompt.messages": _json([{"role": "system", "content": c.system}, {"role": "user", "content": [{"type": "text", "text": c.question}]}]),
             "gen_ai.system": "openai.chat", "gen_ai.request.model": c.model}
    if c.answer:
        spent = {"ai.response.text": c.answer, "ai.response.finishReason": c.finish,
                 "ai.usage.inputTokens": c.tokens_in, "ai.usage.outputTokens": c.tokens_out, "ai.usage.totalTokens": c.tokens_in + c.tokens_out}
        outer |= spent
        inner |= {**spent, "ai.response.model": c.model + "-2024-07-18", "gen_ai.usage.input_tokens": c.tokens_in,
                  "gen_ai.usage.output_tokens": c.tokens_out, "gen_ai.response.finish_reasons": [c.finish]}
    return [("ai.generateText", 1, outer), ("ai.generateText.doGenerate", 1, inner)]


DIALECTS = {"genai": _genai, "indexed": _indexed, "openinference": _openinference, "vercel": _vercel}


class Call:
    def __init__(self, n, row):
        self.dialect, day, hour, self.user, self.question, self.answer, self.finish, self.error_type, self.error, self.kind = row
        self.key = f"otlp/{n}"
        self.service, self.model, self.scope, self.scope_version, self.system = SERVICES[self.dialect]
        self.at = moment(day, hour, between(self.key, 0, 59), self.key)
        self.session = f"{self.service}-{self.user}-{day}"
        self.tokens_in = tokens(self.system) + tokens(self.question) + 11 if self.answer else 0
        self.tokens_out = 40 if self.kind == "cut_off" else tokens(self.answer) if self.answer else 0
        self.seconds, self.first = timing(self.key, self.model, self.tokens_out)
        if self.error:
            self.seconds = {"timeout": 60.004, "connection_error": 0.031}.get(self.kind, 0.31)


def _request(c):
    spans, parent = [], None
    parts = DIALECTS[c.dialect](c)
    for depth, (name, kind, pairs) in enumerate(parts):
        begin, end = c.at + timedelta(milliseconds=3 * depth), c.at + timedelta(seconds=c.seconds, milliseconds=3 * len(parts))
        if name == "Retriever":
            end = begin + timedelta(milliseconds=2)
        span = {"traceId": hex_id(c.key, 32), "spanId": hex_id(f"{c.key}/{depth}", 16), "parentSpanId": parent, "name": name,
                "kind": kind, "startTimeUnixNano": nanos(begin), "endTimeUnixNano": nanos(end), "attributes": attributes(pairs), "status": {}}
        if c.error and name != "Retriever":
            span["status"] = {"code": 2, "message": c.error}
            span["events"] = [{"timeUnixNano": nanos(end), "name": "exception",
                               "attributes": attributes({"exception.type": c.error_type, "exception.message": c.error})}]
            if c.dialect in ("genai", "vercel"):
                span["attributes"] += attributes({"error.type": c.error_type})
        parent = parent or span["spanId"]
        spans.append({k: v for k, v in span.items() if v is not None})
    resource = attributes({"service.name": c.service, "deployment.environment.name": "production"})
    if c.dialect == "openinference":
        resource += attributes({"openinference.project.name": c.service})
    return {"resourceSpans": [{"resource": {"attributes": resource},
                               "scopeSpans": [{"scope": {"name": c.scope, "version": c.scope_version}, "spans": spans}]}]}, len(spans)


def build():
    calls = [Call(n, row) for n, row in enumerate(CALLS)]
    made = [_request(c) for c in calls]
    failed = [c for c in calls if c.error]
    known = {
        "records": len(calls), "spans": sum(count for _, count in made), "llm_calls": len(calls),
        "ok": len(calls) - len(failed), "failed": len(failed), "failed_by_kind": counted(c.kind for c in failed),
        "records_of_kind": kinds((hex_id(c.key, 32), c.kind) for c in calls), "by_service": counted(c.service for c in calls),
        "by_dialect": counted(c.dialect for c in calls), "tokens_in": sum(c.tokens_in for c in calls),
        "tokens_out": sum(c.tokens_out for c in calls), "sessions": len({c.session for c in calls}),
    }
    return lines([request for request, _ in made]), known
