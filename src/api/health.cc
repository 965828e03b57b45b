#include "api/routes.h"
#include "ingest/live_ingest.h"
#include "report/json_writer.h"

namespace sonde {

Result<Response> get_healthz(const ApiCall&) { return json_answer("{\"status\":\"ok\"}\n"); }

// Whether it takes events, and writes them. What was acknowledged is safe either way.
Result<Response> get_readyz(const ApiCall& call) {
  const LiveState state = call.services->ingest.state();
  const bool is_draining = call.services->draining;
  JsonWriter json;
  json.begin_object();
  json.field("status", std::string_view(is_draining           ? "draining"
                                        : state.error.empty() ? "ready"
                                                              : "not writing"));
  json.field("queue_bytes", uint64_t{state.queue_bytes});
  json.field("spool_bytes", state.spool_bytes);
  json.end_object();
  return json_answer(json.take(), is_draining || !state.error.empty() ? 503 : 200);
}

Result<Response> get_langfuse_health(const ApiCall& call) {
  JsonWriter json;
  json.begin_object();
  json.field("status", std::string_view("OK"));
  json.field("version", call.services->version);
  json.end_object();
  return json_answer(json.take());
}

}  // namespace sonde
