// Google's own library writes the requests, reads them back and turns them into OTLP/JSON: the
// oracle for ours.
#include "sources/otlp/protobuf.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <otlp.pb.h>

#include <limits>
#include <random>

#include "model/span_json.h"
#include "sources/otlp/otlp.h"
#include "sources/provider/reading_test.h"

namespace sonde {
namespace {

// The oracle says on standard error what it refuses.
const google::protobuf::LogSilencer kSilencer;

using otlp_oracle::AnyValue;
using otlp_oracle::ExportLogsServiceRequest;
using otlp_oracle::ExportMetricsServiceRequest;
using otlp_oracle::ExportTraceServiceRequest;
using otlp_oracle::KeyValue;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string json_of(const google::protobuf::Message& message) {
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &json).ok());
  return json;
}

std::vector<std::string> texts_of(const Reading& reading) {
  std::vector<std::string> texts;
  for (const Span& span : reading.spans) texts.push_back(to_json(span));
  return texts;
}

std::string attribute(const Span& span, std::string_view key) {
  for (const Attribute& attribute : span.attributes) {
    if (attribute.key == key) return attribute.value;
  }
  return "(none)";
}

// Makes messages in which every field is there or not, with values of every kind.
class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  ExportTraceServiceRequest traces() {
    ExportTraceServiceRequest request;
    for (unsigned i = below(3); i > 0; --i) {
      auto& group = *request.add_resource_spans();
      if (chance()) attributes(*group.mutable_resource()->mutable_attributes(), true);
      for (unsigned k = below(3); k > 0; --k) {
        auto& scope = *group.add_scope_spans();
        if (chance()) scope.mutable_scope()->set_name(text());
        if (chance()) scope.mutable_scope()->set_version(text());
        if (chance()) scope.set_schema_url(text());
        for (unsigned n = below(4); n > 0; --n) fill(*scope.add_spans());
      }
    }
    return request;
  }

  ExportLogsServiceRequest logs() {
    ExportLogsServiceRequest request;
    auto& scope = *request.add_resource_logs()->add_scope_logs();
    for (unsigned n = below(6); n > 0; --n) {
      auto& record = *scope.add_log_records();
      if (chance()) record.set_time_unix_nano(random_());
      if (chance()) record.set_severity_number(9);
      if (chance()) value(*record.mutable_body(), 0);
      attributes(*record.mutable_attributes(), false);
      record.set_trace_id(id(16));
      record.set_span_id(id(8));
      if (chance()) record.set_event_name("gen_ai.user.message");
    }
    return request;
  }

  unsigned below(unsigned limit) {
    return std::uniform_int_distribution<unsigned>(0, limit - 1)(random_);
  }

 private:
  bool chance() { return below(2) == 0; }

  std::string text() {
    static constexpr const char* kPieces[] = {
        "a",    "user.id", "\n",  "\"", "\\", "\xc3\xa9", "\xe2\x80\xa8", "\xf0\x9f\x98\x80",
        "\x01", " ",       "[1]", "{"};
    std::string result;
    for (unsigned n = below(6); n > 0; --n) result += kPieces[below(std::size(kPieces))];
    if (below(20) == 0) result += std::string(5000, 'x');
    return result;
  }

  // One in eight is empty, one in eight zeros; few, so that spans share traces.
  std::string id(size_t bytes) {
    const unsigned which = below(8);
    if (which == 0) return {};
    return std::string(bytes, which == 1 ? '\0' : static_cast<char>(0x90 + which));
  }

  double number() {
    static constexpr double kNumbers[] = {0.5,
                                          1,
                                          -0.0,
                                          1e21,
                                          1e-7,
                                          0.1,
                                          123456789.25,
                                          std::numeric_limits<double>::quiet_NaN(),
                                          -std::numeric_limits<double>::infinity()};
    return kNumbers[below(std::size(kNumbers))];
  }

  void value(AnyValue& any, unsigned depth) {
    switch (below(depth < 4 ? 9 : 6)) {
      case 0:
        return any.set_string_value(text());
      case 1:
        return any.set_bool_value(chance());
      case 2:
        return any.set_int_value(static_cast<int64_t>(random_()));
      case 3:
        return any.set_double_value(number());
      case 4:
        return any.set_bytes_value(text());
      case 5:
        return;
      case 6:
        return attributes(*any.mutable_kvlist_value()->mutable_values(), false, depth + 1);
      default:
        any.mutable_array_value();
        for (unsigned n = below(4); n > 0; --n) {
          value(*any.mutable_array_value()->add_values(), depth + 1);
        }
    }
  }

  void attributes(google::protobuf::RepeatedPtrField<KeyValue>& into, bool resource,
                  unsigned depth = 0) {
    for (unsigned n = below(5); n > 0; --n) {
      KeyValue& pair = *into.Add();
      static constexpr const char* kKeys[] = {"service.name", "session.id", "a", "event.name"};
      pair.set_key(chance() || resource ? kKeys[below(std::size(kKeys))] : text());
      if (below(8) != 0) value(*pair.mutable_value(), depth);
    }
  }

  void fill(otlp_oracle::Span& span) {
    span.set_trace_id(id(16));
    span.set_span_id(id(8));
    if (chance()) span.set_parent_span_id(id(8));
    if (chance()) span.set_trace_state(text());
    span.set_name(text());
    if (chance()) span.set_start_time_unix_nano(random_() >> below(64));
    if (chance()) span.set_end_time_unix_nano(random_() >> below(64));
    attributes(*span.mutable_attributes(), false);
    for (unsigned n = below(4); n > 0; --n) {
      auto& event = *span.add_events();
      if (chance()) event.set_time_unix_nano(random_());
      event.set_name(chance() ? "chunk" : text());
      attributes(*event.mutable_attributes(), false);
    }
    for (unsigned n = below(3); n > 0; --n) {
      auto& link = *span.add_links();
      link.set_trace_id(id(16));
      link.set_span_id(id(8));
      attributes(*link.mutable_attributes(), false);
    }
    if (chance()) span.mutable_status()->set_message(text());
    if (chance()) {
      span.mutable_status()->set_code(static_cast<otlp_oracle::Status::StatusCode>(below(3)));
    }
    if (chance()) span.set_flags(257);
  }

  std::mt19937_64 random_;
};

