// Recorded calls to model providers, one a document: {"request", "response", "status", ...} with
// bodies as JSON, as JSON text or as event streams; bare OpenAI, Anthropic or Gemini answers; chat
// requests with their answer beside; and the request and result files of OpenAI's batch API.
#pragma once

#include <span>

#include "sources/source.h"

namespace sonde {

extern const Source kOpenAiBatch;
extern const Source kProviderCalls;
extern const Source kProviderAnswers;

// The three, in the order in which they are to be tried.
std::span<const Source* const> provider_sources();

}  // namespace sonde
