"""The smaller ways out of Dify: a flat message log, the feedback export, export-app-messages."""

import csv
import gzip
import io

import truth
from core import compact, iso, lines, plain, pretty, sql_time
from world import app_id, user_id

CATEGORIES = {"Harbor Support": "Support", "Order assistant": "Orders", "Trip planner": "Travel", "Polyglot": "Translation"}


def flat_messages(world):
    """What a team writes that logs its own calls: plain keys, seconds, null where nothing was measured."""
    live, _ = truth.production(world)
    rating = {f["message"]["id"]: f["rating"] for f in world.feedbacks if f["source"] == "user"}
    rows = []
    for m in live:
        failed = m["status"] == "error"
        rows.append({
            "id": m["id"], "conversation_id": m["conversation"], "user": m["session"], "created_at": iso(m["at"]),
            "category": CATEGORIES[m["app"]],
            "model_provider": (m["provider"] or "langgenius/openai/openai").split("/")[-1], "model": m["model"] or "gpt-4o",
            "query": m["query"] or m["rendered"][-1]["text"], "answer": None if failed else m["answer"],
            "message_tokens": None if failed else m["tokens_in"], "answer_tokens": None if failed else m["tokens_out"],
            "total_price": None if failed else plain(m["cost"]), "currency": None if failed else m["currency"],
            "response_time": round(m["spent"], 3), "status": m["status"], "error": m["error"], "feedback": rating.get(m["id"]),
        })
    known = truth.messages(live)
    known["by_category"] = {CATEGORIES[app]: counts for app, counts in known.pop("by_app").items()}
    known["response_time_s_sum"] = round(sum(r["response_time"] for r in rows), 3)
    known["likes"] = sum(r["feedback"] == "like" for r in rows)
    known["dislikes"] = sum(r["feedback"] == "dislike" for r in rows)
    return lines(rows), known


def _space_time(at):
    return at.isoformat(sep=" ", timespec="seconds")


def feedback_rows(world, app):
    rows = []
    for f in sorted((f for f in world.feedbacks if f["message"]["app"] == app), key=lambda f: f["at"], reverse=True):
        m, admin = f["message"], f["source"] == "admin"
        answer = m["answer"]
        first = next(x for x in world.messages if x["conversation"] == m["conversation"])
        rows.append({
            "feedback_id": f["id"], "app_name": app, "app_id": app_id(app), "conversation_id": m["conversation"],
            "conversation_name": first["query"][:40], "message_id": m["id"], "user_query": m["query"],
            "ai_response": answer[:500] + "..." if len(answer) > 500 else answer,
            "feedback_rating": {"like": "👍", "dislike": "👎"}[f["rating"]], "feedback_rating_raw": f["rating"],
            "feedback_comment": f["content"] or "", "feedback_source": f["source"], "feedback_date": _space_time(f["at"]),
            "message_date": _space_time(m["at"]), "from_account_name": "Maria Lund" if admin else "",
            "from_end_user_id": "" if admin else user_id(m["session"]), "has_comment": "Yes" if f["content"] else "No",
        })
    return rows


def feedback_exports(world, app="Harbor Support"):
    rows = feedback_rows(world, app)
    known = truth.feedbacks([f for f in world.feedbacks if f["message"]["app"] == app])
    known["cut_at_500_characters"] = sum(r["ai_response"].endswith("...") for r in rows)
    info = {"app_id": app_id(app), "export_date": "2026-07-20T08:00:00", "total_records": len(rows),
            "data_source": "dify_feedback_export"}
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return {"feedbacks.json": (pretty({"export_info": info, "feedback_data": rows}), known),
            "feedbacks.csv": (sheet.getvalue(), known)}


def app_messages(world, app="Trip planner"):
    """`flask export-app-messages`: text and user feedback, nothing else."""
    live = [m for m in truth.production(world)[0] if m["app"] == app]
    rows = []
    for m in live:
        given = [{
            "id": f["id"], "app_id": app_id(app), "conversation_id": m["conversation"], "message_id": m["id"],
            "rating": f["rating"], "content": f["content"], "from_source": "user", "from_end_user_id": user_id(m["session"]),
            "from_account_id": None, "created_at": sql_time(f["at"]), "updated_at": sql_time(f["at"]),
        } for f in world.feedbacks if f["message"] is m and f["source"] == "user"]
        rows.append({"conversation_id": m["conversation"], "message_id": m["id"], "query": m["query"], "answer": m["answer"],
                     "inputs": m["inputs"], "retriever_resources": [], "feedback": given})
    packed = gzip.compress("".join(compact(r) + "\n" for r in rows).encode(), mtime=0)
    ratings = [g["rating"] for r in rows for g in r["feedback"]]
    known = {"records": len(rows), "empty_answers": sum(not r["answer"] for r in rows), "likes": ratings.count("like"),
             "dislikes": ratings.count("dislike"), "sessions": len({r["conversation_id"] for r in rows})}
    return packed, known
