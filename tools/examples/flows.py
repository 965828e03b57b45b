"""Runs of the graph apps, node by node."""

from datetime import timedelta
from decimal import Decimal

import dify_texts as texts
import flow_texts
from core import MODELS, moment, plain, prompt_tokens, timing, tokens, uid, usage
from world import app_id, said, user_id

STEP = {"start": 0.004, "answer": 0.006, "end": 0.005, "if-else": 0.003, "code": 0.11,
        "knowledge-retrieval": 0.64, "document-extractor": 0.38}
OPENAI_500 = ("[openai] Server Unavailable Error, Error code: 500 - {'error': {'message': 'The server had an error "
              "while processing your request. Sorry about that!', 'type': 'server_error', 'param': None, 'code': None}}")
OPENAI_429 = ("[openai] Rate Limit Error, Error code: 429 - {'error': {'message': 'Rate limit reached for gpt-4o in "
              "organization org-harbor on requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in "
              "120ms.', 'type': 'requests', 'param': None, 'code': 'rate_limit_exceeded'}}")
DEEPSEEK_TIMEOUT = ("[deepseek] Connection Error, HTTPSConnectionPool(host='api.deepseek.com', port=443): "
                    "Read timed out. (read timeout=60)")


def version_at(app, at):
    published = [(n, prompt, mark) for n, (day, mark, prompt) in enumerate(flow_texts.VERSIONS[app])
                 if moment(day, 6, 30, "x").replace(second=0) <= at]
    return published[-1]


def workflow_id(app, n):
    return uid(f"workflow {app} {n}")


def version_name(app, n):
    day = flow_texts.VERSIONS[app][n][0]
    return moment(day, 6, 30, f"publish {app} {n}").isoformat(sep=" ", timespec="microseconds")


class Run:
    """Adds nodes one after the other and keeps the clock."""

    def __init__(self, key, app, at, inputs, session, debugging=False):
        self.key, self.app, self.at, self.inputs = key, app, at, inputs
        self.id, self.session, self.debugging = uid(f"run {key}"), session, debugging
        self.version = version_at(app, at)[0]
        self.nodes, self.clock, self.last = [], at + timedelta(milliseconds=30), None
        self.outputs, self.status, self.error, self.exceptions, self.kind = None, "succeeded", None, 0, None

    def node(self, name, kind, title, elapsed=None, inputs=None, process_data=None, outputs=None, status="succeeded",
             error=None, meta=None, advance=True, offloaded=None):
        elapsed = STEP.get(kind, 0.01) if elapsed is None else elapsed
        node = {"id": uid(f"node {self.key} {len(self.nodes)}"), "index": len(self.nodes) + 1, "before": self.last,
                "node_id": node_id(self.app, name), "type": kind, "title": title, "inputs": inputs,
                "process_data": process_data, "outputs": outputs, "status": status, "error": error, "meta": meta,
                "elapsed": elapsed, "at": self.clock, "offloaded": offloaded, "run": self}
        self.nodes.append(node)
        if status != "retry":
            self.last = node["node_id"]
        if advance:
            self.clock += timedelta(seconds=elapsed)
        return node

    def call(self, name, kind, title, model, prompt, answer, finish="stop", outputs=None, inputs=None, tokens_out=None,
             status="succeeded", error=None, elapsed=None, place=None, offloaded=None):
        """A node that calls a model; without an answer there is no usage."""
        place = place or {}
        spent = None
        if answer is not None:
            tokens_out = tokens_out or tokens(answer)
            latency, first = timing(f"{self.key}/{name}/{len(self.nodes)}", model, tokens_out)
            spent = usage(model, prompt_tokens(prompt), tokens_out, latency, first)
            elapsed = round(latency + 0.05, 3)
        process_data = {"model_mode": "chat", "prompts": prompt, "usage": spent, "finish_reason": finish if spent else None,
                        "model_provider": MODELS[model][0], "model_name": model}
        meta = dict(place)
        if spent:
            meta = {"total_tokens": spent["total_tokens"], "total_price": spent["total_price"],
                    "currency": spent["currency"], **place}
            extra = outputs if outputs is not None else {"text": answer, "reasoning_content": ""}
            outputs = {**extra, "usage": spent, "finish_reason": finish}
            if kind == "question-classifier":
                outputs.pop("finish_reason")
        return self.node(name, kind, title, elapsed, inputs, process_data, outputs, status, error, meta or None,
                         offloaded=offloaded)

    def calls(self):
        return [n for n in self.nodes if n["process_data"] and "model_name" in n["process_data"]]

    def usages(self):
        return [n["process_data"]["usage"] for n in self.calls() if n["process_data"]["usage"]]

    def finish(self, world, outputs, status="succeeded", error=None, exceptions=0, kind=None):
        self.outputs, self.status, self.error, self.exceptions, self.kind = outputs, status, error, exceptions, kind
        self.tokens = sum(u["total_tokens"] for u in self.usages())
        self.steps = sum(n["status"] != "retry" for n in self.nodes)
        self.elapsed = 0 if status == "running" else round((self.clock - self.at).total_seconds(), 6)
        self.finished = None if status == "running" else self.clock
        self.owner = uid("account maria") if self.debugging else user_id(self.session)
        world.runs.append(self)
        return self


