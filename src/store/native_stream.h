// Answers of the engine in the Native format, a block at a time.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "store/native_reader.h"
#include "store/store.h"

namespace sonde {

// Takes a block, valid for the call. False ends the reading; an error too, and is returned.
using BlockSink = std::function<Result<bool>(const NativeBlock& block)>;

// Runs a query (its format is Native whatever it says) and gives its blocks as they come, in memory
// for one. Fails as Store::stream() and decode_native(), and with Internal when the answer ends
// inside of a block.
Result<> read_blocks(Store& store, Query query, const BlockSink& each);

// The same of an answer that is there as a whole.
Result<> read_blocks(std::string_view bytes, const BlockSink& each);

}  // namespace sonde
