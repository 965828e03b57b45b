#include "api/routes.h"

namespace sonde {
namespace {

constexpr Route kRoutes[] = {
    {"GET", "/api/public/health", Access::Anybody, ErrorForm::Langfuse, get_langfuse_health, true},
    {"POST", "/api/public/ingestion", Access::Write, ErrorForm::Langfuse, post_ingestion, true},
    {"POST", "/api/public/otel/v1/logs", Access::Write, ErrorForm::Otlp, post_logs, true},
    {"POST", "/api/public/otel/v1/metrics", Access::Write, ErrorForm::Otlp, post_metrics, true},
    {"POST", "/api/public/otel/v1/traces", Access::Write, ErrorForm::Otlp, post_traces, true},
    {"GET", "/api/public/projects", Access::AnyKey, ErrorForm::Langfuse, get_projects, true},
    {"GET", "/api/v1/ledger", Access::Read, ErrorForm::Sonde, get_ledger},
    {"GET", "/api/v1/metrics", Access::Read, ErrorForm::Sonde, get_metrics},
    {"GET", "/api/v1/spans", Access::Read, ErrorForm::Sonde, get_spans},
    {"GET", "/healthz", Access::Anybody, ErrorForm::Sonde, get_healthz},
    {"GET", "/readyz", Access::Anybody, ErrorForm::Sonde, get_readyz},
    {"POST", "/v1/logs", Access::Write, ErrorForm::Otlp, post_logs, true},
    {"POST", "/v1/metrics", Access::Write, ErrorForm::Otlp, post_metrics, true},
    {"POST", "/v1/traces", Access::Write, ErrorForm::Otlp, post_traces, true},
};

}  // namespace

std::span<const Route> all_routes() { return kRoutes; }

}  // namespace sonde
