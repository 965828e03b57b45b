// The table of routes: what the server answers, to whom.
#pragma once

#include <atomic>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "api/answer.h"
#include "api/http/message.h"
#include "base/result.h"
#include "store/key_book.h"

namespace sonde {

class History;
class LiveIngest;

// What handlers work with. Everything in it is thread-safe and outlives them.
struct Services {
  History& history;
  LiveIngest& ingest;
  std::string version;
  const std::atomic<bool>& draining;
};

// A request that was let in.
struct ApiCall {
  const Request& request;
  const Grant& grant;  // Whose key it carries; empty where the route needs none.
  const std::map<std::string, std::string, std::less<>>& params;  // {name} of the path, unescaped.
  const Services* services = nullptr;  // Null only where a test's own routes need none.
};

// Who may ask.
enum class Access : uint8_t { Anybody, AnyKey, Read, Write };

struct Route {
  std::string_view method;  // GET answers HEAD too.
  std::string_view path;    // "/api/v1/spans/{id}"
  Access access = Access::Read;
  ErrorForm errors = ErrorForm::Sonde;
  Result<Response> (*handle)(const ApiCall& call) = nullptr;
  // Whether it is answered below /in/PROJECT too, for clients that can be told an address only.
  bool below_project = false;
};

// In order of their paths.
std::span<const Route> all_routes();

// api/health.cc
Result<Response> get_healthz(const ApiCall& call);
Result<Response> get_readyz(const ApiCall& call);
Result<Response> get_langfuse_health(const ApiCall& call);
// api/ledger.cc
Result<Response> get_ledger(const ApiCall& call);
// api/metrics.cc
Result<Response> get_metrics(const ApiCall& call);
// api/spans.cc
Result<Response> get_spans(const ApiCall& call);
// api/otlp.cc
Result<Response> post_traces(const ApiCall& call);
Result<Response> post_logs(const ApiCall& call);
Result<Response> post_metrics(const ApiCall& call);
// api/langfuse.cc
Result<Response> post_ingestion(const ApiCall& call);
Result<Response> get_projects(const ApiCall& call);

}  // namespace sonde
