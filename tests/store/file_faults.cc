// Loaded into a program before the C library (LD_PRELOAD): what a crash or a full disk does to it,
// at a moment that can be named and repeated. Only what changes a file or folder below
// FILE_FAULTS_FOLDER counts, over all threads, in the order in which it happens.
//
//   FILE_FAULTS_KILL   ends the program, as kill -9 does, in place of the change with this number
//   FILE_FAULTS_CALL   which counts only changes of this kind: see kKinds
//   FILE_FAULTS_BYTES  the disk is full (ENOSPC) once this many bytes were written
//   FILE_FAULTS_COUNT  a file into which the number of changes of each kind is written at the end
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string>
#include <string_view>

namespace {

enum Kind : uint8_t { Open, Write, Sync, Rename, Mkdir, Remove, Truncate };
constexpr const char* kKinds[] = {"open", "write", "sync", "rename", "mkdir", "remove", "truncate"};

uint64_t number_of(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string text_of(const char* name) {
  const char* const text = std::getenv(name);
  return text == nullptr ? "" : text;
}

struct Faults {
  const std::string folder = text_of("FILE_FAULTS_FOLDER");
  const std::string call = text_of("FILE_FAULTS_CALL");
  const std::string count_file = text_of("FILE_FAULTS_COUNT");
  const uint64_t kill_at = number_of("FILE_FAULTS_KILL", 0);
  const uint64_t bytes_max = number_of("FILE_FAULTS_BYTES", UINT64_MAX);
  std::atomic<uint64_t> changes{0};
  std::atomic<uint64_t> of_kind[std::size(kKinds)]{};
  std::atomic<uint64_t> bytes{0};
};

// Never destroyed: threads of the engine write until the very end.
Faults& faults() {
  static Faults& made = *new Faults;
  return made;
}

bool is_below(std::string_view path) {
  return !faults().folder.empty() && path.starts_with(faults().folder);
}

bool is_below(int file) {
  char link[64];
  char path[PATH_MAX];
  std::snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
  const ssize_t size = ::readlink(link, path, sizeof(path));
  return size > 0 && is_below(std::string_view(path, static_cast<size_t>(size)));
}

void change(Kind kind) {
  ++faults().of_kind[kind];
  if (!faults().call.empty() && faults().call != kKinds[kind]) return;
  if (++faults().changes == faults().kill_at) ::kill(::getpid(), SIGKILL);
}

// Whether the disk has room for more; sets errno otherwise.
bool has_room(size_t bytes) {
  if (faults().bytes.fetch_add(bytes) + bytes <= faults().bytes_max) return true;
  faults().bytes.fetch_sub(bytes);
  errno = ENOSPC;
  return false;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

struct AtEnd {
  ~AtEnd() {
    if (faults().count_file.empty()) return;
    std::FILE* const file = std::fopen(faults().count_file.c_str(), "w");
    if (file == nullptr) return;
    for (size_t kind = 0; kind < std::size(kKinds); ++kind) {
      std::fprintf(file, "%s %lu\n", kKinds[kind], faults().of_kind[kind].load());
    }
    std::fclose(file);
  }
} at_end;

using OpenCall = int (*)(const char*, int, ...);
using WriteCall = ssize_t (*)(int, const void*, size_t);
using WriteAtCall = ssize_t (*)(int, const void*, size_t, off_t);
using FileCall = int (*)(int);
using PathCall = int (*)(const char*);

int open_by(OpenCall open, const char* path, int flags, mode_t mode) {
  if ((flags & O_CREAT) != 0 && is_below(path)) change(Open);
  return open(path, flags, mode);
}

bool may_write(int file, size_t bytes) {
  if (!is_below(file)) return true;
  change(Write);
  return has_room(bytes);
}

int sync_by(FileCall sync, int file) {
  if (is_below(file)) change(Sync);
  return sync(file);
}

int remove_by(PathCall remove, const char* path) {
  if (is_below(path)) change(Remove);
  return remove(path);
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  std::va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  static const auto original = next<OpenCall>("open");
  return open_by(original, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  std::va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  static const auto original = next<OpenCall>("open64");
  return open_by(original, path, flags, mode);
}

ssize_t write(int file, const void* bytes, size_t size) {
  static const auto original = next<WriteCall>("write");
  return may_write(file, size) ? original(file, bytes, size) : -1;
}

ssize_t writev(int file, const iovec* parts, int count) {
  static const auto original = next<ssize_t (*)(int, const iovec*, int)>("writev");
  size_t size = 0;
  for (int i = 0; i < count; ++i) size += parts[i].iov_len;
  return may_write(file, size) ? original(file, parts, count) : -1;
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
  static const auto original = next<WriteAtCall>("pwrite");
  return may_write(file, size) ? original(file, bytes, size, at) : -1;
}

ssize_t pwrite64(int file, const void* bytes, size_t size, off_t at) {
  static const auto original = next<WriteAtCall>("pwrite64");
  return may_write(file, size) ? original(file, bytes, size, at) : -1;
}

int fsync(int file) {
  static const auto original = next<FileCall>("fsync");
  return sync_by(original, file);
}

int fdatasync(int file) {
  static const auto original = next<FileCall>("fdatasync");
  return sync_by(original, file);
}

int rename(const char* from, const char* to) noexcept {
  static const auto original = next<int (*)(const char*, const char*)>("rename");
  if (is_below(from)) change(Rename);
  return original(from, to);
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto original = next<int (*)(const char*, mode_t)>("mkdir");
  if (is_below(path)) change(Mkdir);
  return original(path, mode);
}

int unlink(const char* path) noexcept {
  static const auto original = next<PathCall>("unlink");
  return remove_by(original, path);
}

int rmdir(const char* path) noexcept {
  static const auto original = next<PathCall>("rmdir");
  return remove_by(original, path);
}

int ftruncate64(int file, off_t size) noexcept {
  static const auto original = next<int (*)(int, off_t)>("ftruncate64");
  if (is_below(file)) change(Truncate);
  return original(file, size);
}

}  // extern "C"
