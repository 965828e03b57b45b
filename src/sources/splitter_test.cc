#include "sources/splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace sonde {
namespace {

// What Splitter promises, one byte at a time and without state but the obvious.
std::vector<std::string> reference(std::string_view text) {
  std::vector<std::string> documents;
  bool in_string = false;
  bool escaped = false;
  bool in_array = false;
  int depth = 0;
  size_t begin = 0;
  const auto gap = [&](size_t end) {
    constexpr std::string_view kFiller(" \n,\r\t\x1e\0", 7);
    while (begin < end && kFiller.find(text[begin]) != std::string_view::npos) ++begin;
    while (begin < end && kFiller.find(text[end - 1]) != std::string_view::npos) --end;
    if (begin < end) documents.emplace_back(text.substr(begin, end - begin));
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool was_escaped = escaped;
    escaped = c == '\\' && !was_escaped;
    if (c == '"' && !was_escaped) in_string = !in_string;
    if (c == '\n') in_string = false;
    if (in_string || c == '"') continue;
    if (c == '{' || c == '[') {
      if (depth == 0) {
        gap(i);
        begin = i;
        if (c == '[' && !in_array) {
          in_array = true;
          begin = i + 1;
          continue;
        }
      }
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) {
        const bool ends_array = in_array && c == ']';
        if (ends_array) in_array = false;
        gap(ends_array ? i : i + 1);
        begin = i + 1;
      } else if (--depth == 0) {
        documents.emplace_back(text.substr(begin, i + 1 - begin));
        begin = i + 1;
      }
    }
  }
  if (depth > 0) {
    documents.emplace_back(text.substr(begin));
  } else {
    gap(text.size());
  }
  return documents;
}

// Scans with the text arriving in pieces that end at `cuts`, dropping what is done in between.
std::vector<std::string> split(std::string_view text, const std::vector<size_t>& cuts = {}) {
  std::vector<std::string> documents;
  Splitter splitter;
  std::string buffer;
  size_t from = 0;
  size_t at = 0;
  const auto take = [&](size_t end, bool is_last) {
    buffer += text.substr(at, end - at);
    at = end;
    std::vector<Extent> extents;
    splitter.scan(buffer.data(), from, buffer.size(), extents);
    if (is_last) splitter.finish(buffer.data(), buffer.size(), extents);
    for (const Extent& e : extents) documents.push_back(buffer.substr(e.begin, e.end - e.begin));
    const size_t done = splitter.open_begin();
    buffer.erase(0, done);
    splitter.drop(done);
    from = buffer.size();
  };
  for (const size_t cut : cuts) take(cut, false);
  take(text.size(), true);
  return documents;
}

using testing::ElementsAre;

TEST(Splitter, TakesAnArrayApartAndFindsConcatenatedDocuments) {
  EXPECT_THAT(split(R"([{"a":[1,{"b":2}]}, {"c":"]}"}] {"d":1}{"e":"\""})"),
              ElementsAre(R"({"a":[1,{"b":2}]})", R"({"c":"]}"})", R"({"d":1})", R"({"e":"\""})"));
}

TEST(Splitter, HandsOutTheUnfinishedDocumentAtTheEnd) {
  EXPECT_THAT(split(R"({"a":1} {"b":[)"), ElementsAre(R"({"a":1})", R"({"b":[)"));
}

TEST(Splitter, HandsOutTheUnfinishedDocumentOnce) {
  Splitter splitter;
  std::vector<Extent> documents;
  splitter.scan("{", 0, 1, documents);
  splitter.finish("{", 1, documents);
  splitter.finish("{", 1, documents);
  EXPECT_EQ(documents.size(), 1U);
}

TEST(Splitter, HandsOutGarbageForTheParserToReject) {
  EXPECT_THAT(split("{}\nTraceback: oops\n{}, x }"),
              ElementsAre("{}", "Traceback: oops", "{}", "x }"));
}

