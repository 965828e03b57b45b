#include "analysis/association/call_collector.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "analysis/where.h"

namespace sonde {
namespace {

constexpr int kCalls = 2'000;

Span call_of_user(int number) {
  Span span;
  span.kind = Kind::Llm;
  span.span_id = fmt::format("call {}", number);
  span.session_id = fmt::format("session {}", number / 4);
  span.input = fmt::format("Translate the word number {} into French.", number);
  span.input_form = Form::Text;
  span.location.byte = static_cast<uint64_t>(number) * 100;
  return span;
}

CallTable table_of(const CallLimits& limits) {
  CallCollector collector(limits);
  for (int i = 0; i < kCalls; ++i) {
    const Span span = call_of_user(i);
    collector.add(Execution(span, Outcome::Ok), call_key(span), {});
  }
  return collector.finish();
}

std::set<std::string> ids_of(const CallTable& table) {
  std::set<std::string> ids;
  for (const Call& call : table.calls) ids.insert(call.id);
  return ids;
}

TEST(CallCollector, KeepsWholeSessionsWithinTheLimit) {
  const CallTable table = table_of({.calls_max = 200});
  EXPECT_LE(table.calls.size(), 200U);
  EXPECT_GE(table.calls.size(), 190U);
  EXPECT_DOUBLE_EQ(table.share, static_cast<double>(table.calls.size()) / kCalls);
  std::map<uint64_t, int> sessions;
  for (const Call& call : table.calls) ++sessions[call.session];
  for (const auto& [session, calls] : sessions) EXPECT_EQ(calls, 4);
}

// What is left out early would have been left out in the end.
TEST(CallCollector, KeepsTheSameCallsWhenItKnowsHowManyWillCome) {
  const CallTable plain = table_of({.calls_max = 200});
  for (const uint64_t expected : {uint64_t{500}, uint64_t{1'000}, uint64_t{2'000}}) {
    const CallTable told = table_of({.calls_expected = expected, .calls_max = 200});
    EXPECT_EQ(ids_of(told), ids_of(plain)) << expected;
    EXPECT_EQ(told.share, plain.share);
  }
}

TEST(CallCollector, KeepsASmallerSampleWhenFewerComeThanExpected) {
  const CallTable table = table_of({.calls_expected = 20'000, .calls_max = 200});
  // 1.25 * 200 / 20,000 of the sessions: about 25 calls.
  EXPECT_GE(table.calls.size(), 4U);
  EXPECT_LE(table.calls.size(), 72U);
  EXPECT_DOUBLE_EQ(table.share, static_cast<double>(table.calls.size()) / kCalls);
}

}  // namespace
}  // namespace sonde
