// Search finds what a reader would find: texts made of known words in eight languages, compared
// with what was put into each.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "query/search.h"
#include "store/span_block.h"
#include "store/span_for_test.h"
#include "store/span_reader.h"
#include "store/store_fixture_for_test.h"

namespace sonde {
namespace {

constexpr int kTexts = 1'500;

struct Language {
  std::string name;
  std::vector<std::string> words;
  std::vector<std::string> between;  // What stands between two words.
  bool is_cut = true;                // Words are cut; otherwise a term is found anywhere.
};

const std::vector<Language>& languages() {
  static const std::vector<Language> kLanguages = {
      {"English",
       {"refund", "Invoice", "MATTRESS", "it", "naïve", "order-7", "chair"},
       {" ", ", ", " — ", "—", "” “", "\n", ".  ", " (", "…", "\u00a0"}},
      {"German", {"Größe", "RÜCKGABE", "Straße", "äpfel", "Öl"}, {" ", "“ „", " – ", "\n", "! "}},
      {"Russian", {"возврат", "ЗАКАЗ", "Матрас", "ёлка", "счёт"}, {" ", "» «", "\n", "? "}},
      {"Hindi", {"वापसी", "कृपया", "चालान", "नमस्ते"}, {" ", "। ", "\n"}},
      {"Chinese", {"退款", "发票", "客服", "床垫", "订单号"}, {"", "，", "。", "、", "\n"}, false},
      {"Japanese",
       {"返金", "ソファ", "ください", "請求書", "ベッド"},
       {"", "、", "。", "「"},
       false},
      {"Korean", {"환불", "주문", "매트리스", "송장"}, {"을 ", " ", "에서 ", "\n"}, false},
      {"Arabic", {"استرداد", "فاتورة", "طلب", "كرسي"}, {" ", "، ", " ال", "؟ "}, false},
      {"Thai", {"คืนเงิน", "ใบแจ้งหนี้", "เก้าอี้", "สั่งซื้อ"}, {"", " ", "ครับ"}, false}};
  return kLanguages;
}

struct Text {
  std::string id;
  const Language* language;
  std::set<std::string> words;
  std::string text;
};

std::string as_json(const std::string& text) {
  std::string json = R"([{"role":"user","content":")";
  for (const char c : text) json += c == '\n' ? "\\n" : std::string(1, c);
  return json + "\"}]";
}

class SearchTest : public StoreFixture {
 protected:
  static void SetUpTestSuite() {
    StoreFixture::SetUpTestSuite();
    std::mt19937 random(3);
    std::vector<FiledSpan> rows;
    for (int i = 0; i < kTexts; ++i) {
      texts_.push_back(random_text(i, random));
      const Text& text = texts_.back();
      FiledSpan& row = rows.emplace_back(empty_row(text.id));
      row.filed_at = static_cast<uint32_t>(i);
      // Half are asked, half answered; half of each are messages in JSON.
      std::string& field = i % 2 == 0 ? row.span.input : row.span.output;
      field = i % 4 < 2 ? text.text : as_json(text.text);
      (i % 2 == 0 ? row.span.input_form : row.span.output_form) =
          i % 4 < 2 ? Form::Text : Form::Messages;
    }
    std::vector<const FiledSpan*> pointers;
    for (const FiledSpan& row : rows) pointers.push_back(&row);
    CHECK(store_->insert("spans", encode_spans("p", pointers), "rows").has_value());
  }
  static Text random_text(int number, std::mt19937& random) {
    const Language& language = languages()[random() % languages().size()];
    Text text{fmt::format("t{}", number), &language, {}, ""};
    const size_t count = 1 + random() % 4;
    for (size_t i = 0; i < count; ++i) {
      if (i > 0) text.text += language.between[random() % language.between.size()];
      const std::string& word = language.words[random() % language.words.size()];
      text.words.insert(word);
      text.text += word;
    }
    return text;
  }

  static std::set<std::string> find(const std::string& terms) {
    std::set<std::string> ids;
    const auto condition = search_condition(*store_, terms);
    EXPECT_TRUE(condition) << terms << ": " << condition.error().message;
    if (!condition) return ids;
    SpanQuery query;
    query.project = "p";
    query.fields = {Field::SpanId};
    query.where = condition->sql;
    query.params = condition->params;
    const auto done = read_history(*store_, query, [&](Span& span) {
      ids.insert(span.span_id);
      return true;
    });
    EXPECT_TRUE(done) << condition->sql << "\n" << done.error().message;
    return ids;
  }

