"""examples/dify/console/: answers of the console API as a browser saves them.

Times are whole seconds since 1970, durations seconds, prices decimal strings.
"""

from datetime import timedelta

import dify_texts as texts
import truth
from core import epoch, pretty, uid
from dump import MARIA, graph
from flows import version_at, version_name
from world import app_id, prompt_version, user_id


def _feedback(f):
    admin = f["source"] == "admin"
    return {"rating": f["rating"], "content": f["content"], "from_source": f["source"],
            "from_end_user_id": None if admin else user_id(f["message"]["session"]),
            "from_account": {"id": MARIA, "name": "Maria Lund", "email": "maria@harbor.example"} if admin else None}


def _message(m, feedbacks):
    metadata = {"annotation_reply": None, "retriever_resources": [], "usage": m["usage"], "reasoning": {}} if m["usage"] else {}
    return {
        "id": m["id"], "conversation_id": m["conversation"], "inputs": m["inputs"], "query": m["query"],
        "message": m["prompt"], "message_tokens": m["tokens_in"], "answer": m["answer"], "answer_tokens": m["tokens_out"],
        "provider_response_latency": m["latency"], "from_source": "api", "from_end_user_id": user_id(m["session"]),
        "from_account_id": None, "feedbacks": [_feedback(f) for f in feedbacks if f["message"] is m],
        "workflow_run_id": m["run"] and m["run"].id, "annotation": None, "annotation_hit_history": None,
        "created_at": epoch(m["at"]), "agent_thoughts": [], "message_files": [], "metadata": metadata,
        "status": m["status"], "error": m["error"], "parent_message_id": m["parent"], "extra_contents": [],
    }


def _conversations(world, app):
    """conversation id -> its messages, newest conversation first as the page lists them."""
    groups = {}
    for m in world.messages:
        if m["app"] == app and m["channel"] != "debugger":
            groups.setdefault(m["conversation"], []).append(m)
    return dict(sorted(groups.items(), key=lambda item: item[1][0]["at"], reverse=True))


def _stats(world, messages, source):
    given = [f["rating"] for f in world.feedbacks if f["source"] == source and f["message"] in messages]
    return {"like": given.count("like"), "dislike": given.count("dislike")}


def chat_conversations(world, app="Harbor Support"):
    _, model, parameters = texts.APPS[app]
    groups = _conversations(world, app)
    data = []
    for conversation, messages in groups.items():
        first, last = messages[0], messages[-1]
        data.append({
            "id": conversation, "status": "normal", "from_source": "api", "from_end_user_id": user_id(first["session"]),
            "from_end_user_session_id": first["session"], "from_account_id": None, "from_account_name": None,
            "name": first["query"][:40], "summary": first["query"], "read_at": None, "created_at": epoch(first["at"]),
            "updated_at": epoch(last["at"]), "annotated": False,
            "model_config": {"model": {"provider": first["provider"], "name": model, "mode": "chat", "completion_params": parameters},
                             "pre_prompt": prompt_version(app, first["at"])[1]},
            "message_count": len(messages), "user_feedback_stats": _stats(world, messages, "user"),
            "admin_feedback_stats": _stats(world, messages, "admin"), "status_count": None,
        })
    page = {"page": 1, "limit": 100, "total": len(data), "has_more": False, "data": data}
    known = {"records": len(data), "sessions": len(data), "messages_in_them": sum(d["message_count"] for d in data),
             "likes": sum(d["user_feedback_stats"]["like"] + d["admin_feedback_stats"]["like"] for d in data),
             "dislikes": sum(d["user_feedback_stats"]["dislike"] + d["admin_feedback_stats"]["dislike"] for d in data)}
    return pretty(page), known


def chat_messages(world):
    """One document a conversation, one after the other in a single file."""
    pages, used = [], []
    for app, most in (("Harbor Support", 20), ("Order assistant", 3)):
        for messages in list(_conversations(world, app).values())[:most]:
            pages.append({"limit": 20, "has_more": False, "data": [_message(m, world.feedbacks) for m in messages]})
            used += messages
    given = [f for f in world.feedbacks if any(f["message"] is m for m in used)]
    known = {**truth.messages(used), "documents": len(pages), **{k: v for k, v in truth.feedbacks(given).items() if k != "records"}}
    return "".join(pretty(page) for page in pages), known


