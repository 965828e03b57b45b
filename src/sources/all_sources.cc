// The table of sources, in the order in which they are tried: a format whose keys are unmistakable
// goes before one that shares them. Flat logs (flat.h) are what is left when none of these matches.
//
// At which levels a source's spans count:
//   workshop, flat        a record is call, message and run at once
//   Dify basic apps       a message holds one call
//   Dify chatflows        message > run > nodes > calls (the LLM nodes)
//   Dify workflows        run > nodes > calls
//   OTLP, Langfuse        root spans and traces are runs, model calls are calls
//   provider calls        a record is a call
// Sessions are formed from session ids.
#include <vector>

#include "sources/canonical.h"
#include "sources/dify/sources.h"
#include "sources/langfuse/langfuse.h"
#include "sources/otlp/otlp.h"
#include "sources/provider/provider.h"
#include "sources/source.h"

namespace sonde {

std::span<const Source> all_sources() {
  static const std::vector<Source> kSources = {
      kCanonicalSpan,
      kOtlp,
      kLangfuseTrace,
      kLangfuseRows,
      kLangfuseBatch,
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
