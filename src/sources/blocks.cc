#include "sources/blocks.h"

#include <simdjson.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "sources/byte_masks.h"
#include "sources/csv_input.h"
#include "sources/otlp/protobuf.h"

namespace sonde {
namespace {

constexpr size_t kBlockBytes = 512 << 10;
constexpr size_t kProbeBytes = 256 << 10;
constexpr size_t kLineSlackBytes = 16 << 10;

// The record separator begins the texts of a JSON text sequence (RFC 7464).
// White space before a record, or the bracket of the array that it opens.
constexpr size_t kIndentBytesMax = 256;
bool is_indent(char c) { return c == ' ' || c == '\t' || c == '['; }

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\x1e'; }

// The probe's text without a byte order mark and leading space.
std::string_view without_bom(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      lines.push_back(text);
      break;
    }
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
  return line;
}

// Lines, when no document in the probe spans a newline and none shares a line with another.
bool is_lines(std::string_view probe, bool whole_file) {
  const std::string_view text = trimmed(probe);
  if (text.empty() || text[0] == '[') return false;
  size_t braces = 0;
  std::vector<Extent> documents;
  auto lines = lines_of(probe);
  if (!whole_file && lines.size() > 1) lines.pop_back();  // Cut by the probe's end.
  if (!whole_file && lines.size() == 1) return false;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = trimmed(lines[i]);
    if (line.empty() || line[0] != '{') continue;
    ++braces;
    documents.clear();
    Splitter splitter;
    splitter.scan(line.data(), 0, line.size(), documents);
    if (documents.size() > 1) return false;
    const bool goes_on = line.ends_with('{') || line.ends_with('[') || line.ends_with(',');
    if (documents.empty() && (braces == 1 || goes_on) && lines.size() > 1) {
      // The object does not end on its line: pretty-printed, unless the line is broken and the next
      // one starts an object of its own.
      const auto next =
          std::find_if(lines.begin() + static_cast<std::ptrdiff_t>(i) + 1, lines.end(),
                       [](std::string_view l) { return !trimmed(l).empty(); });
      if (next == lines.end() || !trimmed(*next).starts_with('{')) return false;
    }
  }
  return braces > 0;
}

std::vector<std::string_view> sample_records(std::string_view probe, Layout layout) {
  if (layout != Layout::Documents) {
    auto lines = lines_of(probe);
    if (lines.size() > 1) lines.pop_back();
    return lines;
  }
  std::vector<Extent> documents;
  Splitter splitter;
  splitter.scan(probe.data(), 0, probe.size(), documents);
  std::vector<std::string_view> records;
  for (const Extent& extent : documents) {
    records.push_back(probe.substr(extent.begin, extent.end - extent.begin));
  }
  return records;
}

}  // namespace

void Buffer::reserve(size_t capacity, size_t kept) {
  if (capacity <= capacity_) return;
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
  if (kept > 0) std::memcpy(bytes.get(), bytes_.get(), kept);
  bytes_ = std::move(bytes);
  capacity_ = capacity;
}

Blocks::Blocks(std::vector<std::string> paths, TimeUnit time_unit, uint64_t document_bytes_max)
    : paths_(std::move(paths)), time_unit_(time_unit), document_bytes_max_(document_bytes_max) {
  for (const std::string& path : paths_) {
    struct stat info {};
    if (path == "-" || ::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
      bytes_total_ = 0;
      return;
    }
    bytes_total_ += static_cast<uint64_t>(info.st_size);
  }
}

Result<> Blocks::probe(FileState& file) {
  carry_.resize(kProbeBytes);
  size_t total = 0;
  while (total < kProbeBytes) {
    const Result<size_t> count = file.input->read(carry_.data() + total, kProbeBytes - total);
    if (!count && total == 0) return tl::unexpected(count.error());
    if (!count || *count == 0) break;
    total += *count;
  }
  carry_.resize(total);
  const std::string_view text = without_bom(carry_);
  const size_t bom = carry_.size() - text.size();
  const std::string_view content = trimmed(text);
  const bool whole = total < kProbeBytes;
  if (detect_otlp_protobuf_prefix(carry_)) {
    file.layout = Layout::Request;
    offset_ = 0;
    return {};
  }
  if (is_lines(text, whole)) {
    file.layout = Layout::Lines;
  } else if (!content.empty() && content[0] != '{' && content[0] != '[' &&
             content.substr(0, content.find('\n')).find(',') != std::string_view::npos &&
             content.find("\n{") == std::string_view::npos) {
    file.layout = Layout::Csv;
  }
  offset_ = bom;
  carry_.erase(0, bom);
  if (file.layout == Layout::Csv) {
    file.input = open_csv(std::move(file.input), std::move(carry_));
    carry_.assign(kProbeBytes, '\0');
    carry_.resize(TRY(file.input->read(carry_.data(), kProbeBytes)));
  }
  file.units = infer_flat_units(sample_records(carry_, file.layout), time_unit_);
  if (file.layout == Layout::Lines && file.input->is_seekable()) carry_.clear();
  return {};
}

