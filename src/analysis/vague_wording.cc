// Measured: the share of words that leave the wish open, against what pins it down (numbers, names,
// material, a stated form). A word list alone would flag "something to read on a flight from
// Berlin".
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "analysis/asked_format.h"
#include "analysis/check.h"
#include "analysis/language.h"
#include "analysis/text.h"

namespace sonde {
namespace {

constexpr size_t kWordsMin = 3;
constexpr size_t kWordsMax = 60;  // Longer prompts are rarely open in every sentence.
// One word in nine that leaves the wish open, and nothing that pins it down.
constexpr double kOpenShareMin = 0.11;

// Words and phrases that leave the wish open; longest first where one starts another.
constexpr char kOpen[] =
    "\\b(something|somehow|someone|some|stuff|various|things?|nicer|nicely|nice|good|better|best|"
    "great|"
    "cool|catchy|interesting|maybe|perhaps|kind of|sort of|a bit|a "
    "little|whatever|properly|appropriately|"
    "proper|everything|everyone|anything|useful|improve|optimi[sz]e|professional|quality|or "
    "so|funny|fun|"
    "cleaner|short-ish|work|works|somewhat|pretty|"
    "irgendwas|irgendwie|irgendetwas|was nettes|nettes|besser|schöner|schön|gut|ein "
    "bisschen|bisschen|"
    "ein paar|interessante|verbessern|"
    "quelque chose|sympa|mieux|un peu|améliore|jolie|joli|plein de choses|choses|intéressantes|"
    "algo|bonito|mejora|mejor|un poco|cosas|lo que sea|interesantes|"
    "alguma coisa|legal|melhore|melhor|de alguma forma|bonito)\\b";
constexpr char kOpenUnspaced[] =
    "(随便|点东西|好一点|更好一些|一些|弄得|就行|いい感じ|なんか|適当に|面白いこと|うまく|"
    "よろしく)";
constexpr char kNumberWord[] =
    "(?i)\\b(?:two|three|four|five|six|seven|eight|nine|ten|zwei|drei|fünf|"
    "deux|trois|cinq|dos|tres|cinco|dois|três)\\b";

struct Measure {
  size_t words = 0;
  size_t open = 0;      // Words that leave the wish open.
  size_t specific = 0;  // What pins it down.
  std::vector<std::string> quotes;
};

void count_open(Measure& measure, const std::string& lower, const RE2& pattern, bool unspaced) {
  re2::StringPiece rest(lower);
  std::string found;
  while (RE2::FindAndConsume(&rest, pattern, &found)) {
    measure.open += unspaced ? words(found).size() : 1;
    if (std::find(measure.quotes.begin(), measure.quotes.end(), found) == measure.quotes.end()) {
      measure.quotes.push_back(found);
    }
  }
}

bool has_upper(std::string_view word) {
  return (word.front() >= 'A' && word.front() <= 'Z') && word != "I" && !word.starts_with("I'");
}

size_t names_in(std::string_view text) {
  size_t names = 0;
  for (const std::string_view sentence : sentences(text)) {
    const std::vector<std::string_view> all = words(sentence);
    for (size_t i = 1; i < all.size(); ++i) names += has_upper(all[i]) ? 1 : 0;
  }
  return names;
}

Measure measure_wording(std::string_view text) {
  static const RE2 open(kOpen);
  static const RE2 open_unspaced(kOpenUnspaced);
  static const RE2 number_word(kNumberWord);
  static const RE2 material(":\\s*\\S.{9,}|\\n\\S.{9,}|https?://|\\w\\.\\w{2,4}\\b|\\w\\(");
  Measure measure;
  const std::string lower = to_lower(text);
  const std::vector<std::string_view> all = words(text);
  measure.words = all.size();
  count_open(measure, lower, open, false);
  count_open(measure, lower, open_unspaced, true);
  for (const std::string_view word : all) {
    measure.specific +=
        std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  }
  // Every German noun has a capital.
  static const RE2 german(
      "(?i)\\b(?:und|der|die|das|den|ein|eine|mir|mich|uns|irgend\\w+|schreibe?|mach|über)\\b");
  const bool is_german = language_of(text) == "German" || RE2::PartialMatch(lower, german);
  if (!is_german) measure.specific += names_in(text);
  if (RE2::PartialMatch(lower, number_word)) ++measure.specific;
  if (RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), material)) ++measure.specific;
  if (states_format(text)) ++measure.specific;
  if (without_quotes(text).size() + 3 < text.size()) ++measure.specific;
  return measure;
}

std::optional<Observation> run(const Execution& execution) {
  if (!execution.has_wording() || !trimmed(execution.system()).empty()) return std::nullopt;
  if (execution.messages().size() != 1) return std::nullopt;
  const std::string& text = execution.user();
  const Measure measure = measure_wording(text);
  if (measure.words < kWordsMin || measure.words > kWordsMax || measure.open == 0)
    return std::nullopt;
  const double share = static_cast<double>(measure.open) / static_cast<double>(measure.words);
  if (measure.specific > 0 || share < kOpenShareMin) return std::nullopt;
  return Observation{
      fmt::format("{} of {} words leave the wish open ({}); no number, name, form or material "
                  "pins it down",
                  measure.open, measure.words, fmt::join(measure.quotes, ", ")),
      diff_patch(
          "prompt", text,
          text + "\nReader: <who>. Must contain: <facts, names, numbers>.\nForm: <list, table or "
                 "text of n sentences>. Done when: <how you would tell>."),
      ""};
}

}  // namespace

const Check kVagueWording{
    .id = "vague-wording",
    .kind = FindingKind::Hint,
    .stage = Stage::Hint,
    .per_template = true,
    .title = "vague wording",
    .description = "Much of the wording leaves the wish open, and nothing pins it down.",
    .needs = {FieldSet{Field::Input}, FieldSet{}},
    .needs_words = "prompts",
    .precision = {.right = 35, .flagged = 35, .examples = 153},
    .run = run,
};

}  // namespace sonde
