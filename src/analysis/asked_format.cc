#include "analysis/asked_format.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <re2/re2.h>

#include <algorithm>

#include "analysis/text.h"

namespace sonde {
namespace {

constexpr size_t kPromptBytesMax = 64 * 1024;

// RE2 knows ASCII word borders only, so other scripts go without them.
constexpr char kAsksJson[] =
    "(?i)\\b(?:return|respond|reply|answer|output|produce|generate|provide|give|emit|format|print|"
    "write|create|convert|extract|send)\\b[^.!?\\n]{0,80}?\\bjson\\b"
    "|\\b(?:in|as|only|valid|strict|following|this|pure|raw|into|to)\\s+(?:a\\s+|an\\s+)?"
    "(?:single\\s+|valid\\s+|strict\\s+|raw\\s+)?json\\b"
    "|\\bjson\\s+(?:object|array|list|only|format|schema|with the (?:keys|fields))\\b"
    "|\\b(?:antworte|gib|liefere|erstelle|ausgabe|nur|als|im|gültiges)\\b[^.!?\\n]{0,60}?\\bjson\\b"
    "|\\b(?:réponds|renvoie|retourne|produis|en|au format|fournis)\\b[^.!?\\n]{0,60}?\\bjson\\b"
    "|\\b(?:responde|devuelve|devolva|retorne|responda|en|em|formato)\\b[^.!?\\n]{0,60}?\\bjson\\b"
    "|(?:返回|输出|以|用|为|生成|格式)[^。！？\\n]{0,20}?json|json\\s*(?:格式|对象|数组|形式|"
    "オブジェクト|配列|で)";

// A question about JSON, or JSON as the input.
constexpr char kSpeaksOfJson[] =
    "(?i)^\\s*(?:what|why|how|explain|describe|compare|which|was ist|qu'est-ce|qué es|o que "
    "é)\\b[^\\n]*"
    "\\bjson\\b"
    "|\\bjson\\s+(?:below|above|file|document|input|data|payload|parser|library)\\b"
    "|\\b(?:do not|don't|never|not|no|without|instead "
    "of)\\s+(?:use|return|output|write|in|as)?\\s*json\\b";
constexpr char kStrongJson[] =
    "(?i)\\b(?:return|respond|reply|answer|output)\\b[^.!?\\n]{0,40}?\\b(?:in|as|with|only|valid|a)"
    "\\s+"
    "(?:a\\s+|valid\\s+|raw\\s+|strict\\s+|single\\s+|only\\s+)*json\\b|\\bjson only\\b";

constexpr char kStatesFormat[] =
    "(?i)\\b(?:json|yaml|xml|csv|html|markdown|table|columns?|bullets?|bulleted|numbered|"
    "list|"
    "code block|regex|sql|one line|single line|per line|a line|comma[- ]separated|label only|only "
    "the|"
    "just the|format|schema|template|yes or no|true or false|one word|single word)\\b"
    "|\\b(?:at most|at least|exactly|no more than|fewer than|under|within|max(?:imum)?|up to)\\s+"
    "(?:\\w+\\s+)?(?:\\d+|one|two|three|four|five|six|ten)\\b"
    "|\\b(?:\\d+|one|two|three|four|five|six|ten)[- ]?(?:words?|sentences?|paragraphs?|lines?|"
    "characters?|items?|points?|steps?|options?|sections?)\\b"
    "|\\b(?:tabelle|spalten?|liste|stichpunkten?|höchstens|genau|nur die|nur das|nur "
    "den|sätzen?|wörter|"
    "tableau|colonnes?|puces|au plus|phrases?|seulement|uniquement|tabla|columnas?|viñetas|lista|"
    "como máximo|frases|solo|sólo|tabela|colunas?|tópicos|no máximo|apenas|somente)\\b"
    "|(?:表格|列表|格式|只返回|仅返回|不超过|一句话|三句话|箇条書き|だけ|のみ|表で|形式|以内|文で)";

constexpr char kProgramReads[] =
    "(?i)\\b(?:script|parser|program|pipeline|code|importer?|api|database|spreadsheet|webhook|"
    "system|"
    "tool|backend|frontend)\\b[^.!?\\n]{0,30}?\\b(?:parses?|reads?|imports?|can "
    "parse|processes|loads?|"
    "consumes?|expects?)\\b"
    "|\\b(?:parsed|read|imported|processed|consumed|loaded)\\s+by\\s+(?:a|an|the|our|my)?\\s*(?:"
    "\\w+\\s+)?"
    "(?:script|parser|program|pipeline|code|api|database|system|tool|machine)\\b"
    "|\\bmachine[- ]readable\\b|\\bmaschinenlesbar|\\b(?:skript|programm)\\b[^.!?\\n]{0,30}?"
    "\\b(?:liest|einliest|parst|verarbeitet|einlesen)"
    "|\\blisible par (?:une "
    ")?machine\\b|\\bscript\\b[^.!?\\n]{0,30}?\\b(?:lit|analyse|lee|procesa|lê)\\b"
    "|(?:脚本|程序)[^。\\n]{0,10}?(?:解析|读取)|(?:スクリプト|プログラム)[^。\\n]{0,10}?(?:解析|"
    "読み込)";

bool matches(std::string_view text, const RE2& pattern) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), std::min(text.size(), kPromptBytesMax)),
                           pattern);
}

