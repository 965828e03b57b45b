#include "analysis/patch.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace sonde {
namespace {

constexpr size_t kContextLines = 3;

// Lines with their line ends, so that a last line without one differs from one with it.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

void put(std::string& diff, char mark, std::string_view line) {
  diff += mark;
  diff += line;
  if (!line.ends_with('\n')) diff += "\n\\ No newline at end of file\n";
}

std::string range(size_t start, size_t count) {
  // An empty range names the line before it.
  return fmt::format("{},{}", count == 0 ? start : start + 1, count);
}

}  // namespace

std::string_view to_string(Patch::Kind kind) {
  constexpr std::string_view kNames[] = {"diff", "parameter", "action"};
  return kNames[static_cast<size_t>(kind)];
}

Patch parameter_patch(std::string_view name, std::string_view before, std::string_view after) {
  return {Patch::Kind::Parameter, fmt::format("{}: {} -> {}", name, before, after)};
}

Patch action_patch(std::string text) { return {Patch::Kind::Action, std::move(text)}; }

Patch diff_patch(std::string_view name, std::string_view before, std::string_view after) {
  const std::vector<std::string_view> old_lines = lines_of(before);
  const std::vector<std::string_view> new_lines = lines_of(after);
  const auto [old_split, new_split] =
      std::mismatch(old_lines.begin(), old_lines.end(), new_lines.begin(), new_lines.end());
  const auto first = static_cast<size_t>(old_split - old_lines.begin());
  size_t old_end = old_lines.size();
  size_t new_end = new_lines.size();
  while (old_end > first && new_end > first && old_lines[old_end - 1] == new_lines[new_end - 1]) {
    --old_end;
    --new_end;
  }
  const size_t start = first - std::min(first, kContextLines);
  const size_t after_lines = std::min(old_lines.size() - old_end, kContextLines);

  std::string diff = fmt::format("--- {0}\n+++ {0}\n@@ -{1} +{2} @@\n", name,
                                 range(start, old_end + after_lines - start),
                                 range(start, new_end + after_lines - start));
  for (size_t i = start; i < first; ++i) put(diff, ' ', old_lines[i]);
  for (size_t i = first; i < old_end; ++i) put(diff, '-', old_lines[i]);
  for (size_t i = first; i < new_end; ++i) put(diff, '+', new_lines[i]);
  for (size_t i = old_end; i < old_end + after_lines; ++i) put(diff, ' ', old_lines[i]);
  return {Patch::Kind::Diff, std::move(diff)};
}

}  // namespace sonde
