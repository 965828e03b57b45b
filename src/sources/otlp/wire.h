// Reading protobuf fields with protozero. Functions throw what protozero throws, a
// protozero::exception, when the bytes are malformed.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <cstring>
#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>
#include <string_view>

namespace sonde::otlp {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

// A field's number and how it is encoded. A field of another encoding is unknown, and skipped.
constexpr uint32_t bytes_at(protozero::pbf_tag_type number) {
  return protozero::tag_and_type(number, pbf_wire_type::length_delimited);
}
constexpr uint32_t varint_at(protozero::pbf_tag_type number) {
  return protozero::tag_and_type(number, pbf_wire_type::varint);
}
constexpr uint32_t fixed64_at(protozero::pbf_tag_type number) {
  return protozero::tag_and_type(number, pbf_wire_type::fixed64);
}

// Most texts are short and ASCII, for which a call costs more than the look.
inline bool is_utf8(std::string_view text) {
  if (text.size() > 64) return simdjson::validate_utf8(text);
  uint64_t seen = 0;
  const char* at = text.data();
  size_t left = text.size();
  for (; left >= 8; left -= 8, at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, at, 8);
    seen |= word;
  }
  uint64_t word = 0;
  std::memcpy(&word, at, left);
  seen |= word;
  return (seen & 0x8080808080808080U) == 0 || simdjson::validate_utf8(text);
}

// Thrown as protozero throws, since both end the reading of one part.
struct NotUtf8 final : protozero::exception {
  const char* what() const noexcept override { return "text that is not UTF-8"; }
};

inline std::string_view view_of(pbf_reader& reader) {
  const protozero::data_view view = reader.get_view();
  return {view.data(), view.size()};
}

inline std::string_view text_of(pbf_reader& reader) {
  const std::string_view text = view_of(reader);
  if (!is_utf8(text)) throw NotUtf8();
  return text;
}

inline pbf_reader message_of(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace sonde::otlp
