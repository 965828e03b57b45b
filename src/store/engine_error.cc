#include "store/engine_error.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace sonde {
namespace {

struct EngineCode {
  int number;  // Of ClickHouse's src/Common/ErrorCodes.cpp.
  Code code;
};

constexpr EngineCode kEngineCodes[] = {
    {74, Code::Unavailable},    // CANNOT_READ_FROM_FILE_DESCRIPTOR
    {75, Code::Unavailable},    // CANNOT_WRITE_TO_FILE_DESCRIPTOR
    {76, Code::Unavailable},    // CANNOT_OPEN_FILE
    {81, Code::NotFound},       // UNKNOWN_DATABASE
    {159, Code::Unavailable},   // TIMEOUT_EXCEEDED
    {202, Code::Overloaded},    // TOO_MANY_SIMULTANEOUS_QUERIES
    {204, Code::Unavailable},   // CANNOT_FSYNC
    {209, Code::Unavailable},   // SOCKET_TIMEOUT
    {210, Code::Unavailable},   // NETWORK_ERROR
    {241, Code::TooLarge},      // MEMORY_LIMIT_EXCEEDED
    {242, Code::Unavailable},   // TABLE_IS_READ_ONLY
    {243, Code::Unavailable},   // NOT_ENOUGH_SPACE
    {252, Code::Overloaded},    // TOO_MANY_PARTS
    {307, Code::TooLarge},      // TOO_MANY_BYTES
    {319, Code::Unavailable},   // UNKNOWN_STATUS_OF_INSERT
    {396, Code::TooLarge},      // TOO_MANY_ROWS_OR_BYTES
    {999, Code::Unavailable},   // KEEPER_EXCEPTION
    {1000, Code::Unavailable},  // POCO_EXCEPTION: files that cannot be written.
    {1001, Code::Unavailable},  // STD_EXCEPTION, likewise.
};

// "... (SYNTAX_ERROR) (version 26.7.2.1)" without what is in the last parentheses.
std::string_view without_frame(std::string_view text) {
  for (const std::string_view exception : {"DB::Exception: ", "DB::ErrnoException: "}) {
    const size_t start = text.find(exception);
    if (start != std::string_view::npos) text.remove_prefix(start + exception.size());
  }
  const size_t version = text.rfind(" (version ");
  if (version != std::string_view::npos) text = text.substr(0, version);
  const size_t name = text.rfind(" (");
  const bool is_name =
      name != std::string_view::npos && text.ends_with(')') &&
      std::all_of(text.begin() + static_cast<std::ptrdiff_t>(name) + 2, text.end() - 1, [](char c) {
        return (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
      });
  if (is_name) text = text.substr(0, name);
  while (text.ends_with('.') || text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

Error engine_error(std::string_view text) {
  constexpr std::string_view kPrefix = "Code: ";
  int number = 0;
  if (text.starts_with(kPrefix)) {
    std::from_chars(text.data() + kPrefix.size(), text.data() + text.size(), number);
  }
  const auto found = std::find_if(std::begin(kEngineCodes), std::end(kEngineCodes),
                                  [&](const EngineCode& row) { return row.number == number; });
  const Code code = found == std::end(kEngineCodes) ? Code::InvalidInput : found->code;
  return {code, std::string(without_frame(text))};
}

}  // namespace sonde
