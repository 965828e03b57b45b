#include "sources/otlp/wire_value.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "sources/otlp/any_value.h"
#include "sources/otlp/wire.h"
#include "sources/provider/base64.h"

namespace sonde::otlp {
namespace {

class ValueReader {
 public:
  explicit ValueReader(Texts& texts) : texts_(texts) {}

  std::string_view text(std::string_view bytes) {
    std::string_view result;
    bool is_json = false;
    for (pbf_reader value = message_of(bytes); value.next();) {
      if (value.tag() <= 7) is_json = false;
      switch (value.tag_and_type()) {
        case bytes_at(1):
          result = text_of(value);
          break;
        case varint_at(2):
          result = value.get_bool() ? "true" : "false";
          break;
        case varint_at(3):
          result = number_text(value.get_int64(), texts_);
          break;
        case fixed64_at(4):
          result = number_text(value.get_double(), texts_);
          break;
        case bytes_at(5):
        case bytes_at(6):
          value.skip();
          is_json = true;
          break;
        case bytes_at(7):
          result = texts_.add(encode_base64(view_of(value)));
          break;
        default:
          value.skip();
      }
    }
    return is_json ? json(bytes) : result;
  }

 private:
  using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

  std::string_view json(std::string_view bytes) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    write(bytes, writer, 0);
    return texts_.add({buffer.GetString(), buffer.GetSize()});
  }

  static void write_text(std::string_view text, Writer& writer) {
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }

  // The last alternative counts; most values have one, so it is looked for first.
  void write(std::string_view bytes, Writer& writer, int depth) {
    uint32_t last = 0;
    for (pbf_reader value = message_of(bytes); value.next(); value.skip()) {
      if (value.tag() >= 1 && value.tag() <= 7) last = value.tag_and_type();
    }
    pbf_reader value = message_of(bytes);
    bool done = false;
    while (!done && value.next()) {
      done = value.tag_and_type() == last && depth <= kValueDepthMax &&
             write_alternative(value, writer, depth);
      if (!done) value.skip();
    }
    if (!done) writer.Null();
  }

  bool write_alternative(pbf_reader& value, Writer& writer, int depth) {
    switch (value.tag_and_type()) {
      case bytes_at(1):
        write_text(text_of(value), writer);
        return true;
      case varint_at(2):
        writer.Bool(value.get_bool());
        return true;
      case varint_at(3):
        writer.Int64(value.get_int64());
        return true;
      case fixed64_at(4):
        write_double(value.get_double(), writer);
        return true;
      case bytes_at(5):
        write_list(view_of(value), writer, depth);
        return true;
      case bytes_at(6):
        write_map(view_of(value), writer, depth);
        return true;
      case bytes_at(7):
        write_text(encode_base64(view_of(value)), writer);
        return true;
      default:
        return false;
    }
  }

  void write_double(double number, Writer& writer) {
    const std::string_view text = number_text(number, texts_);
    if (text.find_first_of("Ny") != std::string_view::npos) {  // NaN, Infinity
      write_text(text, writer);
    } else {
      writer.RawValue(text.data(), text.size(), rapidjson::kNumberType);
    }
  }

  void write_list(std::string_view bytes, Writer& writer, int depth) {
    writer.StartArray();
    for (pbf_reader list = message_of(bytes); list.next();) {
      if (list.tag_and_type() == bytes_at(1)) {
        write(view_of(list), writer, depth + 1);
      } else {
        list.skip();
      }
    }
    writer.EndArray();
  }

  void write_map(std::string_view bytes, Writer& writer, int depth) {
    writer.StartObject();
    for (pbf_reader list = message_of(bytes); list.next();) {
      if (list.tag_and_type() != bytes_at(1)) {
        list.skip();
        continue;
      }
      std::string_view key;
      std::string_view value;
      for (pbf_reader pair = list.get_message(); pair.next();) {
        if (pair.tag_and_type() == bytes_at(1)) {
          key = text_of(pair);
        } else if (pair.tag_and_type() == bytes_at(2)) {
          value = view_of(pair);
        } else {
          pair.skip();
        }
      }
      writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
      write(value, writer, depth + 1);
    }
    writer.EndObject();
  }

  Texts& texts_;
};

}  // namespace

std::string_view wire_value_text(std::string_view bytes, Texts& texts) {
  return ValueReader(texts).text(bytes);
}

}  // namespace sonde::otlp