TEST(OtlpProtobuf, GivesTheSpansOfTheSameRequestInJson) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    const ExportTraceServiceRequest request = Maker(seed).traces();
    const Reading binary = read_protobuf(request.SerializeAsString());
    ASSERT_FALSE(binary.failed) << seed;
    EXPECT_EQ(binary.rejected, 0U) << seed << ": " << binary.rejection;
    ASSERT_EQ(texts_of(binary), texts_of(read_json(kOtlp, json_of(request)))) << seed;
  }
}

TEST(OtlpProtobuf, GivesTheLogsOfTheSameRequestInJson) {
  ReadOptions options;
  options.strays = Strays::Emit;
  for (unsigned seed = 0; seed < 500; ++seed) {
    const ExportLogsServiceRequest request = Maker(seed).logs();
    const Reading binary = read_protobuf(request.SerializeAsString(), OtlpSignal::Logs, options);
    const Reading text = read_json(kOtlp, json_of(request), options);
    ASSERT_EQ(texts_of(binary), texts_of(text)) << seed;
    ASSERT_EQ(binary.excluded, text.excluded) << seed;
  }
}

// Where the oracle reads damaged bytes, ours gives the spans that it read.
TEST(OtlpProtobuf, ReadsDamagedBytesAsTheOracleDoes) {
  unsigned read = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Maker maker(seed);
    std::string bytes = maker.traces().SerializeAsString();
    if (bytes.empty()) continue;
    bytes[maker.below(static_cast<unsigned>(bytes.size()))] ^=
        static_cast<char>(1U << maker.below(8));
    if (seed % 3 == 0) bytes.resize(maker.below(static_cast<unsigned>(bytes.size())));
    const Reading ours = read_protobuf(bytes);
    ExportTraceServiceRequest oracle;
    if (!oracle.ParseFromString(bytes)) continue;
    // A field that came twice is merged by the oracle; ours takes the last.
    if (oracle.SerializeAsString() != bytes) continue;
    ++read;
    EXPECT_EQ(ours.rejected, 0U) << seed << ": " << ours.rejection;
    ASSERT_EQ(texts_of(ours), texts_of(read_json(kOtlp, json_of(oracle)))) << seed;
  }
  EXPECT_GT(read, 300U);
}

ExportTraceServiceRequest two_spans() {
  ExportTraceServiceRequest request;
  auto& scope = *request.add_resource_spans()->add_scope_spans();
  for (const char* const name : {"first", "second"}) {
    auto& span = *scope.add_spans();
    span.set_trace_id("0123456789abcdef");
    span.set_span_id("01234567");
    span.set_name(name);
    span.set_start_time_unix_nano(1);
  }
  return request;
}

TEST(OtlpProtobuf, LosesOnlyTheSpanWhoseTextIsNotUtf8) {
  std::string bytes = two_spans().SerializeAsString();
  bytes[bytes.find("first")] = '\xff';
  const Reading reading = read_protobuf(bytes);
  ASSERT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(reading.spans[0].name, "second");
  EXPECT_EQ(reading.rejected, 1U);
  // Four headers of two bytes go before the first span's fields.
  EXPECT_EQ(reading.rejection, "span at byte 6: text that is not UTF-8");
}

