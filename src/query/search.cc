#include "query/search.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <vector>

#include "model/json_text.h"

namespace sonde {
namespace {

// Hebrew, Arabic; Thai, Lao; from the CJK radicals to Hangul; compatibility ideographs.
#define SONDE_RUN_SCRIPTS                                                       \
  R"(\\x{590}-\\x{6FF}\\x{E00}-\\x{EFF}\\x{2E80}-\\x{2FFF}\\x{3005}-\\x{3007})" \
  R"(\\x{3021}-\\x{D7FF}\\x{F900}-\\x{FAFF}\\x{FF66}-\\x{FFDC})"
// What ends a word besides those and what ASCII has for it: Latin-1 signs, general punctuation but
// for joiners, CJK punctuation, full-width forms.
#define SONDE_WORD_ENDS                                                                    \
  R"(\\x{A0}-\\x{BF}\\x{D7}\\x{F7}\\x{964}\\x{965}\\x{2000}-\\x{200B}\\x{2010}-\\x{206F})" \
  R"(\\x{3000}-\\x{3004}\\x{3008}-\\x{3020}\\x{FE30}-\\x{FE4F}\\x{FF00}-\\x{FF65}\\x{FFE0}-\\x{FFEF})"

constexpr std::string_view kRuns = "[" SONDE_RUN_SCRIPTS "]+";
// JSON spells a line break as a backslash and a letter, which would be taken for one of the word.
constexpr std::string_view kNoWords = R"((?:\\\\[ntr]|[)" SONDE_WORD_ENDS SONDE_RUN_SCRIPTS "])+";
#undef SONDE_RUN_SCRIPTS
#undef SONDE_WORD_ENDS

constexpr std::array<std::string_view, 2> kColumns = {"input", "output"};

// What to search for, as the engine cut it.
struct Terms {
  std::vector<std::string> words;
  std::vector<std::string> runs;
};

std::vector<std::string> texts_of(const simdjson::dom::element& row, std::string_view key) {
  std::vector<std::string> texts;
  simdjson::dom::array list;
  if (row.at_key(key).get_array().get(list) != simdjson::SUCCESS) return texts;
  for (const simdjson::dom::element text : list) texts.emplace_back(text.get_string().value());
  std::ranges::sort(texts);
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

Result<Terms> cut(Store& store, std::string_view text) {
  const std::string sql = fmt::format(
      "SELECT tokens({}, 'splitByNonAlpha') AS words, extractAll({{text:String}}, '{}') AS runs",
      words_expression("{text:String}"), kRuns);
  const std::string row = TRY(store.query({sql, {{"text", std::string(text)}}, "JSONEachRow"}));
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  if (parse_text(parser, row).get(element) != simdjson::SUCCESS)
    return fail(Code::Internal, "the engine's answer is no JSON");
  return Terms{texts_of(element, "words"), texts_of(element, "runs")};
}

class Writer {
 public:
  void word(const std::string& word) {
    const std::string list = bind(quoted_list({word}), "Array(String)", Param::Form::Literal);
    any_column(
        [&](std::string_view column) { return fmt::format("hasAllTokens({}, {})", column, list); });
  }

  void run(const std::string& run) {
    const std::vector<std::string> pairs = pairs_of(run);
    const std::string list = bind(quoted_list(pairs), "Array(String)", Param::Form::Literal);
    // One pair is the term itself. A single character is in no pair: it is looked for in all texts.
    const std::string text = pairs.size() == 1 ? std::string() : bind(run, "String");
    any_column([&](std::string_view column) {
      std::string sql;
      if (!pairs.empty()) sql = fmt::format("hasAllTokens({}, {})", runs_expression(column), list);
      if (!text.empty()) {
        sql += fmt::format("{}position({}, {}) > 0", sql.empty() ? "" : " AND ", column, text);
      }
      return fmt::format("({})", sql);
    });
  }

  Condition take() { return std::move(condition_); }

 private:
  std::string bind(std::string value, std::string_view type, Param::Form form = Param::Form::Text) {
    const std::string name = fmt::format("s{}", condition_.params.size());
    condition_.params.push_back({name, std::move(value), form});
    return fmt::format("{{{}:{}}}", name, type);
  }

  template <class Write>
  void any_column(const Write& write) {
    std::string sql;
    for (const std::string_view column : kColumns) {
      sql += fmt::format("{}{}", sql.empty() ? "" : " OR ", write(column));
    }
    condition_.sql += fmt::format("{}({})", condition_.sql.empty() ? "" : " AND ", sql);
  }

  // Neighbouring characters of valid UTF-8.
  static std::vector<std::string> pairs_of(std::string_view run) {
    std::vector<size_t> starts;
    for (size_t i = 0; i < run.size(); ++i) {
      if ((static_cast<unsigned char>(run[i]) & 0xC0) != 0x80) starts.push_back(i);
    }
    starts.push_back(run.size());
    std::vector<std::string> pairs;
    for (size_t i = 0; i + 2 < starts.size(); ++i) {
      pairs.emplace_back(run.substr(starts[i], starts[i + 2] - starts[i]));
    }
    return pairs;
  }

  Condition condition_;
};

}  // namespace

std::string words_expression(std::string_view column) {
  return fmt::format("replaceRegexpAll(lowerUTF8({}), '{}', ' ')", column, kNoWords);
}

std::string runs_expression(std::string_view column) {
  return fmt::format("arrayStringConcat(extractAll({}, '{}'), ' ')", column, kRuns);
}

Result<Condition> search_condition(Store& store, std::string_view text) {
  if (text.size() > kSearchBytesMax) {
    return fail(Code::InvalidInput, "a search of {} bytes is too long: the limit is {}",
                text.size(), kSearchBytesMax);
  }
  const Terms terms = TRY(cut(store, text));
  const size_t count = terms.words.size() + terms.runs.size();
  if (count == 0) {
    return fail(Code::InvalidInput, "nothing to search for in '{}': give words", text);
  }
  if (count > kSearchTermsMax) {
    return fail(Code::InvalidInput, "a search of {} words is too long: the limit is {}", count,
                kSearchTermsMax);
  }
  Writer writer;
  for (const std::string& word : terms.words) writer.word(word);
  for (const std::string& run : terms.runs) writer.run(run);
  return writer.take();
}

}  // namespace sonde
