#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <memory>

#include "analysis/check.h"
#include "analysis/language.h"
#include "analysis/text.h"

namespace sonde {
namespace {

constexpr size_t kTextBytesMax = 4000;  // Instructions; longer text is mostly material.
constexpr size_t kSentencesMax = 40;

// Two instructions that no answer can follow both, when they stand in different sentences.
struct Clash {
  std::string_view what;
  const char* one;
  const char* other;
};

constexpr char kBrief[] =
    "(?i)\\b(?:in|with|at most|use) (?:(?:only |just )?(?:one|a single|two)) "
    "(?:words?|sentences?)\\b|"
    "\\bbe (?:very )?brief\\b|\\b(?:answer|say|reply) yes or no only\\b|\\byes or no only\\b|\\bin "
    "einem "
    "(?:satz|wort)\\b|\\bfasse? dich kurz\\b|\\ben une (?:seule )?phrase\\b|\\ben una sola "
    "(?:palabra|frase)"
    "|\\bem uma (?:só |única )?frase\\b|用一句话|一言で";
constexpr char kDetailed[] =
    "(?i)\\bin (?:full |great |every )?details?\\b|\\bwith every detail|\\bevery "
    "detail\\b|\\bcomprehensive"
    "\\b|\\bstep[- ]by[- ]step\\b|\\bat length\\b|ausführlich|\\bjedes detail|\\ben "
    "détail|\\bdétaillée?"
    "\\b|\\bcon (?:todo )?detalle|detalladamente|detalhadamente|\\bem detalhes?\\b|详细|詳しく";
constexpr char kNoReason[] = "(?i)\\b(?:do not|don't|never) explain\\b|\\bno explanations?\\b";
constexpr char kLabelOnly[] =
    "(?i)\\b(?:only the label|label only|nothing else|no other text|only a label)\\b";
constexpr char kReason[] =
    "(?i)^(?:and |then |also )*(?:explain (?:why|how|your)|justify|give (?:a |your )?(?:\\w+ )?"
    "(?:justification|explanation|reasons?))";

constexpr std::array kClashes = {
    Clash{"a short answer and a detailed one", kBrief, kDetailed},
    Clash{"no explanation and an explanation", kNoReason, kReason},
    Clash{"the label alone and a justification", kLabelOnly, kReason},
    Clash{
        "only JSON and prose beside it",
        "(?i)\\b(?:return|reply|respond|answer|output)\\b[^.]{0,20}\\bonly\\b[^.]{0,12}\\bjson\\b",
        "(?i)\\b(?:add|write|include)\\b[^.]{0,40}\\b(?:prose|explanation|introduction|comment)\\b"
        "[^.]{0,20}\\b(?:before|after|outside|around)\\b"},
    Clash{"JSON and no JSON",
          "(?i)\\b(?:return|reply|respond|answer|output)\\b[^.]{0,40}\\bjson\\b",
          "(?i)\\b(?:do not|don't|never) (?:use|return|output) json\\b"},
    Clash{"two formats at once",
          "(?i)\\b(?:return|reply|respond|answer|output)\\b[^.]{0,30}\\b(?:as|in|with) (?:valid "
          ")?json\\b",
          "(?i)\\b(?:as|in) an? (?:markdown |html )?(?:table|list|poem|essay) only\\b"},
    Clash{"no list and a list",
          "(?i)\\b(?:no|never use|do not use|don't use|without|use no) (?:bullet ?points?|bullets|"
          "bulleted lists?|numbered lists?|lists?)\\b",
          "(?i)^(?:then |also "
          ")*(?:list|present|give|write|show|answer|return)\\b[^.]{0,60}\\b(?:as|in) an? "
          "(?:bulleted|numbered|bullet|bullet-point) list"},
    Clash{"a formal tone and a casual one",
          "(?i)\\b(?:use|write in|keep) an? (?:\\w+ )?formal tone\\b|\\bwrite formally\\b",
          "(?i)\\bcasually\\b|\\bcasual tone\\b|\\b(?:use|with) slang\\b"},
    Clash{"no numbers and an exact number",
          "(?i)\\b(?:do not|don't|never) use (?:any )?(?:numbers|digits|figures)\\b|\\buse no "
          "(?:numbers|digits)\\b",
          "(?i)\\bexact (?:price|number|amount|date|figure|sum)\\b"},
};

// Instructions for different cases or parts do not clash.
constexpr char kScoped[] =
    "(?i)^(?:if|when|unless|otherwise|for|wenn|falls|sonst|si|quand|cuando|se|quando)\\b|\\bif "
    "(?:the|it|"
    "they|you)\\b|\\bwhen (?:the|it)\\b|\\b(?:title|headline|subject|summary "
    "field|introduction|each|"
    "every (?:item|bullet|section|line)|per|section|field|bullet|body|caption|footer)\\b|\\bstep "
    "\\d|"
    "\\bfirst\\b|\\bthen\\b|\\bzuerst\\b|\\bd'abord\\b|\\bprimero\\b|最初|首先|之后|その後";

struct Limit {
  bool upper;
  double words;
  std::string_view sentence;
};

struct Pair {
  std::string_view first;
  std::string_view second;
  std::string what;

