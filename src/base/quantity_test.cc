#include "base/quantity.h"

#include <gtest/gtest.h>

namespace sonde {
namespace {

TEST(ParseDuration, ReadsEveryUnit) {
  EXPECT_EQ(parse_duration("3us"), 3);
  EXPECT_EQ(parse_duration("250ms"), 250'000);
  EXPECT_EQ(parse_duration("2s"), 2'000'000);
  EXPECT_EQ(parse_duration("1.5m"), 90'000'000);
  EXPECT_EQ(parse_duration("1h"), 3'600'000'000);
  EXPECT_EQ(parse_duration("7d"), 604'800'000'000);
  EXPECT_EQ(parse_duration("1w"), 604'800'000'000);
}

TEST(ParseDuration, RefusesWhatHasNoUnitOrIsNoNumber) {
  for (const char* text : {"", "2", "s", "abc", "2 x", "-2s", "1.2.3s", "2s3", "9000000000w"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(FormatDuration, UsesTheLargestUnitThatDivides) {
  EXPECT_EQ(format_duration(90'000'000), "90s");
  EXPECT_EQ(format_duration(86'400'000'000), "1d");
  EXPECT_EQ(format_duration(1'500), "1500us");
  EXPECT_EQ(format_duration(0), "0us");
}

TEST(ParseBytes, TellsDecimalFromBinaryUnits) {
  EXPECT_EQ(parse_bytes("64MB"), 64'000'000);
  EXPECT_EQ(parse_bytes("64MiB"), 67'108'864);
  EXPECT_EQ(parse_bytes("1.5 gib"), 1'610'612'736);
  EXPECT_EQ(parse_bytes("4096"), 4096);
}

TEST(ParseBytes, RefusesWhatIsNoSize) {
  for (const char* text : {"", "MB", "64M", "-1", "1e6", "99999999999TiB"}) {
    EXPECT_EQ(parse_bytes(text), std::nullopt) << text;
  }
}

TEST(FormatBytes, UsesTheLargestUnitThatDivides) {
  EXPECT_EQ(format_bytes(67'108'864), "64MiB");
  EXPECT_EQ(format_bytes(64'000'000), "64MB");
  EXPECT_EQ(format_bytes(1001), "1001B");
}

}  // namespace
}  // namespace sonde
