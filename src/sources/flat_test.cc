#include "sources/flat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources/log_reading.h"

namespace sonde {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Flat : public testing::Test {
 protected:
  Result<FlatOutcome> read(std::string_view json,
                           FlatReader::Certainty certainty = FlatReader::Certainty::Certain) {
    const simdjson::padded_string padded(json);
    span.clear();
    return reader.read(padded.data(), padded.size(), units, certainty, span, notes, {});
  }
  // The span of a record that must be readable.
  const Span& span_of(std::string_view json) {
    const auto outcome = read(json);
    EXPECT_TRUE(outcome && *outcome == FlatOutcome::Read) << json;
    return span;
  }

  FlatReader reader{FieldSet::all()};
  FlatUnits units;
  Notes notes;
  Span span;
};

TEST_F(Flat, ReadsTheWorkshopsFiveKeysInMilliseconds) {
  span_of(
      R"({"category":"Food","prompt":"Best dosa?","model":"m","response_time":900,"success":false})");
  EXPECT_EQ(span.source, "workshop");
  EXPECT_EQ(span.category, "Food");
  EXPECT_EQ(span.duration, 900'000);
  EXPECT_EQ(span.status, Status::Error);
  EXPECT_EQ(span.levels, bit(Level::Call) | bit(Level::Message) | bit(Level::Run));
}

TEST_F(Flat, ASixthKeyMakesItAFlatLogOfUnknownUnit) {
  span_of(
      R"({"category":"Food","prompt":"x","model":"m","response_time":900,"success":true,"id":1})");
  EXPECT_EQ(span.source, "flat");
  EXPECT_EQ(span.duration, std::nullopt);
  EXPECT_EQ(span.span_id, "1");
}

TEST_F(Flat, AKeysOwnUnitWinsOverTheFiles) {
  units.unit = TimeUnit::Seconds;
  EXPECT_EQ(span_of(R"({"prompt":"x","latency_ms":250})").duration, 250'000);
  EXPECT_EQ(span_of(R"({"prompt":"x","latency_us":250})").duration, 250);
  EXPECT_EQ(span_of(R"({"prompt":"x","durationMs":250})").duration, 250'000);
  EXPECT_EQ(span_of(R"({"prompt":"x","Response Time":2.5})").duration, 2'500'000);
  EXPECT_EQ(span_of(R"({"prompt":"x","latency":"2.5"})").duration, 2'500'000);
}

TEST_F(Flat, ReadsOutcomesInTheWordsOfManyPrograms) {
  const std::pair<const char*, Status> words[] = {
      {R"("success":true)", Status::Ok},
      {R"("success":"False")", Status::Error},
      {R"("success":1)", Status::Ok},
      {R"("success":0)", Status::Error},
      {R"("success":null)", Status::Unknown},
      {R"("status":"Succeeded")", Status::Ok},
      {R"("status":"FAILED")", Status::Error},
      {R"("status":"stopped")", Status::Cancelled},
      {R"("status":"running")", Status::Pending},
      {R"("status":200)", Status::Ok},
      {R"("status_code":503)", Status::Error},
      {R"("status":"weird")", Status::Unknown},
      {R"("status":{"code":1})", Status::Unknown},
      {R"("status":"weird","error":null)", Status::Unknown},
      {R"("error":null)", Status::Ok},
      {R"("error":"")", Status::Ok},
      {R"("error":false)", Status::Ok},
      {R"("error":"None")", Status::Ok},
      {R"("error":0)", Status::Ok},
      {R"("error":true)", Status::Error},
      {R"("error":"boom")", Status::Error},
      {R"("error":{"message":"boom"})", Status::Error},
      {R"("error":"boom","success":true)", Status::Ok},
      {R"("success":false,"status":"ok")", Status::Error},
      {R"("status":"ok","success":false)", Status::Error},
      {R"("answer":"y")", Status::Unknown},
  };
  for (const auto& [member, status] : words) {
    EXPECT_EQ(span_of("{\"prompt\":\"x\"," + std::string(member) + "}").status, status) << member;
  }
}

TEST_F(Flat, KeepsTheErrorAndItsClass) {
  span_of(R"({"prompt":"x","status":429,"error":"Rate limit reached"})");
  EXPECT_EQ(span.status_message, "Rate limit reached");
  EXPECT_EQ(span.error_class, "rate_limit");
}

TEST_F(Flat, TheAliasFurtherUpWinsInAnyOrder) {
  EXPECT_EQ(span_of(R"({"prompt":"a","input":"b","success":true})").input, "a");
  EXPECT_EQ(span_of(R"({"input":"b","prompt":"a","success":true})").input, "a");
  EXPECT_EQ(span_of(R"({"prompt":"x","model_name":"b","model":"a"})").model, "a");
}

TEST_F(Flat, NullLeavesTheFieldToTheNextAlias) {
  EXPECT_EQ(span_of(R"({"prompt":null,"input":"b","success":true})").input, "b");
  EXPECT_EQ(span_of(R"({"input":"b","prompt":null,"success":true})").input, "b");
  EXPECT_EQ(span.input_form, Form::Text);
  EXPECT_EQ(span_of(R"({"prompt":"x","model":null,"model_name":"b"})").model, "b");
  EXPECT_EQ(span_of(R"({"prompt":"x","success":true,"created_at":"soon","timestamp":1700000000})")
                .start_time,
            1'700'000'000'000'000);
}

TEST_F(Flat, TheLastOfTwoEqualKeysWins) {
  EXPECT_EQ(span_of(R"({"prompt":"a","prompt":"b","success":true})").input, "b");
}

TEST_F(Flat, WrongTypesAreNotedAndCostOnlyTheirField) {
  span_of(
      R"({"prompt":"x","latency_ms":"fast","input_tokens":1.5,"output_tokens":[1],"cost":"free",)"
      R"("created_at":"soon","success":true})");
  EXPECT_EQ(span.duration, std::nullopt);
  EXPECT_EQ(span.input_tokens, std::nullopt);
  EXPECT_EQ(span.output_tokens, std::nullopt);
  EXPECT_EQ(span.cost, std::nullopt);
  EXPECT_EQ(span.start_time, std::nullopt);
  EXPECT_EQ(span.status, Status::Ok);
  EXPECT_THAT(notes, SizeIs(5));
  EXPECT_TRUE(
      notes.contains("values of \"latency_ms\" that are not numbers were taken as unknown"));
}

TEST_F(Flat, HugeNumbersCostOnlyTheirField) {
  span_of(
      R"({"prompt":"x","latency_ms":1e999,"input_tokens":99999999999999999999999,"n":1e999,"success":true})");
  EXPECT_EQ(span.duration, std::nullopt);
  EXPECT_EQ(span.input_tokens, std::nullopt);
  ASSERT_THAT(span.attributes, SizeIs(1));
  EXPECT_EQ(span.attributes[0].value, "1e999");
}

TEST_F(Flat, MalformedRecordsFail) {
  for (const std::string_view json :
       {R"({"prompt":"x" "success":true})", R"({"prompt":"x","success":true)", R"({"prompt":"x)",
        R"({"prompt":"x","success":true} x)", R"({"prompt":"x","latency_ms":1.2.3})",
        "{\"prompt\":\"a\nb\",\"success\":true}", "{\"prompt\":\"\xFF\",\"success\":true}"}) {
    EXPECT_FALSE(read(json)) << json;
  }
}

TEST_F(Flat, UnknownKeysBecomeAttributes) {
  span_of(
      R"({"prompt":"x","success":true,"team":"search","n":7,"deep":{"a":[1, 2]},"none":null,"a\"b":"c"})");
  std::vector<std::pair<std::string, std::string>> found;
  for (const Attribute& a : span.attributes) found.emplace_back(a.key, a.value);
  EXPECT_THAT(found,
              ElementsAre(testing::Pair("team", "search"), testing::Pair("n", "7"),
                          testing::Pair("deep", R"({"a":[1,2]})"), testing::Pair("a\"b", "c")));
}

TEST_F(Flat, ParametersAreAJsonObjectWhateverTheirTypes) {
  const std::string head = R"({"prompt":"x","success":true,)";
  EXPECT_EQ(span_of(head + R"("temperature":0.7,"max_tokens":"256","response_format":"text"})")
                .parameters,
            R"({"temperature":0.7,"max_tokens":256,"response_format":"text"})");
  EXPECT_EQ(span_of(head + R"("temperature":1,"params":{ "top_p" : 1 },"seed":null})").parameters,
            R"({"temperature":1,"top_p":1})");
  EXPECT_EQ(span_of(head + R"("params":{ },"temperature":1})").parameters, R"({"temperature":1})");
  EXPECT_EQ(span_of(head + R"("params":"{\"a\": 1}","temperature":1})").parameters,
            R"({"a":1,"temperature":1})");
  EXPECT_EQ(span_of(head + R"("params":"{broken"})").parameters, "");
}

TEST_F(Flat, SignsOfAnotherFormatPassTheRecordOnWithoutNotes) {
  for (const std::string_view key :
       {"messages", "choices", "trace", "resourceSpans", "body", "from_source"}) {
    const auto outcome =
        read(R"({"prompt":"x","latency":"odd","success":true,")" + std::string(key) + "\":[]}",
             FlatReader::Certainty::Maybe);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(*outcome, FlatOutcome::OtherFormat) << key;
  }
  EXPECT_THAT(notes, IsEmpty());
}

TEST_F(Flat, TooLittleOfACallIsUnknown) {
  for (const std::string_view json :
       {R"({"a":1})", R"({"prompt":"x"})", R"({"model":"m"})", "{}"}) {
    const auto outcome = read(json);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(*outcome, FlatOutcome::Unknown) << json;
  }
}

TEST_F(Flat, LongStringsAndDeepNestingAreRead) {
  const std::string text(200'000, 'x');
  EXPECT_EQ(span_of("{\"prompt\":\"" + text + "\",\"success\":true}").input, text);
  const std::string deep = std::string(400, '[') + std::string(400, ']');
  EXPECT_EQ(
      span_of("{\"prompt\":\"x\",\"success\":true,\"deep\":" + deep + "}").attributes.at(0).value,
      deep);
  EXPECT_EQ(span_of(R"({"prompt":"a\u0000b\u001b😀","success":true})").input,
            std::string("a\0b\x1b\xF0\x9F\x98\x80", 8));
}

TEST_F(Flat, LearnedKeysGiveWhatAFreshReaderGives) {
  const std::string_view records[] = {
      R"({"prompt":"a","latency_ms":1,"success":true})",
      R"({"prompt":"b","latency_ms":2,"success":false,"team":"t"})",
      R"({"prompts":"c","prompt":"d","latency_m":2,"success":false})",
      R"({"latency_ms":1,"prompt":"a","success":true})",
      R"({"a_very_long_key_that_is_not_learned":1,"prompt":"e","ok":true})",
      R"({"a_very_long_key_that_is_not_learneX":1,"prompt":"e","ok":true})",
      R"({"prompt":"a","latency_ms":1,"success":true})",
      R"({"p":"a","latency_ms":1,"success":true})",
      R"({"promp":"a","latency_ms":1,"success":true})",
      R"({"":"a","prompt":"f","success":true})",
  };
  for (const std::string_view first : records) {
    for (const std::string_view second : records) {
      span_of(first);
      const std::string learned = to_json(span_of(second));
      FlatReader fresh(FieldSet::all());
      std::swap(reader, fresh);
      EXPECT_EQ(to_json(span_of(second)), learned) << first << " then " << second;
    }
  }
}

TEST(FlatUnits, AreInferredOnlyWhereSafe) {
  const auto infer = [](std::vector<std::string> values, TimeUnit override = TimeUnit::Infer) {
    std::vector<std::string> records;
    for (const std::string& value : values)
      records.push_back("{\"prompt\":\"x\",\"latency\":" + value + "}");
    const std::vector<std::string_view> views(records.begin(), records.end());
    return infer_flat_units(views, override);
  };
  EXPECT_EQ(infer({"1.2", "3", "0.4"}).unit, TimeUnit::Seconds);
  EXPECT_EQ(infer({"900", "1200", "45000"}).unit, TimeUnit::Milliseconds);
  EXPECT_EQ(infer({"\"900\"", "\"1200\""}).unit, TimeUnit::Milliseconds);
  EXPECT_EQ(infer({"60", "120", "90"}).unit, TimeUnit::Infer);
  EXPECT_THAT(infer({"60", "120", "90"}).sentence, HasSubstr("a median of 90"));
  EXPECT_EQ(infer({"60.5", "120.25", "90.125"}).unit, TimeUnit::Seconds);
  EXPECT_EQ(infer({"900"}, TimeUnit::Seconds).unit, TimeUnit::Seconds);
  EXPECT_EQ(infer({"null", "-4", "0"}).sentence, "");
}

TEST(FlatLog, RecordsOfAnotherFormatGoToItsReader) {
  const LogReading reading =
      read_log(R"({"prompt":"x","success":true})"
               "\n"
               R"({"span_id":"s1","kind":"llm","levels":["call"],"status":"ok","input":"hello"})"
               "\n"
               R"({"prompt":"y","success":true})"
               "\n");
  ASSERT_THAT(reading.spans, SizeIs(3));
  EXPECT_EQ(reading.spans[1].span_id, "s1");
  EXPECT_EQ(reading.report.files[0].sources.at("flat"), 2U);
  EXPECT_EQ(reading.report.files[0].sources.at("span"), 1U);
}

TEST(FlatLog, SpansWrittenByConvertComeBackEqual) {
  const LogReading first = read_log(
      R"({"id":"a","prompt":[{"role":"user","content":"hi"}],"answer":{"b": 1},"latency_ms":1.5,"cost":"0.00012",)"
      R"("temperature":0.5,"input_tokens":3,"feedback":"like","created_at":"2026-07-23T10:00:05.25Z","team":"x"})"
      "\n");
  ASSERT_THAT(first.lines, SizeIs(1));
  const LogReading second = read_log(first.lines[0] + "\n");
  EXPECT_EQ(second.lines, first.lines);
  EXPECT_EQ(second.spans[0].duration, 1500);
  EXPECT_EQ(second.spans[0].cost, 120'000);
}

}  // namespace
}  // namespace sonde
