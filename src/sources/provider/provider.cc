#include "sources/provider/provider.h"

#include <algorithm>
#include <string>

#include "model/error_class.h"
#include "model/message.h"
#include "sources/provider/answer.h"
#include "sources/provider/call.h"
#include "sources/provider/path.h"
#include "sources/provider/request.h"
#include "sources/value.h"

namespace sonde {

using simdjson::dom::element;
using simdjson::dom::object;

namespace {

// A body is JSON or text that begins like JSON; a flat log's plain text is none.
bool is_body(object document, std::string_view key) {
  const auto value = member(document, key);
  if (!value) return false;
  if (value->is_object()) return true;
  const std::string_view text = view_of(document, key);
  const size_t start = text.find_first_not_of(" \t\r\n");
  return start != std::string_view::npos && text[start] == '{';
}

bool matches_calls(const Keys& keys, object document) {
  if (!keys.has("request")) return false;
  if (keys.has("response") || keys.has("status") || keys.has("status_code") || keys.has("error")) {
    return is_body(document, "request") ||
           (keys.has("response") && (keys.has("path") || keys.has("url")));
  }
  return false;
}

Result<> read_calls(object document, ReadContext& context) {
  CallRecord call;
  call.record = document;
  call.request = member(document, "request");
  call.response = member(document, "response");
  call.method = view_of(document, "method");
  call.host = view_of(document, "host");
  call.path = view_of(document, "path");
  for (const std::string_view key : {"url", "endpoint", "uri"}) {
    if (call.path.empty()) call.url = view_of(document, key);
    if (!call.url.empty()) break;
  }
  call.http_status = http_status_of(document);
  return read_call(call, context);
}

bool matches_batch(const Keys& keys, object) {
  return keys.has("custom_id") && (keys.has_all({"body", "url"}) || keys.has("response"));
}

Result<> read_batch(object document, ReadContext& context) {
  CallRecord call;
  call.record = document;
  call.source = kOpenAiBatch.name;
  call.method = view_of(document, "method");
  call.url = view_of(document, "url");
  call.request = member(document, "body");
  object response;
  if (document.at_key("response").get_object().get(response) == simdjson::SUCCESS) {
    call.http_status = static_cast<int>(count_of(response, "status_code").value_or(0));
    call.response = member(response, "body");
  } else {
    call.response = member(document, "error");
  }
  return read_call(call, context);
}

bool matches_answers(const Keys& keys, object document) {
  if (keys.has("choices")) return document.at_key("choices").is_array();
  if (keys.has_all({"type", "role", "content", "stop_reason"})) return true;
  if (keys.has_all({"candidates", "usageMetadata"})) return true;
  if (keys.has("object") && keys.has("output")) return view_of(document, "object") == "response";
  if (!keys.has("messages") || !document.at_key("messages").is_array()) return false;
  return keys.has("response") || keys.has("completion") || keys.has("model");
}

Result<> read_answers(object document, ReadContext& context) {
  CallRecord call;
  call.record = document;
  call.source = kProviderAnswers.name;
  call.http_status = http_status_of(document);
  call.bare_request = has_prompt(document);
  for (const std::string_view key : {"response", "completion"}) {
    if (!call.response) call.response = member(document, key);
  }
  call.bare_answer = !call.response;
  return read_call(call, context);
}

}  // namespace

constinit const Source kOpenAiBatch{
    .name = "openai-batch",
    .title = "OpenAI batch requests and results",
    .matches = matches_batch,
    .read = read_batch,
};

constinit const Source kProviderCalls{
    .name = "provider-calls",
    .title = "recorded calls to model providers (request and response)",
    .matches = matches_calls,
    .read = read_calls,
};

constinit const Source kProviderAnswers{
    .name = "provider-answers",
    .title = "answers of model providers, or messages with their answer",
    .matches = matches_answers,
    .read = read_answers,
};

std::span<const Source* const> provider_sources() {
  static constexpr const Source* kSources[] = {&kOpenAiBatch, &kProviderCalls, &kProviderAnswers};
  return kSources;
}

}  // namespace sonde
