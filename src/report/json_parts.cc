#include "report/json_parts.h"

#include <cmath>
#include <string>

namespace sonde {
namespace {

void write_files(JsonWriter& json, const ReadReport& read) {
  json.key("files");
  json.begin_array();
  for (const FileReport& file : read.files) {
    json.begin_object();
    json.field("path", file.path);
    json.key("sources");
    json.begin_object();
    for (const auto& [source, documents] : file.sources) json.field(source, documents);
    json.end_object();
    json.field("documents", file.documents);
    json.field("rejected", file.rejected);
    json.known_field("note", file.unit_note);
    json.known_field("error", file.error);
    json.end_object();
  }
  json.end_array();
}

std::string_view path_of(const ReadReport& read, uint32_t file) {
  return file < read.files.size() ? std::string_view(read.files[file].path) : std::string_view();
}

void write_rejects(JsonWriter& json, const ReadReport& read) {
  json.key("rejects");
  json.begin_array();
  for (const Reject& reject : read.rejects) {
    json.begin_object();
    json.known_field("file", path_of(read, reject.file));
    json.field("line", reject.line);
    json.field("byte", reject.byte);
    json.field("reason", reject.reason);
    json.end_object();
  }
  json.end_array();
}

void write_notes(JsonWriter& json, const ReadReport& read) {
  json.key("notes");
  json.begin_array();
  for (const auto& [sentence, note] : read.notes) {
    json.begin_object();
    json.field("note", sentence);
    json.field("count", note.count);
    json.known_field("file", path_of(read, note.first.file));
    json.field("byte", note.first.byte);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void write_read_report(JsonWriter& json, const ReadReport& read) {
  write_notes(json, read);
  write_files(json, read);
  write_rejects(json, read);
}

void write_interval(JsonWriter& json, std::string_view name, const Interval& interval,
                    double scale) {
  json.key(name);
  if (!std::isfinite(interval.low) && !std::isfinite(interval.high)) {
    json.null();
    json.field(std::string(name) + "_note", kTooFew);
    return;
  }
  json.begin_object();
  json.field("low", interval.low / scale);
  json.field("high", interval.high / scale);
  json.field("method", interval.method);
  json.end_object();
}

void write_rate_interval(JsonWriter& json, const GroupSummary& group) {
  constexpr std::string_view kName = "success_interval";
  if (group.success_interval) return write_interval(json, kName, *group.success_interval, 1);
  json.key(kName);
  json.null();
  if (group.success_rate) json.field("success_interval_note", kTooFew);
}

}  // namespace sonde
