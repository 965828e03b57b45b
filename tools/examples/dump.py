"""examples/dify/dump/: rows as `select row_to_json(t)` prints them, in no helpful order.

JSON kept in text columns arrives as a string inside the JSON; numeric columns keep their zeros;
timestamps are UTC without a zone.
"""

from datetime import timedelta

import dify_texts as texts
import flow_texts
from core import lines, moment, numeric, shuffled, spaced, sql_time, uid
from flows import node_id, version_name, workflow_id
from world import app_id, user_id

TENANT = uid(texts.TENANT)
MARIA = uid("account maria")


def _text(value):
    return None if value is None else spaced(value)


def message_row(m):
    debugging = m["channel"] == "debugger"
    price_in, price_out, price_unit = m["prices"]
    metadata = None
    if m["usage"]:
        metadata = spaced({"annotation_reply": None, "retriever_resources": [], "usage": m["usage"]})
    return {
        "id": m["id"], "app_id": app_id(m["app"]), "model_provider": m["provider"], "model_id": m["model"],
        "override_model_configs": _override(m) if debugging else None,
        "conversation_id": m["conversation"], "inputs": m["inputs"], "query": m["query"], "message": m["prompt"],
        "message_tokens": m["tokens_in"], "message_unit_price": numeric(price_in, 4),
        "message_price_unit": numeric(price_unit, 7), "answer": m["answer"], "answer_tokens": m["tokens_out"],
        "answer_unit_price": numeric(price_out, 4), "answer_price_unit": numeric(price_unit, 7),
        "parent_message_id": m["parent"], "provider_response_latency": m["latency"],
        "total_price": numeric(m["cost"], 7), "currency": m["currency"], "status": m["status"], "error": m["error"],
        "message_metadata": metadata, "invoke_from": m["channel"],
        "from_source": "console" if debugging else "api",
        "from_end_user_id": None if debugging else user_id(m["session"]),
        "from_account_id": MARIA if debugging else None,
        "created_at": sql_time(m["at"]), "updated_at": sql_time(m["at"] + timedelta(seconds=m["spent"])),
        "agent_based": False, "workflow_run_id": m["run"] and m["run"].id, "app_mode": m["mode"],
        "app_name": m["app"], "app_kind": m["mode"], "end_user_session": m["session"],
    }


def _override(m):
    _, model, parameters = texts.APPS[m["app"]]
    return spaced({"model": {"provider": m["provider"], "name": model, "mode": "chat", "completion_params": parameters},
                   "pre_prompt": m["prompt"][0]["text"], "prompt_type": "simple"})


def _graph_outline(run):
    seen = {}
    for node in run.nodes:
        seen.setdefault(node["node_id"], {"id": node["node_id"], "data": {"type": node["type"], "title": node["title"]}})
    return {"nodes": list(seen.values()), "edges": []}


def run_row(run):
    return {
        "id": run.id, "tenant_id": TENANT, "app_id": app_id(run.app), "workflow_id": workflow_id(run.app, run.version),
        "type": "chat" if run.app == "Order assistant" else "workflow",
        "triggered_from": "debugging" if run.debugging else "app-run", "version": version_name(run.app, run.version),
        "graph": spaced(_graph_outline(run)), "inputs": _text(run.inputs), "status": run.status,
        "outputs": _text(run.outputs), "error": run.error, "elapsed_time": run.elapsed, "total_tokens": run.tokens,
        "total_steps": run.steps, "created_by_role": "account" if run.debugging else "end_user", "created_by": run.owner,
        "created_at": sql_time(run.at), "finished_at": run.finished and sql_time(run.finished),
        "exceptions_count": run.exceptions, "app_name": run.app, "app_kind": texts.APPS[run.app][0],
        "end_user_session": None if run.debugging else run.session,
    }


