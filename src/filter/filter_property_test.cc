#include <gtest/gtest.h>

#include <random>

#include "filter/filter.h"

namespace sonde {
namespace {

// Strings of fragments that often get past the lexer, and of bytes that never do.
std::string random_expression(std::mt19937& random) {
  constexpr std::string_view kFragments[] = {
      "model", "latency", "refusal",     "status", "cost",       "start_time", "attributes.x",
      "and",   "or",      "not",         "in",     "is",         "null",       "(",
      ")",     ",",       "=",           "!=",     "<",          ">=",         "~",
      "!~",    "ok",      "'a'",         "\"b",    "2s",         "now",        "-",
      "24h",   "0.5",     "100",         "true",   "2026-11-01", "contains",   "\\",
      "客",    "\n",      "attributes.'"};
  std::string text;
  const size_t parts = 1 + random() % 9;
  for (size_t i = 0; i < parts; ++i) {
    if (random() % 16 == 0) {
      text += static_cast<char>(random() % 256);
    } else {
      text += kFragments[random() % std::size(kFragments)];
    }
    if (random() % 8 != 0) text += ' ';
  }
  return text;
}

std::string random_comparison(std::mt19937& random) {
  constexpr std::string_view kValid[] = {
      "model = a",     "latency > 2s",          "refusal",    "feedback != dislike",
      "cost is null",  "status in (ok, error)", "ttft < 1s",  "attributes.x > 0.5",
      "model ~ 'a|b'", "start_time > now - 1h", "kind = llm", "output not contains sorry"};
  return std::string(kValid[random() % std::size(kValid)]);
}

std::string random_tree(std::mt19937& random, int depth) {
  if (depth == 0) return random_comparison(random);
  switch (random() % 4) {
    case 0:
      return "not (" + random_tree(random, depth - 1) + ")";
    case 1:
      return "(" + random_tree(random, depth - 1) + ") and (" + random_tree(random, depth - 1) +
             ")";
    case 2:
      return random_tree(random, depth - 1) + " or " + random_tree(random, depth - 1);
    default:
      return random_comparison(random);
  }
}

// A valid expression that lost or gained something.
std::string damaged_expression(std::mt19937& random) {
  std::string text = random_tree(random, 2);
  const size_t at = random() % text.size();
  if (random() % 2 == 0) return text.erase(at, 1 + random() % 4);
  return text.insert(at, random_expression(random));
}

TEST(FilterProperty, GarbageIsAnErrorOrParsesAgain) {
  std::mt19937 random(1);
  const Span span;
  int parsed = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = i % 2 == 0 ? random_expression(random) : damaged_expression(random);
    const Result<Filter> filter = Filter::parse(text, {});
    if (!filter) {
      ASSERT_TRUE(filter.error().message.starts_with("column ")) << text;
      continue;
    }
    ++parsed;
    filter->evaluate(span);
    const std::string canonical = filter->to_string();
    const Result<Filter> again = Filter::parse(canonical, {});
    ASSERT_TRUE(again.has_value()) << text << "\n" << again.error().message;
    ASSERT_EQ(again->to_string(), canonical) << text;
  }
  EXPECT_GT(parsed, 500);  // Else the fragments no longer exercise the parser.
}

TEST(FilterProperty, TheCanonicalFormHasTheSameTruth) {
  std::mt19937 random(2);
  Span full;
  full.model = "b";
  full.duration = 3'000'000;
  full.refusal = true;
  full.feedback = "dislike";
  full.status = Status::Error;
  full.kind = Kind::Llm;
  full.attributes = {{"x", "0.7"}};
  full.output = "sorry";
  const Span empty;
  for (int i = 0; i < 5'000; ++i) {
    const std::string text = random_tree(random, 4);
    const Filter filter = Filter::parse(text, {.now = 1}).value();
    const Filter again = Filter::parse(filter.to_string(), {.now = 1}).value();
    ASSERT_EQ(filter.evaluate(full), again.evaluate(full)) << text;
    ASSERT_EQ(filter.evaluate(empty), again.evaluate(empty)) << text;
  }
}

TEST(FilterProperty, NegationObeysDeMorgan) {
  std::mt19937 random(3);
  const Span empty;
  for (int i = 0; i < 2'000; ++i) {
    const std::string a = random_tree(random, 2);
    const std::string b = random_tree(random, 2);
    const auto truth = [&](const std::string& text) {
      return Filter::parse(text, {.now = 1}).value().evaluate(empty);
    };
    ASSERT_EQ(truth("not ((" + a + ") and (" + b + "))"),
              truth("not (" + a + ") or not (" + b + ")"));
  }
}

}  // namespace
}  // namespace sonde
