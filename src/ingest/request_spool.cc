#include "ingest/request_spool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/hash.h"

namespace sonde {
namespace {

constexpr std::string_view kPrefix = "requests/";

// An entry: this, the head, the body.
struct EntryHead {
  uint64_t magic = 0;
  uint64_t head_bytes = 0;
  uint64_t body_bytes = 0;
  uint64_t hash = 0;
};
constexpr uint64_t kMagic = 0x31717372'646e6f73;  // "sondrsq1"

EntryHead head_of(std::string_view head, std::string_view body) {
  return {kMagic, head.size(), body.size(),
          hash_bytes(head) ^ (hash_bytes(body) * 31) ^ head.size() ^ (body.size() << 32)};
}

tl::unexpected<Error> cannot(const char* what, const std::string& path) {
  return fail(Code::Unavailable, "cannot {} {}: {}", what, path, std::strerror(errno));
}

bool sync_folder(const std::string& folder) {
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = file >= 0 && ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  return done;
}

// Reads entries one after the other; false at the end, or at what is no whole entry.
class EntryReader {
 public:
  EntryReader(const std::string& path, uint64_t size)
      : file_(path, std::ios::binary), size_(size) {}
  bool is_open() const { return file_.is_open(); }
  uint64_t at() const { return at_; }

  bool next() {
    EntryHead head;
    if (size_ - at_ < sizeof(head) || !read(reinterpret_cast<char*>(&head), sizeof(head)))
      return false;
    const uint64_t rest = size_ - at_ - sizeof(head);
    if (head.magic != kMagic || head.head_bytes > rest || head.body_bytes > rest - head.head_bytes)
      return false;
    head_.resize(head.head_bytes);
    body_.resize(head.body_bytes);
    if (!read(head_.data(), head_.size()) || !read(body_.data(), body_.size())) return false;
    if (head_of(head_, body_).hash != head.hash) return false;
    at_ += sizeof(head) + head_.size() + body_.size();
    return true;
  }
  const std::string& head() const { return head_; }
  const std::string& body() const { return body_; }

 private:
  bool read(char* into, size_t size) {
    file_.read(into, static_cast<std::streamsize>(size));
    return static_cast<size_t>(file_.gcount()) == size;
  }

  std::ifstream file_;
  uint64_t size_;
  uint64_t at_ = 0;
  std::string head_;
  std::string body_;
};

}  // namespace

std::string segment_name(uint64_t segment) { return fmt::format("{}{:010}", kPrefix, segment); }

uint64_t segment_number(std::string_view name) {
  if (!name.starts_with(kPrefix)) return 0;
  name.remove_prefix(kPrefix.size());
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc{} && end == name.data() + name.size() ? number : 0;
}

std::string RequestSpool::path_of(uint64_t segment) const {
  return fmt::format("{}/{:010}", folder_, segment);
}

Result<std::unique_ptr<RequestSpool>> RequestSpool::open(const std::string& data_folder,
                                                         uint64_t first_segment,
                                                         uint64_t segment_bytes_max) {
  const std::string folder = data_folder + "/requests";
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return cannot("make", folder);
  std::unique_ptr<RequestSpool> spool(new RequestSpool(folder, segment_bytes_max));
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    const std::string name = entry.path().filename();
    const uint64_t number = segment_number(std::string(kPrefix) + name);
    if (number > 0) spool->segments_.push_back({number, entry.file_size(failed)});
  }
  if (failed) return fail(Code::Unavailable, "cannot read {}: {}", folder, failed.message());
  std::sort(spool->segments_.begin(), spool->segments_.end(),
            [](const Segment& a, const Segment& b) { return a.number < b.number; });
  const uint64_t behind = spool->segments_.empty() ? 1 : spool->segments_.back().number + 1;
  spool->next_segment_ = std::max(first_segment, behind);
  spool->first_segment_ = spool->next_segment_;
  std::unique_lock lock(spool->mutex_);
  TRY(spool->begin_segment(lock));
  lock.unlock();
  return spool;
}

RequestSpool::~RequestSpool() {
  if (file_ >= 0) ::close(file_);
}

// Closes the segment that is written to, if any, and begins the next.
Result<> RequestSpool::begin_segment(std::unique_lock<std::mutex>& lock) {
  while (is_syncing_ || std::max(synced_to_, failed_to_) < written_) {
    if (is_syncing_) {
      synced_.wait(lock);
    } else {
      sync(lock);
    }
  }
  const std::string path = path_of(next_segment_);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return cannot("make", path);
  if (!sync_folder(folder_)) {
    const auto error = cannot("make", path);
    ::close(file);
    ::unlink(path.c_str());
    return error;
  }
  if (file_ >= 0) ::close(file_);
  file_ = file;
  must_begin_ = false;
  segments_.push_back({next_segment_++, 0});
  return {};
}