def node_row(node):
    run = node["run"]
    done = node["at"] + timedelta(seconds=node["elapsed"])
    return {
        "id": node["id"], "tenant_id": TENANT, "app_id": app_id(run.app),
        "workflow_id": workflow_id(run.app, run.version), "triggered_from": "workflow-run", "workflow_run_id": run.id,
        "index": node["index"], "predecessor_node_id": node["before"], "node_execution_id": node["id"],
        "node_id": node["node_id"], "node_type": node["type"], "title": node["title"], "inputs": _text(node["inputs"]),
        "process_data": _text(node["process_data"]), "outputs": _text(node["outputs"]), "status": node["status"],
        "error": node["error"], "elapsed_time": node["elapsed"], "execution_metadata": _text(node["meta"]),
        "created_at": sql_time(node["at"]), "created_by_role": "account" if run.debugging else "end_user",
        "created_by": run.owner, "finished_at": None if node["status"] == "running" else sql_time(done),
        "app_name": run.app, "offloaded": node["offloaded"],
    }


def feedback_row(f):
    m, admin = f["message"], f["source"] == "admin"
    return {
        "id": f["id"], "app_id": app_id(m["app"]), "conversation_id": m["conversation"], "message_id": m["id"],
        "rating": f["rating"], "from_source": f["source"], "content": f["content"],
        "from_end_user_id": None if admin else user_id(m["session"]), "from_account_id": MARIA if admin else None,
        "created_at": sql_time(f["at"]), "updated_at": sql_time(f["at"]),
    }


def config_rows():
    rows = []
    for app, versions in texts.PRE_PROMPTS.items():
        mode, model, parameters = texts.APPS[app]
        for n, (day, hour, pre_prompt) in enumerate(versions):
            at = sql_time(moment(day, hour, 0, "x").replace(second=0, microsecond=n + 1))
            provider = {"gpt-4o-mini": "openai", "claude-sonnet-4": "anthropic", "qwen-max": "tongyi"}[model]
            rows.append({
                "id": uid(f"config {app} {n}"), "app_id": app_id(app), "provider": None, "model_id": None, "configs": None,
                "created_at": at, "updated_at": at,
                "model": spaced({"provider": f"langgenius/{provider}/{provider}", "name": model, "mode": "chat",
                                 "completion_params": parameters}),
                "pre_prompt": pre_prompt, "prompt_type": "simple", "chat_prompt_config": spaced({}),
                "completion_prompt_config": spaced({}), "user_input_form": spaced(_form(pre_prompt)),
                "agent_mode": spaced({"enabled": False, "strategy": None, "tools": [], "prompt": None}),
                "dataset_configs": spaced({"retrieval_model": "multiple"}), "opening_statement": None,
                "created_by": MARIA, "updated_by": MARIA, "app_name": app, "app_kind": mode,
            })
    return rows


def _form(pre_prompt):
    names = [part.split("}}")[0] for part in pre_prompt.split("{{")[1:]]
    return [{"text-input": {"label": name, "variable": name, "required": False, "max_length": 200, "default": ""}}
            for name in names]


