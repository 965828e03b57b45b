#include "store/catalog.h"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <mutex>
#include <random>

#include "base/hash.h"
#include "base/time.h"
#include "store/disk_room.h"

namespace sonde {
namespace {

constexpr int kVersion = 1;

// SQLite stores 64 bits either way; SOCI reads an INTEGER as 32.
constexpr const char* kTables[] = {
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
};

constexpr std::string_view kStates[] = {"running", "done", "interrupted"};
constexpr std::string_view kRemovals[] = {"erase", "expire", "content"};
constexpr std::string_view kReasons[] = {"malformed", "too_large", "not_understood"};

std::string_view to_string(ImportState state) { return kStates[static_cast<size_t>(state)]; }

// Database numbers are signed; counts never come near the difference.
long long whole(uint64_t value) { return static_cast<long long>(value); }
uint64_t count(long long value) { return static_cast<uint64_t>(value); }

// Random, so that a catalog that was deleted never gives a token that the engine has seen.
std::string new_identity() {
  std::random_device random;
  const uint64_t high = random();
  return to_hex(high << 32 | random());
}

class SociCatalog final : public Catalog {
 public:
  explicit SociCatalog(const std::string& path) : path_(path) {}

  Result<> start() {
    return run([&] {
      sql_.open(soci::sqlite3, "dbname=\"" + path_ + "\" timeout=10");
      ::chmod(path_.c_str(), 0600);
      for (const char* const pragma :
           {"journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"})
        change(fmt::format("PRAGMA {}", pragma));
      if (number("PRAGMA user_version") > kVersion) throw NewerVersion{};
      soci::transaction transaction(sql_);
      for (const char* const statement : kTables) change(statement);
      change(fmt::format("PRAGMA user_version = {}", kVersion));
      if (number("SELECT count(*) FROM identity") == 0)
        change("INSERT INTO identity VALUES (:t)", new_identity());
      sql_ << "SELECT token FROM identity LIMIT 1", soci::into(identity_);
      change("UPDATE imports SET state = 'interrupted' WHERE state = 'running'");
      transaction.commit();
    });
  }

  Result<int64_t> begin_import(std::string_view project, int64_t now) override {
    int64_t import_number = 0;
    TRY(run([&] {
      soci::transaction transaction(sql_);
      change("INSERT INTO imports (project, started_at, state) VALUES (:p, :t, 'running')",
             std::string(project), static_cast<long long>(now));
      import_number = number("SELECT last_insert_rowid()");
      transaction.commit();
    }));
    return import_number;
  }

  Result<> finish_import(int64_t import_number, ImportState state, int64_t now,
                         const std::vector<ImportedFile>& files, const RejectCounts& rejected,
                         uint64_t excluded) override {
    return run([&] {
      const long long of_import = import_number;
      soci::transaction transaction(sql_);
      change("UPDATE imports SET state = :s, finished_at = :t, excluded = :e WHERE number = :n",
             std::string(to_string(state)), static_cast<long long>(now), whole(excluded),
             of_import);
      for (size_t i = 0; i < files.size(); ++i) {
        const ImportedFile& file = files[i];
        change("INSERT INTO files VALUES (:n, :i, :p, :s, :m, :h, :d, :r, :e)", of_import, whole(i),
               file.path, whole(file.size), static_cast<long long>(file.modified_at), file.hash,
               whole(file.documents), whole(file.rejected), file.error);
      }
      for (const auto& [reason, of_reason] : rejected) {
        change("INSERT INTO rejects VALUES (:n, :r, :c)", of_import,
               std::string(sonde::to_string(reason)), whole(of_reason));
      }
      transaction.commit();
    });
  }

  Result<BatchRecord> begin_batch(int64_t import_number, BatchRecord record) override {
    CHECK(record.counts.is_balanced());
    TRY(run([&] {
      const SpanCounts& c = record.counts;
      soci::transaction transaction(sql_);
      change(
          "INSERT INTO batches (import_number, state, accepted, stored, merged, deduplicated, "
          "truncated, row_count, bytes, first_path, first_byte, last_path, last_byte) VALUES "
          "(:i, 'writing', :a, :s, :m, :d, :t, :r, :b, :fp, :fb, :lp, :lb)",
          static_cast<long long>(import_number), whole(c.accepted), whole(c.stored),
          whole(c.merged), whole(c.deduplicated), whole(c.truncated), whole(record.rows),
          whole(record.bytes), record.first.path, whole(record.first.byte), record.last.path,
          whole(record.last.byte));
      record.number = number("SELECT last_insert_rowid()");
      transaction.commit();
    }));
    record.token = token_of(record.number);
    return record;
  }

  Result<> finish_batch(int64_t batch_number) override {
    return run([&] {
      change("UPDATE batches SET state = 'done' WHERE number = :n",
             static_cast<long long>(batch_number));
    });
  }

