#include "filter/category_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace sonde {
namespace {

using testing::HasSubstr;

class CategoryMapTest : public testing::Test {
 protected:
  ~CategoryMapTest() override { std::remove(path_.c_str()); }
  Result<CategoryMap> load(std::string_view toml) {
    std::ofstream(path_) << toml;
    return CategoryMap::load(path_, ParseContext{});
  }
  std::string error_of(std::string_view toml) {
    const auto map = load(toml);
    return map ? "none" : map.error().message;
  }
  std::string path_ = testing::TempDir() + "sonde-map-" + std::to_string(::getpid()) + ".toml";
};

TEST_F(CategoryMapTest, TheFirstRuleThatMatchesWins) {
  const auto map = load(
      "default = \"Other\"\n"
      "[[rule]]\ncategory = \"Billing\"\nwhere = \"input ~ 'invoice'\"\n"
      "[[rule]]\ncategory = \"Text\"\nwhere = \"input is not null\"\n");
  ASSERT_TRUE(map) << map.error().message;
  const auto category = [&](const char* input) {
    Span span;
    span.input = input;
    map->apply(span);
    return span.category;
  };
  EXPECT_EQ(category("my invoice"), "Billing");
  EXPECT_EQ(category("hello"), "Text");
  EXPECT_EQ(category(""), "Other");
  EXPECT_TRUE(map->fields().has(Field::Input));
  EXPECT_FALSE(map->fields().has(Field::Output));
}

TEST_F(CategoryMapTest, WithoutADefaultTheLogsOwnCategoryStays) {
  const auto map = load("[[rule]]\ncategory = \"A\"\nwhere = \"model = 'm'\"\n");
  ASSERT_TRUE(map) << map.error().message;
  Span span;
  span.category = "mine";
  map->apply(span);
  EXPECT_EQ(span.category, "mine");
}

TEST_F(CategoryMapTest, ErrorsNameFileAndLine) {
  const std::string rule = "[[rule]]\ncategory = \"A\"\nwhere = \"model = 'm'\"\n";
  EXPECT_THAT(error_of(rule + "\n[[rule]]\ncategory = \"B\"\n"),
              HasSubstr(path_ + ":5: a [[rule]] needs"));
  EXPECT_THAT(error_of(rule + "[[rule]]\ncategory = \"B\"\nwhere = \"model =\"\n"),
              HasSubstr(path_ + ":4: "));
  EXPECT_THAT(error_of(rule + "[[rule]\n"), HasSubstr(path_ + ":4: "));
  EXPECT_THAT(error_of("defualt = \"x\"\n" + rule), HasSubstr(path_ + ":1: unknown key 'defualt'"));
  EXPECT_THAT(error_of("default = 5\n" + rule), HasSubstr(path_ + ":1: "));
  EXPECT_THAT(error_of("rule = 5\n"), HasSubstr(path_ + ":1: "));
  EXPECT_THAT(error_of(rule + "were = \"x\"\n"), HasSubstr(path_ + ":4: unknown key 'were'"));
  EXPECT_THAT(error_of(""), HasSubstr("no [[rule]]"));
  EXPECT_EQ(CategoryMap::load("/nowhere.toml", ParseContext{}).error().code, Code::NotFound);
}

}  // namespace
}  // namespace sonde