def graph(app, prompt):
    """The graph of one published version; the prompt of the main LLM node is what changed."""
    main, parameters = texts.APPS[app][1:]

    def block(name, kind, title, **data):
        return {"id": node_id(app, name), "type": "custom", "data": {"type": kind, "title": title, **data}}

    def llm(name, title, model, system, user, settings):
        provider = {"gpt": "openai", "dee": "deepseek"}[model[:3]]
        return block(name, "llm", title, context={"enabled": False, "variable_selector": []}, vision={"enabled": False},
                     model={"provider": f"langgenius/{provider}/{provider}", "name": model, "mode": "chat",
                            "completion_params": settings},
                     prompt_template=[{"role": "system", "text": system}, {"role": "user", "text": user}])

    def output(name):
        return "{{#" + node_id(app, name) + ".text#}}"

    if app == "Order assistant":
        nodes = [block("start", "start", "Start", variables=[]),
                 block("classify", "question-classifier", "Sort the question", instruction=flow_texts.CLASSIFIER,
                       classes=[{"id": i, "name": name} for i, name in flow_texts.CLASSES],
                       model={"provider": "langgenius/openai/openai", "name": "gpt-4o-mini", "mode": "chat",
                              "completion_params": {"temperature": 0}}),
                 block("retrieve", "knowledge-retrieval", "Look up the order", dataset_ids=[uid("dataset orders")]),
                 llm("reply", "Answer the question", main, prompt + "\n<context>\n{{#context#}}\n</context>", "{{#sys.query#}}", parameters),
                 llm("chat", "Small talk", "deepseek-chat", "You are friendly and brief.", "{{#sys.query#}}", {"temperature": 0.8}),
                 block("answer", "answer", "Answer", answer=output("reply")),
                 block("answer_2", "answer", "Answer 2", answer=output("chat"))]
    elif app == "Invoice extractor":
        nodes = [block("start", "start", "Start", variables=[{"variable": "invoice", "type": "file"}, {"variable": "vendor", "type": "text-input"}]),
                 block("read", "document-extractor", "Read the file"),
                 llm("extract", "Extract the fields", main, prompt, output("read"), parameters),
                 block("check", "code", "Check the JSON", code_language="python3", code="def main(text):\n    return {'json': json.loads(text)}"),
                 block("end", "end", "End")]
    else:
        nodes = [block("start", "start", "Start", variables=[{"variable": "mode", "type": "select"}, {"variable": "reviews", "type": "paragraph"}]),
                 block("split", "if-else", "Week or year"),
                 block("each", "iteration", "Each review", error_handle_mode="continue-on-error"),
                 llm("rate", "Rate the review", main, prompt, "{{#" + node_id(app, "each") + ".item#}}", parameters),
                 block("shorten_loop", "loop", "Shorten", loop_count=3),
                 llm("shorten", "Write it shorter", "gpt-4o-mini", "Sum the ratings up in one sentence of at most twelve words.", output("rate"), {"temperature": 0.2}),
                 llm("year", "Sum up the year", main, "Sum up all reviews of the year.", "{{#" + node_id(app, "start") + ".reviews#}}", parameters),
                 block("end", "end", "End")]
    edges = [{"source": a["id"], "target": b["id"]} for a, b in zip(nodes, nodes[1:])]
    return {"nodes": nodes, "edges": edges, "viewport": {"x": 0, "y": 0, "zoom": 1}}


def workflow_rows():
    rows = []
    for app, versions in flow_texts.VERSIONS.items():
        published = [(version_name(app, n), mark, prompt, workflow_id(app, n)) for n, (_, mark, prompt) in enumerate(versions)]
        drafts = [("draft", "", versions[-1][2] + " Be brief.", uid(f"draft {app}"))]
        for version, mark, prompt, row_id in published + drafts:
            rows.append({
                "id": row_id, "tenant_id": TENANT, "app_id": app_id(app),
                "type": "chat" if texts.APPS[app][0] == "advanced-chat" else "workflow", "version": version,
                "marked_name": mark, "marked_comment": "", "graph": spaced(graph(app, prompt)), "features": spaced({}),
                "created_by": MARIA, "created_at": sql_time(moment(-3, 6, 0, "x")) if version == "draft" else version.replace(" ", "T"),
                "app_name": app, "app_kind": texts.APPS[app][0],
            })
    return rows


def build(world):
    tables = {
        "messages": [message_row(m) for m in world.messages],
        "workflow_runs": [run_row(r) for r in world.runs],
        "workflow_node_executions": [node_row(n) for r in world.runs for n in r.nodes],
        "message_feedbacks": [feedback_row(f) for f in world.feedbacks],
        "app_model_configs": config_rows(),
        "workflows": workflow_rows(),
    }
    return {name: lines(shuffled(name, rows)) for name, rows in tables.items()}
