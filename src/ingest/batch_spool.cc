#include "ingest/batch_spool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/hash.h"
#include "store/disk_room.h"

namespace sonde {
namespace {

// A file: sizes of the two blocks, hash of both, the blocks.
using Head = std::array<uint64_t, 4>;
constexpr uint64_t kMagic = 0x31686374'61626e73;  // "snbatch1"

class OpenFile {
 public:
  OpenFile(const std::string& path, int flags)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

tl::unexpected<Error> cannot(const char* what, const std::string& path) {
  return tl::unexpected(explain_full_disk(
      {Code::Unavailable, fmt::format("cannot {} {}: {}", what, path, std::strerror(errno))},
      std::filesystem::path(path).parent_path()));
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::write(file, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(size));
  }
  return true;
}

Head head_of(const BatchBlocks& blocks) {
  return {kMagic, blocks.keys.size(), blocks.spans.size(),
          hash_bytes(blocks.keys) ^ hash_bytes(blocks.spans)};
}

}  // namespace

Result<BatchSpool> BatchSpool::open(const std::string& data_folder) {
  const std::string folder = data_folder + "/spool";
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return cannot("make", folder);
  return BatchSpool(folder);
}

Result<> BatchSpool::put(const std::string& token, const BatchBlocks& blocks) const {
  const std::string path = path_of(token);
  const std::string part = path + ".part";
  const Head head = head_of(blocks);
  {
    const OpenFile file(part, O_WRONLY | O_CREAT | O_TRUNC);
    const std::string_view head_bytes(reinterpret_cast<const char*>(head.data()), sizeof(head));
    if (file.get() < 0 || !write_all(file.get(), head_bytes) ||
        !write_all(file.get(), blocks.keys) || !write_all(file.get(), blocks.spans) ||
        ::fdatasync(file.get()) != 0) {
      const auto error = cannot("write", part);
      ::unlink(part.c_str());
      return error;
    }
  }
  if (::rename(part.c_str(), path.c_str()) != 0) return cannot("write", path);
  const OpenFile folder(folder_, O_RDONLY | O_DIRECTORY);
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return cannot("write", folder_);
  return {};
}

Result<BatchBlocks> BatchSpool::get(const std::string& token) const {
  const std::string path = path_of(token);
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Code::NotFound, "no batch {}", path);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  Head head{};
  if (bytes.size() >= sizeof(head)) std::memcpy(head.data(), bytes.data(), sizeof(head));
  BatchBlocks blocks;
  const size_t rest = bytes.size() - std::min(bytes.size(), sizeof(head));
  if (head[1] <= rest && head[2] == rest - head[1]) {
    blocks.keys = bytes.substr(sizeof(head), head[1]);
    blocks.spans = bytes.substr(sizeof(head) + head[1]);
  }
  if (head != head_of(blocks) || head[0] != kMagic)
    return fail(Code::InvalidInput, "the batch {} is damaged", path);
  return blocks;
}

Result<> BatchSpool::remove(const std::string& token) const {
  const std::string path = path_of(token);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return cannot("delete", path);
  return {};
}

Result<> BatchSpool::keep_only(const std::vector<std::string>& tokens) const {
  std::error_code failed;
  std::vector<std::string> others;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, failed)) {
    const std::string name = entry.path().filename();
    if (std::find(tokens.begin(), tokens.end(), name) == tokens.end()) others.push_back(name);
  }
  if (failed) return fail(Code::Unavailable, "cannot read {}: {}", folder_, failed.message());
  for (const std::string& name : others) TRY(remove(name));
  return {};
}

}  // namespace sonde
