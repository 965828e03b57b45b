#include "cli/commands.h"

#include "cli/pages.h"

namespace sonde {
namespace {

std::string nothing() { return {}; }

// In the order in which a newcomer needs them.
constexpr Command kCommands[] = {
    {"analyze", "how prompts do: success, response time, tokens and cost, by group",
     "  sonde analyze logs.json\n"
     "  sonde analyze dump/ --by app,model --since 7d\n"
     "  sonde analyze logs.jsonl.gz --by hour --where \"model = gpt-4o and latency > 2s\"\n"
     "  sonde analyze logs.json --success \"status = ok and not refusal and feedback != dislike\"\n"
     "  sonde analyze dump/ --format html -o report.html\n"
     "  psql ... | sonde analyze - --json\n",
     declare_analyze, metric_reference},
    {"optimize", "what is wrong with failed prompts, and what to change",
     "  sonde optimize logs.json\n"
     "  sonde optimize dump/ --where \"app = 'Harbor Support'\"\n"
     "  sonde optimize logs.json --json | jq '.findings[].patch'\n",
     declare_optimize, check_reference},
    {"compare", "which model, prompt or version does better, with the statistics to say so",
     "  sonde compare logs.json --by model\n"
     "  sonde compare dump/ --by version --metric success\n"
     "  sonde compare logs.jsonl --by prompt --baseline support@3 --margin 1\n"
     "  sonde compare logs.jsonl --where \"category = billing\" --json | jq "
     "'.differences[].verdict'\n",
     declare_compare, nothing},
    {"metrics", "figures of the history over time: success, response time, tokens, cost",
     "  sonde metrics --every day --since 30d\n"
     "  sonde metrics --every hour --by model --since 24h --where \"app = 'Harbor Support'\"\n"
     "  sonde metrics --every week --by app,version --json | jq '.groups[].success_rate'\n",
     declare_metrics, nothing},
    {"logs", "every execution, the newest first",
     "  sonde logs\n"
     "  sonde logs --failed --since 24h\n"
     "  sonde logs --search 'refund invoice'\n"
     "  sonde logs --where \"model = gpt-4o and latency > 5s\" --limit 200 --json\n"
     "  sonde logs dump/ --where \"input contains refund\"\n",
     declare_logs, nothing},
    {"show", "one execution whole: prompt, answer, error, tokens, cost, timing",
     "  sonde show logs.json r-1f2e3d4c5b6a7980\n"
     "  sonde show dump/ 5c9b7a1e-0000-4000-8000-000000000001 --json\n",
     declare_show, nothing},
    {"export", "the history as JSON lines, CSV or Parquet",
     "  sonde export -o spans.jsonl\n"
     "  sonde export --since 7d --where \"status = error\" | sonde optimize -\n"
     "  sonde export --format parquet -o spans.parquet\n",
     declare_export, nothing},
    {"convert", "any known log format as canonical spans, one JSON object a line",
     "  sonde convert dump/ > spans.jsonl\n"
     "  sonde convert traces.jsonl --where \"kind = llm\" | sonde analyze -\n",
     declare_convert, field_reference},
    {"check", "rules that fail a cron or CI job: success, response time, cost, or no data",
     "  sonde check logs.jsonl --since 24h --fail-if 'success_rate < 0.95'\n"
     "  sonde check dump/ --since 1h --fail-if 'latency_ms.p95 > 8s' --fail-if 'cost > 50'\n"
     "  sonde check dump/ --since 24h --by app --fail-if 'success_rate < 95%' --min-count 50\n"
     "  sonde check logs.jsonl --fail-if 'error_rate > 5%' --notify \"$WEBHOOK\" --notify-state "
     "alarm.json\n",
     declare_check, check_file_reference},
    {"report", "the daily report: results, changes against the period before, what to change",
     "  sonde report dump/ --since 24h\n"
     "  sonde report dump/ --since 2026-07-13 --until 2026-07-20 --format markdown -o week.md\n"
     "  sonde report logs.json -o -\n",
     declare_report, nothing},
    {"dify", "a script that dumps what Sonde reads of a self-hosted Dify's database",
     "  sonde dify export-command --days 30 > dump.sh && bash dump.sh\n"
     "  sonde dify export-command --apps \"Harbor Support,Trip planner\" --output-folder dump\n"
     "  sonde dify export-command --engine mysql --slice-hours 6\n",
     declare_dify, nothing},
    {"import", "logs into the history, a store in a folder of this machine",
     "  sonde import logs.jsonl\n"
     "  sonde import dump/ --project support --rejects rejected.jsonl\n"
     "  SONDE_DATA_DIR=/var/lib/sonde sonde import 'logs/*.gz' --format json\n",
     declare_import, nothing},
    {"serve", "takes live events from Dify, Langfuse and OpenTelemetry clients into the history",
     "  sonde serve\n"
     "  sonde serve --listen 0.0.0.0:4318 --data-dir /srv/sonde\n"
     "  SONDE_PUBLIC_KEY=pk-mine SONDE_SECRET_KEY=sk-a-long-random-text sonde serve\n"
     "  curl -H \"Authorization: Bearer $KEY\" http://127.0.0.1:4318/api/v1/ledger\n",
     declare_serve, nothing},
    {"project", "projects, which keep what they are sent apart",
     "  sonde project create support\n"
     "  sonde project list --json\n",
     declare_project, nothing},
    {"key", "keys that let clients of the server in, each to one project",
     "  sonde key create --project support --scopes write\n"
     "  sonde key list\n"
     "  sonde key revoke pk-sonde-0123456789abcdef\n",
     declare_key, nothing},
    {"ledger", "what became of everything that was imported, and whether it adds up",
     "  sonde ledger\n"
     "  sonde ledger --project support --json | jq .balanced\n",
     declare_ledger, nothing},
    {"sql", "asks the history in SQL; nothing can be changed with it",
     "  sonde sql \"SELECT model, count() FROM spans FINAL GROUP BY model\"\n"
     "  sonde sql \"DESCRIBE spans\" --format csv\n",
     declare_sql, nothing},
    {"doctor", "whether the history is well: engine, folder, disk, tables, ledger",
     "  sonde doctor\n"
     "  sonde doctor --data-dir /srv/sonde --json\n",
     declare_doctor, nothing},
    {"backup", "a copy of the whole history in a folder",
     "  sonde backup /backups/sonde-$(date +%F)\n", declare_backup, nothing},
    {"restore", "a history from a backup, counted again",
     "  sonde restore /backups/sonde-2026-11-25 --data-dir /srv/sonde\n", declare_restore, nothing},
    {"migrate", "makes or updates the tables of a history on ClickHouse servers",
     "  sonde migrate --store-url https://db1.example:8443 --store-password-file password\n"
     "  sonde migrate --store-url https://db1.example:8443 --store-layout replicated --dry-run\n",
     declare_migrate, nothing},
    {"erase", "spans of the history for good: a trace, a session, a user, or what a filter selects",
     "  sonde erase --user 4711 --dry-run\n"
     "  sonde erase --user 4711 --yes\n"
     "  sonde erase --session 5c9b7a1e-0000-4000-8000-000000000001 --before 2026-11-01\n"
     "  sonde erase --where \"app = 'Harbor Support' and tags contains test\" --before 90d --yes\n",
     declare_erase, nothing},
    {"retention", "lets go what is older than the settings say, or beyond the disk budget",
     "  sonde retention --dry-run --retention-days 365\n"
     "  sonde retention                     # By sonde.toml, from cron:\n"
     "  15 3 * * *  cd /srv/sonde && sonde retention --json >> retention.log\n",
     declare_retention, nothing},
    {"settings", "every setting, its value and where it comes from",
     "  sonde settings\n"
     "  SONDE_THREADS=1 sonde settings --json\n",
     declare_settings, nothing},
};

}  // namespace

std::span<const Command> all_commands() { return kCommands; }

}  // namespace sonde