Result<bool> Blocks::open_next() {
  if (next_path_ == paths_.size()) return false;
  auto file = std::make_shared<FileState>();
  file->index = static_cast<uint32_t>(next_path_);
  file->path = paths_[next_path_++];
  files_.push_back(file);
  splitter_ = Splitter();
  carry_scanned_ = 0;
  at_end_ = false;
  damage_ = {};
  file_bytes_done_ = 0;
  skipping_line_ = false;
  file->input = TRY(Input::open(file->path));
  TRY(probe(*file));
  current_ = std::move(file);
  return true;
}

Result<bool> Blocks::next(Block& block) {
  std::unique_lock lock(mutex_);
  while (true) {
    if (current_ == nullptr) {
      const Result<bool> opened = open_next();
      if (!opened) block.file = files_.back();
      if (!opened || !*opened) return opened;
    }
    block.file = current_;
    block.documents.clear();
    block.too_large = false;
    block.counted_to = 0;
    block.counted_lines = 0;
    block.number = static_cast<uint32_t>(current_->block_lines.size());
    const bool by_offset = current_->layout == Layout::Lines && current_->input->is_seekable();
    Result<bool> found = by_offset ? next_lines(block, lock) : next_documents(block);
    if (!found || !*found) {
      if (!lock.owns_lock()) lock.lock();
      // Another thread may have gone on to the next file meanwhile.
      if (current_ == block.file) current_ = nullptr;
    }
    if (!found) return found;
    if (*found) return true;
  }
}

// Claims a range under the lock and reads it outside: lines that begin in the range belong to it.
Result<bool> Blocks::next_lines(Block& block, std::unique_lock<std::mutex>& lock) {
  const uint64_t size = current_->input->size();
  const uint64_t begin = offset_;
  if (begin >= size) return false;
  const uint64_t end = std::min<uint64_t>(begin + kBlockBytes, size);
  offset_ = end;
  current_->block_lines.push_back(0);
  const std::shared_ptr<FileState> file = current_;
  const uint64_t limit = document_bytes_max_;
  bytes_done_.fetch_add(end - begin, std::memory_order_relaxed);
  lock.unlock();

  // One byte before the range tells whether a line begins at its first byte.
  // The file's first line begins behind its byte order mark.
  const bool is_first = block.number == 0;
  const uint64_t from = is_first ? begin : begin - 1;
  size_t wanted = static_cast<size_t>(end - from) + kLineSlackBytes;
  block.buffer.reserve(wanted + simdjson::SIMDJSON_PADDING, 0);
  size_t have = TRY(file->input->read_at(block.buffer.data(), wanted, from));
  size_t first = 0;
  if (!is_first) {
    const void* const newline =
        std::memchr(block.buffer.data(), '\n', static_cast<size_t>(end - from));
    first = newline == nullptr
                ? static_cast<size_t>(end - from)
                : static_cast<size_t>(static_cast<const char*>(newline) - block.buffer.data()) + 1;
  }
  uint32_t newlines = 0;
  while (first + from < end && first < have) {
    const void* found = std::memchr(block.buffer.data() + first, '\n', have - first);
    while (found == nullptr && have == wanted && have - first <= limit) {
      const size_t scanned = have;
      wanted = have * 2;
      block.buffer.reserve(wanted + simdjson::SIMDJSON_PADDING, have);
      have += TRY(file->input->read_at(block.buffer.data() + have, wanted - have, from + have));
      found = std::memchr(block.buffer.data() + scanned, '\n', have - scanned);
    }
    const size_t line_end =
        found == nullptr
            ? have
            : static_cast<size_t>(static_cast<const char*>(found) - block.buffer.data());
    block.documents.push_back({first, line_end});
    block.too_large = found == nullptr && line_end - first > limit;
    newlines += found != nullptr ? 1 : 0;
    first = line_end + 1;
  }
  block.size = have;
  block.offset = from;
  lock.lock();
  file->block_lines[block.number] = newlines;
  lock.unlock();
  return true;
}

