#include "store/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sonde {
namespace {

namespace fs = std::filesystem;

// "sonde import logs.json", from /proc, where arguments end with a zero byte.
std::string own_command() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string command{std::istreambuf_iterator<char>(file), {}};
  while (!command.empty() && command.back() == '\0') command.pop_back();
  std::replace(command.begin(), command.end(), '\0', ' ');
  constexpr size_t kShownMax = 200;
  if (command.size() > kShownMax) command = command.substr(0, kShownMax) + "...";
  return command;
}

// What the holder wrote: its process id, then its command.
std::string read_all(int file) {
  std::string text(1024, '\0');
  const ssize_t size = ::pread(file, text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<size_t>(size) : 0);
  return text;
}

tl::unexpected<Error> held_by(const std::string& path, const std::string& holder) {
  const size_t space = std::min(holder.find(' '), holder.size());
  const std::string pid = holder.substr(0, space);
  const std::string command = holder.substr(std::min(space + 1, holder.size()));
  if (command.find(" serve") != std::string::npos) {
    return fail(Code::Unavailable,
                "a server, process {} ({}), has the data folder {}: ask it over HTTP "
                "(docs/server.md), stop it for as long as this command takes, or name another "
                "folder with --data-dir",
                pid, command, path);
  }
  return fail(Code::Unavailable,
              "the data folder {} is in use by process {} ({}): wait until it is done, end it, or "
              "name another folder with --data-dir",
              path, pid.empty() ? "unknown" : pid, command.empty() ? "unknown command" : command);
}

}  // namespace

Result<std::unique_ptr<DataFolder>> DataFolder::open(const std::string& path) {
  std::error_code failed;
  const fs::path folder = fs::absolute(path, failed).lexically_normal();
  if (!failed && !fs::exists(folder, failed)) {
    const ::mode_t before = ::umask(077);
    fs::create_directories(folder, failed);
    ::umask(before);
  }
  if (failed) {
    return fail(Code::Unavailable, "cannot make the data folder {}: {}", path, failed.message());
  }
  const std::string lock_path = folder / "lock";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return fail(Code::Unavailable, "cannot write {}: {}", lock_path, strerror(errno));
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    const std::string holder = read_all(lock);
    ::close(lock);
    if (reason == EWOULDBLOCK) return held_by(folder, holder);
    return fail(Code::Unavailable, "cannot lock {}: {}", lock_path, strerror(reason));
  }
  const std::string self = fmt::format("{} {}", ::getpid(), own_command());
  // A courtesy to who comes second: on a full disk it is not written, and nothing depends on it.
  const bool written = ::ftruncate(lock, 0) == 0 && ::pwrite(lock, self.data(), self.size(), 0) ==
                                                        static_cast<ssize_t>(self.size());
  static_cast<void>(written);
  return std::unique_ptr<DataFolder>(new DataFolder(folder, lock));
}

DataFolder::~DataFolder() {
  // The file stays: deleting it would let two processes lock two files of one name.
  ::ftruncate(lock_, 0) == 0 ? void() : void();
  ::close(lock_);
}

}  // namespace sonde
