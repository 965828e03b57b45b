// Errors are values: every fallible function returns Result<T>, and TRY() passes a failure on.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace sonde {

// What the caller can do about a failure. Each code maps to exactly one HTTP status and one
// exit code (cli/exit_code.h).
enum class Code : uint8_t {
  InvalidInput,  // The request can never succeed; fix it.
  NotFound,
  TooLarge,
  Overloaded,   // Retry later; nothing was stored.
  Unavailable,  // A file, disk or service cannot be reached; retry later.
  Internal,     // Our bug.
};

struct Error {
  Code code;
  std::string message;  // Lowercase, no final dot, names the value and the limit.
};

template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

// Builds the failure branch: return fail(Code::NotFound, "trace {} not found", id);
template <class... Args>
tl::unexpected<Error> fail(Code code, fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

inline void unwrap(Result<>&&) {}
template <class T>
T unwrap(Result<T>&& result) {
  return *std::move(result);
}

// Unwraps a Result, or returns its error from the enclosing function. Only as a whole
// statement or initializer: const Span span = TRY(decode(bytes));
#define TRY(expression)                                        \
  __extension__({                                              \
    auto try_result_ = (expression);                           \
    if (!try_result_) [[unlikely]]                             \
      return ::tl::unexpected(std::move(try_result_).error()); \
    ::sonde::unwrap(std::move(try_result_));                   \
  })

// Aborts on a broken invariant, in every build. Never for user input.
#define CHECK(condition)                                     \
  do {                                                       \
    if (!(condition)) [[unlikely]]                           \
      ::sonde::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace sonde
