#include "store/watched_writes.h"

#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace sonde {
namespace {

std::atomic<uint64_t> count{0};
std::atomic<int> last_reason{0};

}  // namespace

uint64_t failed_writes() { return count.load(); }
int last_failed_write() { return last_reason.load(); }

}  // namespace sonde

#ifdef SONDE_WATCHES_WRITES

namespace {

// Open files above this are not watched: the system's usual limit for a process is far below.
constexpr int kFilesMax = 1 << 16;

// By descriptor: why a write to it failed, an errno; 0 when none did.
std::atomic<uint8_t> failed[kFilesMax];

bool is_of_disk(int reason) {
  return reason == ENOSPC || reason == EDQUOT || reason == EIO || reason == EFBIG;
}

// The next in the order of loading; of the C library, unless a test put its own between.
template <class Function>
Function* following(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

using Sync = int(int);

int sync_by(Sync* sync, int file) {
  const uint8_t reason =
      file >= 0 && file < kFilesMax ? failed[file].load(std::memory_order_relaxed) : 0;
  if (reason == 0) return sync(file);
  errno = reason;
  return -1;
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
  using Write = ssize_t(int, const void*, size_t);
  static Write* const original = following<Write>("write");
  const ssize_t written = original(file, bytes, size);
  if (written >= 0 || !is_of_disk(errno)) return written;
  if (file >= 0 && file < kFilesMax) failed[file] = static_cast<uint8_t>(errno);
  sonde::last_reason = errno;
  ++sonde::count;
  return written;
}

int fsync(int file) {
  static Sync* const original = following<Sync>("fsync");
  return sync_by(original, file);
}

int fdatasync(int file) {
  static Sync* const original = following<Sync>("fdatasync");
  return sync_by(original, file);
}

int close(int file) {
  static Sync* const original = following<Sync>("close");
  if (file >= 0 && file < kFilesMax) failed[file].store(0, std::memory_order_relaxed);
  return original(file);
}

}  // extern "C"

#endif
