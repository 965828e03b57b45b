#include "analysis/patch.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sonde {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

// What the `patch` program makes of `before`.
std::string applied(std::string_view before, const Patch& patch) {
  std::string folder = (fs::temp_directory_path() / "sonde-patch-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return "no folder";
  const fs::path file = fs::path(folder) / "prompt";
  write(file, before);
  write(fs::path(folder) / "diff", patch.text);
  const std::string command = "patch -s '" + file.string() + "' '" + folder + "/diff' >&2";
  const int status = std::system(command.c_str());
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  fs::remove_all(folder);
  return status == 0 ? text.str() : "patch failed";
}

TEST(DiffPatch, WritesTheUnifiedFormat) {
  EXPECT_EQ(diff_patch("prompt", "a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nX\nf\n").text,
            "--- prompt\n+++ prompt\n@@ -2,5 +2,5 @@\n b\n c\n d\n-e\n+X\n f\n");
}

struct Case {
  const char* before;
  const char* after;
};

class DiffPatches : public testing::TestWithParam<Case> {};

TEST_P(DiffPatches, AreAppliedByPatch) {
  const auto& [before, after] = GetParam();
  EXPECT_EQ(applied(before, diff_patch("prompt", before, after)), after);
}

INSTANTIATE_TEST_SUITE_P(
    All, DiffPatches,
    testing::Values(Case{"a", "a\nb"}, Case{"a\n", "a\nb\n"}, Case{"a\nb", "b"},
                    Case{"a\nb\nc\nd\ne\nf\ng\nh", "new\na\nb\nc\nd\ne\nf\ng\nh"},
                    Case{"a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nd\nE\nf\ng\nh\n"},
                    Case{"same\nsame\nsame", "same\nsame"},
                    Case{"\xE4\xBD\xA0\xE5\xA5\xBD", "\xE4\xBD\xA0\xE5\xA5\xBD\nok"},
                    Case{"one\n\ntwo", "zero\none\n\ntwo\nthree"}));

TEST(ParameterPatch, NamesOldAndNew) {
  EXPECT_EQ(parameter_patch("max_tokens", "512", "1024").text, "max_tokens: 512 -> 1024");
}

}  // namespace
}  // namespace sonde