// Reads on until at least one document is whole. Holds the lock: where a document ends depends on
// all bytes before it.
Result<bool> Blocks::next_documents(Block& block) {
  block.size = carry_.size();
  block.offset = offset_;
  block.buffer.reserve(carry_.size() + kBlockBytes + simdjson::SIMDJSON_PADDING, 0);
  std::memcpy(block.buffer.data(), carry_.data(), carry_.size());
  size_t consumed = 0;
  while (true) {
    cut_documents(block, consumed);
    // What is passed over is handed out as an empty block, so that memory stays bounded.
    if (!block.documents.empty() || at_end_ || consumed >= kBlockBytes) break;
    if (block.size - consumed > document_bytes_max_) {
      cut_at_limit(block, consumed);
      break;
    }
    const size_t wanted = std::max(kBlockBytes, block.size);
    block.buffer.reserve(block.size + wanted + simdjson::SIMDJSON_PADDING, block.size);
    const Result<size_t> count = current_->input->read(block.buffer.data() + block.size, wanted);
    if (!count) damage_ = count.error();
    at_end_ = !count || *count == 0;
    block.size += count ? *count : 0;
    count_bytes();
  }
  if (block.documents.empty() && at_end_) {
    carry_.clear();
    if (!damage_.message.empty()) return tl::unexpected(damage_);
    return false;
  }
  carry_.assign(block.buffer.data() + consumed, block.size - consumed);
  splitter_.drop(consumed);
  carry_scanned_ -= std::min(carry_scanned_, consumed);
  offset_ += consumed;
  const uint64_t newlines = count_newlines(block.buffer.data(), 0, consumed);
  current_->block_lines.push_back(static_cast<uint32_t>(newlines));
  return true;
}

void Blocks::count_bytes() {
  const uint64_t read = current_->input->bytes_read();
  bytes_done_.fetch_add(read - file_bytes_done_, std::memory_order_relaxed);
  file_bytes_done_ = read;
}

// Finds the documents that are whole; `consumed` is where the first unfinished one begins.
void Blocks::cut_documents(Block& block, size_t& consumed) {
  const char* const data = block.buffer.data();
  if (current_->layout == Layout::Documents) {
    splitter_.scan(data, carry_scanned_, block.size, block.documents);
    carry_scanned_ = block.size;
    if (at_end_) splitter_.finish(data, block.size, block.documents);
    consumed = std::min(splitter_.open_begin(), block.size);
    // The indentation of the open document stays with it: sibling_start() looks at it.
    const size_t begin = consumed;
    while (!at_end_ && consumed > 0 && begin - consumed < kIndentBytesMax &&
           is_indent(data[consumed - 1])) {
      --consumed;
    }
    return;
  }
  if (current_->layout == Layout::Request) {
    if (skipping_line_ || at_end_) consumed = block.size;
    if (!skipping_line_ && at_end_ && block.size > 0) block.documents.push_back({0, block.size});
    return;
  }
  for (size_t at = consumed; at < block.size;) {
    const void* const found = std::memchr(data + at, '\n', block.size - at);
    if (found == nullptr && !at_end_) break;
    const size_t end =
        found == nullptr ? block.size : static_cast<size_t>(static_cast<const char*>(found) - data);
    if (!skipping_line_) block.documents.push_back({at, end});
    skipping_line_ = false;
    at = end + 1;
    consumed = std::min(at, block.size);
  }
  if (skipping_line_) consumed = block.size;
}

// The open document is larger than allowed. Either it lost its balance: then the last line that
// looks like the beginning of its next sibling is where to go on. Or it is that large: then the
// rest of it is passed over.
void Blocks::cut_at_limit(Block& block, size_t& consumed) {
  const bool is_lines = current_->layout != Layout::Documents;
  const size_t begin = is_lines ? consumed : splitter_.open_begin();
  block.too_large = true;
  consumed = block.size;
  if (is_lines) {
    skipping_line_ = true;
  } else if (const auto start = sibling_start(block.buffer.data(), begin)) {
    const std::string_view text(block.buffer.data(), block.size);
    const size_t last = text.rfind(*start);
    if (last != std::string_view::npos && last > begin) {
      consumed = last + start->size() - 1;
      splitter_.restart(consumed);
      carry_scanned_ = consumed;
    } else {
      splitter_.skip_open(block.size);
    }
  } else {
    splitter_.skip_open(block.size);
  }
  block.documents.push_back({begin, consumed});
}

std::optional<std::string> sibling_start(const char* data, size_t begin) {
  // Only what can be an indentation is walked over, so that a line of a million broken records is
  // not walked over a million times.
  size_t line_begin = begin;
  while (line_begin > 0 && begin - line_begin < kIndentBytesMax &&
         is_indent(data[line_begin - 1])) {
    --line_begin;
  }
  if (line_begin > 0 && data[line_begin - 1] != '\n') return std::nullopt;
  const std::string_view indent(data + line_begin, begin - line_begin);
  if (indent.find_first_not_of(" \t") == std::string_view::npos) {
    return "\n" + std::string(indent) + "{";
  }
  // The first element of an array that opens on its line: the others stand at the margin.
  if (indent.find_first_not_of(" \t[") == std::string_view::npos) return "\n{";
  return std::nullopt;
}

}  // namespace sonde
