// The tables of catalog.sqlite, and the longer statements on them.
#pragma once

namespace sonde {

inline constexpr int kCatalogVersion = 2;

// SQLite stores 64 bits either way; SOCI reads an INTEGER as 32.
inline constexpr const char* kCatalogTables[] = {
    ("CREATE TABLE IF NOT EXISTS identity (token TEXT NOT NULL)"),
    ("CREATE TABLE IF NOT EXISTS imports (number INTEGER PRIMARY KEY AUTOINCREMENT, "
     "project TEXT NOT NULL, started_at BIGINT NOT NULL, finished_at BIGINT, "
     "state TEXT NOT NULL CHECK (state IN ('running', 'done', 'interrupted')), "
     "excluded BIGINT NOT NULL DEFAULT 0)"),
    ("CREATE TABLE IF NOT EXISTS files (import_number BIGINT NOT NULL REFERENCES imports (number), "
     "position BIGINT NOT NULL, path TEXT NOT NULL, size BIGINT NOT NULL, modified_at BIGINT NOT "
     "NULL, hash TEXT NOT NULL, documents BIGINT NOT NULL, rejected BIGINT NOT NULL, "
     "error TEXT NOT NULL, PRIMARY KEY (import_number, position))"),
    ("CREATE TABLE IF NOT EXISTS batches (number INTEGER PRIMARY KEY AUTOINCREMENT, "
     "import_number BIGINT NOT NULL REFERENCES imports (number), "
     "state TEXT NOT NULL CHECK (state IN ('writing', 'done')), "
     "accepted BIGINT NOT NULL, stored BIGINT NOT NULL, merged BIGINT NOT NULL, "
     "deduplicated BIGINT NOT NULL, truncated BIGINT NOT NULL, row_count BIGINT NOT NULL, "
     "bytes BIGINT NOT NULL, first_path TEXT NOT NULL, first_byte BIGINT NOT NULL, "
     "last_path TEXT NOT NULL, last_byte BIGINT NOT NULL, "
     "CHECK (accepted = stored + merged + deduplicated))"),
    ("CREATE INDEX IF NOT EXISTS batches_by_import ON batches (import_number)"),
    ("CREATE TABLE IF NOT EXISTS rejects (import_number BIGINT NOT NULL REFERENCES imports "
     "(number), reason TEXT NOT NULL, count BIGINT NOT NULL, PRIMARY KEY (import_number, reason))"),
    // Without a word of what was asked for: an id must not outlive its spans here.
    ("CREATE TABLE IF NOT EXISTS removals (number INTEGER PRIMARY KEY AUTOINCREMENT, "
     "project TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('erase', 'expire', 'content')), "
     "before BIGINT NOT NULL, spans BIGINT NOT NULL, started_at BIGINT NOT NULL, "
     "finished_at BIGINT)"),
    // Of a batch, where rejects are of a whole import: what came over the network is counted as it
    // comes.
    ("CREATE TABLE IF NOT EXISTS batch_rejects (batch_number BIGINT NOT NULL REFERENCES batches "
     "(number), reason TEXT NOT NULL, count BIGINT NOT NULL, PRIMARY KEY (batch_number, reason))"),
    ("CREATE TABLE IF NOT EXISTS projects (name TEXT PRIMARY KEY, created_at BIGINT NOT NULL)"),
    ("CREATE TABLE IF NOT EXISTS keys (public_key TEXT PRIMARY KEY, project TEXT NOT NULL, "
     "scopes TEXT NOT NULL, secret_hash TEXT NOT NULL UNIQUE, created_at BIGINT NOT NULL, "
     "revoked_at BIGINT)"),
};

// What version 2 added to tables of version 1: of batches that came over the network, by which
// protocol ('' for files), what was left out of them, and when (microseconds since the epoch).
inline constexpr const char* kSinceVersion2[] = {
    "ALTER TABLE batches ADD COLUMN source TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE batches ADD COLUMN excluded BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE batches ADD COLUMN written_at BIGINT NOT NULL DEFAULT 0",
};

inline constexpr const char* kRejectsOfImport =
    "SELECT (SELECT coalesce(sum(count), 0) FROM rejects WHERE import_number = :n) + (SELECT "
    "coalesce(sum(r.count), 0) FROM batch_rejects r JOIN batches b ON b.number = r.batch_number "
    "WHERE b.state = 'done' AND b.import_number = :m)";

inline constexpr const char* kRejectsOfReason =
    "SELECT (SELECT coalesce(sum(r.count), 0) FROM rejects r JOIN imports i ON i.number = "
    "r.import_number WHERE r.reason = :r AND i.project = :p) + (SELECT coalesce(sum(r.count), 0) "
    "FROM batch_rejects r JOIN batches b ON b.number = r.batch_number JOIN imports i ON i.number = "
    "b.import_number WHERE b.state = 'done' AND r.reason = :s AND i.project = :q)";

// SQLite takes the columns that are not grouped from the row with the greatest number.
inline constexpr const char* kLivePlaces =
    "SELECT project, source, last_path, last_byte FROM (SELECT i.project AS project, b.source AS "
    "source, b.last_path AS last_path, b.last_byte AS last_byte, max(b.number) FROM batches b JOIN "
    "imports i ON i.number = b.import_number WHERE b.state = 'done' AND b.source <> '' GROUP BY "
    "i.project, b.source)";

inline constexpr const char* kLiveCounts =
    "SELECT b.source, max(b.written_at), sum(b.excluded), sum(b.accepted), sum(b.stored), "
    "sum(b.merged), sum(b.deduplicated), sum(b.truncated) FROM batches b JOIN imports i ON "
    "i.number = b.import_number WHERE b.state = 'done' AND b.source <> '' AND i.project = :p "
    "GROUP BY b.source ORDER BY b.source";

inline constexpr const char* kLiveRejects =
    "SELECT coalesce(sum(r.count), 0) FROM batch_rejects r JOIN batches b ON b.number = "
    "r.batch_number JOIN imports i ON i.number = b.import_number WHERE b.state = 'done' AND "
    "r.reason = :r AND b.source = :s AND i.project = :p";

// What makes one of the batches of an import and a source that are done: parameters are those two,
// then the number of the last one, which says how far the requests were written.
inline constexpr const char* kSumsIntoLast =
    "UPDATE batches SET (accepted, stored, merged, deduplicated, truncated, row_count, bytes, "
    "excluded, written_at) = (SELECT sum(accepted), sum(stored), sum(merged), sum(deduplicated), "
    "sum(truncated), sum(row_count), sum(bytes), sum(excluded), max(written_at) FROM batches o "
    "WHERE o.import_number = :i AND o.source = :s AND o.state = 'done') WHERE number = :l";
inline constexpr const char* kRejectsIntoLast =
    "INSERT OR REPLACE INTO batch_rejects SELECT :l, r.reason, sum(r.count) FROM batch_rejects r "
    "JOIN batches b ON b.number = r.batch_number WHERE b.import_number = :i AND b.source = :s AND "
    "b.state = 'done' GROUP BY r.reason";
inline constexpr const char* kDeleteFoldedRejects =
    "DELETE FROM batch_rejects WHERE batch_number IN (SELECT number FROM batches WHERE "
    "import_number = :i AND source = :s AND state = 'done' AND number < :l)";
inline constexpr const char* kDeleteFolded =
    "DELETE FROM batches WHERE import_number = :i AND source = :s AND state = 'done' AND number < "
    ":l";

}  // namespace sonde
