#include <fmt/format.h>

#include <algorithm>

#include "analysis/check.h"
#include "analysis/language.h"
#include "analysis/text.h"

namespace sonde {
namespace {

bool contains(const std::vector<std::string_view>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::optional<Observation> mismatch(const Execution& execution, std::string_view expected,
                                    std::string_view got, std::string_view why) {
  const std::string& text = execution.instructions();
  return Observation{fmt::format("{} {}, the answer is in {}: \"{}\"", why, expected, got,
                                 excerpt(execution.answer(), 100)),
                     diff_patch(execution.instructions_name(), text,
                                fmt::format("{}\nAnswer in {} only.", text, expected)),
                     ""};
}

std::optional<Observation> run(const Execution& execution) {
  if (execution.outcome() != Outcome::Failed || !execution.has_wording()) return std::nullopt;
  if (execution.span().output_form == Form::Json || execution.has_tool_calls()) return std::nullopt;
  const std::string_view got = language_of(without_quotes(execution.answer()));
  if (got.empty()) return std::nullopt;
  const std::string own = without_quotes(execution.system() + "\n" + execution.user());
  const std::vector<std::string_view> asked = languages_asked(own);
  if (!asked.empty()) {
    if (contains(asked, got)) return std::nullopt;
    return mismatch(execution, asked.front(), got, "the prompt asks for");
  }
  const std::string_view expected = language_of(without_quotes(execution.user()));
  if (expected.empty() || expected == got || contains(languages_named(own), got)) {
    return std::nullopt;
  }
  return mismatch(execution, expected, got, "the prompt is in");
}

}  // namespace

const Check kLanguageMismatch{
    .id = "language-mismatch",
    .kind = FindingKind::Defect,
    .stage = Stage::Answer,
    .per_template = true,
    .title = "answer in another language",
    .description = "The answer is neither in the language asked for nor in that of the prompt.",
    .needs = {FieldSet{Field::Input, Field::Output}, FieldSet{}},
    .needs_words = "prompts and answers",
    .precision = {.right = 12, .flagged = 12, .examples = 32},
    .run = run,
};

}  // namespace sonde