  // The one to drop: the shorter is the constraint, the longer one carries the task.
  std::string_view shorter() const { return first.size() < second.size() ? first : second; }
};

bool matches(std::string_view text, const RE2& pattern) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

bool is_scoped(std::string_view sentence) {
  static const RE2 pattern(kScoped);
  // "every detail" is no scope, but "then explain why" after "don't explain" is no other part
  // either.
  return matches(sentence, pattern);
}

std::optional<double> number_of(std::string_view text) {
  static constexpr std::array<std::string_view, 11> kNames = {
      "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"};
  const auto name = std::find(kNames.begin(), kNames.end(), text);
  if (name != kNames.end()) return static_cast<double>(name - kNames.begin());
  int value = 0;
  if (!RE2::FullMatch(re2::StringPiece(text.data(), text.size()), "(\\d+)", &value))
    return std::nullopt;
  return value;
}

// A limit in words, by the usual length of each unit; loose on purpose, see kLimitGap.
std::optional<Limit> limit_in(std::string_view sentence) {
  static const RE2 pattern(
      "\\b(at most|under|no more than|fewer than|less than|limit[^.]{0,20} to|maximum of|up "
      "to|exactly|"
      "at least|more than|minimum of|no fewer than) "
      "(\\w+) (words?|sentences?|paragraphs?|characters?|pages?)\\b");
  static constexpr std::pair<char, double> kWordsOf[] = {
      {'w', 1.0}, {'s', 12.0}, {'c', 1.0 / 6}, {'p', 60.0}};
  const std::string lower = to_lower(sentence);
  std::string bound;
  std::string count;
  std::string unit;
  if (!RE2::PartialMatch(lower, pattern, &bound, &count, &unit)) return std::nullopt;
  const std::optional<double> number = number_of(count);
  if (!number) return std::nullopt;
  const auto per = std::find_if(std::begin(kWordsOf), std::end(kWordsOf),
                                [&](const auto& row) { return row.first == unit.front(); });
  const bool lower_bound = bound.starts_with("at least") || bound.starts_with("more") ||
                           bound.starts_with("minimum") || bound.starts_with("no fewer");
  return Limit{!lower_bound, *number * per->second, sentence};
}

// A floor must exceed a ceiling by this much, as units are converted by rule of thumb.
constexpr double kLimitGap = 1.5;

std::optional<Pair> clashing_limits(const std::vector<std::string_view>& all) {
  std::vector<Limit> limits;
  for (const std::string_view sentence : all) {
    if (is_scoped(sentence)) continue;
    if (const auto limit = limit_in(sentence)) limits.push_back(*limit);
  }
  for (const Limit& a : limits) {
    for (const Limit& b : limits) {
      if (a.upper && !b.upper && b.words > a.words * kLimitGap) {
        return Pair{a.sentence, b.sentence, "a limit below the length that is demanded"};
      }
    }
  }
  return std::nullopt;
}

std::optional<Pair> clashing_languages(const std::vector<std::string_view>& all) {
  static const RE2 only(
      "(?i)\\b(?:only|nur|ausschließlich|seulement|uniquement|solo|sólo|apenas|somente)\\b");
  for (size_t i = 0; i < all.size(); ++i) {
    const auto first = languages_asked(all[i]);
    for (size_t j = i + 1; !first.empty() && j < all.size(); ++j) {
      const auto second = languages_asked(all[j]);
      const bool shared = std::any_of(second.begin(), second.end(), [&](std::string_view language) {
        return std::find(first.begin(), first.end(), language) != first.end();
      });
      if (second.empty() || shared) continue;
      if ((matches(all[i], only) || matches(all[j], only)) && !is_scoped(all[i]) &&
          !is_scoped(all[j])) {
        return Pair{all[i], all[j],
                    fmt::format("answers in {} and in {}", first.front(), second.front())};
      }
    }
  }
  return std::nullopt;
}

// "Do not mention the price. Tell the customer the price."
std::optional<Pair> clashing_mentions(const std::vector<std::string_view>& all) {
  static const RE2 silent(
      "(?i)\\b(?:do not|don't|never) (?:mention|state|reveal|name) (?:the |any )?(\\w{4,})");
  for (const std::string_view sentence : all) {
    std::string thing;
    if (!RE2::PartialMatch(re2::StringPiece(sentence.data(), sentence.size()), silent, &thing))
      continue;
    const RE2 told("(?i)\\b(?:tell|state|mention|name|give|include)\\b[^.]{0,40}\\b" + thing +
                   "\\b");
    for (const std::string_view other : all) {
      if (other.data() != sentence.data() && matches(other, told) && !matches(other, silent) &&
          !is_scoped(other)) {
        return Pair{sentence, other, fmt::format("{} left out and stated", thing)};
      }
    }
  }
  return std::nullopt;
}

struct CompiledClash {
  std::string_view what;
  std::unique_ptr<RE2> one;
  std::unique_ptr<RE2> other;
};

std::optional<Pair> clashing_phrases(const std::vector<std::string_view>& all) {
  static const std::vector<CompiledClash> clashes = [] {
    std::vector<CompiledClash> made;
    for (const Clash& clash : kClashes) {
      made.push_back(
          {clash.what, std::make_unique<RE2>(clash.one), std::make_unique<RE2>(clash.other)});
    }
    return made;
  }();
  static const RE2 refuses_reason(kNoReason);
  for (const CompiledClash& clash : clashes) {
    for (const std::string_view one : all) {
      if (!matches(one, *clash.one) || is_scoped(one)) continue;
      for (const std::string_view other : all) {
        if (one.data() == other.data() || !matches(other, *clash.other)) continue;
        if (is_scoped(other) && !matches(one, refuses_reason)) continue;
        return Pair{one, other, std::string(clash.what)};
      }
    }
  }
  return std::nullopt;
}

std::string without_sentence(std::string_view text, std::string_view sentence) {
  const size_t at = text.find(sentence);
  std::string kept(text);
  if (at == std::string_view::npos) return kept;
  size_t length = sentence.size();
  while (at + length < kept.size() && kept[at + length] == ' ') ++length;
  kept.erase(at, length);
  if (at == kept.size()) kept.resize(kept.find_last_not_of(' ') + 1);
  return kept;
}

std::optional<Observation> run(const Execution& execution) {
  if (!execution.has_wording()) return std::nullopt;
  const std::string& text = execution.instructions();
  const std::string own = without_quotes(std::string_view(text).substr(0, kTextBytesMax));
  std::vector<std::string_view> all = sentences(own);
  if (all.size() > kSentencesMax) all.resize(kSentencesMax);
  std::optional<Pair> pair = clashing_phrases(all);
  if (!pair) pair = clashing_limits(all);
  if (!pair) pair = clashing_languages(all);
  if (!pair) pair = clashing_mentions(all);
  if (!pair) return std::nullopt;
  const std::string evidence = fmt::format("asks for {}: \"{}\" and \"{}\"", pair->what,
                                           excerpt(pair->first, 80), excerpt(pair->second, 80));
  const std::string mended = without_sentence(text, pair->shorter());
  if (mended == text)
    return Observation{evidence, action_patch("keep one of the two instructions"), ""};
  return Observation{evidence, diff_patch(execution.instructions_name(), text, mended), ""};
}

}  // namespace

const Check kContradictoryInstructions{
    .id = "contradictory-instructions",
    .kind = FindingKind::Hint,
    .stage = Stage::Hint,
    .per_template = true,
    .title = "contradictory instructions",
    .description = "Two instructions of the prompt cannot both be followed.",
    .needs = {FieldSet{Field::Input}, FieldSet{Field::System}},
    .needs_words = "prompts",
    .precision = {.right = 27, .flagged = 27, .examples = 153},
    .run = run,
};

}  // namespace sonde
