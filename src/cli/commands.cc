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
    {"show", "one execution whole: prompt, answer, error, tokens, cost, timing",
     "  sonde show logs.json r-1f2e3d4c5b6a7980\n"
     "  sonde show dump/ 5c9b7a1e-0000-4000-8000-000000000001 --json\n",
     declare_show, nothing},
    {"convert", "any known log format as canonical spans, one JSON object a line",
     "  sonde convert dump/ > spans.jsonl\n"
     "  sonde convert traces.jsonl --where \"kind = llm\" | sonde analyze -\n",
     declare_convert, field_reference},
    {"settings", "every setting, its value and where it comes from",
     "  sonde settings\n"
     "  SONDE_THREADS=1 sonde settings --json\n",
     declare_settings, nothing},
};

}  // namespace

std::span<const Command> all_commands() { return kCommands; }

}  // namespace sonde
