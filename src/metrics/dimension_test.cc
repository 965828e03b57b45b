#include "metrics/dimension.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sonde {
namespace {

constexpr int64_t kSecond = 1'000'000;

TEST(Dimension, TimesFollowTheZoneThroughDaylightSaving) {
  // Berlin went from 02:00 to 03:00 on Sunday 2026-03-29 at 01:00 UTC, and back on 2026-10-25.
  const date::time_zone* const berlin = date::locate_zone("Europe/Berlin");
  const auto key = [&](const char* name, int64_t seconds) {
    Span span;
    span.start_time = seconds * kSecond;
    std::string text;
    Dimension::parse(name, berlin)->append(span, text);
    return text;
  };
  EXPECT_EQ(key("hour", 1774745999), "2026-03-29 01:00");  // 00:59:59 UTC.
  EXPECT_EQ(key("hour", 1774746000), "2026-03-29 03:00");  // 01:00:00 UTC.
  EXPECT_EQ(key("hour", 1792886400), "2026-10-25 02:00");  // 00:00 UTC, summer time.
  EXPECT_EQ(key("hour", 1792890000), "2026-10-25 02:00");  // 01:00 UTC, winter time.
  EXPECT_EQ(key("day", 1774735199), "2026-03-28");         // 21:59:59 UTC + 1 h.
  EXPECT_EQ(key("day", 1774738800), "2026-03-29");         // 23:00 UTC + 1 h.
  EXPECT_EQ(key("weekday", 1774738800), "Sunday");
  EXPECT_EQ(key("weekday", 1774735199), "Saturday");
  EXPECT_EQ(key("day", -1), "1970-01-01");  // 1969-12-31 23:59:59 UTC + 1 h.
}

TEST(Dimension, ReadsAttributesAndColumns) {
  Span span;
  span.attributes = {{"team", "search"}, {"a.b", "1"}, {"team", "ads"}};
  span.refusal = true;
  span.app_name = "shop";
  const auto key = [&](const char* name) {
    std::string text;
    Dimension::parse(name, date::locate_zone("UTC"))->append(span, text);
    return text;
  };
  EXPECT_EQ(key("attributes.team"), "ads");
  EXPECT_EQ(key("attributes.a.b"), "1");
  EXPECT_EQ(key("attributes.none"), "");
  EXPECT_EQ(key("refusal"), "true");
  EXPECT_EQ(key("app"), "shop");
  EXPECT_EQ(key("hour"), "");
}

TEST(Dimension, EveryOfferedNameParses) {
  for (const std::string_view name : dimension_names()) {
    EXPECT_TRUE(Dimension::parse(name, date::locate_zone("UTC"))) << name;
  }
}

TEST(Dimension, WrongNamesAreRefusedWithTheNearest) {
  EXPECT_THAT(Dimension::parse("categry", date::locate_zone("UTC")).error().message,
              testing::HasSubstr("did you mean 'category'"));
  EXPECT_FALSE(Dimension::parse("duration", date::locate_zone("UTC")));
}

TEST(Dimension, PromptsAreCutAtACharacter) {
  Span span;
  for (int i = 0; i < 60; ++i) span.system += "é";
  std::string text;
  Dimension::parse("prompt", date::locate_zone("UTC"))->append(span, text);
  EXPECT_EQ(text, span.system.substr(0, 96));
  span.system.insert(0, "x");
  text.clear();
  Dimension::parse("prompt", date::locate_zone("UTC"))->append(span, text);
  EXPECT_EQ(text, span.system.substr(0, 95));
}

}  // namespace
}  // namespace sonde
