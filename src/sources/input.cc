#include "sources/input.h"

#include <fcntl.h>
#include <glob.h>
#include <isa-l/igzip_lib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace sonde {
namespace {

namespace fs = std::filesystem;

constexpr size_t kCompressedBufferBytes = 256 << 10;

std::string reason() { return std::strerror(errno); }

// A file descriptor with the first bytes looked at but not consumed.
class FileInput : public Input {
 public:
  FileInput(int fd, std::string path, bool regular, uint64_t size)
      : fd_(fd), path_(std::move(path)), regular_(regular), size_(size) {}
  ~FileInput() override {
    if (fd_ != STDIN_FILENO) ::close(fd_);
  }
  FileInput(const FileInput&) = delete;
  FileInput& operator=(const FileInput&) = delete;

  Result<size_t> read(char* into, size_t size) override {
    if (!peeked_.empty()) {
      const size_t count = std::min(size, peeked_.size());
      std::memcpy(into, peeked_.data(), count);
      peeked_.erase(0, count);
      return count;
    }
    return read_fd(into, size);
  }

  Result<size_t> read_at(char* into, size_t size, uint64_t offset) const override {
    size_t total = 0;
    while (total < size) {
      const ssize_t count =
          ::pread(fd_, into + total, size - total, static_cast<off_t>(offset + total));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return fail(Code::Unavailable, "cannot read {}: {}", path_, reason());
      if (count == 0) break;
      total += static_cast<size_t>(count);
    }
    return total;
  }

  bool is_seekable() const override { return regular_; }
  uint64_t size() const override { return size_; }
  uint64_t bytes_read() const override { return bytes_read_; }

  Result<std::string_view> peek(size_t size) {
    peeked_.resize(size);
    size_t total = 0;
    while (total < size) {
      const size_t count = TRY(read_fd(peeked_.data() + total, size - total));
      if (count == 0) break;
      total += count;
    }
    peeked_.resize(total);
    return std::string_view(peeked_);
  }

 private:
  Result<size_t> read_fd(char* into, size_t size) {
    while (true) {
      const ssize_t count = ::read(fd_, into, size);
      if (count >= 0) {
        bytes_read_ += static_cast<uint64_t>(count);
        return static_cast<size_t>(count);
      }
      if (errno != EINTR) return fail(Code::Unavailable, "cannot read {}: {}", path_, reason());
    }
  }

  int fd_;
  std::string path_;
  bool regular_;
  uint64_t size_;
  uint64_t bytes_read_ = 0;
  std::string peeked_;
};

class CompressedInput : public Input {
 public:
  CompressedInput(std::unique_ptr<FileInput> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)), buffer_(kCompressedBufferBytes) {}
  bool is_seekable() const override { return false; }
  uint64_t size() const override { return file_->size(); }
  uint64_t bytes_read() const override { return file_->bytes_read(); }
  Result<size_t> read_at(char*, size_t, uint64_t) const override {
    return fail(Code::Internal, "compressed input cannot be read by offset");
  }

 protected:
  // Refills the compressed buffer; false at the end of the file.
  Result<bool> refill() {
    available_ = TRY(file_->read(buffer_.data(), buffer_.size()));
    at_ = 0;
    return available_ > 0;
  }
  auto corrupt(std::string_view what) const {
    return fail(Code::InvalidInput, "{}: {}; what came before it was read", path_, what);
  }
  // Damage that was met after some bytes, which are handed out first; asking again says it again.
  std::string damage_;

  std::unique_ptr<FileInput> file_;
  std::string path_;
  std::vector<char> buffer_;
  size_t at_ = 0;
  size_t available_ = 0;
};

class GzipInput final : public CompressedInput {
 public:
  using CompressedInput::CompressedInput;

  Result<size_t> read(char* into, size_t size) override {
    if (!started_) start_member();
    state_.next_out = reinterpret_cast<uint8_t*>(into);
    state_.avail_out = static_cast<uint32_t>(size);
    while (damage_.empty() && state_.avail_out == size) {
      if (state_.block_state == ISAL_BLOCK_FINISH && !TRY(next_member())) return size_t{0};
      // The decoder may hold output, or the end of its input, that it had no room for.
      const bool ended = state_.avail_in == 0 && !TRY(fill());
      const int code = isal_inflate(&state_);
      if (code != ISAL_DECOMP_OK) {
        damage_ = fmt::format("the gzip stream is damaged ({})", code);
      } else if (ended && state_.avail_out == size && state_.block_state != ISAL_BLOCK_FINISH) {
        damage_ = "the gzip stream ends too early";
      }
    }
    if (state_.avail_out == size) return corrupt(damage_);
    return size - state_.avail_out;
  }

 private:
  Result<bool> fill() {
    if (!TRY(refill())) return false;
    state_.next_in = reinterpret_cast<uint8_t*>(buffer_.data());
    state_.avail_in = static_cast<uint32_t>(available_);
    return true;
  }

  void start_member() {
    const auto* const next_in = started_ ? state_.next_in : nullptr;
    const uint32_t avail_in = started_ ? state_.avail_in : 0;
    auto* const next_out = state_.next_out;
    const uint32_t avail_out = state_.avail_out;
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP;
    state_.next_in = const_cast<uint8_t*>(next_in);
    state_.avail_in = avail_in;
    state_.next_out = next_out;
    state_.avail_out = avail_out;
    started_ = true;
  }

