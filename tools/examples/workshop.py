"""examples/dify/logs.json: the workshop array, exactly five keys a record."""

import workshop_texts as texts
from core import MODELS, between, compact, pick, shuffled, timing, tokens

FAVOURITES = {
    "Travel": ["gpt-4o-mini", "claude-sonnet-4", "claude-sonnet-4"],
    "Food": ["gpt-4o-mini", "gpt-4o-mini", "deepseek-chat"],
    "Support": ["gpt-4o-mini", "gpt-4o-mini", "gpt-4o"],
    "Coding": ["claude-sonnet-4", "gpt-4o", "deepseek-chat"],
    "Translation": ["qwen-max", "qwen-max", "gpt-4o-mini"],
    "Extraction": ["gpt-4o", "gpt-4o-mini", "gpt-4o"],
}


def _oversized(marker):
    if marker == "@thread@":
        said = []
        for i in range(440):
            place = pick(f"thread/{i}", texts.PLACES)
            value = {0: f"{1 + i % 28} June", 1: place, 3: str(48000 + i), 6: str(300 + i)}
            said.append(texts.THREAD[i % 8].format(value.get(i % 8, "")))
        return "Read the whole mail thread and tell me what to do.\n" + "\n".join(said)
    said = [pick(f"review/{i}", texts.REVIEWS).format(pick(f"product/{i}", texts.PRODUCTS)) for i in range(560)]
    return "Read all reviews of the year and list the complaints as a numbered list.\n" + "\n".join(said)


def _record(key, category, prompt, success, tokens_out):
    model = pick(key + "/model", FAVOURITES[category])
    seconds, _ = timing(key, model, round(tokens_out * (0.75 + between(key, 0, 50) / 100)))
    seconds += tokens(prompt) / 2500  # Reading a long prompt takes time too.
    return {"category": category, "prompt": prompt, "model": model,
            "response_time": round(seconds * 1000), "success": success}


def build():
    entries = []
    for category, templates in texts.GOOD.items():
        for t, (template, values, tokens_out) in enumerate(templates):
            for v, value in enumerate(values):
                key = f"workshop/{category}/{t}/{v}"
                ok = key not in texts.UNEXPLAINED
                record = _record(key, category, template.format(*value), ok, tokens_out)
                entries.append([(record, None if ok else "no_visible_cause")])
    for i, (category, prompt, kind) in enumerate(texts.FAILED):
        text = _oversized(prompt) if prompt.startswith("@") else prompt
        entries.append([(_record(f"workshop/failed/{i}", category, text, False, 160), kind)])
    category, prompt, kind, times = texts.REPEATED
    entries.append([(_record(f"workshop/repeat/{i}", category, prompt, False, 150), kind) for i in range(times)])
    flat = [item for entry in shuffled("workshop order", entries) for item in entry]
    body = ",\n".join(compact(record) for record, _ in flat)
    return "[\n" + body + "\n]\n", _truth(flat)


def _truth(flat):
    kinds, categories = {}, {}
    for index, (record, kind) in enumerate(flat):
        group = categories.setdefault(record["category"], {"records": 0, "ok": 0, "failed": 0})
        group["records"] += 1
        group["ok" if record["success"] else "failed"] += 1
        if kind:
            kinds.setdefault(kind, []).append(index)
    models = {m: sum(r["model"] == m for r, _ in flat) for m in MODELS}
    failed = sum(not r["success"] for r, _ in flat)
    return {
        "records": len(flat), "ok": len(flat) - failed, "failed": failed,
        "failed_by_kind": {k: len(v) for k, v in sorted(kinds.items())},
        "records_of_kind": dict(sorted(kinds.items())),
        "by_category": dict(sorted(categories.items())),
        "by_model": models,
        "response_time_ms_sum": sum(r["response_time"] for r, _ in flat),
    }