std::string_view unfenced(std::string_view answer) {
  const size_t open = answer.find("```");
  if (open == std::string_view::npos) return {};
  const size_t start = answer.find('\n', open);
  if (start == std::string_view::npos) return {};
  const size_t close = answer.find("```", start);
  if (close == std::string_view::npos) return {};
  return trimmed(answer.substr(start, close - start));
}

rapidjson::ParseResult parse(std::string_view json) {
  rapidjson::MemoryStream stream(json.data(), json.size());
  rapidjson::Reader reader;
  rapidjson::BaseReaderHandler<> ignore;
  return reader.Parse<rapidjson::kParseIterativeFlag>(stream, ignore);
}

bool is_json(std::string_view text) {
  return (text.starts_with('{') || text.starts_with('[')) && !parse(text).IsError();
}

}  // namespace

bool asks_for_json(std::string_view prompt) {
  if (find_ignoring_case(prompt.substr(0, kPromptBytesMax), "json") == std::string_view::npos) {
    return false;
  }
  // The loop of agent frameworks (Thought, Action, Action Input) wants JSON for a tool's arguments
  // inside an answer of plain text.
  if (find_ignoring_case(prompt.substr(0, kPromptBytesMax), "action input") !=
      std::string_view::npos) {
    return false;
  }
  static const RE2 asks(kAsksJson);
  static const RE2 speaks(kSpeaksOfJson);
  static const RE2 strong(kStrongJson);
  if (matches(prompt, speaks)) return matches(prompt, strong);
  return matches(prompt, asks);
}

bool states_format(std::string_view prompt) {
  static const RE2 states(kStatesFormat);
  return matches(prompt, states);
}

bool says_program_reads(std::string_view prompt) {
  static const RE2 reads(kProgramReads);
  return matches(prompt, reads);
}

JsonForm json_form(std::string_view answer) {
  answer = trimmed(answer);
  if (is_json(answer)) return JsonForm::Valid;
  return is_json(unfenced(answer)) ? JsonForm::Fenced : JsonForm::Invalid;
}

std::string json_error(std::string_view answer) {
  answer = trimmed(answer);
  if (!answer.starts_with('{') && !answer.starts_with('[')) {
    const size_t start = answer.find_first_of("{[");
    if (start == std::string_view::npos) return "no JSON in the answer";
    if (is_json(answer.substr(start)) || !parse(answer.substr(start)).IsError()) {
      return fmt::format("{} bytes of text before the JSON", start);
    }
    return fmt::format("text before the JSON: '{}'", excerpt(answer.substr(0, start), 60));
  }
  const rapidjson::ParseResult result = parse(answer);
  std::string why = to_lower(rapidjson::GetParseError_En(result.Code()));
  if (why.ends_with('.')) why.pop_back();
  return fmt::format("{} at byte {}", why, result.Offset());
}

}  // namespace sonde
