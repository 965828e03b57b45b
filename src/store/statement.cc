#include "store/statement.h"

#include <algorithm>
#include <string>
#include <vector>

namespace sonde {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Where what begins at `at` ends, when it is a quoted text or a comment; else `at`.
size_t end_of_quiet(std::string_view sql, size_t at) {
  const std::string_view rest = sql.substr(at);
  const auto behind = [&](std::string_view end, size_t skip) {
    const size_t found = sql.find(end, at + skip);
    return found == std::string_view::npos ? sql.size() : found + end.size();
  };
  if (rest.starts_with("--") || rest.starts_with("#!") || rest.starts_with("# "))
    return behind("\n", 1);
  if (rest.starts_with("/*")) return behind("*/", 2);
  const char quote = rest.front();
  if (quote != '\'' && quote != '"' && quote != '`') return at;
  for (size_t i = at + 1; i < sql.size(); ++i) {
    if (sql[i] == '\\') {
      ++i;
    } else if (sql[i] == quote) {
      return i + 1;
    }
  }
  return sql.size();
}

// In lower case, in order.
std::vector<std::string> words_of(std::string_view sql) {
  std::vector<std::string> words;
  for (size_t at = 0; at < sql.size();) {
    if (const size_t end = end_of_quiet(sql, at); end > at) {
      at = end;
      continue;
    }
    size_t end = at;
    while (end < sql.size() && is_word(sql[end])) ++end;
    if (end == at) {
      ++at;
      continue;
    }
    std::string word(sql.substr(at, end - at));
    for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    words.push_back(std::move(word));
    at = end;
  }
  return words;
}

}  // namespace

Result<> check_reads_only(std::string_view sql) {
  const std::vector<std::string> words = words_of(sql);
  if (words.empty()) return fail(Code::InvalidInput, "the statement is empty");
  const auto into = std::adjacent_find(
      words.begin(), words.end(),
      [](const std::string& a, const std::string& b) { return a == "into" && b == "outfile"; });
  if (into == words.end()) return {};
  return fail(Code::InvalidInput,
              "INTO OUTFILE is not allowed: write standard output to a file instead");
}

}  // namespace sonde
