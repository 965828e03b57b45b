#include "filter/filter.h"

#include <date/tz.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.h"

namespace sonde {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int64_t kNow = 1'784'800'805'000'000;  // 2026-07-23T10:00:05Z
constexpr int64_t kHour = 3'600'000'000;

Filter parse(std::string_view text) {
  Result<Filter> filter = Filter::parse(text, {.now = kNow});
  if (!filter) throw std::runtime_error(filter.error().message);
  return *std::move(filter);
}

Truth evaluate(std::string_view text, const Span& span) { return parse(text).evaluate(span); }

Span sample() {
  Span span;
  span.kind = Kind::Llm;
  span.status = Status::Ok;
  span.model = "gpt-4o";
  span.input = "Refund for Invoice 42";
  span.duration = 2'500'000;
  span.cost = 10'000'000;
  span.input_tokens = 100;
  span.start_time = kNow - kHour;
  span.attributes = {{"team", "search"}, {"score", "0.8"}, {"gen ai", "x"}, {"empty", ""}};
  return span;
}

struct Case {
  const char* expression;
  Truth truth;
};

class OnSample : public testing::TestWithParam<Case> {};

TEST_P(OnSample, IsAsStated) {
  EXPECT_EQ(evaluate(GetParam().expression, sample()), GetParam().truth) << GetParam().expression;
}

constexpr Truth kFalse = Truth::False;
constexpr Truth kTrue = Truth::True;
constexpr Truth kUnknown = Truth::Unknown;

constexpr Case kComparisons[] = {
    {"model = gpt-4o", kTrue},
    {"model = 'gpt-4o'", kTrue},
    {"model = \"gpt-4o\"", kTrue},
    {"model = GPT-4o", kFalse},
    {"model != gpt-4o", kFalse},
    {"model in ('gpt-4o', 'gpt-4o-mini')", kTrue},
    {"model in (b, gpt-4o, a)", kTrue},
    {"model in (a)", kFalse},
    {"model not in (a, b)", kTrue},
    {"model ~ '^gpt'", kTrue},
    {"model !~ '^gpt'", kFalse},
    {"input ~ 'invoice|refund'", kFalse},
    {"input ~ '(?i)invoice|refund'", kTrue},
    {"input ~ '\\d+$'", kTrue},
    {"prompt contains Invoice", kTrue},
    {"input contains 'invoice'", kFalse},
    {"input not contains 'invoice'", kTrue},
    {"latency > 2s", kTrue},
    {"latency > 2500ms", kFalse},
    {"latency >= 2500ms", kTrue},
    {"duration<=2.5s", kTrue},
    {"duration < 0.05m", kTrue},
    {"duration = 2.5s", kTrue},
    {"duration in (1s, 2500ms)", kTrue},
    {"cost >= 0.01", kTrue},
    {"cost > 1e-2", kFalse},
    {"cost > -0.5", kTrue},
    {"input_tokens = 100", kTrue},
    {"input_tokens not in (99, 101)", kTrue},
    {"start_time >= 2026-07-23", kTrue},
    {"start_time = 2026-07-23T09:00:05Z", kTrue},
    {"start_time = 2026-07-23T11:00:05+02:00", kTrue},
    {"start_time < '2026-07-23 09:00'", kFalse},
    {"start_time > now - 2h", kTrue},
    {"start_time > now-30m", kFalse},
    {"start_time < NOW", kTrue},
    {"start_time < now + 1d", kTrue},
    {"kind = llm", kTrue},
    {"kind in (tool, agent)", kFalse},
    {"status = ok", kTrue},
    {"status != error", kTrue},
    {"status = unknown", kFalse},
    {"status is null", kFalse},
    {"attributes.team = 'search'", kTrue},
    {"attributes.team ~ '^s'", kTrue},
    {"attributes.team in (search, ads)", kTrue},
    {"attributes.score > 0.5", kTrue},
    {"attributes.score = 0.80", kTrue},
    {"attributes.score = '0.80'", kFalse},
    {"attributes.score in (1, 0.8)", kTrue},
    {"attributes.'gen ai' = x", kTrue},
    {"attributes.team = 5", kFalse},
    {"attributes.team != 5", kTrue},
    {"attributes.team > 5", kUnknown},
    {"category = now", kUnknown},
};
INSTANTIATE_TEST_SUITE_P(Comparisons, OnSample, testing::ValuesIn(kComparisons));

// The sample has no feedback, output, refusal, first-token time and attribute "none".
constexpr Case kNulls[] = {
    {"feedback = dislike", kUnknown},
    {"feedback != dislike", kTrue},
    {"not feedback = dislike", kUnknown},
    {"feedback in (like)", kUnknown},
    {"feedback not in (like, dislike)", kTrue},
    {"output ~ sorry", kUnknown},
    {"output !~ sorry", kTrue},
    {"output contains sorry", kUnknown},
    {"output not contains sorry", kTrue},
    {"feedback is null", kTrue},
    {"feedback is not null", kFalse},
    {"model is null", kFalse},
    {"model is not null", kTrue},
    {"ttft > 1s", kUnknown},
    {"ttft < 1s", kUnknown},
    {"ttft = 1s", kUnknown},
    {"ttft != 1s", kTrue},
    {"ttft is null", kTrue},
    {"refusal", kFalse},
    {"not refusal", kTrue},
    {"refusal = true", kUnknown},
    {"refusal = false", kUnknown},
    {"refusal != true", kTrue},
    {"refusal is null", kTrue},
    {"attributes.none = a", kUnknown},
    {"attributes.none != a", kTrue},
    {"attributes.none > 1", kUnknown},
    {"attributes.none is null", kTrue},
    {"attributes.empty is null", kTrue},
    {"attributes.team is not null", kTrue},
    {"kind is null", kFalse},
};
INSTANTIATE_TEST_SUITE_P(Nulls, OnSample, testing::ValuesIn(kNulls));

// feedback = like is unknown on the sample.
constexpr Case kLogic[] = {
    {"status = ok and feedback = like", kUnknown},
    {"status = error and feedback = like", kFalse},
    {"feedback = like and status = error", kFalse},
    {"status = ok or feedback = like", kTrue},
    {"status = error or feedback = like", kUnknown},
    {"feedback = like or status = ok", kTrue},
    {"not feedback = like", kUnknown},
    {"not not status = ok", kTrue},
    {"not status = ok", kFalse},
    {"status = ok or status = ok and status = error", kTrue},
    {"(status = ok or status = ok) and status = error", kFalse},
    {"not status = error or status = ok", kTrue},
    {"not (status = error or status = ok)", kFalse},
    {"not status = error and status = error", kFalse},
    {"NOT status = error AND status IN (ok) Or refusal IS NOT NULL", kTrue},
    {"status = ok and not refusal and feedback != dislike", kTrue},
};
INSTANTIATE_TEST_SUITE_P(Logic, OnSample, testing::ValuesIn(kLogic));

TEST(Filter, SuccessExampleFollowsEachOfItsConditions) {
  const Filter filter = parse("status = ok and not refusal and feedback != dislike");
  Span span = sample();
  EXPECT_EQ(filter.evaluate(span), kTrue);
  span.feedback = "like";
  EXPECT_EQ(filter.evaluate(span), kTrue);
  span.feedback = "dislike";
  EXPECT_EQ(filter.evaluate(span), kFalse);
  span.feedback.clear();
  span.refusal = true;
  EXPECT_EQ(filter.evaluate(span), kFalse);
  span.refusal = false;
  EXPECT_EQ(filter.evaluate(span), kTrue);
  span.status = Status::Error;
  EXPECT_EQ(filter.evaluate(span), kFalse);
  span.status = Status::Unknown;
  EXPECT_EQ(filter.evaluate(span), kUnknown);
}

TEST(Filter, TakesAnUnknownStatusAsNullAndByName) {
  Span span = sample();
  span.status = Status::Unknown;
  EXPECT_EQ(evaluate("status = error", span), kUnknown);
  EXPECT_EQ(evaluate("status in (ok, error)", span), kUnknown);
  EXPECT_EQ(evaluate("status != error", span), kTrue);
  EXPECT_EQ(evaluate("status is null", span), kTrue);
  EXPECT_EQ(evaluate("status is not null", span), kFalse);
  EXPECT_EQ(evaluate("status = unknown", span), kTrue);
  EXPECT_EQ(evaluate("status in (ok, unknown)", span), kTrue);
  EXPECT_EQ(evaluate("status != unknown", span), kFalse);
}

TEST(Filter, EveryTypedColumnCanBeCompared) {
  for (const NamedField& field : span_fields().fields) {
    EXPECT_NO_THROW(parse(std::string(field.name) + " is null")) << field.name;
  }
}

TEST(Filter, NamesTheFieldsItReads) {
  const FieldSet fields = parse("latency > 2s or not (model = a and attributes.x = 1)").fields();
  EXPECT_TRUE(fields.has(Field::Duration));
  EXPECT_TRUE(fields.has(Field::Model));
  EXPECT_TRUE(fields.has(Field::Attributes));
  EXPECT_FALSE(fields.has(Field::Output));
}

TEST(Filter, ReadsTimesWithoutAZoneInTheGivenOne) {
  const ParseContext berlin{.now = kNow, .time_zone = date::locate_zone("Europe/Berlin")};
  const auto start = [&](std::string_view text) {
    return Filter::parse(text, berlin).value().root().literals[0].whole;
  };
  // Berlin is two hours ahead of UTC in July and one in November.
  EXPECT_EQ(start("start_time > 2026-07-23T12:00:05"), kNow);
  EXPECT_EQ(start("start_time > 2026-07-23T10:00:05Z"), kNow);
  EXPECT_EQ(start("start_time > 2026-07-23T10:00:05-00:00"), kNow);
  EXPECT_EQ(start("start_time > 2026-11-01"), *parse_iso_time("2026-10-31T23:00:00Z"));
}

TEST(Filter, KeepsBarewordsOfOtherScripts) {
  Span span;
  span.category = "客服";
  EXPECT_EQ(evaluate("category = 客服", span), kTrue);
}

TEST(Filter, ReadsEscapesInTexts) {
  Span span;
  span.name = "it's a \"b\" \\ \n\t";
  EXPECT_EQ(evaluate(R"(name = 'it\'s a "b" \\ \n\t')", span), kTrue);
  EXPECT_EQ(evaluate(R"(name = "it's a \"b\" \\ \n\t")", span), kTrue);
}

TEST(Filter, SharesItsPatternWithCopies) {
  const Filter filter = parse("model ~ gpt");
  const Filter copy = filter;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(copy.evaluate(sample()), kTrue);
  EXPECT_EQ(copy.root().pattern, filter.root().pattern);
}

struct Written {
  const char* expression;
  const char* canonical;
};

class ToString : public testing::TestWithParam<Written> {};

TEST_P(ToString, IsCanonicalAndParsesToItself) {
  const std::string text = parse(GetParam().expression).to_string();
  EXPECT_EQ(text, GetParam().canonical);
  EXPECT_EQ(parse(text).to_string(), text);
}

constexpr Written kWritten[] = {
    {"latency>2000ms", "duration > 2s"},
    {"model in (b,a,b)", "model in ('a', 'b')"},
    {"not (status=ok or refusal)", "not (status = ok or refusal)"},
    {"not (status=ok and refusal)", "not (status = ok and refusal)"},
    {"not (status=ok)", "not status = ok"},
    {"(status = ok or kind = llm) and refusal", "(status = ok or kind = llm) and refusal"},
    {"(status = ok and kind = llm) or refusal", "status = ok and kind = llm or refusal"},
    {"refusal != false", "refusal != false"},
    {"name = \"it's\\\\\"", "name = 'it\\'s\\\\'"},
    {"cost >= 0.010", "cost >= 0.01"},
    {"start_time > now - 1h", "start_time > 2026-07-23T09:00:05Z"},
    {"attributes.score >= 95%", "attributes.score >= 95%"},
    {"attributes.\"a b\" is not null", "attributes.'a b' is not null"},
    {"feedback not  contains x", "feedback not contains 'x'"},
    {"input !~ '\\d'", "input !~ '\\\\d'"},
    {"input_tokens not in (3, 1, 2)", "input_tokens not in (1, 2, 3)"},
};

INSTANTIATE_TEST_SUITE_P(Rows, ToString, testing::ValuesIn(kWritten));

struct Mistake {
  const char* expression;
  const char* message;
};

class Mistakes : public testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, NameThePlaceAndTheRemedy) {
  const Result<Filter> filter = Filter::parse(GetParam().expression, {.now = kNow});
  ASSERT_FALSE(filter.has_value()) << GetParam().expression;
  EXPECT_EQ(filter.error().code, Code::InvalidInput);
  EXPECT_THAT(filter.error().message, StartsWith(GetParam().message));
}

constexpr Mistake kMistakes[] = {
    {"", "column 1: the expression is empty"},
    {"  ", "column 3: the expression is empty"},
    {"latency > 'abc'",
     "column 11: latency is compared with a time span such as 250ms or 2s, not 'abc'"},
    {"latency > 2", "column 11: latency is compared with a time span such as 250ms or 2s, not '2'"},
    {"latency = now", "column 11: latency is compared with a time span"},
    {"status = okay",
     "column 10: status is compared with one of unknown, ok, error, cancelled, pending, not "
     "'okay'"},
    {"kind = generation", "column 8: kind is compared with one of span, llm, embedding"},
    {"cost > cheap", "column 8: cost is compared with an amount such as 0.01, not 'cheap'"},
    {"input_tokens > 0.5", "column 16: input_tokens is compared with a whole number such as 100"},
    {"refusal = yes", "column 11: refusal is compared with true or false, not 'yes'"},
    {"start_time > yesterday", "column 14: start_time is compared with a time such as 2026-11-01"},
    {"start_time > now - 5", "column 20: expected a time span such as 24h or 7d, not '5'"},
    {"start_time > now - 9000000w", "column 14: start_time is compared with a time"},
    {"start_time > 2026-13-01", "column 14: start_time is compared with a time"},
    {"modle = a", "column 1: there is no field 'modle'; did you mean model?"},
    {"latancy > 2s", "column 1: there is no field 'latancy'; did you mean latency?"},
    {"zzzzz = a", "column 1: there is no field 'zzzzz'\n"},
    {"attributes = a", "column 1: attributes is a map; name one, as in attributes.team"},
    {"attributes. = a", "column 1: there is no field 'attributes.'; did you mean attributes?"},
    {"model > a", "column 7: model has no order; use =, != or in"},
    {"status < ok", "column 8: status has no order"},
    {"attributes.x > a", "column 14: '>' compares an attribute with a number, such as 0.5"},
    {"latency ~ 2s", "column 9: '~' applies to texts; latency is compared with a time span"},
    {"kind contains l", "column 6: 'contains' applies to texts"},
    {"model ~ '('", "column 9: the pattern is not valid: missing )"},
    {"model = ''", "column 9: an empty text counts as null; write: model is null"},
    {"model = null", "column 9: null is tested with: model is null"},
    {"model is ok", "column 10: expected null after 'is', not 'ok'"},
    {"model",
     "column 6: expected a comparison after model, such as =, in, or is null, not the end"},
    {"model gpt", "column 7: expected a comparison after model"},
    {"model =", "column 8: expected a value, not the end"},
    {"model = )", "column 9: expected a value, not ')'"},
    {"model in a", "column 10: expected a list such as ('a', 'b'), not 'a'"},
    {"model in ()", "column 11: expected a value, not ')'"},
    {"model in (a b)", "column 13: expected ',' or ')', not 'b'"},
    {"model not a", "column 7: expected in or contains after 'not', not 'a'"},
    {"(model = a", "column 11: expected ')' to close the '(' of column 1, not the end"},
    {"model = a)", "column 10: expected and, or, or the end, not ')'"},
    {"model = a model = b", "column 11: expected and, or, or the end, not 'model'"},
    {"and", "column 1: expected a field, not 'and'"},
    {"model = a and", "column 14: expected a field, not the end"},
    {"'gpt' = model", "column 1: expected a field, not the text 'gpt'; the field comes first"},
    {"model == a", "column 7: '==' is written = here"},
    {"refusal && refusal", "column 9: '&&' is written and here"},
    {"!refusal", "column 1: '!' is written not here"},
    {"model <> a", "column 7: '<>' is written != here"},
    {"model = 'abc", "column 9: the text that starts here has no closing quote"},
    {"model = a;", "column 10: unexpected ';'"},
    {"model = \x01", "column 9: unexpected control character 0x01"},
    {"model = \xff", "column 1: the expression is not valid UTF-8"},
    {"category = 客服 x", "column 15: expected and, or, or the end"},
};
INSTANTIATE_TEST_SUITE_P(Rows, Mistakes, testing::ValuesIn(kMistakes));

std::string message_of(const std::string& text) {
  const Result<Filter> filter = Filter::parse(text, {.now = kNow});
  return filter ? "" : filter.error().message;
}

TEST(Filter, DrawsACaretBelowTheMistake) {
  EXPECT_EQ(message_of("latency > 'abc'"),
            "column 11: latency is compared with a time span such as 250ms or 2s, not 'abc'\n"
            "  latency > 'abc'\n"
            "            ^");
}

TEST(Filter, ShortensALongValueBetweenCharacters) {
  std::string name = "x";  // Puts the cut at byte 40 inside a character of three bytes.
  for (int i = 0; i < 20; ++i) name += "客";
  std::string shown = "x";
  for (int i = 0; i < 13; ++i) shown += "客";
  EXPECT_THAT(message_of("latency > " + name), HasSubstr("not '" + shown.substr(0, 40) + "'..."));
  EXPECT_THAT(message_of("latency > y" + name),
              HasSubstr("not 'yx" + shown.substr(1, 36) + "'..."));
}

TEST(Filter, ShowsOnlyThePartOfALongExpressionThatMatters) {
  const std::string message =
      message_of(std::string(200, ' ') + "modle = a" + std::string(200, ' '));
  EXPECT_EQ(message, "column 201: there is no field 'modle'; did you mean model?\n  ..." +
                         std::string(30, ' ') + "modle = a" + std::string(21, ' ') + "...\n" +
                         std::string(35, ' ') + "^");
}

TEST(Filter, RefusesWhatExceedsItsBounds) {
  const auto repeat = [](std::string_view part, size_t count) {
    std::string text;
    for (size_t i = 0; i < count; ++i) text += part;
    return text;
  };
  EXPECT_EQ(message_of(repeat(" ", 16'384 - 7) + "refusal"), "");
  EXPECT_THAT(message_of(repeat(" ", 16'384 - 6) + "refusal"),
              StartsWith("column 1: the expression is 16385 bytes long, limit is 16384"));
  EXPECT_EQ(message_of(repeat("(", 64) + "refusal" + repeat(")", 64)), "");
  EXPECT_THAT(message_of(repeat("(", 65) + "refusal" + repeat(")", 65)),
              StartsWith("column 65: the expression is nested deeper than 64 levels"));
  EXPECT_THAT(message_of(repeat("not ", 65) + "refusal"), StartsWith("column 257: the expression"));
  EXPECT_EQ(message_of("model in (a" + repeat(",a", 999) + ")"), "");
  EXPECT_THAT(message_of("model in (a" + repeat(",a", 1000) + ")"),
              StartsWith("column 2011: the list has more than 1000 items"));
}

TEST(Filter, SiblingsDoNotCountAsDepth) {
  std::string text = "(refusal)";
  for (int i = 0; i < 200; ++i) text += " or (refusal)";
  EXPECT_EQ(message_of(text), "");
}

const FieldCatalog& metrics() {
  static const FieldCatalog kMetrics{.fields = {{"count", "", ValueType::Count},
                                                {"success_rate", "", ValueType::Number},
                                                {"p95", "latency_p95", ValueType::Duration},
                                                {"cost", "", ValueType::Money}}};
  return kMetrics;
}

Truth on_metrics(std::string_view text) {
  const Result<Filter> filter = Filter::parse(text, {}, metrics());
  if (!filter) throw std::runtime_error(filter.error().message);
  return filter->evaluate([](std::string_view name) -> std::optional<double> {
    if (name == "count") return 12;
    if (name == "success_rate") return 0.93;
    if (name == "p95") return 2'500'000;
    return std::nullopt;
  });
}

TEST(FilterOverMetrics, ComparesInTheUnitOfTheMetric) {
  EXPECT_EQ(on_metrics("success_rate < 0.95"), kTrue);
  EXPECT_EQ(on_metrics("success_rate < 93%"), kFalse);
  EXPECT_EQ(on_metrics("p95 > 2s and count > 10"), kTrue);
  EXPECT_EQ(on_metrics("latency_p95 > 3s or count = 12"), kTrue);
  EXPECT_EQ(on_metrics("count in (11, 12)"), kTrue);
  EXPECT_EQ(on_metrics("count != 12"), kFalse);
}

TEST(FilterOverMetrics, DoesNotFireOnAMetricThatIsUnknown) {
  EXPECT_EQ(on_metrics("cost > 0.5"), kUnknown);
  EXPECT_EQ(on_metrics("cost is null"), kTrue);
  EXPECT_EQ(on_metrics("cost > 0.5 or count > 10"), kTrue);
}

TEST(FilterOverMetrics, KnowsNoFieldsOfSpans) {
  const auto error = [](std::string_view text) {
    return Filter::parse(text, {}, metrics()).error().message;
  };
  EXPECT_THAT(error("model = a"), StartsWith("column 1: there is no field 'model'\n"));
  EXPECT_THAT(error("attributes.x = a"), StartsWith("column 1: there is no field 'attributes.x'"));
  EXPECT_THAT(error("sucess_rate < 1"), StartsWith("column 1: there is no field 'sucess_rate'; "
                                                   "did you mean success_rate?"));
}

}  // namespace
}  // namespace sonde
