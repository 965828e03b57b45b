#include "cli/alarm_state.h"

#include <fcntl.h>
#include <rapidjson/document.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "report/json_writer.h"

namespace sonde {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t kStateBytesMax = 16 << 20;

bool write_all(int file, const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = ::write(file, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    done += static_cast<size_t>(written);
  }
  return ::fsync(file) == 0;
}

}  // namespace

Result<std::set<std::string>> read_alarm_state(const std::string& path) {
  std::set<std::string> fired;
  std::error_code error;
  if (!fs::exists(path, error)) return fired;
  const uintmax_t size = fs::file_size(path, error);
  if (error) return fail(Code::Unavailable, "{} cannot be read: {}", path, error.message());
  if (size > kStateBytesMax) {
    return fail(Code::InvalidInput, "{} is {} bytes, limit is {} (--notify-state)", path, size,
                kStateBytesMax);
  }
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream || !text) return fail(Code::Unavailable, "{} cannot be read", path);
  rapidjson::Document document;
  document.Parse(text.str());
  const bool valid = !document.HasParseError() && document.IsObject() &&
                     document.HasMember("fired") && document["fired"].IsArray();
  if (!valid) return fail(Code::InvalidInput, "{} is no state of sonde check", path);
  for (const auto& name : document["fired"].GetArray()) {
    if (name.IsString()) fired.emplace(name.GetString(), name.GetStringLength());
  }
  return fired;
}

Result<> write_alarm_state(const std::string& path, const std::set<std::string>& fired) {
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", uint64_t{1});
  json.key("fired");
  json.begin_array();
  for (const std::string& name : fired) json.text(name);
  json.end_array();
  json.end_object();
  std::string temporary = path + ".XXXXXX";
  const int file = ::mkstemp(temporary.data());
  if (file < 0) return fail(Code::Unavailable, "cannot write {}: {}", path, std::strerror(errno));
  const bool written = write_all(file, json.take());
  const bool closed = ::close(file) == 0;
  if (!written || !closed || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    return fail(Code::Unavailable, "cannot write {}: {}", path, std::strerror(reason));
  }
  return {};
}

}  // namespace sonde
