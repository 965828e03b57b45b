// Batches on their way into the store: what is in here is written again after a crash, with the
// token by which the engine knows what it has already.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sonde {

// The blocks of one batch, one a table.
struct BatchBlocks {
  std::string keys;   // For span_keys.
  std::string spans;  // For spans.
};

// A folder with one file a batch. Thread-safe for different tokens.
class BatchSpool {
 public:
  // Makes the folder, readable by its owner only. Fails with Unavailable.
  static Result<BatchSpool> open(const std::string& data_folder);

  // Durable when it returns; before that nothing is there under the token.
  Result<> put(const std::string& token, const BatchBlocks& blocks) const;
  // Fails with NotFound when put() did not return, with InvalidInput when the file is damaged.
  Result<BatchBlocks> get(const std::string& token) const;
  Result<> remove(const std::string& token) const;
  // Deletes everything but these: what a crash left before anything was written.
  Result<> keep_only(const std::vector<std::string>& tokens) const;

 private:
  explicit BatchSpool(std::string folder) : folder_(std::move(folder)) {}
  std::string path_of(const std::string& token) const { return folder_ + "/" + token; }

  std::string folder_;
};

}  // namespace sonde