def node_id(app, name):
    return str(1751600000000 + int(uid(f"{app}/{name}")[:6], 16))


def orders(world):
    app, said_before = "Order assistant", {}
    for n, (session, day, hour, minute, group, query, facts, answer, kind) in enumerate(flow_texts.ORDERS):
        key = f"order/{n}"
        at = moment(day, hour, minute, key)
        conversation = uid(f"order conversation {session}")
        run = Run(key, app, at, None, session)
        run.inputs = {"sys.query": query, "sys.files": [], "sys.conversation_id": conversation, "sys.user_id": session,
                      "sys.dialogue_count": len(said_before.setdefault(session, [])) + 1, "sys.app_id": app_id(app),
                      "sys.workflow_id": workflow_id(app, run.version), "sys.workflow_run_id": run.id}
        run.node("start", "start", "Start", inputs=run.inputs, outputs=run.inputs)
        _order_steps(run, group, query, facts, answer, kind)
        outputs = {"answer": answer} if answer else {}
        error = {"provider_error": OPENAI_500, "stopped": "Workflow execution aborted: user requested stop"}.get(kind)
        status = {"provider_error": "failed", "stopped": "stopped"}.get(kind, "succeeded")
        run.finish(world, outputs, status, error, kind=kind)
        message = _chatflow_message(world, run, conversation, query, answer, kind)
        message["parent"] = said_before[session][-1] if said_before[session] else None
        said_before[session].append(message["id"])
        world.feedback(message, texts.LIKE if n in (1, 8) else texts.DISLIKE if kind == "cut_off" else None)


def _order_steps(run, group, query, facts, answer, kind):
    class_id, class_name = flow_texts.CLASSES[group]
    labels = ", ".join(f"{i}: {name}" for i, name in flow_texts.CLASSES)
    run.call("classify", "question-classifier", "Sort the question", "gpt-4o-mini",
             [said("system", f"{flow_texts.CLASSIFIER} Categories: {labels}"), said("user", query)],
             f'{{"category_id": "{class_id}", "category_name": "{class_name}"}}', inputs={"query": query},
             outputs={"class_name": class_name, "class_id": class_id})
    if class_name == "Small talk":
        run.call("chat", "llm", "Small talk", "deepseek-chat",
                 [said("system", "You are friendly and brief."), said("user", query)], answer, inputs={"#context#": None})
        run.node("answer_2", "answer", "Answer 2", outputs={"answer": answer, "files": []})
        return
    segment = {"metadata": {"_source": "knowledge", "dataset_id": uid("dataset orders"), "dataset_name": "Orders and rules",
                            "document_name": "orders-july.csv", "segment_id": uid("segment " + facts), "score": 0.83,
                            "retriever_from": "workflow", "position": 1}, "title": "orders-july.csv", "content": facts}
    run.node("retrieve", "knowledge-retrieval", "Look up the order", inputs={"query": query},
             outputs={"result": [segment]})
    prompt = [said("system", f"{version_at(run.app, run.at)[1]}\n<context>\n{facts}\n</context>"), said("user", query)]
    at_fault = {"provider_error": {"status": "failed", "error": OPENAI_500, "elapsed": 2.317},
                "stopped": {"status": "stopped"},
                "cut_off": {"finish": "length", "tokens_out": 400}}.get(kind, {})
    run.call("reply", "llm", "Answer the question", "gpt-4o", prompt, answer, inputs={"#context#": facts}, **at_fault)
    if kind not in ("provider_error", "stopped"):
        run.node("answer", "answer", "Answer", outputs={"answer": answer, "files": []})


