#include "sources/dify/partitions.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace sonde::dify {
namespace {

constexpr size_t kBlockBytes = size_t{256} << 10;

std::string temporary_folder() {
  const char* const folder = std::getenv("TMPDIR");
  if (folder != nullptr && *folder != '\0') return folder;
  // /tmp is often kept in memory, which is what is to be spared here.
  return ::access("/var/tmp", W_OK) == 0 ? "/var/tmp" : "/tmp";
}

Result<int> open_unnamed() {
  const std::string folder = temporary_folder();
  const int unnamed = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
  if (unnamed >= 0) return unnamed;
  // Not every file system knows files without a name.
  std::string name = folder + "/sonde-XXXXXX";
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named < 0) {
    return fail(Code::Unavailable, "cannot make a temporary file in {} (TMPDIR): {}", folder,
                std::strerror(errno));
  }
  ::unlink(name.c_str());
  return named;
}

Result<> write_all(int file, std::string_view bytes, uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      return fail(Code::Unavailable, "cannot write {} bytes to a temporary file in {}: {}",
                  bytes.size(), temporary_folder(), std::strerror(errno));
    }
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += static_cast<uint64_t>(written);
  }
  return {};
}

Result<> read_all(int file, std::string& bytes, uint64_t offset) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got =
        ::pread(file, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      return fail(Code::Unavailable, "cannot read a temporary file back: {}",
                  got == 0 ? "it is shorter than what was written" : std::strerror(errno));
    }
    done += static_cast<size_t>(got);
  }
  return {};
}

}  // namespace

Partitions::~Partitions() {
  if (file_ >= 0) ::close(file_);
}

void Partitions::append(uint64_t hash, std::string_view bytes) {
  Partition& partition = partitions_[hash % kPartitionCount];
  const std::lock_guard lock(partition.mutex);
  if (partition.blocks.empty() || partition.blocks.back().size() + bytes.size() > kBlockBytes) {
    bytes_.fetch_add(partition.blocks.emplace_back().capacity(), std::memory_order_relaxed);
  }
  std::string& block = partition.blocks.back();
  const size_t held = block.capacity();
  block += bytes;
  bytes_.fetch_add(block.capacity() - held, std::memory_order_relaxed);
}

Result<> Partitions::spill() {
  const std::unique_lock lock(spill_mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return {};  // Another thread is at it.
  if (file_ < 0) file_ = TRY(open_unnamed());
  for (Partition& partition : partitions_) TRY(spill(partition));
  return {};
}

Result<> Partitions::spill(Partition& partition) {
  std::vector<std::string> blocks;
  {
    const std::lock_guard lock(partition.mutex);
    blocks.swap(partition.blocks);
  }
  uint64_t total = 0;
  uint64_t held = 0;
  for (const std::string& block : blocks) {
    TRY(write_all(file_, block, file_bytes_ + total));
    total += block.size();
    held += block.capacity();
  }
  if (total > 0) partition.spilled.push_back({file_bytes_, total});
  file_bytes_ += total;
  bytes_.fetch_sub(held, std::memory_order_relaxed);
  return {};
}

Result<std::vector<std::string>> Partitions::load(size_t index) {
  Partition& partition = partitions_[index];
  std::vector<std::string> blocks = std::move(partition.blocks);
  partition.blocks.clear();
  for (const Extent& extent : partition.spilled) {
    std::string& block = blocks.emplace_back(extent.bytes, '\0');
    TRY(read_all(file_, block, extent.offset));
  }
  partition.spilled.clear();
  return blocks;
}

}  // namespace sonde::dify
