// The table of sources, in the order in which they are tried: a format whose keys are unmistakable
// goes before one that shares them. Flat logs (flat.h) are what is left when none of these matches.
#include <vector>

#include "sources/canonical.h"
#include "sources/dify/sources.h"
#include "sources/langfuse/langfuse.h"
#include "sources/otlp/otlp.h"
#include "sources/phoenix/annotations.h"
#include "sources/provider/provider.h"
#include "sources/source.h"

namespace sonde {
namespace {

constexpr SourceLevels kLevels[] = {
    {"workshop and flat logs", "a record is call, message and run at once"},
    {"Dify chat, agent and completion apps", "a message holds one call"},
    {"Dify chatflows", "a message holds a run, the run its nodes; the LLM nodes are calls"},
    {"Dify workflows", "a run holds its nodes; the LLM nodes are calls"},
    {"OpenTelemetry, Langfuse", "root spans and traces are runs, model calls are calls"},
    {"request and response logs", "a record is a call"},
    {"all", "a session is formed from the turns (messages, else runs) that share a session id"},
};

}  // namespace

std::span<const SourceLevels> source_levels() { return kLevels; }

std::span<const Source> all_sources() {
  static const std::vector<Source> kSources = {
      kCanonicalSpan,
      kOtlp,
      kLangfuseTrace,
      kLangfuseRows,
      kLangfuseBatch,
      kPhoenixAnnotations,
      kDifyNodeExecutions,
      kDifyConsoleNodeExecutions,
      kDifyMessages,
      kDifyChatMessages,
      kDifyServiceMessages,
      kDifyExportMessages,
      kDifyWorkflowRuns,
      kDifyConsoleWorkflowRuns,
      kDifyWorkflowLogs,
      kDifyWorkflowAppLogs,
      kDifyFeedbacks,
      kDifyFeedbackRows,
      kDifyFeedbackExport,
      kDifyConversations,
      kDifyConsoleConversations,
      kDifyAppModelConfigs,
      kDifyWorkflows,
      kDifyApps,
      kDifyEndUsers,
      kDifyOffloads,
      kOpenAiBatch,
      kProviderCalls,
      kProviderAnswers,
      kDifyPage,
      kDifyPassedOver,
  };
  return kSources;
}

}  // namespace sonde
