#include "report/table_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>

#include "report/text_width.h"

namespace sonde {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TableLayout : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr); }

  std::vector<LayoutColumn> columns_ = {{"name", Align::Left, Keep::Always, 6, 2},
                                        {"n", Align::Right, Keep::Always, 0, 1},
                                        {"mean", Align::Right, Keep::First, 0, 1},
                                        {"models", Align::Left, Keep::Second, 8, 2}};
  std::vector<std::vector<Cell>> rows_ = {
      {{"客服 👩‍💻"}, {"12"}, {"1.5 s"}, {"alpha-mini, beta"}},
      {{"e\u0301te\u0301"}, {"3"}, {"200 ms"}, {"alpha-mini"}}};
};

TEST_F(TableLayout, AlignsEmojiCjkAndCombiningMarks) {
  const LaidOut layout = lay_out(columns_, rows_, 80, false);
  EXPECT_EQ(layout.text,
            "name      n    mean  models\n"
            "客服 👩‍💻  12   1.5 s  alpha-mini, beta\n"
            "e\u0301te\u0301       3  200 ms  alpha-mini\n");
  EXPECT_THAT(layout.dropped, IsEmpty());
}

TEST_F(TableLayout, WrapsListsBeforeItDropsColumns) {
  const LaidOut layout = lay_out(columns_, rows_, 33, false);
  EXPECT_EQ(layout.text,
            "name      n    mean  models\n"
            "客服 👩‍💻  12   1.5 s  alpha-mini,\n"
            "                     beta\n"
            "e\u0301te\u0301       3  200 ms  alpha-mini\n");
}

TEST_F(TableLayout, DropsWhatMattersLeastAndSaysSo) {
  EXPECT_THAT(lay_out(columns_, rows_, 24, false).dropped, ElementsAre("mean"));
  EXPECT_THAT(lay_out(columns_, rows_, 14, false).dropped, ElementsAre("mean", "models"));
}

TEST_F(TableLayout, DropsColumnsBeforeItSquashesTheGroupsName) {
  const LaidOut layout = lay_out(columns_, rows_, 20, false);
  EXPECT_THAT(layout.dropped, ElementsAre("mean", "models"));
  EXPECT_THAT(layout.text, HasSubstr("客服 👩‍💻  12"));
}

TEST_F(TableLayout, StaysWithinTheWidth) {
  for (size_t width = 12; width < 60; ++width) {
    const std::string text = lay_out(columns_, rows_, width, false).text;
    for (size_t start = 0; start < text.size(); start = text.find('\n', start) + 1) {
      const std::string line = text.substr(start, text.find('\n', start) - start);
      EXPECT_LE(display_width(line), width) << line;
    }
  }
}

TEST_F(TableLayout, ColoursOnlyWhenAsked) {
  rows_[0][1].tone = Tone::Bad;
  EXPECT_THAT(lay_out(columns_, rows_, 80, true).text, HasSubstr("\x1b[31m12\x1b[0m"));
  EXPECT_EQ(lay_out(columns_, rows_, 80, false).text.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace sonde