def _end_user(run):
    return {"id": run.owner, "type": "service-api", "is_anonymous": False, "session_id": run.session}


def _maria(run):
    return {"id": MARIA, "name": "Maria Lund", "email": "maria@harbor.example"} if run.debugging else None


def workflow_app_logs(world, app="Invoice extractor"):
    runs = [r for r in reversed(world.runs) if r.app == app and not r.debugging]
    data = [{
        "id": uid(f"log {r.key}"),
        "workflow_run": {"id": r.id, "version": version_name(app, r.version), "status": r.status, "triggered_from": "app-run",
                         "error": r.error, "elapsed_time": r.elapsed, "total_tokens": r.tokens, "total_steps": r.steps,
                         "created_at": epoch(r.at), "finished_at": r.finished and epoch(r.finished), "exceptions_count": r.exceptions},
        "details": None, "created_from": "service-api", "created_by_role": "end_user", "created_by_account": None,
        "created_by_end_user": _end_user(r), "created_at": epoch(r.at),
    } for r in runs]
    return pretty({"page": 1, "limit": 20, "total": len(data), "has_more": False, "data": data}), truth.runs(runs)


def workflow_runs(world, app="Invoice extractor"):
    """The page that `?triggered_from=app-run` returns; without it Dify lists debugging runs."""
    runs = [r for r in reversed(world.runs) if r.app == app and not r.debugging]
    data = [{
        "id": r.id, "version": version_name(app, r.version), "status": r.status, "elapsed_time": r.elapsed,
        "total_tokens": r.tokens, "total_steps": r.steps, "created_by_account": None, "created_at": epoch(r.at),
        "finished_at": r.finished and epoch(r.finished), "exceptions_count": r.exceptions, "retry_index": 0,
    } for r in runs]
    return pretty({"limit": 20, "has_more": False, "data": data}), truth.runs(runs)


def chosen_run(world):
    return next(r for r in world.runs if r.key == "digest/1")


def run_detail(world):
    r = chosen_run(world)
    detail = {
        "id": r.id, "version": version_name(r.app, r.version), "graph": graph(r.app, version_at(r.app, r.at)[1]),
        "inputs": r.inputs, "status": r.status, "outputs": r.outputs, "error": r.error, "elapsed_time": r.elapsed,
        "total_tokens": r.tokens, "total_steps": r.steps, "created_by_role": "end_user", "created_by_account": _maria(r),
        "created_by_end_user": _end_user(r), "created_at": epoch(r.at), "finished_at": epoch(r.finished),
        "exceptions_count": r.exceptions,
    }
    return pretty(detail), truth.runs([r])


def node_executions(world):
    r = chosen_run(world)
    data = []
    for n in r.nodes:
        data.append({
            "id": n["id"], "index": n["index"], "predecessor_node_id": n["before"], "node_id": n["node_id"],
            "node_type": n["type"], "title": n["title"], "inputs": n["inputs"], "process_data": n["process_data"],
            "outputs": n["outputs"], "status": n["status"], "error": n["error"], "elapsed_time": n["elapsed"],
            "execution_metadata": n["meta"], "extras": {}, "created_at": epoch(n["at"]), "created_by_role": "end_user",
            "created_by_account": _maria(r), "created_by_end_user": _end_user(r),
            "finished_at": epoch(n["at"] + timedelta(seconds=n["elapsed"])),
            "inputs_truncated": False, "outputs_truncated": False, "process_data_truncated": False,
        })
    return pretty({"data": data}), truth.nodes([r])


def build(world):
    return {
        "chat-conversations.json": chat_conversations(world), "chat-messages.json": chat_messages(world),
        "workflow-app-logs.json": workflow_app_logs(world), "workflow-runs.json": workflow_runs(world),
        "workflow-run-detail.json": run_detail(world), "node-executions.json": node_executions(world),
    }
