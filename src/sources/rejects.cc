#include "sources/rejects.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>

#include "base/utf8.h"

namespace sonde {
namespace {

// 48 MB of entries; a log with more broken records than this is not a log.
constexpr size_t kEntriesMax = 1'000'000;
// Reasons name keys and values, so there may be as many as records.
constexpr size_t kReasonsMax = 10'000;

// Newlines before `to`. Counts on from where it stopped in this block.
uint32_t lines_before(Block& block, size_t to) {
  const char* const data = block.buffer.data();
  const bool by_offset = block.file->layout == Layout::Lines && block.file->input->is_seekable();
  const size_t from = by_offset ? std::min(block.documents.front().begin, to) : 0;
  if (block.counted_to < from || block.counted_to > to) {
    block.counted_to = from;
    block.counted_lines = 0;
  }
  block.counted_lines +=
      static_cast<uint32_t>(std::count(data + block.counted_to, data + to, '\n'));
  block.counted_to = to;
  return block.counted_lines;
}

}  // namespace

RejectLog::RejectLog(bool keep_records) {
  if (keep_records) records_.reset(std::tmpfile());
}

uint32_t RejectLog::index_of(std::string_view reason) {
  std::string text = valid_utf8(reason);
  if (const auto known = reason_index_.find(text); known != reason_index_.end())
    return known->second;
  if (reasons_.size() >= kReasonsMax) text = "not understood";
  const auto [at, is_new] =
      reason_index_.emplace(std::move(text), static_cast<uint32_t>(reasons_.size()));
  if (is_new) {
    reasons_.push_back(at->first);
    reason_counts_.push_back(0);
  }
  return at->second;
}

void RejectLog::add(Block& block, Extent extent, std::string_view reason) {
  const uint32_t lines = lines_before(block, extent.begin);
  const std::lock_guard lock(mutex_);
  const uint32_t index = index_of(reason);
  ++count_;
  ++reason_counts_[index];
  if (entries_.size() == kEntriesMax) return;
  entries_.push_back({block.file->index, block.number, lines, index, block.offset + extent.begin,
                      records_bytes_, extent.end - extent.begin});
  if (records_ == nullptr) return;
  const size_t size = extent.end - extent.begin;
  records_bytes_ += std::fwrite(block.buffer.data() + extent.begin, 1, size, records_.get());
}

std::map<std::string, uint64_t> RejectLog::reasons() const {
  std::map<std::string, uint64_t> counts;
  for (size_t i = 0; i < reasons_.size(); ++i) counts[reasons_[i]] = reason_counts_[i];
  return counts;
}

void RejectLog::sort() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.file, a.byte) < std::pair(b.file, b.byte);
  });
}

uint64_t RejectLog::line_of(const Entry& entry,
                            const std::vector<std::shared_ptr<FileState>>& files) const {
  const auto file = std::find_if(files.begin(), files.end(),
                                 [&](const auto& f) { return f->index == entry.file; });
  const auto& lines = (*file)->block_lines;
  const auto blocks = static_cast<std::ptrdiff_t>(std::min<size_t>(entry.block, lines.size()));
  return std::accumulate(lines.begin(), lines.begin() + blocks, uint64_t{1}) + entry.line_in_block;
}

std::vector<Reject> RejectLog::first(const std::vector<std::shared_ptr<FileState>>& files,
                                     size_t most) {
  sort();
  std::vector<Reject> rejects;
  for (size_t i = 0; i < std::min(most, entries_.size()); ++i) {
    const Entry& entry = entries_[i];
    rejects.push_back({entry.file, line_of(entry, files), entry.byte, reasons_[entry.reason]});
  }
  return rejects;
}

Result<> RejectLog::write(const std::string& path,
                          const std::vector<std::shared_ptr<FileState>>& files) {
  const std::unique_ptr<std::FILE, CloseFile> out(std::fopen(path.c_str(), "w"));
  if (out == nullptr || records_ == nullptr) {
    return fail(Code::Unavailable, "cannot write {}: {}", path, std::strerror(errno));
  }
  sort();
  std::string record;
  for (const Entry& entry : entries_) {
    record.resize(entry.size);
    if (std::fseek(records_.get(), static_cast<long>(entry.stored_at), SEEK_SET) != 0) break;
    record.resize(std::fread(record.data(), 1, entry.size, records_.get()));
    rapidjson::StringBuffer buffer;
    rapidjson::Writer writer(buffer);
    writer.StartObject();
    writer.Key("file");
    writer.String(files[entry.file]->path);
    writer.Key("line");
    writer.Uint64(line_of(entry, files));
    writer.Key("byte");
    writer.Uint64(entry.byte);
    writer.Key("reason");
    writer.String(reasons_[entry.reason]);
    writer.Key("record");
    writer.String(valid_utf8(record));
    if (!is_valid_utf8(record)) {  // JSON text cannot hold these bytes.
      writer.Key("record_hex");
      std::string hex;
      for (const char byte : record)
        fmt::format_to(std::back_inserter(hex), "{:02x}", static_cast<uint8_t>(byte));
      writer.String(hex);
    }
    writer.EndObject();
    std::fwrite(buffer.GetString(), 1, buffer.GetSize(), out.get());
    std::fputc('\n', out.get());
  }
  if (std::ferror(out.get()) != 0) return fail(Code::Unavailable, "cannot write {}", path);
  return {};
}

}  // namespace sonde
