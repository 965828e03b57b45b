#include <gtest/gtest.h>

#include "analysis/check.h"
#include "analysis/probe.h"

namespace sonde {
namespace {

using namespace probe;

TEST(VagueWording, CountsTheOpenWords) {
  EXPECT_EQ(evidence(kVagueWording, failed_call("Make it nicer and add some good stuff.")),
            "4 of 8 words leave the wish open (nicer, some, good, stuff); no number, name, form or "
            "material pins it down");
}

TEST(VagueWording, AnAnchorMakesTheSameWordsFine) {
  EXPECT_EQ(
      evidence(kVagueWording, failed_call("Make it nicer and add some good stuff for 12 guests.")),
      "");
}

TEST(VagueWording, ASystemPromptPinsItDown) {
  EXPECT_EQ(evidence(kVagueWording, failed_call("Make it nicer, add some stuff.", "You edit CVs.")),
            "");
}

}  // namespace
}  // namespace sonde
