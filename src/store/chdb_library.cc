#include "store/chdb_library.h"

#include <dlfcn.h>

#include <filesystem>
#include <mutex>
#include <optional>

namespace sonde {
namespace {

constexpr char kName[] = "libchdb.so";

struct Symbol {
  const char* name;
  void (*set)(ChdbLibrary&, void*);
};

template <auto Member>
constexpr Symbol symbol(const char* name) {
  return {name, [](ChdbLibrary& library, void* address) {
            using Function = std::remove_reference_t<decltype(library.*Member)>;
            library.*Member = reinterpret_cast<Function>(address);
          }};
}

constexpr Symbol kSymbols[] = {
    symbol<&ChdbLibrary::connect>("chdb_connect"),
    symbol<&ChdbLibrary::close_conn>("chdb_close_conn"),
    symbol<&ChdbLibrary::version>("chdb_version"),
    symbol<&ChdbLibrary::set_signal_handlers_enabled>("chdb_set_signal_handlers_enabled"),
    symbol<&ChdbLibrary::query_with_params_n>("chdb_query_with_params_n"),
    symbol<&ChdbLibrary::stream_query_with_params_n>("chdb_stream_query_with_params_n"),
    symbol<&ChdbLibrary::stream_fetch_result>("chdb_stream_fetch_result"),
    symbol<&ChdbLibrary::stream_cancel_query>("chdb_stream_cancel_query"),
    symbol<&ChdbLibrary::stream_insert_n>("chdb_stream_insert_n"),
    symbol<&ChdbLibrary::stream_append>("chdb_stream_append"),
    symbol<&ChdbLibrary::stream_done>("chdb_stream_done"),
    symbol<&ChdbLibrary::stream_insert_error>("chdb_stream_insert_error"),
    symbol<&ChdbLibrary::destroy_insert_stream>("chdb_destroy_insert_stream"),
    symbol<&ChdbLibrary::result_buffer>("chdb_result_buffer"),
    symbol<&ChdbLibrary::result_length>("chdb_result_length"),
    symbol<&ChdbLibrary::result_error>("chdb_result_error"),
    symbol<&ChdbLibrary::destroy_query_result>("chdb_destroy_query_result"),
};

std::string dl_reason() {
  const char* const reason = ::dlerror();
  return reason == nullptr ? "unknown reason" : reason;
}

// The first place where there is such a file; for a bare name, whether the system finds it.
Result<void*> open_first(const std::vector<std::string>& places) {
  for (const std::string& place : places) {
    std::error_code failed;
    const bool is_path = place.find('/') != std::string::npos;
    if (is_path && !std::filesystem::exists(place, failed)) continue;
    void* const library = ::dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) return library;
    if (is_path) {
      return fail(Code::Unavailable, "the engine {} cannot be loaded: {}", place, dl_reason());
    }
  }
  return fail(Code::Unavailable,
              "the store needs the engine {}, which is not there: `make setup` fetches it, or set "
              "chdb-library to its path (looked for {})",
              kName, fmt::join(places, ", "));
}

Result<ChdbLibrary> open_library(const std::string& setting) {
  void* const handle = TRY(open_first(chdb_library_places(setting)));
  ChdbLibrary library{};
  for (const Symbol& symbol : kSymbols) {
    void* const address = ::dlsym(handle, symbol.name);
    if (address == nullptr) {
      ::dlclose(handle);
      return fail(
          Code::Unavailable,
          "the engine {} lacks {}: it is of another version; `make setup` fetches the right "
          "one",
          kName, symbol.name);
    }
    symbol.set(library, address);
  }
  // Before the first connection: its handlers would replace those of the program, and a crash
  // would hang.
  library.set_signal_handlers_enabled(0);
  return library;
}

}  // namespace

std::vector<std::string> chdb_library_places(const std::string& setting) {
  if (!setting.empty()) return {setting.find('/') == std::string::npos ? "./" + setting : setting};
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  std::vector<std::string> places;
  if (!failed) {
    const auto folder = program.parent_path();
    places.push_back(folder / kName);
    places.push_back((folder / "../lib/sonde" / kName).lexically_normal());
    places.push_back((folder / "../deps/chdb" / kName).lexically_normal());
  }
  places.push_back(kName);
  return places;
}

Result<const ChdbLibrary*> load_chdb(const std::string& setting) {
  static std::mutex mutex;
  static std::optional<ChdbLibrary> loaded;
  const std::lock_guard lock(mutex);
  if (!loaded) loaded = TRY(open_library(setting));
  return &*loaded;
}

}  // namespace sonde
