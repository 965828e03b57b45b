#include <fmt/format.h>
#include <re2/re2.h>

#include "analysis/asked_format.h"
#include "analysis/check.h"
#include "analysis/error_text.h"
#include "analysis/text.h"

namespace sonde {
namespace {

constexpr size_t kKeysMax = 8;

// The things a prompt asks to extract, as JSON keys: "the invoice number, the date and the total"
// -> "invoice_number", "date", "total"; empty when it does not name them.
std::string keys_asked(std::string_view prompt) {
  static const RE2 pattern(
      "(?i)\\b(?:get|extract|find|pull|return|give me|collect|read)\\s+(.{3,160}?)\\s+"
      "(?:out of|from|in|of)\\s+(?:this|the|that|each|every|my|our|these)\\b");
  std::string list;
  if (!RE2::PartialMatch(re2::StringPiece(prompt.data(), prompt.size()), pattern, &list)) return {};
  list = to_lower(list);
  RE2::GlobalReplace(&list, "\\s*(?:,\\s*and|,|\\band\\b)\\s*", ",");
  RE2::GlobalReplace(&list, "(^|,)(?:the|a|an|all|its|their)\\s+", "\\1");
  std::string keys;
  size_t count = 0;
  for (size_t start = 0; start <= list.size();) {
    const size_t end = std::min(list.find(',', start), list.size());
    const std::vector<std::string_view> parts =
        words(std::string_view(list).substr(start, end - start));
    if (parts.empty() || parts.size() > 3 || ++count > kKeysMax) return {};
    keys += fmt::format("{}\"{}\"", keys.empty() ? "" : ", ", fmt::join(parts, "_"));
    start = end + 1;
  }
  return keys;
}

std::optional<Observation> run(const Execution& execution) {
  if (!execution.has_wording()) return std::nullopt;
  const bool unparsed = execution.error_class() == "parse_error";
  const std::string own = without_quotes(execution.system() + "\n" + execution.user());
  const bool read_by_program = says_program_reads(own);
  if ((!unparsed && !read_by_program) || states_format(own)) return std::nullopt;
  const std::string& text = execution.instructions();
  const std::string keys = keys_asked(own);
  const std::string line = fmt::format(
      "Return only a JSON object with the {}: no prose, no code fence. Use null for what is "
      "missing.",
      keys.empty() ? "keys <key>, <key>" : "keys " + keys);
  const std::string evidence =
      unparsed ? quoted_error(execution.span().status_message, "parse_error") +
                     "; the prompt states no form for the answer"
               : fmt::format("a program reads the answer, but no form is stated: \"{}\"",
                             excerpt(own, 120));
  return Observation{evidence, diff_patch(execution.instructions_name(), text, line + "\n" + text),
                     ""};
}

}  // namespace

const Check kNoOutputFormat{
    .id = "no-output-format",
    .kind = FindingKind::Defect,
    .stage = Stage::Prompt,
    .per_template = true,
    .title = "no output format stated",
    .description =
        "A program reads the answer, or failed to, and the prompt does not say in what form.",
    .needs = {FieldSet{Field::Input}, FieldSet{Field::System}},
    .needs_words = "prompts",
    .precision = {},
    .run = run,
};

}  // namespace sonde
