// Cuts the input files into blocks of whole documents, handed out to several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sources/flat.h"
#include "sources/input.h"
#include "sources/splitter.h"

namespace sonde {

// How a file's documents are laid out, told by its first bytes.
enum class Layout : uint8_t {
  Lines,      // One document a line: lines can be found from any offset.
  Documents,  // Arrays, pretty-printed or concatenated documents: found by scanning from the start.
  Request,    // An OTLP request in protobuf: the whole file is one document.
  Csv,        // Comma-separated values with a header row.
};

// What is known of one file while it is read. Everything but the counters is written before the
// first block of the file is handed out.
struct FileState {
  uint32_t index = 0;
  std::string path;
  Layout layout = Layout::Documents;
  FlatUnits units;
  std::unique_ptr<Input> input;
  std::vector<uint32_t> block_lines;  // Newlines in each block; guarded by Blocks' lock.
};

// Memory with room for the parser to read past the end.
class Buffer {
 public:
  char* data() { return bytes_.get(); }
  const char* data() const { return bytes_.get(); }
  size_t capacity() const { return capacity_; }
  // Keeps the first `kept` bytes.
  void reserve(size_t capacity, size_t kept);

 private:
  std::unique_ptr<char[]> bytes_;
  size_t capacity_ = 0;
};

// How a line starts on which a record like the one at data[begin] begins, newline and brace
// included: one of the same indentation. Null when that record does not begin its line, which is
// looked for in data[0, begin).
std::optional<std::string> sibling_start(const char* data, size_t begin);

struct Block {
  std::shared_ptr<FileState> file;
  Buffer buffer;
  size_t size = 0;
  uint64_t offset = 0;  // Of buffer[0] in the decompressed file.
  uint32_t number = 0;  // Of the block in its file, from 0.
  std::vector<Extent> documents;
  bool too_large = false;  // The last document was cut at the limit.
  // How far RejectLog has counted lines.
  size_t counted_to = 0;
  uint32_t counted_lines = 0;
};

// Hands out blocks in file order; next() may be called from several threads at once.
class Blocks {
 public:
  Blocks(std::vector<std::string> paths, TimeUnit time_unit, uint64_t document_bytes_max);

  // Fills `block`, reusing its memory; false when all files are done. On a damaged file fails with
  // an error that names it, and `block.file` is that file; the next call goes on with the next.
  Result<bool> next(Block& block);

  // Bytes consumed of the files as they are on disk, and their total (0: unknown).
  uint64_t bytes_done() const { return bytes_done_.load(std::memory_order_relaxed); }
  uint64_t bytes_total() const { return bytes_total_; }

  // The files opened so far. Call when all threads are done.
  const std::vector<std::shared_ptr<FileState>>& files() const { return files_; }

 private:
  Result<bool> open_next();
  Result<> probe(FileState& file);
  Result<bool> next_lines(Block& block, std::unique_lock<std::mutex>& lock);
  Result<bool> next_documents(Block& block);
  void count_bytes();
  void cut_documents(Block& block, size_t& consumed);
  void cut_at_limit(Block& block, size_t& consumed);

  std::vector<std::string> paths_;
  TimeUnit time_unit_;
  uint64_t document_bytes_max_;
  uint64_t bytes_total_ = 0;
  std::atomic<uint64_t> bytes_done_ = 0;

  std::mutex mutex_;  // Guards all below.
  size_t next_path_ = 0;
  std::shared_ptr<FileState> current_;
  std::vector<std::shared_ptr<FileState>> files_;
  Splitter splitter_;
  std::string carry_;           // Bytes read but not handed out.
  size_t carry_scanned_ = 0;    // Of them, what the splitter has seen.
  uint64_t offset_ = 0;         // Of carry_[0], or of the next block of lines.
  bool skipping_line_ = false;  // Of a line that was too large.
  bool at_end_ = false;
  uint64_t file_bytes_done_ = 0;  // Of current_, in bytes_done_ already.
  Error damage_{};                // Why the end came early; reported after what came before it.
};

}  // namespace sonde
