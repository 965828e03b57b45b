#include "ingest/rejected_bodies.h"

#include <fcntl.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "base/time.h"

namespace sonde {
namespace {

std::string head_of(const RejectedBody& rejected) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  const auto field = [&](const char* name, std::string_view value) {
    writer.Key(name);
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  field("project", rejected.project);
  field("source", rejected.source);
  field("request_id", rejected.request_id);
  field("received_at", format_iso_time(rejected.received_at));
  field("reason", rejected.reason);
  writer.Key("bytes");
  writer.Uint64(rejected.body.size());
  writer.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace

Result<std::unique_ptr<RejectedBodies>> RejectedBodies::open(const std::string& data_folder,
                                                             uint64_t bytes_max) {
  const std::string folder = data_folder + "/rejected";
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(Code::Unavailable, "cannot make {}: {}", folder, std::strerror(errno));
  std::unique_ptr<RejectedBodies> bodies(new RejectedBodies(folder, bytes_max));
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    bodies->kept_.push_back({entry.path().filename(), entry.file_size(failed)});
    bodies->bytes_ += bodies->kept_.back().bytes;
  }
  if (failed) return fail(Code::Unavailable, "cannot read {}: {}", folder, failed.message());
  // Names begin with the time.
  std::sort(bodies->kept_.begin(), bodies->kept_.end(),
            [](const Kept& a, const Kept& b) { return a.name < b.name; });
  return bodies;
}

void RejectedBodies::add(const RejectedBody& rejected) {
  std::string text = head_of(rejected);
  text += rejected.body.substr(0, bytes_max_ / 4);
  const std::lock_guard lock(mutex_);
  make_room(text.size());
  const std::string name =
      fmt::format("{:020}-{:06}.txt", rejected.received_at, ++number_ % 1'000'000);
  const std::string path = folder_ + "/" + name;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return;
  const bool done = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(file);
  if (!done) {
    ::unlink(path.c_str());
    return;
  }
  kept_.push_back({name, text.size()});
  bytes_ += text.size();
}

void RejectedBodies::make_room(uint64_t bytes) {
  while (!kept_.empty() && bytes_ + bytes > bytes_max_) {
    ::unlink((folder_ + "/" + kept_.front().name).c_str());
    bytes_ -= kept_.front().bytes;
    kept_.pop_front();
  }
}

}  // namespace sonde