Result<> RequestSpool::write(std::string_view head, std::string_view body) {
  EntryHead entry = head_of(head, body);
  std::array<iovec, 3> parts = {{{&entry, sizeof(entry)},
                                 {const_cast<char*>(head.data()), head.size()},
                                 {const_cast<char*>(body.data()), body.size()}}};
  size_t part = 0;
  while (part < parts.size()) {
    const ssize_t count = ::writev(file_, &parts[part], static_cast<int>(parts.size() - part));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const auto error = cannot("write", path_of(segments_.back().number));
      // What was written of it must not stand before the next entry.
      const auto size = static_cast<off_t>(segments_.back().bytes);
      must_begin_ = ::ftruncate(file_, size) != 0 || ::lseek(file_, size, SEEK_SET) != size;
      return error;
    }
    auto rest = static_cast<size_t>(count);
    while (part < parts.size() && rest >= parts[part].iov_len) rest -= parts[part++].iov_len;
    if (part < parts.size()) {
      parts[part].iov_base = static_cast<char*>(parts[part].iov_base) + rest;
      parts[part].iov_len -= rest;
    }
  }
  segments_.back().bytes += sizeof(entry) + head.size() + body.size();
  return {};
}

Result<SpoolPlace> RequestSpool::append(std::string_view head, std::string_view body,
                                        const std::function<void(SpoolPlace)>& placed) {
  std::unique_lock lock(mutex_);
  if (must_begin_ || segments_.back().bytes >= segment_bytes_max_) TRY(begin_segment(lock));
  TRY(write(head, body));
  const SpoolPlace place = {segments_.back().number, segments_.back().bytes};
  const uint64_t number = ++written_;
  placed(place);
  return wait_durable(lock, number, place);
}

Result<SpoolPlace> RequestSpool::wait_durable(std::unique_lock<std::mutex>& lock, uint64_t number,
                                              SpoolPlace place) {
  while (synced_to_ < number) {
    if (failed_to_ >= number)
      return fail(Code::Unavailable, "cannot write {}: the disk reports an error", folder_);
    // Whoever comes first syncs for all who have written by then.
    if (is_syncing_) {
      synced_.wait(lock);
    } else {
      sync(lock);
    }
  }
  return place;
}

void RequestSpool::sync(std::unique_lock<std::mutex>& lock) {
  is_syncing_ = true;
  const uint64_t to = written_;
  const SpoolPlace place = {segments_.back().number, segments_.back().bytes};
  const int file = file_;
  lock.unlock();
  const bool done = ::fdatasync(file) == 0;
  lock.lock();
  is_syncing_ = false;
  if (done) {
    synced_to_ = to;
    durable_ = std::max(durable_, place);
  } else {
    // The kernel may have dropped what it could not write, and says so only once.
    failed_to_ = written_;
    must_begin_ = true;
  }
  synced_.notify_all();
}

SpoolPlace RequestSpool::durable() const {
  const std::lock_guard lock(mutex_);
  return durable_;
}

Result<> RequestSpool::replay(SpoolPlace last, const Visit& visit) const {
  std::unique_lock lock(mutex_);
  const std::deque<Segment> segments = segments_;
  lock.unlock();
  for (const Segment& segment : segments) {
    if (segment.number > last.segment) return {};
    EntryReader reader(path_of(segment.number), segment.bytes);
    if (!reader.is_open()) return cannot("read", path_of(segment.number));
    while (reader.next()) {
      const SpoolPlace place = {segment.number, reader.at()};
      if (place > last || !visit(place, reader.head(), reader.body())) return {};
    }
  }
  return {};
}

Result<> RequestSpool::trim(SpoolPlace place, uint64_t rest_bytes_max) {
  std::unique_lock lock(mutex_);
  const Segment& last = segments_.back();
  if (last.bytes > rest_bytes_max && place.segment == last.number && place.end >= last.bytes)
    TRY(begin_segment(lock));
  while (segments_.size() > 1) {
    const Segment& first = segments_.front();
    if (first.number > place.segment || (first.number == place.segment && place.end < first.bytes))
      break;
    const std::string path = path_of(first.number);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return cannot("delete", path);
    segments_.pop_front();
  }
  return {};
}

uint64_t RequestSpool::bytes() const {
  const std::lock_guard lock(mutex_);
  uint64_t bytes = 0;
  for (const Segment& segment : segments_) bytes += segment.bytes;
  return bytes;
}

}  // namespace sonde
