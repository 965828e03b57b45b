// Bytes in: files, folders, globs and standard input, plain or compressed (gzip, zstd; told by
// their first bytes, never by name).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sonde {

// Expands what the user typed: "-" is standard input, a folder is every file below it (hidden ones
// left out, sorted), a pattern with * ? [ is its matches. Fails with NotFound naming the argument.
Result<std::vector<std::string>> expand_inputs(const std::vector<std::string>& arguments);

// One opened input. Not thread-safe but for read_at() and size().
class Input {
 public:
  virtual ~Input() = default;
  static Result<std::unique_ptr<Input>> open(const std::string& path);

  // The next decompressed bytes; 0 at the end. Fails with InvalidInput on a corrupt or truncated
  // compressed stream, after handing out everything before the damage.
  virtual Result<size_t> read(char* into, size_t size) = 0;

  // True for a plain regular file, which several threads may read by offset.
  virtual bool is_seekable() const = 0;
  virtual Result<size_t> read_at(char* into, size_t size, uint64_t offset) const = 0;

  // Bytes on disk; 0 when unknown (standard input).
  virtual uint64_t size() const = 0;
  // Bytes taken from disk so far by read(), compressed ones as they are.
  virtual uint64_t bytes_read() const = 0;
};

}  // namespace sonde
