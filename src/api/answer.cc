#include "api/answer.h"

#include <charconv>
#include <protozero/pbf_writer.hpp>

#include "report/json_writer.h"

namespace sonde {
namespace {

struct ErrorRow {
  unsigned status;
  std::string_view code;      // In our own errors.
  std::string_view langfuse;  // In Langfuse's.
  unsigned grpc;              // In OTLP's: google.rpc.Code.
};

constexpr ErrorRow kErrors[] = {
    {400, "invalid_input", "InvalidRequestError", 3},
    {401, "unauthenticated", "UnauthorizedError", 16},
    {403, "forbidden", "ForbiddenError", 7},
    {404, "not_found", "LangfuseNotFoundError", 5},
    {405, "method_not_allowed", "MethodNotAllowedError", 12},
    {413, "too_large", "PayloadTooLargeError", 3},
    {415, "unsupported_media_type", "UnsupportedMediaTypeError", 3},
    {429, "overloaded", "RateLimitError", 8},
    {500, "internal", "InternalServerError", 13},
    {503, "unavailable", "ServiceUnavailableError", 14},
};

const ErrorRow& row_of(unsigned status) {
  for (const ErrorRow& row : kErrors) {
    if (row.status == status) return row;
  }
  return kErrors[8];
}

std::string langfuse_error(std::string_view message, const ErrorRow& row) {
  JsonWriter json;
  json.begin_object();
  json.field("message", message);
  json.field("error", row.langfuse);
  json.end_object();
  return json.take();
}

std::string otlp_json_error(std::string_view message, const ErrorRow& row) {
  JsonWriter json;
  json.begin_object();
  json.field("code", uint64_t{row.grpc});
  json.field("message", message);
  json.end_object();
  return json.take();
}

// google.rpc.Status: 1 the code, 2 the message.
std::string otlp_protobuf_error(std::string_view message, const ErrorRow& row) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  writer.add_int32(1, static_cast<int32_t>(row.grpc));
  writer.add_string(2, message.data(), message.size());
  return bytes;
}

}  // namespace

unsigned status_of(Code code) {
  switch (code) {
    case Code::InvalidInput:
      return 400;
    case Code::NotFound:
      return 404;
    case Code::TooLarge:
      return 413;
    case Code::Overloaded:
      return 429;
    case Code::Unavailable:
      return 503;
    case Code::Internal:
      return 500;
  }
  return 500;
}

Response error_answer(ErrorForm form, const Request& request, unsigned status,
                      std::string_view message) {
  const ErrorRow& row = row_of(status);
  Response response;
  if (form == ErrorForm::Sonde) {
    response = refusal(status, row.code, message, request.id);
  } else if (form == ErrorForm::Langfuse) {
    response.body = langfuse_error(message, row);
  } else if (is_protobuf(request)) {
    response.content_type = "application/x-protobuf";
    response.body = otlp_protobuf_error(message, row);
  } else {
    response.body = otlp_json_error(message, row);
  }
  response.status = status;
  if (status == 429 || status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response error_answer(ErrorForm form, const Request& request, const Error& error) {
  return error_answer(form, request, status_of(error.code), error.message);
}

Response json_answer(std::string body, unsigned status) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Result<uint64_t> parse_limit(const std::optional<std::string>& text, uint64_t unsent,
                             uint64_t max) {
  if (!text) return unsent;
  uint64_t limit = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, limit);
  if (error != std::errc{} || stop != end || limit == 0 || limit > max)
    return fail(Code::InvalidInput, "limit is '{}', but takes 1 to {}", *text, max);
  return limit;
}

bool is_protobuf(const Request& request) {
  const std::string_view type = request.header("content-type");
  return type.starts_with("application/x-protobuf") || type.starts_with("application/protobuf");
}

}  // namespace sonde
