#include "model/finish_reason.h"

#include <gtest/gtest.h>

namespace sonde {
namespace {

TEST(FinishReason, ManyWordsMeanFourReasons) {
  EXPECT_EQ(normal_finish_reason("end_turn"), "stop");
  EXPECT_EQ(normal_finish_reason("MAX_TOKENS"), "length");
  EXPECT_EQ(normal_finish_reason("tool_use"), "tool_calls");
  EXPECT_EQ(normal_finish_reason("SAFETY"), "content_filter");
}

TEST(FinishReason, UnknownWordsAreKept) {
  EXPECT_EQ(normal_finish_reason("Other"), "other");
  EXPECT_EQ(normal_finish_reason(""), "");
}

TEST(FinishReason, WhatHasNotStoppedHasNoReason) {
  EXPECT_EQ(normal_finish_reason("not_finished"), "");
}

}  // namespace
}  // namespace sonde
