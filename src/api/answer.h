// Errors and small answers as the clients of each protocol read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "base/result.h"

namespace sonde {

// How a route words its errors.
enum class ErrorForm : uint8_t {
  Sonde,     // {"error": {"code", "message", "request_id"}}
  Langfuse,  // {"message", "error"}
  Otlp,      // google.rpc.Status, as JSON or protobuf: as the request was.
};

// The one table of errors and HTTP statuses: 400, 404, 413, 429, 503 and 500.
unsigned status_of(Code code);

// 429 and 503 say when to come again: soon, since clients give up after seconds (1 is what the
// shortest of them wait).
Response error_answer(ErrorForm form, const Request& request, unsigned status,
                      std::string_view message);
Response error_answer(ErrorForm form, const Request& request, const Error& error);

Response json_answer(std::string body, unsigned status = 200);

// The parameter "limit"; where it was not sent, `unsent`. Fails with InvalidInput on anything but 1
// to `max`.
Result<uint64_t> parse_limit(const std::optional<std::string>& text, uint64_t unsent, uint64_t max);

// Whether the request's body is protobuf by its Content-Type.
bool is_protobuf(const Request& request);

}  // namespace sonde
