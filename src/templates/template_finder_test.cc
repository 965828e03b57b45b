#include "templates/template_finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>

namespace sonde {
namespace {

using ::testing::UnorderedElementsAre;

Span user(std::string text) {
  Span span;
  span.input = std::move(text);
  span.input_form = Form::Text;
  return span;
}

Span chat(const std::string& system, const std::string& question) {
  Span span;
  span.input = R"([{"role":"system","content":")" + system + R"("},{"role":"user","content":")" +
               question + R"("}])";
  span.input_form = Form::Messages;
  return span;
}

TemplateSet templates_of(const std::vector<Span>& spans, const TemplateOptions& options = {}) {
  TemplateFinder finder(options);
  for (const Span& span : spans) finder.add(span);
  return finder.finish();
}

std::vector<std::string> texts(const TemplateSet& set) {
  std::vector<std::string> all;
  for (const PromptTemplate& found : set.templates()) all.push_back(found.text);
  return all;
}

// Values drawn from invented word lists, so that every text is almost surely new.
class Values {
 public:
  explicit Values(uint32_t seed) : random_(seed) {}
  size_t below(size_t end) { return random_() % end; }
  std::string words(size_t least, size_t most) {
    static constexpr std::array<std::string_view, 40> kList = {
        "harbour", "lantern", "river",  "cupboard", "velvet", "orchard",  "marble", "window",
        "garden",  "copper",  "winter", "paper",    "island", "market",   "silver", "bridge",
        "candle",  "forest",  "engine", "blanket",  "pepper", "mountain", "clock",  "ladder",
        "mirror",  "pencil",  "bottle", "carpet",   "flower", "kitchen",  "letter", "museum",
        "needle",  "ocean",   "piano",  "rocket",   "saddle", "teapot",   "tunnel", "violin"};
    std::string text;
    for (size_t i = least + below(most - least + 1); i > 0; --i) {
      if (!text.empty()) text += ' ';
      text += kList[below(kList.size())];
    }
    return text;
  }
  std::string number() { return std::to_string(1000 + below(90000)); }

 private:
  std::mt19937 random_;
};

struct Labelled {
  Span span;
  int truth;  // 8: free text.
};

constexpr std::array<std::string_view, 9> kTruth = {
    "Translate the text below into plain English and keep all names.\n{{1}}",
    "{{1}}\n\nSummarise the text above in three bullet points for a manager.",
    "You are a careful editor. Rewrite the sentence '{{1}}' so that it sounds {{2}}. Return only "
    "the "
    "sentence.",
    "You are a careful editor. Count the mistakes in '{{1}}' and reply with one number.",
    "Context: {{1}}\nQuestion: {{2}}\nAnswer from the context only.",
    "Classify the mail. Example: \"my parcel is late\" -> delivery. Example: \"I want my money\" "
    "-> "
    "refund.\nMail: {{1}}",
    R"(Return {"order": number, "total": number} for this receipt: {{1}})",
    "请把下面的文字翻译成英文，只返回译文：{{1}}",
    "(free text)"};

std::string made(int kind, Values& values) {
  static constexpr std::array<std::string_view, 12> kHan = {"山", "水", "火", "木", "金", "土",
                                                            "花", "鸟", "鱼", "车", "书", "茶"};
  std::string han;
  for (size_t i = 4 + values.below(8); i > 0; --i) han += kHan[values.below(kHan.size())];
  const std::array<std::string, 8> all = {
      "Translate the text below into plain English and keep all names.\n" + values.words(5, 200),
      values.words(5, 900) + "\n\nSummarise the text above in three bullet points for a manager.",
      "You are a careful editor. Rewrite the sentence '" + values.words(3, 9) +
          "' so that it sounds " + values.words(1, 1) + ". Return only the sentence.",
      "You are a careful editor. Count the mistakes in '" + values.words(3, 9) +
          "' and reply with one number.",
      "Context: " + values.words(20, 80) + "\nQuestion: " + values.words(3, 7) +
          "\nAnswer from the context only.",
      "Classify the mail. Example: \"my parcel is late\" -> delivery. Example: \"I want my money\" "
      "-> refund.\nMail: " +
          values.words(3, 20),
      R"(Return {"order": number, "total": number} for this receipt: )" + values.words(1, 3) + " " +
          values.number() + " " + values.words(2, 4),
      "请把下面的文字翻译成英文，只返回译文：" + han};
  if (kind < 8) return all[static_cast<size_t>(kind)];
  return values.below(2) == 0 ? values.words(2, 6) + "?" : values.words(8, 30);
}

std::vector<Labelled> labelled(size_t count, uint32_t seed) {
  Values values(seed);
  std::vector<Labelled> records;
  for (size_t i = 0; i < count; ++i) {
    const int kind = static_cast<int>(i % 9);
    records.push_back({user(made(kind, values)), kind});
  }
  return records;
}

