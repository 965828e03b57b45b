#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "analysis/check.h"
#include "analysis/error_text.h"
#include "analysis/text.h"

namespace sonde {
namespace {

constexpr size_t kTextBytesMax = 256 * 1024;
constexpr size_t kNamesMax = 5;

// A prompt about templates, or one that tells the model to keep its slots.
constexpr char kAboutTemplates[] =
    "(?i)placeholders?\\b|\\bjinja|\\bhandlebars\\b|\\bmustache\\b|\\bliquid\\b|f-string|"
    "interpolat|"
    "\\btemplate "
    "(?:string|syntax|engine|literal|language|variable)|\\btemplat(?:e|ing)\\b[^.\\n]{0,40}"
    "\\b(?:with|using|for)\\b|\\blatex\\b|\\bcurly\\b|\\bbraces\\b|\\bvue\\b|\\bangular\\b|"
    "\\bhelm\\b|"
    "\\bansible\\b|\\bkeep\\b[^.\\n]{0,40}\\b(?:variables?|unchanged|as "
    "is|intact)\\b|\\bvariables? "
    "(?:like|such as|named|called)\\b|platzhalter|占位符|プレースホルダ|marcador|\\{%|"
    "\\{\\{[#/](?:if|each|unless|with)\\b";

constexpr char kDouble[] = "\\{\\{[-~]?\\s*[#$]?([^{}#\\n]+)#?\\s*[-~]?\\}\\}";
constexpr size_t kNameBytesMax = 60;
constexpr char kDollar[] = "\\$\\{([A-Za-z_][A-Za-z0-9_.]{0,60})\\}";
// Not after a letter, a backslash or a slash: LaTeX, paths and code write {x} there.
constexpr char kSingle[] = "(?:^|[\\s\"'(:,>])\\{([a-z][a-z0-9]*(?:_[a-z0-9]+)*)\\}";
constexpr size_t kSingleNameMin = 3;

// Code that uses ${name} or {name} itself.
constexpr char kCode[] =
    "(?m)(?:;\\s*$|\\becho\\b|\\bconst \\w|\\blet \\w|\\bvar \\w|\\bfunction\\b|=>|\\bdef "
    "\\w|\\bimport \\w|"
    "#!/|\\$\\(|\\bf\"|\\bf'|\\.format\\(|\\breturn\\b.*[;{]|\\\\[a-z]+\\{|\\bprintf?\\()";

// Letters of any script, digits, and what joins them.
bool is_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-' || c == ' ' || (static_cast<unsigned char>(c) & 0x80) != 0;
  });
}

void collect(std::string_view text, const RE2& pattern, size_t name_min, bool braced,
             std::vector<std::string>& shown, std::vector<std::string>& names) {
  re2::StringPiece rest(text.data(), text.size());
  re2::StringPiece name;
  while (names.size() < kNamesMax && RE2::FindAndConsume(&rest, pattern, &name)) {
    const std::string found(trimmed({name.data(), name.size()}));
    if (found.size() < name_min || !is_name(found)) continue;
    if (std::find(names.begin(), names.end(), found) != names.end()) continue;
    names.push_back(found);
    shown.push_back(braced ? "{{" + found + "}}" : found);
  }
}

std::optional<Observation> observe(const std::vector<std::string>& shown,
                                   const std::vector<std::string>& names, std::string_view quote) {
  std::string patch;
  for (const std::string& name : names) {
    if (!patch.empty()) patch += '\n';
    patch += parameter_patch(name, "unset", "a required input, checked before the call").text;
  }
  return Observation{
      fmt::format("{} reached the model unfilled: \"{}\"", fmt::join(shown, ", "), quote),
      {Patch::Kind::Parameter, patch},
      ""};
}

std::string around(std::string_view text, std::string_view name) {
  const size_t at = text.find(name);
  size_t start = at == std::string_view::npos || at < 40 ? 0 : at - 40;
  while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
  return excerpt(text.substr(start), 110);
}

std::optional<Observation> in_text(std::string_view whole) {
  whole = whole.substr(0, kTextBytesMax);
  if (whole.find('{') == std::string_view::npos) return std::nullopt;
  static const RE2 about(kAboutTemplates);
  static const RE2 twice(kDouble);
  static const RE2 dollar(kDollar);
  static const RE2 single(kSingle);
  static const RE2 code(kCode);
  if (RE2::PartialMatch(re2::StringPiece(whole.data(), whole.size()), about)) return std::nullopt;
  // Fences and inline code are examples; quotes are not: they often hold the very text.
  std::string text(whole);
  RE2::GlobalReplace(&text, "(?s)```.*?```", " ");
  RE2::GlobalReplace(&text, "`[^`\\n]*`", " ");
  std::vector<std::string> shown;
  std::vector<std::string> names;
  collect(text, twice, 1, true, shown, names);
  if (names.empty() && !RE2::PartialMatch(text, code)) {
    collect(text, dollar, 1, false, shown, names);
    const bool other_braces =
        text.find("{\"") != std::string::npos || text.find("{{") != std::string::npos ||
        text.find("{ ") != std::string::npos || text.find("{\n") != std::string::npos;
    if (names.empty() && !other_braces) collect(text, single, kSingleNameMin, false, shown, names);
    for (size_t i = 0; i < shown.size(); ++i) shown[i] = "{" + names[i] + "}";
  }
  if (names.empty()) return std::nullopt;
  return observe(shown, names, around(text, names.front()));
}

std::optional<Observation> run(const Execution& execution) {
  if (execution.error_class() == "variable_missing") {
    return Observation{
        quoted_error(execution.span().status_message, "variable_missing"),
        action_patch("make the input required, or give the variable a default value, "
                     "before the call"),
        ""};
  }
  if (!execution.has_wording()) return std::nullopt;
  for (const std::string* text : {&execution.system(), &execution.user()}) {
    if (auto observation = in_text(*text)) return observation;
  }
  return std::nullopt;
}

}  // namespace

const Check kUnfilledVariable{
    .id = "unfilled-variable",
    .kind = FindingKind::Defect,
    .stage = Stage::Prompt,
    .per_template = true,
    .title = "unfilled variable",
    .description = "A placeholder such as {{name}} was sent to the model instead of its value.",
    .needs = {FieldSet{Field::Input}, FieldSet{Field::System}},
    .needs_words = "prompts",
    .precision = {},
    .run = run,
};

}  // namespace sonde