  // A gzip file may hold several members one after the other. False at the end.
  Result<bool> next_member() {
    if (state_.avail_in == 0 && !TRY(fill())) return false;
    if (*state_.next_in == 0) return false;  // Zero padding, as tape tools write.
    start_member();
    return true;
  }

  inflate_state state_{};
  bool started_ = false;
};

class ZstdInput final : public CompressedInput {
 public:
  ZstdInput(std::unique_ptr<FileInput> file, std::string path)
      : CompressedInput(std::move(file), std::move(path)), stream_(ZSTD_createDStream()) {
    CHECK(stream_ != nullptr);
    // 27 is what `zstd --long` needs: 128 MiB of window, the most a stream may ask for.
    ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, 27);
  }
  ~ZstdInput() override { ZSTD_freeDStream(stream_); }
  ZstdInput(const ZstdInput&) = delete;
  ZstdInput& operator=(const ZstdInput&) = delete;

  Result<size_t> read(char* into, size_t size) override {
    ZSTD_outBuffer out{into, size, 0};
    while (damage_.empty() && out.pos == 0) {
      // A full output may mean that the decoder holds more.
      if (at_ == available_ && !may_hold_ && !TRY(refill())) {
        if (wanted_ == 0) return size_t{0};
        damage_ = "the zstd stream ends too early";
        break;
      }
      // A block at a time: on an error, what the call has decoded is lost.
      const size_t most = std::min(available_, at_ + std::max<size_t>(wanted_, 1));
      ZSTD_inBuffer in{buffer_.data(), most, at_};
      const size_t code = ZSTD_decompressStream(stream_, &out, &in);
      at_ = in.pos;
      may_hold_ = out.pos == out.size;
      if (ZSTD_isError(code) != 0) {
        damage_ = fmt::format("the zstd stream is damaged ({})", ZSTD_getErrorName(code));
      } else {
        wanted_ = code;
      }
    }
    if (out.pos == 0) return corrupt(damage_);
    return out.pos;
  }

 private:
  ZSTD_DStream* stream_;
  size_t wanted_ = 0;  // Bytes to the end of the block; 0 between frames.
  bool may_hold_ = false;
};

Result<> add_folder(const std::string& folder, std::vector<std::string>& paths) {
  std::error_code error;
  const size_t before = paths.size();
  auto walk = fs::recursive_directory_iterator(folder, error);
  for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
    if (walk->path().filename().string().starts_with('.')) {
      if (walk->is_directory(error)) walk.disable_recursion_pending();
      continue;
    }
    if (walk->is_regular_file(error)) paths.push_back(walk->path().string());
  }
  if (error) return fail(Code::Unavailable, "cannot list {}: {}", folder, error.message());
  if (paths.size() == before) return fail(Code::NotFound, "no files in the folder {}", folder);
  std::sort(paths.begin() + static_cast<std::ptrdiff_t>(before), paths.end());
  return {};
}

}  // namespace

Result<std::vector<std::string>> expand_inputs(const std::vector<std::string>& arguments) {
  std::vector<std::string> paths;
  for (const std::string& argument : arguments) {
    std::error_code error;
    if (argument == "-") {
      paths.push_back(argument);
    } else if (fs::is_directory(argument, error)) {
      TRY(add_folder(argument, paths));
    } else if (fs::exists(argument, error)) {
      paths.push_back(argument);
    } else if (argument.find_first_of("*?[") != std::string::npos) {
      glob_t found{};
      const int code = ::glob(argument.c_str(), GLOB_TILDE, nullptr, &found);
      for (size_t i = 0; code == 0 && i < found.gl_pathc; ++i)
        paths.emplace_back(found.gl_pathv[i]);
      ::globfree(&found);
      if (code != 0) return fail(Code::NotFound, "no file matches {}", argument);
    } else {
      return fail(Code::NotFound, "no such file or folder: {}", argument);
    }
  }
  // A file named twice (by a glob and by itself) is read once.
  std::vector<std::string> unique;
  for (std::string& path : paths) {
    if (std::find(unique.begin(), unique.end(), path) == unique.end()) unique.push_back(path);
  }
  return unique;
}

Result<std::unique_ptr<Input>> Input::open(const std::string& path) {
  const int fd = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return fail(errno == ENOENT ? Code::NotFound : Code::Unavailable, "cannot open {}: {}", path,
                reason());
  }
  struct stat info {};
  const bool regular = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  if (S_ISDIR(info.st_mode)) return fail(Code::InvalidInput, "{} is a folder", path);
  auto file = std::make_unique<FileInput>(fd, path, regular && fd != STDIN_FILENO,
                                          regular ? static_cast<uint64_t>(info.st_size) : 0);
  const std::string_view magic = TRY(file->peek(4));
  if (magic.starts_with("\x1f\x8b")) return std::make_unique<GzipInput>(std::move(file), path);
  if (magic == "\x28\xb5\x2f\xfd") return std::make_unique<ZstdInput>(std::move(file), path);
  return std::unique_ptr<Input>(std::move(file));
}

}  // namespace sonde
