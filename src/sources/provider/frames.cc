#include "sources/provider/frames.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <simdjson.h>

#include <cstdint>

#include "model/json_text.h"
#include "sources/provider/base64.h"
#include "sources/value.h"

namespace sonde {
namespace {

uint32_t read_big_endian(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

std::string text_event(const std::string& text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  writer.Key("text");
  writer.String(text);
  writer.EndObject();
  return buffer.GetString();
}

std::string unwrap_payload(std::string_view payload) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parse_text(parser, payload).get_object().get(object) != simdjson::SUCCESS) {
    return {};
  }
  const std::string_view encoded = view_of(object, "bytes");
  if (encoded.empty()) return std::string(payload);
  const auto decoded = decode_base64(encoded);
  if (!decoded) return {};
  return decoded->starts_with('{') ? *decoded : text_event(*decoded);
}

}  // namespace

std::vector<std::string_view> split_events(std::string_view body) {
  std::vector<std::string_view> events;
  while (!body.empty()) {
    const size_t end = body.find('\n');
    std::string_view line = body.substr(0, end);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("data:")) line.remove_prefix(5);
    const size_t start = line.find_first_not_of(' ');
    if (start != std::string_view::npos && line[start] == '{') events.push_back(line.substr(start));
  }
  return events;
}

std::vector<std::string> decode_aws_frames(std::string_view bytes) {
  constexpr size_t kPreludeBytes = 12;  // Total length, length of the headers, checksum.
  constexpr size_t kChecksumBytes = 4;
  std::vector<std::string> events;
  while (bytes.size() >= kPreludeBytes + kChecksumBytes) {
    const size_t total = read_big_endian(bytes, 0);
    const size_t headers = read_big_endian(bytes, 4);
    if (total > bytes.size() || total < kPreludeBytes + kChecksumBytes ||
        headers > total - kPreludeBytes - kChecksumBytes) {
      break;
    }
    const size_t start = kPreludeBytes + headers;
    std::string event = unwrap_payload(bytes.substr(start, total - kChecksumBytes - start));
    if (!event.empty()) events.push_back(std::move(event));
    bytes.remove_prefix(total);
  }
  return events;
}

}  // namespace sonde
