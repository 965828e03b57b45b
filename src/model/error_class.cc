#include "model/error_class.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace sonde {
namespace {

constexpr std::array kClasses = {
    ErrorClass{"rate_limit", "too many requests or tokens in a short time"},
    ErrorClass{"quota", "the account has no credit or allowance left"},
    ErrorClass{"timeout", "no answer within the time allowed"},
    ErrorClass{"context_length", "prompt and answer do not fit the context window"},
    ErrorClass{"authentication", "missing, wrong or unauthorized credentials"},
    ErrorClass{"content_filter", "the provider's filter stopped the prompt or the answer"},
    ErrorClass{"invalid_request", "the provider does not accept the request as sent"},
    ErrorClass{"model_not_found", "no such model or deployment"},
    ErrorClass{"server_error", "the provider failed"},
    ErrorClass{"overloaded", "the provider has no capacity at the moment"},
    ErrorClass{"connection", "the provider could not be reached, or hung up"},
    ErrorClass{"tool_error", "a tool, plugin or piece of code failed"},
    ErrorClass{"parse_error", "the answer did not have the form asked for"},
    ErrorClass{"variable_missing", "a variable or input had no value"},
    ErrorClass{"cancelled", "stopped by the user or the application"},
    ErrorClass{"other", "an error that no rule knows"},
    ErrorClass{"unknown", "failed without a message"},
};

struct Rule {
  std::string_view text;  // Lowercase substring of the message.
  std::string_view name;
};

// The first match wins, so a specific text stands above the wrapper that carries it: a plugin's
// "[openai] Bad Request Error, ... maximum context length" is about the context.
constexpr std::array kRules = {
    Rule{"context_length", "context_length"},
    Rule{"maximum context", "context_length"},
    Rule{"context window", "context_length"},
    Rule{"context limit", "context_length"},
    Rule{"context size", "context_length"},
    Rule{"exceed_context", "context_length"},
    Rule{"exceeds the available context", "context_length"},
    Rule{"prompt is too long", "context_length"},
    Rule{"prompt too long", "context_length"},
    Rule{"input is too long", "context_length"},
    Rule{"too many input tokens", "context_length"},
    Rule{"input token count", "context_length"},
    Rule{"input tokens exceed", "context_length"},
    Rule{"exceeds the maximum number of tokens", "context_length"},
    Rule{"maximum number of tokens allowed", "context_length"},
    Rule{"range of input length", "context_length"},
    Rule{"reduce the length of", "context_length"},
    Rule{"maximum prompt length", "context_length"},

    Rule{"insufficient_quota", "quota"},
    Rule{"insufficient quota", "quota"},
    Rule{"insufficient balance", "quota"},
    Rule{"insufficient_balance", "quota"},
    Rule{"exceeded your current quota", "quota"},
    Rule{"credit balance is too low", "quota"},
    Rule{"billing", "quota"},
    Rule{"arrearage", "quota"},
    Rule{"payment required", "quota"},
    Rule{"quotaexceedederror", "quota"},
    Rule{"quota exceeded for model hosting", "quota"},
    Rule{"\xE4\xBD\x99\xE9\xA2\x9D\xE4\xB8\x8D\xE8\xB6\xB3", "quota"},  // Balance insufficient.

    Rule{"rate limit", "rate_limit"},
    Rule{"rate_limit", "rate_limit"},
    Rule{"ratelimit", "rate_limit"},
    Rule{"too many requests", "rate_limit"},
    Rule{"too_many_requests", "rate_limit"},
    Rule{"toomanyrequests", "rate_limit"},
    Rule{"throttl", "rate_limit"},
    Rule{"tokens per min", "rate_limit"},
    Rule{"requests per min", "rate_limit"},
    Rule{"too many tokens", "rate_limit"},
    Rule{"resource_exhausted", "rate_limit"},
    Rule{"resource has been exhausted", "rate_limit"},

    Rule{"content_filter", "content_filter"},
    Rule{"content filter", "content_filter"},
    Rule{"contentfilter", "content_filter"},
    Rule{"content management policy", "content_filter"},
    Rule{"content policy", "content_filter"},
    Rule{"content_policy", "content_filter"},
    Rule{"responsibleaipolicy", "content_filter"},
    Rule{"responsible ai", "content_filter"},
    Rule{"safety system", "content_filter"},
    Rule{"safety settings", "content_filter"},
    Rule{"safety reasons", "content_filter"},
    Rule{"prohibited_content", "content_filter"},
    Rule{"blocked by", "content_filter"},
    Rule{"guardrail", "content_filter"},
    Rule{"data_inspection_failed", "content_filter"},
    Rule{"datainspectionfailed", "content_filter"},
    Rule{"inappropriate content", "content_filter"},
    Rule{"moderation", "content_filter"},

    Rule{"overloaded", "overloaded"},
    Rule{"server is busy", "overloaded"},
    Rule{"no capacity", "overloaded"},
    Rule{"insufficient capacity", "overloaded"},
    Rule{"at capacity", "overloaded"},
    Rule{"modelnotreadyexception", "overloaded"},
    Rule{"serviceunavailableexception", "overloaded"},
    Rule{"currently unavailable", "overloaded"},

    Rule{"timed out", "timeout"},
    Rule{"timeout", "timeout"},
    Rule{"time out", "timeout"},
    Rule{"time-out", "timeout"},
    Rule{"deadline exceeded", "timeout"},
    Rule{"deadline_exceeded", "timeout"},
    Rule{"deadlineexceeded", "timeout"},
    Rule{"execution time limit", "timeout"},
    Rule{"max execution time", "timeout"},
    Rule{"took too long", "timeout"},
    Rule{"\xE8\xB6\x85\xE6\x97\xB6", "timeout"},  // Timeout.

    Rule{"invalid_api_key", "authentication"},
    Rule{"incorrect api key", "authentication"},
    Rule{"invalid api key", "authentication"},
    Rule{"invalid api-key", "authentication"},
    Rule{"api key not valid", "authentication"},
    Rule{"api key expired", "authentication"},
    Rule{"invalid x-api-key", "authentication"},
    Rule{"authentication", "authentication"},
    Rule{"unauthorized", "authentication"},
    Rule{"invokeauthorizationerror", "authentication"},
    Rule{"incorrect model credentials", "authentication"},
    Rule{"credential", "authentication"},
    Rule{"providertokennotiniterror", "authentication"},
    Rule{"permission_denied", "authentication"},
    Rule{"permission denied", "authentication"},
    Rule{"permission_error", "authentication"},
    Rule{"access denied", "authentication"},
    Rule{"accessdenied", "authentication"},
    Rule{"unrecognizedclientexception", "authentication"},
    Rule{"security token", "authentication"},
    Rule{"token has expired", "authentication"},
    Rule{"expiredtoken", "authentication"},
    Rule{"forbidden", "authentication"},

    Rule{"model_not_found", "model_not_found"},
    Rule{"model not found", "model_not_found"},
    Rule{"model_not_exist", "model_not_found"},
    Rule{"modelnotfound", "model_not_found"},
    Rule{"model not exist", "model_not_found"},
    Rule{"model does not exist", "model_not_found"},
    Rule{"unknown model", "model_not_found"},
    Rule{"no such model", "model_not_found"},
    Rule{"deploymentnotfound", "model_not_found"},
    Rule{"the api deployment for this resource does not exist", "model_not_found"},
    Rule{"is not found for api version", "model_not_found"},
    Rule{"model identifier is invalid", "model_not_found"},
    Rule{"could not resolve the foundation model", "model_not_found"},
    Rule{"modelcurrentlynotsupport", "model_not_found"},
    Rule{"model is not supported", "model_not_found"},
    Rule{"does not exist or you do not have access", "model_not_found"},
    Rule{"has been deprecated", "model_not_found"},
    Rule{"not_found_error", "model_not_found"},

    Rule{"outputparser", "parse_error"},
    Rule{"output parser", "parse_error"},
    Rule{"output_parsing", "parse_error"},
    Rule{"output parsing", "parse_error"},
    Rule{"failed to parse", "parse_error"},
    Rule{"could not parse", "parse_error"},
    Rule{"cannot parse", "parse_error"},
    Rule{"parse error", "parse_error"},
    Rule{"parsing error", "parse_error"},
    Rule{"jsondecode", "parse_error"},
    Rule{"json decode", "parse_error"},
    Rule{"json_decode", "parse_error"},
    Rule{"invalid json", "parse_error"},
    Rule{"not valid json", "parse_error"},
    Rule{"not a valid json", "parse_error"},
    Rule{"json_invalid", "parse_error"},
    Rule{"expecting value: line", "parse_error"},
    Rule{"expecting property name", "parse_error"},
    Rule{"unterminated string", "parse_error"},
    Rule{"unexpected token", "parse_error"},
    Rule{"unexpected end of json", "parse_error"},
    Rule{"extract json", "parse_error"},
    Rule{"structured output", "parse_error"},

    Rule{"variable_missing", "variable_missing"},
    Rule{"missing variable", "variable_missing"},
    Rule{"missing required variable", "variable_missing"},
    Rule{"variablenotfound", "variable_missing"},
    Rule{"variable not found", "variable_missing"},
    Rule{"is required in input form", "variable_missing"},
    Rule{"is undefined", "variable_missing"},
    Rule{"variable #", "variable_missing"},
    Rule{"input variables is missing", "variable_missing"},
    Rule{"missing some input keys", "variable_missing"},
    Rule{"missing variables", "variable_missing"},

    Rule{"cancelled", "cancelled"},
    Rule{"canceled", "cancelled"},
    Rule{"workflow stopped", "cancelled"},
    Rule{"stopped by user", "cancelled"},
    Rule{"stopped by the user", "cancelled"},
    Rule{"aborted by", "cancelled"},
    Rule{"user_abort", "cancelled"},

    Rule{"toolinvoke", "tool_error"},
    Rule{"tool invoke", "tool_error"},
    Rule{"tool_error", "tool_error"},
    Rule{"tool error", "tool_error"},
    Rule{"tool execution", "tool_error"},
    Rule{"tool call failed", "tool_error"},
    Rule{"failed to invoke tool", "tool_error"},
    Rule{"failed to call tool", "tool_error"},
    Rule{"toolparameter", "tool_error"},
    Rule{"codeexecutionerror", "tool_error"},
    Rule{"code execution", "tool_error"},

    Rule{"connection", "connection"},
    Rule{"econnre", "connection"},
    Rule{"connecterror", "connection"},
    Rule{"connect error", "connection"},
    Rule{"name resolution", "connection"},
    Rule{"name or service not known", "connection"},
    Rule{"getaddrinfo", "connection"},
    Rule{"max retries exceeded", "connection"},
    Rule{"server disconnected", "connection"},
    Rule{"incomplete chunked read", "connection"},
    Rule{"peer closed", "connection"},
    Rule{"network error", "connection"},
    Rule{"network is unreachable", "connection"},
    Rule{"no route to host", "connection"},
    Rule{"socket hang up", "connection"},
    Rule{"fetch failed", "connection"},
    Rule{"ssl:", "connection"},
    Rule{"certificate verify failed", "connection"},
    Rule{"failed to request plugin daemon", "connection"},

    Rule{"internal server error", "server_error"},
    Rule{"internalservererror", "server_error"},
    Rule{"internal_server_error", "server_error"},
    Rule{"internalserverexception", "server_error"},
    Rule{"server unavailable", "server_error"},
    Rule{"serverunavailable", "server_error"},
    Rule{"service unavailable", "overloaded"},
    Rule{"service_unavailable", "overloaded"},
    Rule{"\"unavailable\"", "overloaded"},
    Rule{"bad gateway", "server_error"},
    Rule{"server had an error", "server_error"},
    Rule{"server_error", "server_error"},
    Rule{"server error", "server_error"},
    Rule{"api_error", "server_error"},
    Rule{"an internal error", "server_error"},
    Rule{"modelerrorexception", "server_error"},

    Rule{"invalid_request", "invalid_request"},
    Rule{"invokebadrequesterror", "invalid_request"},
    Rule{"bad request", "invalid_request"},
    Rule{"badrequest", "invalid_request"},
    Rule{"validationexception", "invalid_request"},
    Rule{"validation error", "invalid_request"},
    Rule{"invalid_argument", "invalid_request"},
    Rule{"invalid argument", "invalid_request"},
    Rule{"invalid_param", "invalid_request"},
    Rule{"invalidparameter", "invalid_request"},
    Rule{"unsupported parameter", "invalid_request"},
    Rule{"unsupported value", "invalid_request"},
    Rule{"unsupported_", "invalid_request"},
    Rule{"unprocessable", "invalid_request"},
};

constexpr bool is_class(std::string_view name) {
  return std::any_of(kClasses.begin(), kClasses.end(),
                     [&](const ErrorClass& known) { return known.name == name; });
}
static_assert(std::all_of(kRules.begin(), kRules.end(), [](const Rule& rule) {
  return is_class(rule.name) && std::none_of(rule.text.begin(), rule.text.end(),
                                             [](char c) { return c >= 'A' && c <= 'Z'; });
}));

struct StatusRule {
  int low;
  int high;  // Inclusive.
  std::string_view name;
};

constexpr std::array kStatuses = {
    StatusRule{401, 401, "authentication"}, StatusRule{402, 402, "quota"},
    StatusRule{403, 403, "authentication"}, StatusRule{404, 404, "model_not_found"},
    StatusRule{408, 408, "timeout"},        StatusRule{429, 429, "rate_limit"},
    StatusRule{499, 499, "cancelled"},      StatusRule{400, 498, "invalid_request"},
    StatusRule{503, 503, "overloaded"},     StatusRule{504, 504, "timeout"},
    StatusRule{524, 524, "timeout"},        StatusRule{529, 529, "overloaded"},
    StatusRule{500, 599, "server_error"},
};

// What stands before a status in a message.
constexpr std::array<std::string_view, 10> kStatusMarks = {
    "error code: ", "status code: ", "status code ", "status_code=", "status_code: ",
    "http status ", "\"code\": ",    "\"code\":",    "\"status\": ", "http "};

// A traceback has its cause at the end, a wrapper at the start.
constexpr size_t kEndBytes = 4096;

std::string searchable(std::string_view message) {
  std::string text(message.substr(0, kEndBytes));
  if (message.size() > kEndBytes) {
    text +=
        message.substr(std::max(kEndBytes, message.size() - std::min(message.size(), kEndBytes)));
  }
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view class_of_status(int status) {
  for (const StatusRule& rule : kStatuses) {
    if (status >= rule.low && status <= rule.high) return rule.name;
  }
  return {};
}

int status_at(std::string_view text, size_t at) {
  if (at + 3 > text.size() || (at + 3 < text.size() && is_digit(text[at + 3]))) return 0;
  int status = 0;
  for (size_t i = at; i < at + 3; ++i) {
    if (!is_digit(text[i])) return 0;
    status = status * 10 + (text[i] - '0');
  }
  return status;
}

int status_in(std::string_view text) {
  if (const int status = status_at(text, 0); status >= 400) return status;
  for (const std::string_view mark : kStatusMarks) {
    const size_t found = text.find(mark);
    if (found == std::string_view::npos) continue;
    if (const int status = status_at(text, found + mark.size()); status != 0) return status;
  }
  return 0;
}

}  // namespace

std::span<const ErrorClass> error_classes() { return kClasses; }

std::string_view classify_error(std::string_view message, int http_status) {
  const std::string text = searchable(message);
  for (const Rule& rule : kRules) {
    if (text.find(rule.text) != std::string::npos) return rule.name;
  }
  for (const int status : {http_status, status_in(text)}) {
    const std::string_view name = class_of_status(status);
    if (!name.empty()) return name;
  }
  const bool blank = text.find_first_not_of(" \t\r\n") == std::string::npos;
  return blank && http_status == 0 ? "unknown" : "other";
}

}  // namespace sonde
