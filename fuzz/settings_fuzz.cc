// Files and values that a user writes: sonde.toml, --category-map, times, sizes and amounts. What
// is printed is read back as the same value.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/decimal.h"
#include "base/quantity.h"
#include "base/settings.h"
#include "base/time.h"
#include "filter/category_map.h"

namespace {

using namespace sonde;

// A folder that goes when the program ends.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "sonde-fuzz-XXXXXX").string();
    CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string write(std::string_view name, std::string_view text) const {
    const std::string path = path_ + "/" + std::string(name);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    return path;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void check_values(std::string_view text) {
  if (const auto micros = parse_iso_time(text)) {
    CHECK(parse_iso_time(format_iso_time(*micros)) == micros ||
          format_iso_time(*micros)[0] == '-' || format_iso_time(*micros).find('-') > 4);
  }
  if (const auto nanos = parse_decimal_nanos(text)) {
    CHECK(parse_decimal_nanos(format_decimal_nanos(*nanos)) == nanos);
  }
  if (const auto micros = parse_duration(text)) {
    CHECK(parse_duration(format_duration(*micros)) == micros);
  }
  if (const auto bytes = parse_bytes(text)) CHECK(parse_bytes(format_bytes(*bytes)) == bytes);
}

void check_settings(const Folder& folder, std::string_view text) {
  folder.write("sonde.toml", text);
  const auto settings =
      load_settings({.flags = {}, .environment = {}, .working_dir = folder.path()});
  if (!settings) {
    CHECK(settings.error().message.find("sonde.toml") != std::string::npos);
    return;
  }
  for (const Setting& setting : kSettings) setting_text(*settings, setting);
  settings->success_of("an app");
}

void check_category_map(const Folder& folder, std::string_view text) {
  const std::string path = folder.write("map.toml", text);
  const auto map = CategoryMap::load(path, {.now = 1'784'800'805'000'000});
  if (!map) {
    CHECK(map.error().message.find("map.toml") != std::string::npos);
    return;
  }
  Span span;
  span.input = text;
  map->apply(span);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Folder kFolder;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 3) {
    case 0:
      check_values(text);
      break;
    case 1:
      check_settings(kFolder, text);
      break;
    default:
      check_category_map(kFolder, text);
  }
  return 0;
}
