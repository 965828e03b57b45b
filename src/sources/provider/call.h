// One recorded call as a span, whichever file it came from.
#pragma once

#include <optional>
#include <string_view>

#include "sources/source.h"

namespace sonde {

struct CallRecord {
  simdjson::dom::object record;  // The document, for times and ids beside the bodies.
  std::string_view source = "provider-calls";
  std::optional<simdjson::dom::element> request;   // An object, or its JSON as text.
  std::optional<simdjson::dom::element> response;  // An object, or text.
  bool bare_request = false;                       // The record itself is the request.
  bool bare_answer = false;                        // The record itself is the answer.
  std::string_view method;
  std::string_view host;
  std::string_view path;
  std::string_view url;
  int http_status = 0;
};

// status, status_code or http_status; 0 when it is none.
int http_status_of(simdjson::dom::object record);

// Emits the call, or excludes it with a note when it is no model call. Fails with InvalidInput when
// neither the address nor the bodies tell what it is.
Result<> read_call(const CallRecord& call, ReadContext& context);

}  // namespace sonde
