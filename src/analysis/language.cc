#include "analysis/language.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>

#include "analysis/text.h"

namespace sonde {
namespace {

struct StopWords {
  std::string_view language;
  std::string_view words;  // Lowercase, each between spaces. Words shared by two languages are left
                           // out or stand in both.
};

constexpr std::array kStopWords = {
    StopWords{
        "English",
        " the of and to is in that it for you was with are this be have not on they your which "
        "from or by at but we can an will there their what about if would has our when who how "
        "its been do does where been than them his her i my as "},
    StopWords{
        "German",
        " der die das und ist nicht ich sie es ein eine einen einem einer zu den mit von auf für "
        "im dem des sich auch an wir ihr ihre ihren bei oder wie wird sind aus nach aber als am "
        "um noch wenn mein meine werden kann zum zur durch dass bitte ihnen was uns mich über "
        "vom bis haben hat so wurde warum wo "},
    StopWords{
        "French",
        " le la les des un une et est en que qui dans pour pas sur au aux ce cette il elle nous "
        "vous avec du de par plus ne sont mais ou mon ma mes votre vos notre nos être avoir puis "
        "je se à été comme si leur sans ces son sa ses quelle quel comment même "},
    StopWords{
        "Spanish",
        " el la los las un una y es en que de del por para con no se su sus al lo como más pero "
        "le ha este esta está son me mi mis nuestro nuestra usted muy ya o si cuando hay desde "
        "todo todas todos puede puedo cómo qué cuál también ser fue "},
    StopWords{
        "Portuguese",
        " o a os as um uma e é em que de do da dos das por para com não se seu sua no na nos nas "
        "ao mais mas como está são foi ele ela você eu meu minha já ou quando muito também pelo "
        "pela isso onde ser qual estou faz nosso nossa "},
    StopWords{
        "Italian",
        " il lo la i gli le un una e è di del della dei delle che in per con non si sono come più "
        "ma al alla nel nella da dal suo sua questo questa anche ho hai ha può quando dove mio "
        "mia vostro sul sulla essere "},
    StopWords{
        "Dutch",
        " de het een en van is dat niet in te zijn op met voor die u uw ik je wij aan er om ook "
        "als bij naar maar dan wat hoe wordt worden door kan heeft hebben onze ons nog uit deze "
        "dit of geen "},
};

struct Script {
  std::string_view language;
  uint32_t low;
  uint32_t high;  // Inclusive.
};

constexpr std::array kScripts = {
    Script{"Greek", 0x370, 0x3FF},      Script{"Russian", 0x400, 0x52F},
    Script{"Hebrew", 0x590, 0x5FF},     Script{"Arabic", 0x600, 0x6FF},
    Script{"Hindi", 0x900, 0x97F},      Script{"Thai", 0xE00, 0xE7F},
    Script{"Japanese", 0x3040, 0x30FF}, Script{"Chinese", 0x4E00, 0x9FFF},
    Script{"Korean", 0xAC00, 0xD7AF},
};

// Language names in the languages that users write their prompts in.
struct Name {
  std::string_view language;
  std::string_view pattern;  // RE2, lowercase.
};

constexpr std::array kNames = {
    Name{"English", "english|englisch(?:en?)?|anglais|inglés|inglês|ingles|inglese|英语|英文|英語"},
    Name{"German",
         "german|deutsch(?:en?)?|allemand|alemán|alemão|aleman|tedesco|德语|德文|ドイツ語"},
    Name{"French",
         "french|französisch(?:en?)?|français|francés|francês|francese|法语|法文|フランス語"},
    Name{"Spanish",
         "spanish|spanisch(?:en?)?|espagnol|español|espanhol|spagnolo|西班牙语|スペイン語"},
    Name{"Portuguese",
         "portuguese|portugiesisch(?:en?)?|portugais|portugués|português|葡萄牙语|ポルトガル語"},
    Name{"Italian", "italian|italienisch(?:en?)?|italien|italiano|意大利语|イタリア語"},
    Name{"Dutch", "dutch|niederländisch(?:en?)?|néerlandais|holandés|holandês|荷兰语|オランダ語"},
    Name{"Chinese", "chinese|mandarin|chinesisch(?:en?)?|chinois|chino|chinês|中文|汉语|中国語"},
    Name{"Japanese", "japanese|japanisch(?:en?)?|japonais|japonés|japonês|日语|日文|日本語"},
    Name{"Korean", "korean|koreanisch(?:en?)?|coréen|coreano|韩语|韩文|韓国語"},
    Name{"Russian", "russian|russisch(?:en?)?|russe|ruso|russo|俄语|ロシア語"},
    Name{"Arabic", "arabic|arabisch(?:en?)?|arabe|árabe|阿拉伯语|アラビア語"},
    Name{"Hebrew", "hebrew|hebräischen?|hébreu|hebreo|hebraico"},
    Name{"Greek", "greek|griechisch(?:en?)?|grec|griego|grego"},
    Name{"Thai", "thai|thailändisch|thaï|tailandés"},
    Name{"Hindi", "hindi"},
};

// What stands before (or, in Chinese and Japanese, around) the language of the answer.
constexpr std::string_view kAskedBefore =
    "(?:(?:answer|reply|respond|response|write|written|output|speak|say "
    "it|summari[sz]e|explain|text|"
    "translat(?:e|ion)[^.\\n]{0,80}?)(?: (?:only|always|strictly|exclusively|back|it|this|the "
    "answer))* "
    "(?:in|into|to)(?: the)?|\\b(?:into|auf|ins|en|em|al|para o|ao) |用|翻译成|译成|译为)\\s*";
constexpr std::string_view kAskedAfter = "\\s*(?:回答|回复|作答|で(?:答|回答|書|返)|に(?:翻訳|訳))";

constexpr size_t kTextBytesMax = 4000;  // Enough to tell a language.
constexpr size_t kWordsMin = 6;
constexpr uint32_t kHitsMin = 3;

// One bit a language of kStopWords.
using StopWordIndex = boost::unordered_flat_map<std::string_view, uint8_t>;

const StopWordIndex& stop_word_index() {
  static const StopWordIndex index = [] {
    StopWordIndex made;
    for (size_t i = 0; i < kStopWords.size(); ++i) {
      for (const std::string_view word : words(kStopWords[i].words)) {
        made[word] |= static_cast<uint8_t>(1U << i);
      }
    }
    return made;
  }();
  return index;
}

std::string_view by_stop_words(std::string_view text) {
  const std::string lower = to_lower(text);
  std::array<uint32_t, kStopWords.size()> hits{};
  const std::vector<std::string_view> all = words(lower);
  if (all.size() < kWordsMin) return {};
  const StopWordIndex& known = stop_word_index();
  for (const std::string_view word : all) {
    const auto found = known.find(word);
    if (found == known.end()) continue;
    for (size_t i = 0; i < hits.size(); ++i) hits[i] += found->second >> i & 1U;
  }
  const auto best = std::max_element(hits.begin(), hits.end());
  const uint32_t most = *best;
  const auto index = static_cast<size_t>(best - hits.begin());
  *best = 0;
  const uint32_t second = *std::max_element(hits.begin(), hits.end());
  // Function words make up a third or more of running text; code and name lists have few of them.
  const bool running = most >= kHitsMin && most * 6 >= all.size();
  const bool clear = most * 2 >= second * 3;
  return running && clear ? kStopWords[index].language : std::string_view();
}

struct LanguagePatterns {
  std::string_view language;
  std::unique_ptr<RE2> named;
  std::unique_ptr<RE2> asked;
};

const std::vector<LanguagePatterns>& patterns() {
  static const std::vector<LanguagePatterns> all = [] {
    std::vector<LanguagePatterns> made;
    for (const Name& name : kNames) {
      const std::string names = "(?:" + std::string(name.pattern) + ")";
      const std::string asked = "(?:" + std::string(kAskedBefore) + names + ")|(?:" + names +
                                std::string(kAskedAfter) + ")";
      made.push_back({name.language, std::make_unique<RE2>(names), std::make_unique<RE2>(asked)});
    }
    return made;
  }();
  return all;
}

}  // namespace

std::string_view language_of(std::string_view text) {
  text = text.substr(0, kTextBytesMax);
  std::array<uint32_t, kScripts.size()> counts{};
  uint32_t latin = 0;
  for (size_t at = 0; at < text.size();) {
    const uint32_t c = next_code_point(text, at);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0x24F)) ++latin;
    if (c < kScripts.front().low) continue;
    for (size_t i = 0; i < kScripts.size(); ++i) {
      if (c >= kScripts[i].low && c <= kScripts[i].high) ++counts[i];
    }
  }
  // A character of these scripts says as much as a few Latin letters.
  const auto best = std::max_element(counts.begin(), counts.end());
  if (*best * 3 < latin || *best < 4)
    return latin >= *best * 6 ? by_stop_words(text) : std::string_view();
  std::string_view language = kScripts[static_cast<size_t>(best - counts.begin())].language;
  // Japanese is written with Han characters between its kana.
  const auto count = [&](std::string_view name) {
    uint32_t sum = 0;
    for (size_t i = 0; i < kScripts.size(); ++i)
      sum += kScripts[i].language == name ? counts[i] : 0;
    return sum;
  };
  if (language == "Chinese" && count("Japanese") * 10 >= count("Chinese")) language = "Japanese";
  return language;
}

std::vector<std::string_view> languages_asked(std::string_view prompt) {
  const std::string lower = to_lower(prompt.substr(0, kTextBytesMax));
  std::vector<std::string_view> found;
  for (const LanguagePatterns& pattern : patterns()) {
    if (RE2::PartialMatch(lower, *pattern.asked)) found.push_back(pattern.language);
  }
  return found;
}

std::vector<std::string_view> languages_named(std::string_view prompt) {
  const std::string lower = to_lower(prompt.substr(0, kTextBytesMax));
  std::vector<std::string_view> found;
  for (const LanguagePatterns& pattern : patterns()) {
    if (RE2::PartialMatch(lower, *pattern.named)) found.push_back(pattern.language);
  }
  return found;
}

}  // namespace sonde
