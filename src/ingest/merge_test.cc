#include "ingest/merge.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "ingest/json_objects.h"
#include "model/span_json.h"

namespace sonde {
namespace {

// What one event says, at `time`.
FiledSpan event(int64_t time, const std::function<void(Span&)>& say) {
  Span span;
  span.trace_id = span.span_id = "a";
  say(span);
  FiledSpan row = row_of_event(std::move(span));
  row.event_time = time;
  return row;
}

// All that a merged row says, and when.
std::string text_of(const FiledSpan& row) {
  std::string text =
      fmt::format("{} forms {} {} @{}", to_json(row.span), static_cast<int>(row.span.input_form),
                  static_cast<int>(row.span.output_form), row.event_time);
  for (const FieldTime& time : row.field_times)
    text += fmt::format(" {}@{}", time.field, time.time);
  return text;
}

// Merges in every order, also twice; expects one result, and gives it.
FiledSpan merged(const std::vector<FiledSpan>& events) {
  std::vector<size_t> order(events.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::optional<FiledSpan> first;
  do {
    FiledSpan row = events[order[0]];
    for (size_t i = 1; i < order.size(); ++i) merge_into(row, events[order[i]]);
    const std::string before = text_of(row);
    for (const FiledSpan& again : events) {
      EXPECT_FALSE(merge_into(row, again)) << text_of(again) << "\ninto " << before;
      EXPECT_EQ(text_of(row), before);
    }
    if (!first) first = row;
    EXPECT_EQ(text_of(row), text_of(*first));
    // The rest first, then the beginning: in groups.
    FiledSpan rest = events[order.back()];
    for (size_t i = order.size() - 1; i-- > 1;) merge_into(rest, events[order[i]]);
    if (events.size() > 1) {
      FiledSpan whole = events[order[0]];
      merge_into(whole, rest);
      EXPECT_EQ(text_of(whole), text_of(*first));
    }
  } while (std::next_permutation(order.begin(), order.end()));
  return *first;
}

TEST(Merge, TheLatestEventThatHasAFieldSaysIt) {
  const FiledSpan row = merged({
      event(10, [](Span& s) { s.name = "first", s.model = "a", s.input_tokens = 7; }),
      event(20, [](Span& s) { s.name = "second", s.output = "out", s.output_form = Form::Text; }),
      event(30, [](Span& s) { s.model = "b", s.output_tokens = 0; }),
  });
  EXPECT_EQ(row.span.name, "second");
  EXPECT_EQ(row.span.model, "b");
  EXPECT_EQ(row.span.input_tokens, 7);
  EXPECT_EQ(row.span.output_tokens, 0);
  EXPECT_EQ(row.span.output_form, Form::Text);
  EXPECT_EQ(row.event_time, 30);
}

TEST(Merge, TheBeginningNeverChanges) {
  const FiledSpan row = merged({
      event(20, [](Span& s) { s.start_time = 500, s.environment = "production"; }),
      event(10, [](Span& s) { s.start_time = 400, s.environment = "staging"; }),
      event(30, [](Span& s) { s.start_time = 450, s.environment = "test"; }),
      event(5, [](Span&) {}),
  });
  EXPECT_EQ(row.span.start_time, 400);
  EXPECT_EQ(row.span.environment, "staging");
}

TEST(Merge, TagsAreAUnionAndOfOneEventAsSent) {
  EXPECT_EQ(merged({event(1, [](Span& s) { s.tags = "b,a"; }), event(2, [](Span&) {})}).span.tags,
            "b,a");
  EXPECT_EQ(merged({event(1, [](Span& s) { s.tags = "c,a"; }),
                    event(2, [](Span& s) { s.tags = "b,a"; }), event(3, [](Span&) {})})
                .span.tags,
            "a,b,c");
}

TEST(Merge, AttributesAreFieldsOfTheirOwnAndObjectsAreMergedDeep) {
  const FiledSpan row = merged({
      event(10,
            [](Span& s) {
              s.attributes = {{"metadata", R"({"a":{"x":1,"y":1},"b":2})"}};
            }),
      event(20,
            [](Span& s) {
              s.attributes = {{"metadata", R"({"c":[1], "a":{"y":3,"z":{}}})"}, {"k", "1"}};
            }),
      event(30,
            [](Span& s) {
              s.attributes = {{"k", "2"}};
            }),
  });
  ASSERT_EQ(row.span.attributes.size(), 2U);
  EXPECT_EQ(row.span.attributes[0].value, "2");
  EXPECT_EQ(row.span.attributes[1].value, R"({"a":{"x":1,"y":3,"z":{}},"b":2,"c":[1]})");
}

TEST(Merge, NothingReplacesSomething) {
  const FiledSpan row = merged({
      event(10,
            [](Span& s) {
              s.kind = Kind::Llm, s.status = Status::Ok, s.cost = 5, s.currency = "USD";
              s.refusal = false;
              s.attributes = {{"m", R"({"a":1})"}};
            }),
      event(20,
            [](Span& s) {
              s.attributes = {{"m", "{}"}};
            }),
      event(30, [](Span&) {}),
  });
  EXPECT_EQ(row.span.kind, Kind::Llm);
  EXPECT_EQ(row.span.status, Status::Ok);
  EXPECT_EQ(row.span.cost, 5);
  EXPECT_EQ(row.span.refusal, false);
  EXPECT_EQ(row.span.attributes[0].value, R"({"a":1})");
}

TEST(Merge, AnEmptyAnswerIsOneUntilThereIsAnother) {
  const auto nothing = event(10, [](Span&) {});
  const auto empty = event(20, [](Span& s) { s.output_form = Form::Text; });
  const auto answer = event(5, [](Span& s) { s.output = "[]", s.output_form = Form::Messages; });
  EXPECT_EQ(merged({nothing, empty}).span.output_form, Form::Text);
  EXPECT_EQ(merged({nothing, empty, answer}).span.output_form, Form::Messages);
}

TEST(Merge, CostBringsItsCurrencyAndOrigin) {
  const FiledSpan row = merged({
      event(10, [](Span& s) { s.cost = 5, s.currency = "USD", s.cost_origin = "computed"; }),
      event(20, [](Span& s) { s.cost = 9, s.currency = "RMB"; }),
  });
  EXPECT_EQ(row.span.cost, 9);
  EXPECT_EQ(row.span.currency, "RMB");
  EXPECT_EQ(row.span.cost_origin, "");
}

TEST(Merge, OfTwoAtOneTimeTheFinalStatusAndTheLongerTextStay) {
  const FiledSpan row = merged({
      event(0, [](Span& s) { s.status = Status::Ok, s.output = "whole answer"; }),
      event(0, [](Span& s) { s.status = Status::Pending, s.output = "zzz"; }),
      event(0, [](Span& s) { s.status = Status::Unknown, s.levels = bit(Level::Call); }),
  });
  EXPECT_EQ(row.span.status, Status::Ok);
  EXPECT_EQ(row.span.output, "whole answer");
  EXPECT_EQ(row.span.levels, bit(Level::Call));
}

// A late event that is older than one merged already, but newer than what said a field.
TEST(Merge, AFieldIsAsOldAsTheEventThatSaidItNotAsTheRow) {
  const FiledSpan row = merged({
      event(10, [](Span& s) { s.name = "first"; }),
      event(30, [](Span& s) { s.model = "m"; }),
      event(20, [](Span& s) { s.name = "second"; }),
  });
  EXPECT_EQ(row.span.name, "second");
}

TEST(Merge, AnEventIsSaidWhenItsSpanEndsElseWhenItStarts) {
  Span span;
  EXPECT_EQ(row_of_event(span).event_time, 0);
  span.duration = 5;
  EXPECT_EQ(row_of_event(span).event_time, 0);
  span.start_time = 100;
  EXPECT_EQ(row_of_event(span).event_time, 105);
  span.duration = INT64_MAX;
  EXPECT_EQ(row_of_event(span).event_time, 100);
}

TEST(JsonObjects, OnlyObjectsAreMerged) {
  EXPECT_EQ(merged_objects("{}", "[1]", Newer::Right), std::nullopt);
  EXPECT_EQ(merged_objects("{\"a\":", "{}", Newer::Right), std::nullopt);
  EXPECT_EQ(*merged_objects(R"({"q\"\n":1})", R"({"a":null})", Newer::Left),
            R"({"a":null,"q\"\u000a":1})");
}

TEST(Merge, MeasuresAnEndThatCameWithoutItsStart) {
  const FiledSpan create = event(1'000'000, [](Span& span) { span.start_time = 1'000'000; });
  const FiledSpan update = event(3'000'000, [](Span& span) {
    span.attributes = {{"langfuse.observation.completion_start_time", "1970-01-01T00:00:01.5Z"},
                       {"langfuse.observation.end_time", "1970-01-01T00:00:03Z"}};
  });
  const FiledSpan again = event(2'000'000, [](Span& span) {
    span.start_time = 1'000'000;
    span.duration = 1'000'000;
  });
  EXPECT_EQ(merged({create, update}).span.duration, 2'000'000);
  EXPECT_EQ(merged({create, update}).span.time_to_first_token, 500'000);
  EXPECT_EQ(merged({create, update, again}).span.duration, 2'000'000);
  EXPECT_EQ(row_of_event(update.span).event_time, 3'000'000);
}

}  // namespace
}  // namespace sonde
