#include "ingest/backup.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <simdjson.h>

#include <filesystem>
#include <fstream>

#include "base/time.h"
#include "ingest/project_counts.h"
#include "store/chdb_store.h"
#include "store/migrations.h"

namespace sonde {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kFormat = 1;
constexpr char kManifest[] = "manifest.json";
constexpr char kCatalog[] = "catalog.sqlite";
constexpr char kEngine[] = "engine";

// Removes a path unless the work succeeds.
class Unfinished {
 public:
  explicit Unfinished(fs::path path) : path_(std::move(path)) {}
  ~Unfinished() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  void keep() { path_.clear(); }

 private:
  fs::path path_;
};

Result<> copy_whole(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy_file(from, to, error);
  if (error) {
    return fail(Code::Unavailable, "cannot copy {} to {}: {}", from.string(), to.string(),
                error.message());
  }
  return {};
}

std::string to_json(const BackupManifest& manifest) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> json(buffer);
  json.StartObject();
  json.Key("format");
  json.Int64(kFormat);
  json.Key("made_at");
  json.String(manifest.made_at);
  json.Key("projects");
  json.StartObject();
  for (const auto& [name, spans] : manifest.projects) {
    json.Key(name);
    json.Uint64(spans);
  }
  json.EndObject();
  json.EndObject();
  return buffer.GetString();
}

Result<> write_manifest(const BackupManifest& manifest, const fs::path& path) {
  std::ofstream file(path);
  file << to_json(manifest) << '\n';
  if (!file.flush()) return fail(Code::Unavailable, "cannot write {}", path.string());
  return {};
}

Result<BackupManifest> read_manifest(const fs::path& folder) {
  const std::string path = folder / kManifest;
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  simdjson::dom::object projects;
  std::string_view made_at;
  int64_t format = 0;
  std::error_code error;
  if (!fs::exists(path, error)) {
    return fail(Code::NotFound, "{} is no backup: it has no {}", folder.string(), kManifest);
  }
  if (parser.load(path).get(json) != simdjson::SUCCESS ||
      json["format"].get_int64().get(format) != simdjson::SUCCESS ||
      json["made_at"].get_string().get(made_at) != simdjson::SUCCESS ||
      json["projects"].get_object().get(projects) != simdjson::SUCCESS) {
    return fail(Code::InvalidInput, "{} is damaged", path);
  }
  if (format > kFormat) {
    return fail(Code::InvalidInput, "{} was made by a newer sonde: update this one",
                folder.string());
  }
  BackupManifest manifest{std::string(made_at), {}};
  for (const auto& [name, spans] : projects) {
    manifest.projects.emplace(name, spans.get_uint64().value_unsafe());
  }
  return manifest;
}

Result<> compare(const BackupManifest& manifest, Store& store) {
  const std::map<std::string, uint64_t> restored = TRY(count_projects(store));
  for (const auto& [name, spans] : manifest.projects) {
    const auto found = restored.find(name);
    const uint64_t count = found == restored.end() ? 0 : found->second;
    if (count != spans) {
      return fail(Code::Internal, "project {} has {} spans after restoring, and {} in the backup",
                  name, count, spans);
    }
  }
  return {};
}

}  // namespace

uint64_t BackupManifest::spans() const {
  uint64_t sum = 0;
  for (const auto& [name, spans] : projects) sum += spans;
  return sum;
}

Result<BackupManifest> write_backup(History& history, const std::string& folder, int64_t now) {
  const fs::path target = fs::absolute(folder);
  std::error_code error;
  if (fs::exists(target, error)) {
    return fail(Code::InvalidInput, "{} is there already: name a new folder", folder);
  }
  fs::path partial = target;
  partial += ".partial";
  fs::remove_all(partial, error);
  if (!fs::create_directories(partial, error)) {
    return fail(Code::Unavailable, "cannot make {}: {}", partial.string(), error.message());
  }
  fs::permissions(partial, fs::perms::owner_all, error);
  Unfinished unfinished(partial);
  BackupManifest manifest{format_iso_time(now), TRY(count_projects(history.store()))};
  TRY(save_chdb_store(history.store(), partial / kEngine));
  TRY(history.catalog().copy_to(partial / kCatalog));
  TRY(write_manifest(manifest, partial / kManifest));
  fs::rename(partial, target, error);
  if (error) return fail(Code::Unavailable, "cannot write {}: {}", folder, error.message());
  unfinished.keep();
  return manifest;
}

Result<BackupManifest> restore_backup(const std::string& folder, const Settings& settings) {
  const fs::path source = fs::absolute(folder);
  const BackupManifest manifest = TRY(read_manifest(source));
  const fs::path target = TRY(data_folder_path(settings));
  std::error_code error;
  if (fs::exists(target / kCatalog, error) || fs::exists(target / kEngine, error)) {
    return fail(Code::InvalidInput, "there is a history in {} already: name another --data-dir",
                target.string());
  }
  Unfinished engine(target / kEngine);
  Unfinished catalog(target / kCatalog);
  {
    const std::unique_ptr<Store> store = TRY(open_chdb_store(settings));
    TRY(load_chdb_store(*store, source / kEngine));
    TRY(migrate(*store, SchemaLayout::Embedded));
    TRY(compare(manifest, *store));
    TRY(copy_whole(source / kCatalog, target / kCatalog));
  }
  // As a command would: this finds a catalog that is damaged.
  const std::unique_ptr<History> history = TRY(History::open(settings));
  engine.keep();
  catalog.keep();
  return manifest;
}

}  // namespace sonde
