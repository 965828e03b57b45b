// What to change: a unified diff of the prompt, a parameter with its old and new value, or an
// action in words where neither can help.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sonde {

struct Patch {
  enum class Kind : uint8_t { Diff, Parameter, Action };
  Kind kind = Kind::Action;
  std::string text;
};

std::string_view to_string(Patch::Kind kind);

// "name: before -> after".
Patch parameter_patch(std::string_view name, std::string_view before, std::string_view after);
Patch action_patch(std::string text);

// A unified diff (--- +++ @@, three lines of context) that turns `before` into `after`; `name` is
// the file name in its header, such as "system prompt". One hunk spans all changes. `patch` applies
// it. Format: https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
Patch diff_patch(std::string_view name, std::string_view before, std::string_view after);

}  // namespace sonde
