#include "model/span_json.h"

#include <gtest/gtest.h>

namespace sonde {
namespace {

TEST(SpanJson, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(to_json(Span{}), R"({"kind":"span","levels":[],"status":"unknown"})");
}

TEST(SpanJson, WritesExactAmountsAndUnits) {
  Span span;
  span.span_id = "s";
  span.kind = Kind::Llm;
  span.levels = bit(Level::Call) | bit(Level::Run);
  span.status = Status::Ok;
  span.start_time = 1'784'800'805'250'000;
  span.duration = 0;
  span.cost = 120'000;
  span.refusal = false;
  EXPECT_EQ(
      to_json(span),
      R"({"span_id":"s","kind":"llm","levels":["call","run"],"start_time":"2026-07-23T10:00:05.250Z",)"
      R"("duration_us":0,"status":"ok","refusal":false,"cost":"0.00012"})");
}

TEST(SpanJson, IsOneLineHoweverTheContentWasLaidOut) {
  Span span;
  span.input = "{\n  \"a b\": [ 1, \"x\\\" \\n y\" ]\r\n}";
  span.input_form = Form::Json;
  EXPECT_EQ(to_json(span),
            R"({"kind":"span","levels":[],"status":"unknown","input":{"a b":[1,"x\" \n y"]}})");
}

TEST(SpanJson, WritesContentThatIsNoJsonAsText) {
  Span span;
  span.output = "{\"a\": [1, ";
  span.output_form = Form::Json;
  span.parameters = "temperature=1";
  EXPECT_EQ(
      to_json(span),
      R"({"kind":"span","levels":[],"status":"unknown","parameters":"temperature=1","output":"{\"a\": [1, "})");
}

TEST(SpanJson, WritesContentWithAZeroByteAsText) {
  Span span;
  span.input = std::string("0\0[\n\\", 5);
  span.input_form = Form::Json;
  EXPECT_EQ(to_json(span),
            R"({"kind":"span","levels":[],"status":"unknown","input":"0\u0000[\n\\"})");
}

TEST(SpanJson, WritesDeeplyNestedContent) {
  Span span;
  span.input = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  span.input_form = Form::Json;
  EXPECT_EQ(to_json(span).size(),
            std::string_view(R"({"kind":"span","levels":[],"status":"unknown","input":})").size() +
                2'000'000);
}

TEST(SpanJson, ReplacesInvalidUtf8) {
  Span span;
  span.output = "a\xFFz";
  span.attributes = {{"k\xC3", "\xED\xA0\x80"}};
  EXPECT_EQ(to_json(span),
            "{\"kind\":\"span\",\"levels\":[],\"status\":\"unknown\",\"output\":\"a\xEF\xBF\xBDz\","
            "\"attributes\":{\"k\xEF\xBF\xBD\":\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"}}");
}

TEST(Span, ClearForgetsEveryColumn) {
  Span span;
  for (const Column& c : span_columns()) {
    if (const auto* text = std::get_if<TextMember>(&c.member)) span.** text = "x";
    if (const auto* number = std::get_if<NumberMember>(&c.member)) span.** number = 1;
    if (const auto* flag = std::get_if<FlagMember>(&c.member)) span.** flag = true;
  }
  span.kind = Kind::Tool;
  span.status = Status::Ok;
  span.levels = 3;
  span.attributes = {{"a", "b"}};
  span.clear();
  EXPECT_EQ(to_json(span), to_json(Span{}));
  EXPECT_EQ(span.levels, 0);
}

TEST(Columns, AreFoundByNameAndAlias) {
  for (const Column& c : span_columns()) {
    EXPECT_EQ(find_column(c.name), &c);
    EXPECT_EQ(find_column(c.alias.empty() ? c.name : c.alias), &c) << c.alias;
    EXPECT_EQ(&column(c.field), &c);
  }
  EXPECT_EQ(find_column(""), nullptr);
  EXPECT_EQ(find_column("nonsense"), nullptr);
}

}  // namespace
}  // namespace sonde
