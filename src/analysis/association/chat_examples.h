// Worked examples given as chat messages: pairs of a user's and an assistant's message in front of
// the question. One prompt alone cannot tell them from a conversation so far; the log can.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "analysis/association/call.h"
#include "analysis/execution.h"

namespace sonde {

// The pairs that a prompt begins with, after its system messages and before the last user message,
// the first 16; what calls a tool, or is no such pair, ends them. Pure function.
std::vector<ChatPair> chat_pairs_of(const Execution& execution);

// Identifies a user's message together with its answer, by the hashes of their texts.
uint64_t exchange_of(uint64_t user, uint64_t answer);

// Adds the pairs that are examples to Call::examples and what goes with it; empties Call::pairs.
//
// Pairs at the front of a prompt are examples where calls of one place go on from them with at
// least three different user messages, in at least three sessions when the log knows sessions. A
// conversation goes on in one way only. One that people often open alike ("hi", "Hello!") does
// not, but its answers were once given by calls of the log: pairs that the log also holds as
// question and answer, for at least every fourth of those messages, are no examples.
void mark_chat_examples(CallTable& table);

}  // namespace sonde
