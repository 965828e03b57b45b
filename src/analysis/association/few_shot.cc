#include "analysis/association/few_shot.h"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_set.hpp>
#include <string>
#include <string_view>

#include "analysis/text.h"
#include "base/hash.h"

namespace sonde {
namespace {

// How a line that opens an example begins, in lower case; digits and signs may follow.
constexpr std::array<std::string_view, 12> kOpeners = {
    "example", "### example", "## example", "input:",  "q:",        "question:",
    "user:",   "beispiel",    "exemple",    "ejemplo", "<example>", "示例"};
constexpr size_t kPromptBytesMax = 64 * 1024;

// With what the openers begin: few lines of a prompt do.
bool may_open_example(std::string_view line) {
  return !line.empty() && std::string_view("eE#iIqQuUbB<\xE7").find(line[0]) != line.npos;
}

bool opens_example(std::string_view line) {
  const std::string_view text = trimmed(line);
  if (!may_open_example(text)) return false;
  const std::string head = to_lower(text.substr(0, 24));
  return std::ranges::any_of(kOpeners, [&](std::string_view word) {
    if (!head.starts_with(word)) return false;
    // "Example" alone or with a number or sign; not "Examples of good style are rare".
    const std::string_view rest = std::string_view(head).substr(word.size());
    return rest.empty() || word.back() == ':' || word.back() == '>' ||
           rest.find_first_not_of(" 0123456789.:#)-") == std::string_view::npos ||
           rest.find(':') < 6;
  });
}

// The text without its first line's number, so that "Example 2" with the text of "Example 1" is it.
std::string_view body_of(std::string_view example) {
  const size_t mark = example.find_first_of(":\n");
  return trimmed(mark == std::string_view::npos ? example : example.substr(mark + 1));
}

class Reader {
 public:
  // An example ends where the next begins, or at an empty line.
  void line(std::string_view text, size_t begin, size_t end) {
    const std::string_view row = text.substr(begin, end - begin);
    if (opens_example(row)) {
      close(text, begin);
      start_ = begin;
    } else if (trimmed(row).empty()) {
      close(text, begin);
    }
  }
  void close(std::string_view text, size_t end) {
    if (start_ == std::string_view::npos) return;
    const std::string_view example = text.substr(start_, end - start_);
    start_ = std::string_view::npos;
    const auto tokens = static_cast<uint32_t>(estimated_tokens(example));
    ++found_.count;
    found_.tokens += tokens;
    if (!seen_.insert(hash_bytes(body_of(example))).second) found_.repeated_tokens += tokens;
  }
  const FewShot& found() const { return found_; }

 private:
  size_t start_ = std::string_view::npos;
  boost::unordered_flat_set<uint64_t> seen_;
  FewShot found_;
};

}  // namespace

FewShot few_shot_of(const Execution& execution) {
  const std::string_view text =
      std::string_view(execution.instructions()).substr(0, kPromptBytesMax);
  Reader reader;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    reader.line(text, begin, end);
    begin = end + 1;
  }
  reader.close(text, text.size());
  // One opening word is a heading or the question itself.
  return reader.found().count < 2 ? FewShot{} : reader.found();
}

}  // namespace sonde