TEST(OtlpProtobuf, LosesOnlyTheSpanWhoseFieldsAreMalformed) {
  std::string bytes = two_spans().SerializeAsString();
  bytes[bytes.find("first") - 1] = '\x7f';  // The name's length.
  const Reading reading = read_protobuf(bytes);
  ASSERT_THAT(reading.spans, SizeIs(1));
  EXPECT_EQ(reading.spans[0].name, "second");
  EXPECT_EQ(reading.rejection, "span at byte 6: end of buffer exception");
}

TEST(OtlpProtobuf, RefusesBytesWhoseFrameIsBroken) {
  const std::string bytes = two_spans().SerializeAsString();
  const Reading reading = read_protobuf(std::string_view(bytes).substr(0, bytes.size() - 1));
  EXPECT_TRUE(reading.failed);
  EXPECT_EQ(reading.error, "malformed protobuf at byte 0: end of buffer exception");
  EXPECT_THAT(reading.spans, IsEmpty());
  EXPECT_FALSE(read_protobuf("").failed);
}

TEST(OtlpProtobuf, CutsDeepValuesToNullAsJsonDoes) {
  ExportTraceServiceRequest request = two_spans();
  KeyValue& pair = *request.mutable_resource_spans(0)
                        ->mutable_scope_spans(0)
                        ->mutable_spans(0)
                        ->add_attributes();
  pair.set_key("deep");
  AnyValue* value = pair.mutable_value();
  for (int i = 0; i < 80; ++i) value = value->mutable_array_value()->add_values();
  value->set_int_value(1);
  const Reading reading = read_protobuf(request.SerializeAsString());
  // A list at each depth from 0 to 64.
  const std::string cut = std::string(65, '[') + "null" + std::string(65, ']');
  EXPECT_EQ(attribute(reading.spans[0], "deep"), cut);
  std::string json = R"({"intValue":1})";
  for (int i = 0; i < 80; ++i) json = R"({"arrayValue":{"values":[)" + json + "]}}";
  const Reading text = read_json(
      kOtlp, R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"deep","value":)" +
                 json + "}]}]}]}]}");
  EXPECT_EQ(attribute(text.spans[0], "deep"), cut);
}

TEST(OtlpProtobuf, SkipsUnknownFields) {
  ExportTraceServiceRequest request = two_spans();
  auto& span = *request.mutable_resource_spans(0)->mutable_scope_spans(0)->mutable_spans(0);
  auto* const unknown = span.GetReflection()->MutableUnknownFields(&span);
  unknown->AddVarint(900, 7);
  unknown->AddFixed32(901, 7);
  unknown->AddFixed64(902, 7);
  unknown->AddLengthDelimited(903, "new");
  unknown->AddVarint(5, 7);  // The name's number, as another type.
  const Reading reading = read_protobuf(request.SerializeAsString());
  EXPECT_EQ(reading.rejected, 0U);
  EXPECT_THAT(texts_of(reading),
              testing::ElementsAreArray(texts_of(read_protobuf(two_spans().SerializeAsString()))));
}

TEST(OtlpProtobuf, CountsMetricsAndStoresNone) {
  ExportMetricsServiceRequest request;
  auto& scope = *request.add_resource_metrics()->add_scope_metrics();
  scope.add_metrics()->set_name("gen_ai.client.token.usage");
  scope.add_metrics()->set_name("gen_ai.client.operation.duration");
  const Reading reading = read_protobuf(request.SerializeAsString(), OtlpSignal::Metrics);
  EXPECT_THAT(reading.spans, IsEmpty());
  EXPECT_EQ(reading.excluded, 2U);
  EXPECT_EQ(reading.notes.count("metrics carry no prompts"), 1U);
}

TEST(OtlpProtobuf, IsToldByContent) {
  EXPECT_EQ(detect_otlp_protobuf(two_spans().SerializeAsString()), OtlpSignal::Traces);
  ExportLogsServiceRequest logs;
  auto& record = *logs.add_resource_logs()->add_scope_logs()->add_log_records();
  record.set_observed_time_unix_nano(1);
  record.mutable_body()->set_string_value("x");
  EXPECT_EQ(detect_otlp_protobuf(logs.SerializeAsString()), OtlpSignal::Logs);
  ExportMetricsServiceRequest metrics;
  auto& metric = *metrics.add_resource_metrics()->add_scope_metrics()->add_metrics();
  metric.set_name("tokens");
  EXPECT_EQ(detect_otlp_protobuf(metrics.SerializeAsString()), OtlpSignal::Metrics);
  for (const std::string_view other :
       {"", "{\"a\":1}", "\n\x05hello", "category,model\n", "\n\n\n\n"}) {
    EXPECT_EQ(detect_otlp_protobuf(other), std::nullopt) << other;
  }
}

}  // namespace
}  // namespace sonde
