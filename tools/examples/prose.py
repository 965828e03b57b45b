"""The two files of examples/ that are written for people: category-map.toml and README.md."""

CATEGORY_MAP = '''# Gives a category to records whose format has none. The first rule that matches wins.
# sonde analyze --by category --category-map examples/category-map.toml examples/dify/dump

default = "Other"

[[rule]]
category = "Billing"
where = "app_name = 'Harbor Support' and input ~ 'invoice|refund|charged|voucher|रिफंड'"

[[rule]]
category = "Delivery"
where = "app_name = 'Harbor Support' and input ~ 'parcel|[Dd]elivery|depot|Bestellung|pedido|order 48'"

[[rule]]
category = "Support"
where = "app_name = 'Harbor Support'"

[[rule]]
category = "Orders"
where = "app_name = 'Order assistant'"

[[rule]]
category = "Extraction"
where = "app_name = 'Invoice extractor'"

[[rule]]
category = "Travel"
where = "app_name = 'Trip planner'"

[[rule]]
category = "Translation"
where = "app_name = 'Polyglot'"
'''

WHAT = {
    "dify/logs.json": "workshop array: exactly category, prompt, model, response_time (ms), success",
    "dify/flat_messages.jsonl": "flat message log, seconds and ISO times, null where nothing was measured",
    "dify/feedbacks.json": "feedback export of Harbor Support, one answer cut at 500 characters",
    "dify/feedbacks.csv": "the same export as CSV",
    "dify/app-messages.jsonl.gz": "`flask export-app-messages` of Trip planner: text and user feedback only",
    "dify/console/chat-conversations.json": "console API: conversations of Harbor Support, with their model",
    "dify/console/chat-messages.json": "console API: message pages of several conversations, concatenated documents, no model",
    "dify/console/workflow-app-logs.json": "console API: log rows of Invoice extractor",
    "dify/console/workflow-runs.json": "console API: runs of Invoice extractor",
    "dify/console/workflow-run-detail.json": "console API: one partly succeeded run of Review digest with its graph",
    "dify/console/node-executions.json": "console API: the nodes of that run: iteration, loop, an exception",
    "dify/dump/messages.jsonl": "SQL dump: messages of all apps, shuffled, three debugger rows",
    "dify/dump/workflow_runs.jsonl": "SQL dump: runs, one debugging run, every status",
    "dify/dump/workflow_node_executions.jsonl": "SQL dump: nodes; a retry, an exception, a stopped and a running node, offloaded values",
    "dify/dump/message_feedbacks.jsonl": "SQL dump: ratings of users and of one administrator",
    "dify/dump/app_model_configs.jsonl": "SQL dump: saved prompts; Harbor Support changed twice",
    "dify/dump/workflows.jsonl": "SQL dump: published versions and drafts with their graphs",
    "dify/dump": "the six dump files read together, in model calls",
    "providers/openai.jsonl": "recorded chat completions: a stream, a tool call, a 429, a 401, one cut at max_tokens",
    "providers/anthropic.jsonl": "recorded messages: a stream, a tool call, a 429, a 529, cached input, one cut at max_tokens",
    "langfuse/trace.json": "one agent trace as the Langfuse UI downloads it",
    "otlp/traces.jsonl": "OTLP JSON, one request a line: gen_ai.*, gen_ai.prompt.N, OpenInference, Vercel AI",
}

INTRO = """# Examples

Invented logs of an invented furniture shop, in every format Sonde reads. Written by `tools/make_examples.py`; edit that
script, not these files (`tools/make_examples.py --check` finds a difference). No line comes from a real person or system.

The story runs from Monday 6 July to Sunday 19 July 2026, times in UTC, busy on weekdays. Six Dify apps: **Harbor Support**
(chat, gpt-4o-mini), **Order assistant** (chatflow), **Invoice extractor** and **Review digest** (workflows), **Trip planner**
(completion, claude-sonnet-4), **Polyglot** (completion, qwen-max, billed in RMB). Things to find:

- Tuesday 14 July, 14:05: three rate limits (429) within two minutes in Harbor Support; one user sent the same question twice.
- Harbor Support from 10 to 15 July: the saved prompt says both "Answer in one sentence" and "Explain every step in detail".
- Thursday 9 July, 08:10: the key of Trip planner was refused (401) twice.
- Trip planner: one request without its inputs, so `{{city}}` stayed in the prompt; one answer cut at max_tokens (160).
- Polyglot: twice asked for another language and answered in English; one content filter, one refused connection.
- Invoice extractor before 10 July: its prompt states no output format, and one run failed because the answer was prose.
- Review digest: a prompt too long for the model, and too long for the database row, whose values are cut.
- A failed message of a basic app keeps the zeros Dify starts with (tokens, price, latency, currency USD): not measured, not free.

"""

TAIL = """
`truth.json` holds what the script meant to write: counts, failures, tokens, costs a currency, and the ids (or 0-based
positions) of the records of each kind. `category-map.toml` shows rules that give records a category.

In `dify/dump/workflow_node_executions.jsonl` the key `offloaded` lists the values kept in file storage; it comes from
`(select json_agg(o.type) from workflow_node_execution_offload o where o.node_execution_id = n.id) as offloaded`.
"""


def readme(truth):
    rows = ["| file | what | records | ok | failed |", "|---|---|---:|---:|---:|"]
    for path, what in WHAT.items():
        known = truth[path]
        rows.append(f"| {path} | {what} | {known['records']} | {known.get('ok', '')} | {known.get('failed', '')} |")
    return INTRO + "\n".join(rows) + "\n" + TAIL