def _chatflow_message(world, run, conversation, query, answer, kind):
    """Chatflow rows name no model; their usage is the sum over the run's calls."""
    spent = run.usages()
    tokens_in, tokens_out = sum(u["prompt_tokens"] for u in spent), sum(u["completion_tokens"] for u in spent)
    cost = sum((Decimal(u["total_price"]) for u in spent), Decimal(0))
    failed = run.status == "failed"
    total = {**spent[-1], "time_to_generate": None, "prompt_tokens": tokens_in, "completion_tokens": tokens_out,
             "total_tokens": tokens_in + tokens_out, "total_price": plain(cost), "latency": run.elapsed}
    return world.message(
        id=uid(f"message {run.key}"), key=run.key, app=run.app, mode="advanced-chat", model=None, provider=None,
        conversation=conversation, session=run.session, channel="web-app", at=run.at, spent=run.elapsed, inputs={},
        query=query, prompt="", rendered=[said("user", query)], answer=answer or "", tokens_in=0 if failed else tokens_in,
        tokens_out=0 if failed else tokens_out, prices=("0", "0", "0") if failed else MODELS["gpt-4o"][1:4],
        cost=Decimal(0) if failed else cost, currency="USD", latency=0 if failed else run.elapsed,
        status="error" if failed else "normal", error=run.error if failed else None, kind=kind, parent=None, run=run,
        usage=None if failed else total)


CODE_ERROR = {
    "no_output_format": "Failed to parse JSON: Expecting value: line 1 column 1 (char 0)",
    "invalid_json": "Failed to parse JSON: Expecting property name enclosed in double quotes: line 1 column 59 (char 58)",
    "partial": "Failed to parse JSON: Expecting ',' delimiter: line 1 column 77 (char 76)",
}


def invoices(world):
    app = "Invoice extractor"
    for n, (vendor, day, hour, minute, text, answer, kind) in enumerate(flow_texts.INVOICES):
        key = f"invoice/{n}"
        at = moment(day, hour, minute, key)
        name = vendor.lower().replace(" & ", "-").replace(" ", "-") + f"-{n}.pdf"
        scan = {"dify_model_identity": "__dify__file__", "related_id": uid("file " + name), "filename": name,
                "extension": ".pdf", "mime_type": "application/pdf", "size": 40000 + 317 * n, "type": "document"}
        run = Run(key, app, at, {"invoice": scan, "vendor": vendor}, "erp-import", debugging=kind == "debugger")
        run.node("start", "start", "Start", inputs=run.inputs, outputs=run.inputs)
        run.node("read", "document-extractor", "Read the file", inputs={"variable_selector": [node_id(app, "start"), "invoice"]},
                 outputs={"text": text})
        _invoice_steps(world, run, text, answer, kind)


def _invoice_steps(world, run, text, answer, kind):
    prompt = [said("system", version_at(run.app, run.at)[1]), said("user", text)]
    if kind == "image":
        prompt[1]["files"] = [{"type": "image", "detail": "low", "mime_type": "image/png",
                               "data": "iVBORw0KGg...[TRUNCATED]...AElFTkSuQm"}]
    where = ("extract", "llm", "Extract the fields", "gpt-4o", prompt)
    if kind == "running":
        run.call(*where, None, status="running", elapsed=0)
        run.finish(world, None, "running", kind=kind)
        return
    if kind == "retried":
        run.call(*where, None, status="retry", error=OPENAI_429, elapsed=0.41)
    run.call(*where, answer)
    error = CODE_ERROR.get(kind)
    if kind == "partial":
        blank = {"number": "", "date": "", "total": 0, "currency": ""}
        run.node("check", "code", "Check the JSON", inputs={"text": answer}, outputs={**blank, "error_message": error,
                 "error_type": "CodeNodeError"}, status="exception", error=error, meta={"error_strategy": "default-value"})
    elif error:
        run.node("check", "code", "Check the JSON", inputs={"text": answer}, status="failed", error=error)
        run.finish(world, {}, "failed", error, kind=kind)
        return
    else:
        run.node("check", "code", "Check the JSON", inputs={"text": answer}, outputs={"json": answer})
    outputs = {"fields": answer}
    run.node("end", "end", "End", inputs=outputs, outputs=outputs)
    run.finish(world, outputs, "partial-succeeded" if kind == "partial" else "succeeded", None,
               int(kind == "partial"), kind)


