#include "analysis/context_window.h"

#include <algorithm>
#include <array>
#include <string>

#include "analysis/text.h"

namespace sonde {
namespace {

struct Window {
  std::string_view prefix;
  int64_t tokens;
};

// From the providers' model pages. Sorted, so that a test can see duplicates.
constexpr std::array kWindows = {
    Window{"claude", 200'000},
    Window{"claude-2.0", 100'000},
    Window{"claude-instant", 100'000},
    Window{"codestral", 32'768},
    Window{"command-r", 128'000},
    Window{"deepseek", 128'000},
    Window{"gemini-1.0", 32'760},
    Window{"gemini-1.5-flash", 1'048'576},
    Window{"gemini-1.5-pro", 2'097'152},
    Window{"gemini-2", 1'048'576},
    Window{"gemini-pro", 32'760},
    Window{"gemma-2", 8'192},
    Window{"gemma2", 8'192},
    Window{"glm-4", 128'000},
    Window{"gpt-3.5-turbo", 16'385},
    Window{"gpt-3.5-turbo-0301", 4'096},
    Window{"gpt-3.5-turbo-0613", 4'096},
    Window{"gpt-4", 8'192},
    Window{"gpt-4-0125", 128'000},
    Window{"gpt-4-1106", 128'000},
    Window{"gpt-4-32k", 32'768},
    Window{"gpt-4-turbo", 128'000},
    Window{"gpt-4-vision", 128'000},
    Window{"gpt-4.1", 1'047'576},
    Window{"gpt-4.5", 128'000},
    Window{"gpt-4o", 128'000},
    Window{"gpt-5", 400'000},
    Window{"llama-2", 4'096},
    Window{"llama-3", 8'192},
    Window{"llama-3.1", 128'000},
    Window{"llama-3.2", 128'000},
    Window{"llama-3.3", 128'000},
    Window{"llama2", 4'096},
    Window{"llama3", 8'192},
    Window{"llama3.1", 128'000},
    Window{"llama3.2", 128'000},
    Window{"llama3.3", 128'000},
    Window{"mistral-7b", 32'768},
    Window{"mistral-large", 128'000},
    Window{"mistral-small", 32'000},
    Window{"mixtral", 32'768},
    Window{"moonshot-v1-128k", 131'072},
    Window{"moonshot-v1-32k", 32'768},
    Window{"moonshot-v1-8k", 8'192},
    Window{"o1", 200'000},
    Window{"o1-mini", 128'000},
    Window{"o1-preview", 128'000},
    Window{"o3", 200'000},
    Window{"o4-mini", 200'000},
    Window{"qwen-max", 32'768},
    Window{"qwen-plus", 131'072},
    Window{"qwen-turbo", 1'000'000},
};
static_assert(std::is_sorted(kWindows.begin(), kWindows.end(),
                             [](const Window& a, const Window& b) { return a.prefix < b.prefix; }));

std::optional<int64_t> longest_prefix(std::string_view name) {
  const Window* best = nullptr;
  for (const Window& window : kWindows) {
    if (!name.starts_with(window.prefix)) continue;
    if (best == nullptr || window.prefix.size() > best->prefix.size()) best = &window;
  }
  return best == nullptr ? std::nullopt : std::optional(best->tokens);
}

}  // namespace

std::optional<int64_t> context_window(std::string_view model) {
  const std::string lower = to_lower(model);
  std::string_view name = lower;
  while (true) {
    if (const auto tokens = longest_prefix(name)) return tokens;
    const size_t cut = name.find_first_of("/.");
    if (cut == std::string_view::npos) return std::nullopt;
    name.remove_prefix(cut + 1);
  }
}

}  // namespace sonde