  Result<> discard_batch(int64_t batch_number) override {
    return run([&] {
      change("DELETE FROM batches WHERE state = 'writing' AND number = :n",
             static_cast<long long>(batch_number));
    });
  }

  Result<std::vector<BatchRecord>> unfinished_batches() override {
    std::vector<BatchRecord> batches;
    TRY(run([&] {
      const soci::rowset<long long> numbers =
          (sql_.prepare << "SELECT number FROM batches WHERE state = 'writing' ORDER BY number");
      for (const long long of_batch : numbers) {
        BatchRecord record;
        record.number = of_batch;
        record.token = token_of(of_batch);
        batches.push_back(record);
      }
    }));
    return batches;
  }

  Result<RemovalRecord> begin_removal(RemovalRecord record, int64_t now) override {
    TRY(run([&] {
      soci::transaction transaction(sql_);
      change(
          "INSERT INTO removals (project, kind, before, spans, started_at) VALUES (:p, :k, :b, :s, "
          ":t)",
          record.project, std::string(kRemovals[static_cast<size_t>(record.kind)]),
          whole(record.before), whole(record.spans), static_cast<long long>(now));
      record.number = number("SELECT last_insert_rowid()");
      transaction.commit();
    }));
    return record;
  }

  Result<> finish_removal(int64_t removal_number, int64_t now) override {
    return run([&] {
      change("UPDATE removals SET finished_at = :t WHERE number = :n", static_cast<long long>(now),
             static_cast<long long>(removal_number));
    });
  }

  Result<std::vector<RemovalRecord>> unfinished_removals() override {
    std::vector<RemovalRecord> records;
    TRY(run([&] {
      const soci::rowset<soci::row> rows =
          (sql_.prepare << "SELECT number, project, kind, before, spans FROM removals "
                           "WHERE finished_at IS NULL ORDER BY number");
      for (const soci::row& row : rows) {
        const auto kind =
            std::find(std::begin(kRemovals), std::end(kRemovals), row.get<std::string>(2));
        records.push_back({number_of(row, 0), row.get<std::string>(1),
                           static_cast<RemovalKind>(kind - std::begin(kRemovals)),
                           static_cast<uint32_t>(number_of(row, 3)), count(number_of(row, 4))});
      }
    }));
    return records;
  }

  Result<RemovalCounts> removals(std::string_view project) override {
    RemovalCounts counts;
    const auto sum = [&](RemovalKind kind) {
      return count(number(
          "SELECT coalesce(sum(spans), 0) FROM removals WHERE finished_at IS NOT NULL AND project "
          "= :p AND kind = :k",
          std::string(project), std::string(kRemovals[static_cast<size_t>(kind)])));
    };
    TRY(run([&] {
      counts = {sum(RemovalKind::Erase), sum(RemovalKind::Expire), sum(RemovalKind::Content)};
    }));
    return counts;
  }

  Result<std::vector<std::string>> projects() override {
    std::vector<std::string> names;
    TRY(run([&] {
      const soci::rowset<std::string> rows =
          (sql_.prepare << "SELECT DISTINCT project FROM imports ORDER BY project");
      names.assign(rows.begin(), rows.end());
    }));
    return names;
  }

  Result<std::vector<ImportRecord>> imports(std::string_view project, unsigned limit) override {
    std::vector<ImportRecord> records;
    const std::string name(project);
    const int most = static_cast<int>(limit);
    TRY(run([&] {
      const soci::rowset<soci::row> rows =
          (sql_.prepare << "SELECT number, project, started_at, state, excluded FROM imports "
                           "WHERE project = :p ORDER BY number DESC LIMIT :l",
           soci::use(name), soci::use(most));
      for (const soci::row& row : rows) records.push_back(to_import(row));
      for (ImportRecord& record : records) {
        record.counts = sum_batches("import_number = :x", static_cast<long long>(record.number));
        record.rejected =
            count(number("SELECT coalesce(sum(count), 0) FROM rejects WHERE import_number = :n",
                         static_cast<long long>(record.number)));
      }
    }));
    return records;
  }

  Result<std::vector<ImportedFile>> files_of(int64_t import_number) override {
    std::vector<ImportedFile> files;
    const long long of_import = import_number;
    TRY(run([&] {
      const soci::rowset<soci::row> rows =
          (sql_.prepare << "SELECT path, size, modified_at, hash, documents, rejected, error "
                           "FROM files WHERE import_number = :n ORDER BY position",
           soci::use(of_import));
      for (const soci::row& row : rows) files.push_back(to_file(row));
    }));
    return files;
  }

  Result<SpanCounts> ledger(std::string_view project) override {
    SpanCounts counts;
    TRY(run([&] {
      counts = sum_batches("import_number IN (SELECT number FROM imports WHERE project = :x)",
                           std::string(project));
    }));
    return counts;
  }