def digests(world):
    app = "Review digest"
    for n, (day, hour, reviews, drafts, kind) in enumerate(flow_texts.DIGESTS):
        key = f"digest/{n}"
        at = moment(day, hour, 5, key)
        inputs = {"mode": "year" if kind == "context_length" else "week", "reviews": "\n".join(r for r, _ in reviews)}
        run = Run(key, app, at, inputs, "cron-weekly")
        if kind == "context_length":
            _year(world, run)
            continue
        run.node("start", "start", "Start", inputs=inputs, outputs=inputs)
        run.node("split", "if-else", "Week or year", inputs={"conditions": [{"actual_value": "week"}]},
                 outputs={"result": True, "selected_case_id": "true"})
        ratings = _iterate(run, reviews)
        final = _loop(run, ratings, drafts)
        run.node("end", "end", "End", inputs={"digest": final}, outputs={"digest": final})
        run.finish(world, {"digest": final}, "partial-succeeded" if kind else "succeeded", None, int(bool(kind)), kind)


def _inside(run, container, kind, count, body):
    """A container row comes first and spans its children; its totals repeat theirs."""
    node = run.node(container, kind, {"iteration": "Each review", "loop": "Shorten"}[kind], 0, advance=False)
    before, start = len(run.nodes), run.clock
    for index in range(count):
        body(index, {f"{kind}_id": node["node_id"], f"{kind}_index": index})
    spent = [n["process_data"]["usage"] for n in run.nodes[before:] if n["process_data"] and n["process_data"]["usage"]]
    node["elapsed"] = round((run.clock - start).total_seconds(), 6)
    node["meta"] = {"total_tokens": sum(u["total_tokens"] for u in spent),
                    "total_price": plain(sum((Decimal(u["total_price"]) for u in spent), Decimal(0))), "currency": "USD"}
    run.last = node["node_id"]
    return node


def _iterate(run, reviews):
    ratings = []

    def rate(index, place):
        review, answer = reviews[index]
        prompt = [said("system", version_at(run.app, run.at)[1]), said("user", review)]
        if answer is None:
            run.call("rate", "llm", "Rate the review", "deepseek-chat", prompt, None, status="exception",
                     error=DEEPSEEK_TIMEOUT, elapsed=60.094, place={**place, "error_strategy": "default-value"},
                     outputs={"text": "", "error_message": DEEPSEEK_TIMEOUT, "error_type": "InvokeConnectionError"})
        else:
            run.call("rate", "llm", "Rate the review", "deepseek-chat", prompt, answer, place=place)
        ratings.append(answer or "")

    node = _inside(run, "each", "iteration", len(reviews), rate)
    node["inputs"], node["outputs"] = {"iterator_selector": [r for r, _ in reviews]}, {"output": ratings}
    return ratings


def _loop(run, ratings, drafts):
    def shorten(index, place):
        source = "\n".join(ratings) if index == 0 else drafts[index - 1]
        run.call("shorten", "llm", "Write it shorter", "gpt-4o-mini",
                 [said("system", "Sum the ratings up in one sentence of at most twelve words."), said("user", source)],
                 drafts[index], place=place)

    node = _inside(run, "shorten_loop", "loop", len(drafts), shorten)
    node["inputs"], node["outputs"] = {"loop_count": 3}, {"text": drafts[-1], "loop_round": len(drafts)}
    return drafts[-1]


def _year(world, run):
    """All reviews of a year in one prompt: too long for the model, and too long for the row."""
    review = "The TIDE mattress is fine but the cover slips. Delivery was a day late. "
    cut = (review * 20)[:1000] + "..."
    run.inputs = {"mode": "year", "reviews": cut}
    run.node("start", "start", "Start", inputs=run.inputs, outputs=run.inputs, offloaded=["inputs", "outputs"])
    run.node("split", "if-else", "Week or year", inputs={"conditions": [{"actual_value": "year"}]},
             outputs={"result": False, "selected_case_id": "false"})
    error = texts.ERRORS["context_length"]
    run.call("year", "llm", "Sum up the year", "deepseek-chat",
             [said("system", "Sum up all reviews of the year."), said("user", cut)], None, status="failed", error=error,
             elapsed=1.402, inputs={"reviews": cut}, offloaded=["inputs", "process_data"])
    run.finish(world, {}, "failed", error, kind="context_length")
