// A copy of a whole history in a folder, and a history made from one.
//
//   engine/         every table, as the engine backs it up, with checksums of its files
//   catalog.sqlite  the catalog
//   manifest.json   {"format", "made_at", "projects": {NAME: spans}}, written last
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "base/settings.h"
#include "ingest/history.h"

namespace sonde {

struct BackupManifest {
  std::string made_at;                       // ISO 8601.
  std::map<std::string, uint64_t> projects;  // Spans by project.

  uint64_t spans() const;
};

// Makes `folder`, which must not be there yet; it has its name only when it is whole. `now` in
// microseconds. Nothing may be written to the history meanwhile. Fails with InvalidInput when the
// folder is there, and as the store and the catalog fail.
Result<BackupManifest> write_backup(History& history, const std::string& folder, int64_t now);

// Makes the data folder of `settings`, which must not hold a history, from a backup, brings its
// tables up to date, and counts the spans of each project: a number other than the manifest's is
// an error. After an error the data folder holds no history. Fails with NotFound when `folder` is
// no backup, and with InvalidInput when it is of a newer program.
Result<BackupManifest> restore_backup(const std::string& folder, const Settings& settings);

}  // namespace sonde