  template <class Holds>
  static std::set<std::string> ids_where(const Holds& holds) {
    std::set<std::string> ids;
    for (const Text& text : texts_) {
      if (holds(text)) ids.insert(text.id);
    }
    return ids;
  }

  static inline std::vector<Text> texts_;
};

TEST_F(SearchTest, FindsEveryTextWithAWordAndNoOther) {
  for (const Language& language : languages()) {
    for (const std::string& word : language.words) {
      const std::set<std::string> wanted = ids_where([&](const Text& text) {
        return language.is_cut ? text.words.contains(word)
                               : text.text.find(word) != std::string::npos;
      });
      EXPECT_GT(wanted.size(), 10U) << word;
      EXPECT_EQ(find(word), wanted) << language.name << ": " << word;
    }
  }
}

TEST_F(SearchTest, TakesNoNoticeOfCase) {
  for (const auto& [typed, written] :
       std::vector<std::pair<std::string, std::string>>{{"REFUND", "refund"},
                                                        {"mattress", "MATTRESS"},
                                                        {"GRÖSSE", ""},
                                                        {"größe", "Größe"},
                                                        {"rückgabe", "RÜCKGABE"},
                                                        {"заказ", "ЗАКАЗ"},
                                                        {"ЁЛКА", "ёлка"},
                                                        {"öl", "Öl"}}) {
    const std::set<std::string> wanted =
        ids_where([&w = written](const Text& text) { return text.words.contains(w); });
    EXPECT_EQ(find(typed), wanted) << typed;
  }
}

TEST_F(SearchTest, FindsPartsOfWordsInScriptsThatAreNotCut) {
  for (const std::string part : {"款", "求書", "트리", "اتور", "แจ้ง", "票客"}) {
    const std::set<std::string> wanted =
        ids_where([&](const Text& text) { return text.text.find(part) != std::string::npos; });
    EXPECT_EQ(find(part), wanted) << part;
  }
  EXPECT_TRUE(find("efun").empty());
}

TEST_F(SearchTest, WantsEveryTerm) {
  EXPECT_EQ(find("chair refund"), ids_where([](const Text& text) {
              return text.words.contains("chair") && text.words.contains("refund");
            }));
  EXPECT_EQ(find("退款，床垫"), ids_where([](const Text& text) {
              return text.text.find("退款") != std::string::npos &&
                     text.text.find("床垫") != std::string::npos;
            }));
}

TEST_F(SearchTest, RefusesWhatHoldsNoWord) {
  for (const std::string empty : {"", "  ", "?!", "…"}) {
    const auto condition = search_condition(*store_, empty);
    ASSERT_FALSE(condition) << empty;
    EXPECT_EQ(condition.error().code, Code::InvalidInput);
  }
  EXPECT_FALSE(search_condition(*store_, std::string(kSearchBytesMax + 1, 'x')));
  std::string many;
  for (size_t i = 0; i <= kSearchTermsMax; ++i) many += fmt::format("w{} ", i);
  EXPECT_FALSE(search_condition(*store_, many));
}

TEST_F(SearchTest, BindsWhatIsTyped) {
  const auto condition = search_condition(*store_, "DROP'\\ 退款') OR 1 --");
  ASSERT_TRUE(condition);
  EXPECT_EQ(condition->sql.find("DROP"), std::string::npos);
  EXPECT_EQ(condition->sql.find("drop"), std::string::npos);
  EXPECT_EQ(condition->sql.find("退款"), std::string::npos);
}

TEST(Search, AsksWhatTheIndexesHold) {
  std::ifstream file(std::string(SONDE_SOURCE_DIR) + "/schema/migrations/0001_spans.sql");
  std::stringstream sql;
  sql << file.rdbuf();
  for (const std::string_view column : {"input", "output"}) {
    EXPECT_NE(sql.str().find(words_expression(column)), std::string::npos);
    EXPECT_NE(sql.str().find(runs_expression(column)), std::string::npos);
  }
}

}  // namespace
}  // namespace sonde