  Result<> copy_to(const std::string& path) override {
    return run([&] { sql_ << "VACUUM INTO :path", soci::use(path); });
  }

  Result<RejectCounts> rejects(std::string_view project) override {
    RejectCounts counts;
    TRY(run([&] {
      for (size_t i = 0; i < std::size(kReasons); ++i) {
        const uint64_t of_reason = count(number(
            "SELECT coalesce(sum(count), 0) FROM rejects WHERE reason = :r AND import_number "
            "IN (SELECT number FROM imports WHERE project = :p)",
            std::string(kReasons[i]), std::string(project)));
        if (of_reason > 0) counts[static_cast<RejectReason>(i)] = of_reason;
      }
    }));
    return counts;
  }

 private:
  struct NewerVersion {};

  // The one place where SOCI's exceptions end.
  template <class Body>
  Result<> run(const Body& body) {
    const std::lock_guard lock(mutex_);
    try {
      body();
      return {};
    } catch (const soci::soci_error& error) {
      return tl::unexpected(
          explain_full_disk({Code::Unavailable, fmt::format("{}: {}", path_, error.what())},
                            path_.substr(0, path_.rfind('/'))));
    } catch (const NewerVersion&) {
      return fail(Code::InvalidInput, "{} was written by a newer sonde: use that or a later one",
                  path_);
    }
  }

  // Runs one statement. SOCI keeps pointers to what is bound until it has run, so values are named
  // here and not where a temporary ends before the statement does.
  template <class... Values>
  void change(const std::string& sql, const Values&... values) {
    soci::statement statement(sql_);
    (statement.exchange(soci::use(values)), ...);
    prepare_and_run(statement, sql);
  }
  // The same for one that gives one number.
  template <class... Values>
  long long number(const std::string& sql, const Values&... values) {
    long long result = 0;
    soci::statement statement(sql_);
    statement.exchange(soci::into(result));
    (statement.exchange(soci::use(values)), ...);
    prepare_and_run(statement, sql);
    return result;
  }
  static void prepare_and_run(soci::statement& statement, const std::string& sql) {
    statement.alloc();
    statement.prepare(sql);
    statement.define_and_bind();
    statement.execute(true);
  }

  std::string token_of(int64_t of_batch) const { return fmt::format("{}.{}", identity_, of_batch); }

  // `condition` has the one parameter :x. Only what is done counts.
  template <class Value>
  SpanCounts sum_batches(const std::string& condition, const Value& value) {
    const auto sum = [&](const char* column) {
      return count(number(fmt::format("SELECT coalesce(sum({}), 0) FROM batches "
                                      "WHERE state = 'done' AND {}",
                                      column, condition),
                          value));
    };
    return {sum("accepted"), sum("stored"), sum("merged"), sum("deduplicated"), sum("truncated")};
  }

  static long long number_of(const soci::row& row, size_t column) {
    return row.get_properties(column).get_data_type() == soci::dt_integer
               ? row.get<int>(column)
               : row.get<long long>(column);
  }

  static ImportRecord to_import(const soci::row& row) {
    ImportRecord record;
    record.number = number_of(row, 0);
    record.project = row.get<std::string>(1);
    record.started_at = format_iso_time(number_of(row, 2));
    const auto state = std::find(std::begin(kStates), std::end(kStates), row.get<std::string>(3));
    record.state = static_cast<ImportState>(state - std::begin(kStates));
    record.excluded = count(number_of(row, 4));
    return record;
  }

  static ImportedFile to_file(const soci::row& row) {
    return {row.get<std::string>(0), count(number_of(row, 1)), number_of(row, 2),
            row.get<std::string>(3), count(number_of(row, 4)), count(number_of(row, 5)),
            row.get<std::string>(6)};
  }

  const std::string path_;
  std::string identity_;
  std::mutex mutex_;
  soci::session sql_;  // Guarded by mutex_.
};

}  // namespace

SpanCounts& SpanCounts::operator+=(const SpanCounts& other) {
  accepted += other.accepted;
  stored += other.stored;
  merged += other.merged;
  deduplicated += other.deduplicated;
  truncated += other.truncated;
  return *this;
}

std::string_view to_string(RejectReason reason) { return kReasons[static_cast<size_t>(reason)]; }

RejectReason classify_reject(std::string_view sentence) {
  if (sentence.starts_with("malformed ")) return RejectReason::Malformed;
  if (sentence.starts_with("larger than ")) return RejectReason::TooLarge;
  return RejectReason::NotUnderstood;
}

Result<std::unique_ptr<Catalog>> Catalog::open(const std::string& data_folder) {
  auto catalog = std::make_unique<SociCatalog>(data_folder + "/catalog.sqlite");
  TRY(catalog->start());
  return std::unique_ptr<Catalog>(std::move(catalog));
}

}  // namespace sonde
