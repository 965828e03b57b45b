#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "analysis/check.h"
#include "analysis/text.h"

namespace sonde {
namespace {

constexpr size_t kFragmentWords = 3;
constexpr size_t kFragmentCharacters = 6;  // Of a script without spaces.
constexpr size_t kQuestionWords = 8;

// Verbs that make three words a task.
constexpr char kTaskVerb[] =
    "(?i)^(?:please )?(?:plan|write|summari[sz]e|translate|explain|describe|list|create|make|fix|"
    "extract|classify|compare|draft|find|give|tell|show|generate|convert|rewrite|correct|improve|"
    "suggest|"
    "recommend|book|cancel|calculate|define|name|sort|count|draw|refactor|debug|review|analy[sz]e|"
    "schreibe?|übersetze?|erkläre?|fasse|nenne|erstelle?|plane|traduis|écris|résume|explique|donne|"
    "escribe|traduce|resume|explica|escreva|traduza|resuma|explique)\\b|翻译|总结|写|解释|列出|请|"
    "訳|要約|"
    "して|ください|書い";
// What gives a question something to hold on to: numbers, names inside it, material after a colon.
constexpr char kSpecific[] = "\\d|[\"`:“„«]|[a-z?,] +[A-Z][\\pL]|https?://";

std::optional<Observation> run(const Execution& execution) {
  if (!execution.has_wording() || !trimmed(execution.system()).empty()) return std::nullopt;
  // With turns before it, the task was set there; with tools, it is theirs.
  if (execution.messages().size() != 1 || !execution.span().tools.empty()) return std::nullopt;
  const std::string_view text = trimmed(execution.user());
  static const RE2 task_verb(kTaskVerb);
  static const RE2 specific(kSpecific);
  const re2::StringPiece piece(text.data(), text.size());
  const std::vector<std::string_view> all = words(text);
  if (all.empty() || all.size() > kQuestionWords + kFragmentCharacters) return std::nullopt;
  if (RE2::PartialMatch(piece, task_verb) || RE2::PartialMatch(piece, specific))
    return std::nullopt;
  size_t at = 0;
  const bool unspaced = is_unspaced(next_code_point(text, at));
  const bool fragment = all.size() <= (unspaced ? kFragmentCharacters : kFragmentWords);
  const bool question = text.ends_with('?') && !unspaced && all.size() <= kQuestionWords;
  if (!fragment && !question) return std::nullopt;
  return Observation{
      fmt::format("the whole prompt is {}: \"{}\"", question ? "a bare question" : "a fragment",
                  excerpt(text, 80)),
      diff_patch(
          "prompt", execution.user(),
          "You are <role, such as a travel planner>.\nTask: <what to do, for whom, from which "
          "facts>.\nAnswer in <form and length>.\n\n" +
              execution.user()),
      ""};
}

}  // namespace

const Check kMissingInstruction{
    .id = "missing-instruction",
    .kind = FindingKind::Defect,
    .stage = Stage::Prompt,
    .per_template = true,
    .title = "missing instruction",
    .description = "The prompt is a bare question or a fragment: no role, no task, no facts.",
    .needs = {FieldSet{Field::Input}, FieldSet{}},
    .needs_words = "prompts",
    .precision = {},
    .run = run,
};

}  // namespace sonde
