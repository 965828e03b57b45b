// Collects the records that were not understood while several threads read, and writes them out
// with the line they stood on, which is known only at the end.
#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "sources/blocks.h"
#include "sources/reader.h"

namespace sonde {

class RejectLog {
 public:
  // `keep_records`: also keep the records' bytes (in a temporary file) for write().
  explicit RejectLog(bool keep_records);

  // Thread-safe; the block is the caller's own.
  void add(Block& block, Extent extent, std::string_view reason);

  uint64_t count() const { return count_; }
  // All of them, by reason. After reading.
  std::map<std::string, uint64_t> reasons() const;

  // The first `most` in file order, with their lines. After reading.
  std::vector<Reject> first(const std::vector<std::shared_ptr<FileState>>& files, size_t most);

  // Writes {"file","line","byte","reason","record"} lines. After reading.
  Result<> write(const std::string& path, const std::vector<std::shared_ptr<FileState>>& files);

 private:
  struct Entry {
    uint32_t file;
    uint32_t block;
    uint32_t line_in_block;
    uint32_t reason;
    uint64_t byte;
    uint64_t stored_at;
    uint64_t size;
  };
  void sort();
  uint32_t index_of(std::string_view reason);
  uint64_t line_of(const Entry& entry, const std::vector<std::shared_ptr<FileState>>& files) const;

  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::mutex mutex_;
  std::vector<Entry> entries_;  // At most kEntriesMax; count_ goes on.
  std::vector<std::string> reasons_;
  std::vector<uint64_t> reason_counts_;  // As many.
  std::unordered_map<std::string, uint32_t> reason_index_;
  uint64_t count_ = 0;
  std::unique_ptr<std::FILE, CloseFile> records_;
  uint64_t records_bytes_ = 0;
};

}  // namespace sonde