TEST(TemplateFinder, RecoversEightTemplatesAndPutsFreeTextTogether) {
  for (const uint32_t seed : {1U, 2U, 3U}) {
    const std::vector<Labelled> records = labelled(2700, seed);
    TemplateFinder finder;
    for (const Labelled& record : records) finder.add(record.span);
    const TemplateSet set = finder.finish();
    // Which values are drawn depends on the compiler's order of evaluation; a value among the first
    // words may make a splinter of a record or two.
    size_t right = 0;
    for (const Labelled& record : records) {
      const PromptTemplate* found = set.find(record.span);
      ASSERT_NE(found, nullptr);
      right += found->text == kTruth[static_cast<size_t>(record.truth)] ? 1 : 0;
    }
    EXPECT_GE(right, 2690U);
    EXPECT_LE(set.templates().size(), 11U);
  }
}

TEST(TemplateFinder, IsTheSameInAnyOrderAndSplit) {
  for (const size_t keys_max : {size_t{20'000}, size_t{300}, size_t{40}, size_t{5}}) {
    TemplateOptions options;
    options.keys_max = keys_max;
    options.sample_bytes_max = 1024;
    std::vector<Labelled> records = labelled(1800, 4);
    std::vector<std::tuple<std::string, std::string, uint64_t>> want;
    for (const uint32_t seed : {0U, 1U, 2U, 3U, 4U, 5U}) {
      std::mt19937 random(seed);
      if (seed > 0) std::shuffle(records.begin(), records.end(), random);
      std::vector<TemplateFinder> finders;
      for (uint32_t i = 0; i <= seed; ++i) finders.emplace_back(options);
      for (const Labelled& record : records) finders[random() % finders.size()].add(record.span);
      std::shuffle(finders.begin(), finders.end(), random);
      TemplateFinder all = std::move(finders.back());
      finders.pop_back();
      for (TemplateFinder& finder : finders) all.merge(std::move(finder));
      const TemplateSet set = all.finish();
      std::vector<std::tuple<std::string, std::string, uint64_t>> got;
      for (const PromptTemplate& found : set.templates()) {
        got.emplace_back(found.hash, found.text, found.count);
      }
      if (seed == 0) want = got;
      EXPECT_EQ(got, want) << keys_max << " keys, seed " << seed;
    }
  }
}

struct Add {
  void operator()(uint64_t& mine, uint64_t theirs) const { mine += theirs; }
};

TEST(TemplateFinder, CountersOfALadderJoinUnderTheCanonicalKey) {
  TemplateFinder finder;
  KeyLadder<uint64_t, Add> counters(TemplateOptions{}.keys_max);
  for (const Labelled& record : labelled(1800, 5)) {
    finder.add(record.span);
    ++counters.at(template_key(record.span));
  }
  const TemplateSet set = finder.finish();
  std::map<uint64_t, uint64_t> joined;
  counters.for_each(
      [&](uint64_t entry, uint64_t& count) { joined[set.canonical_key(entry)] += count; });
  ASSERT_EQ(joined.size(), set.templates().size());
  for (const auto& [key, count] : joined) {
    ASSERT_NE(set.find(key), nullptr);
    EXPECT_EQ(set.find(key)->count, count);
  }
}

TEST(TemplateFinder, AGivenNameAndVersionAreTheTemplate) {
  std::vector<Span> spans = {user("Hello Ann, how are you today?"), user("Quite another text."),
                             user("A third.")};
  for (Span& span : spans) span.prompt_name = "greeting";
  spans[2].prompt_version = "2";
  const TemplateSet set = templates_of(spans);
  ASSERT_EQ(set.templates().size(), 2U);
  EXPECT_EQ(set.templates()[0].name, "greeting");
  EXPECT_EQ(set.templates()[0].count, 2U);
  EXPECT_EQ(set.templates()[1].version, "2");
}

// 400 names in 4096 shared entries: some share one, and either name could stand for it.
TEST(TemplateFinder, NamesThatShareAnEntryShowTheSameOneInAnyOrder) {
  std::vector<Span> spans;
  for (int i = 0; i < 400; ++i) {
    spans.push_back(user("Hello there."));
    spans.back().prompt_name = "name " + std::to_string(i);
  }
  const auto names = [&] {
    const TemplateSet set = templates_of(spans, {.keys_max = 5});
    std::set<std::string> all;
    for (const PromptTemplate& found : set.templates()) all.insert(found.name);
    return all;
  };
  const std::set<std::string> forward = names();
  EXPECT_LT(forward.size(), 400U);
  std::reverse(spans.begin(), spans.end());
  EXPECT_EQ(names(), forward);
}

TEST(TemplateFinder, AGivenHashIsTheTemplate) {
  std::vector<Span> spans = {user("One."), user("Two.")};
  for (Span& span : spans) span.template_hash = "abc";
  const TemplateSet set = templates_of(spans);
  ASSERT_EQ(set.templates().size(), 1U);
  EXPECT_EQ(set.templates()[0].name, "abc");
}

TEST(TemplateFinder, ASystemPromptIsTheTemplateWhateverUsersAsk) {
  Values values(6);
  std::vector<Span> spans;
  const std::string system =
      "You are the helpful shop assistant of Harbor. Answer in two sentences "
      "and never promise a refund.";
  for (int i = 0; i < 100; ++i) spans.push_back(chat(system, values.words(3, 9) + "?"));
  EXPECT_THAT(texts(templates_of(spans)), UnorderedElementsAre(system));
}

TEST(TemplateFinder, ValuesInASystemPromptArePlaceholders) {
  Values values(7);
  std::vector<Span> spans;
  for (int i = 0; i < 200; ++i) {
    spans.push_back(chat("You are the assistant of " + values.words(1, 2) + ". Today is 2026-07-" +
                             std::to_string(10 + i % 20) +
                             ". Answer briefly, in the language of the "
                             "customer, and name your source.",
                         values.words(3, 9)));
  }
  EXPECT_THAT(texts(templates_of(spans)),
              UnorderedElementsAre("You are the assistant of {{1}}. Today is 2026-07-{{2}}. Answer "
                                   "briefly, in the language of the customer, and name your "
                                   "source."));
}

TEST(TemplateFinder, TwoWordingsThatComeOftenAreTwoVersions) {
  Values values(8);
  std::vector<Span> spans;
  const std::string start =
      "You are the helpful shop assistant of Harbor and know its products well. ";
  for (int i = 0; i < 60; ++i) {
    spans.push_back(
        chat(start + (i % 2 == 0 ? "Answer politely." : "Answer in short."), values.words(3, 9)));
  }
  EXPECT_THAT(texts(templates_of(spans)),
              UnorderedElementsAre(start + "Answer politely.", start + "Answer in short."));
}

TEST(TemplateFinder, AShortSystemPromptAndAnInstructionAreOneTemplate) {
  Values values(9);
  std::vector<Span> spans;
  for (int i = 0; i < 60; ++i) {
    spans.push_back(chat("You are a helpful assistant.",
                         i % 2 == 0 ? "Translate into French, keep names: " + values.words(3, 9)
                                    : "List the verbs of this sentence: " + values.words(3, 9)));
  }
  EXPECT_THAT(texts(templates_of(spans)),
              UnorderedElementsAre(
                  "You are a helpful assistant.\n\nTranslate into French, keep names: {{1}}",
                  "You are a helpful assistant.\n\nList the verbs of this sentence: {{1}}"));
}

TEST(TemplateFinder, EqualPromptsAreATemplateWithoutPlaceholder) {
  const std::vector<Span> spans(20, user("Write one sentence about {{city}} in spring."));
  const TemplateSet set = templates_of(spans);
  ASSERT_EQ(set.templates().size(), 1U);
  EXPECT_EQ(set.templates()[0].text, "Write one sentence about {{city}} in spring.");
  EXPECT_EQ(set.templates()[0].placeholders, 0U);
}

TEST(TemplateFinder, AnEmptyValueStaysInTheTemplate) {
  Values values(10);
  std::vector<Span> spans;
  for (int i = 0; i < 40; ++i) {
    spans.push_back(user("Write a greeting card. Hints: " +
                         (i % 4 == 0 ? std::string() : values.words(1, 5)) + "\nSign it as Ann."));
  }
  EXPECT_THAT(texts(templates_of(spans)),
              UnorderedElementsAre("Write a greeting card. Hints: {{1}}\nSign it as Ann."));
}

TEST(TemplateFinder, ARecordWithoutPromptHasNoTemplate) {
  const TemplateSet set = templates_of({Span()});
  EXPECT_TRUE(set.templates().empty());
  EXPECT_EQ(set.find(Span()), nullptr);
  EXPECT_EQ(template_key(Span()), 0U);
}

// A second cut takes its end from that of the first, which must not be empty.
TEST(PromptParts, TheEndOfBrokenTextLosesNoMoreThanACharacter) {
  const std::string broken = "broken: " + std::string(40, '\x8B');
  EXPECT_EQ(last_bytes({broken, false}, 16).text.size(), 13U);
  const std::string whole = "größer als 日本語";
  EXPECT_EQ(last_bytes({whole, false}, 8).text, "本語");
}

TEST(TemplateFinder, BrokenTextIsKeptWithinBounds) {
  std::mt19937 random(11);
  std::vector<Span> spans;
  for (int i = 0; i < 300; ++i) {
    Span span;
    for (size_t n = random() % 200; n > 0; --n)
      span.input += "[]{}\"\\:,u\xE4\xFF role"[random() % 16];
    span.system = i % 3 == 0 ? "[{\"text\":" + span.input : "";
    span.input_form = i % 2 == 0 ? Form::Messages : Form::Json;
    spans.push_back(span);
  }
  uint64_t counted = 0;
  const TemplateSet set = templates_of(spans);
  for (const PromptTemplate& found : set.templates()) counted += found.count;
  EXPECT_GT(counted, 250U);
  EXPECT_LE(counted, 300U);
}

}  // namespace
}  // namespace sonde