TEST(Splitter, ConfinesALostQuoteToItsLine) {
  EXPECT_THAT(split("{\"a\":\"b}\n}\n{\"c\":\"{\"}\n"),
              ElementsAre("{\"a\":\"b}\n}", R"({"c":"{"})"));
}

TEST(Splitter, PassesOverTheRestOfADocumentThatIsTooLarge) {
  Splitter splitter;
  std::vector<Extent> documents;
  const std::string first = R"([{"a":"x{{{)";
  splitter.scan(first.data(), 0, first.size(), documents);
  splitter.skip_open(first.size());
  splitter.drop(first.size());
  const std::string rest = R"(}}}", "b":{"c":1}}, {"d":1}])";
  splitter.scan(rest.data(), 0, rest.size(), documents);
  ASSERT_EQ(documents.size(), 1U);
  EXPECT_EQ(rest.substr(documents[0].begin, documents[0].end - documents[0].begin), R"({"d":1})");
}

TEST(Splitter, CountsRunsOfBackslashesAcrossTheBlockEdge) {
  for (size_t pad = 40; pad < 80; ++pad) {
    for (size_t run = 0; run < 140; ++run) {
      const std::string text =
          "{\"" + std::string(pad, 'x') + "\":\"" + std::string(run, '\\') + "\"}\"}{\"b\":\"\"}";
      ASSERT_EQ(split(text), reference(text)) << text;
    }
  }
}

class RandomText {
 public:
  explicit RandomText(unsigned seed) : random_(seed) {}

  std::string stream() {
    std::string text;
    for (unsigned i = below(6) + 1; i > 0; --i) {
      switch (below(8)) {
        case 0:
          text += "[";
          for (unsigned n = below(4); n > 0; --n) text += value(2) + (n > 1 ? ",\n" : "");
          text += "]";
          break;
        case 1:
          text += garbage();
          break;
        default:
          text += object(3);
      }
      text += std::string(below(3), below(2) == 0 ? '\n' : ' ');
    }
    return text;
  }

 private:
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

  std::string string() {
    constexpr std::string_view kParts[] = {"a",    "{",    "}",   "[", "]",
                                           "\\\"", "\\\\", "\\n", ",", "é"};
    std::string text = "\"";
    for (unsigned n = below(30); n > 0; --n) {
      if (below(9) == 0) {
        for (unsigned run = below(70); run > 0; --run) text += "\\\\";
      }
      text += kParts[below(std::size(kParts))];
    }
    return text + "\"";
  }

  std::string object(unsigned depth) {
    std::string text = "{";
    for (unsigned n = below(4); n > 0; --n) {
      text += string() + ": " + value(depth) + (n > 1 ? ", " : "");
    }
    return text + "}";
  }

  std::string value(unsigned depth) {
    if (depth == 0 || below(3) == 0) return string();
    if (below(2) == 0) return object(depth - 1);
    return "[" + value(depth - 1) + "," + value(depth - 1) + "]";
  }

  // Nothing, or anything of what JSON is made of.
  std::string garbage() {
    constexpr std::string_view kBytes = "{}[]\"\\ \n,ab";
    std::string text;
    for (unsigned n = below(90); n > 0; --n) text += kBytes[below(kBytes.size())];
    return text;
  }

  std::mt19937 random_;
};

TEST(Splitter, FindsWhatAByteByByteScannerFindsHoweverTheTextIsCut) {
  for (unsigned seed = 0; seed < 120; ++seed) {
    const std::string text = RandomText(seed).stream();
    const auto wanted = reference(text);
    ASSERT_EQ(split(text), wanted) << text;
    for (size_t cut = 0; cut <= text.size(); ++cut) {
      ASSERT_EQ(split(text, {cut}), wanted) << "cut at " << cut << " of " << text;
    }
    for (const size_t step : {1U, 7U, 63U, 64U, 65U}) {
      std::vector<size_t> cuts;
      for (size_t at = step; at < text.size(); at += step) cuts.push_back(at);
      ASSERT_EQ(split(text, cuts), wanted) << "every " << step << " of " << text;
    }
  }
}

TEST(Splitter, WhatTheEndLeavesOpenIsFoundOnce) {
  const std::string_view text = R"([{"a":1},{"b":)";
  Splitter splitter;
  std::vector<Extent> documents;
  splitter.scan(text.data(), 0, text.size(), documents);
  splitter.finish(text.data(), text.size(), documents);
  ASSERT_EQ(documents.size(), 2U);
  EXPECT_EQ(text.substr(documents[1].begin, documents[1].end - documents[1].begin), R"({"b":)");
  // The reader asks again until nothing comes: a second answer made it go on for ever.
  splitter.finish(text.data(), text.size(), documents);
  EXPECT_EQ(documents.size(), 2U);
}

}  // namespace
}  // namespace sonde
