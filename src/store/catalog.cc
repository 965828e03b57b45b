#include "store/catalog.h"

#include <sys/stat.h>

#include <algorithm>
#include <random>

#include "base/hash.h"
#include "base/time.h"
#include "store/catalog_tables.h"
#include "store/sqlite_file.h"

namespace sonde {
namespace {

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

class SociCatalog final : public Catalog, private SqliteFile {
 public:
  explicit SociCatalog(const std::string& path) : SqliteFile(path) {}

  Result<> start() {
    return run([&] {
      open_file();
      ::chmod(path_.c_str(), 0600);
      const long long version = number("PRAGMA user_version");
      if (version > kCatalogVersion) throw NewerVersion{};
      soci::transaction transaction(sql_);
      for (const char* const statement : kCatalogTables) change(statement);
      if (version < 2) {
        for (const char* const statement : kSinceVersion2) change(statement);
      }
      change(fmt::format("PRAGMA user_version = {}", kCatalogVersion));
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
          "truncated, row_count, bytes, first_path, first_byte, last_path, last_byte, source, "
          "excluded, written_at) VALUES "
          "(:i, 'writing', :a, :s, :m, :d, :t, :r, :b, :fp, :fb, :lp, :lb, :so, :e, :w)",
          static_cast<long long>(import_number), whole(c.accepted), whole(c.stored),
          whole(c.merged), whole(c.deduplicated), whole(c.truncated), whole(record.rows),
          whole(record.bytes), record.first.path, whole(record.first.byte), record.last.path,
          whole(record.last.byte), record.source, whole(record.excluded),
          static_cast<long long>(record.written_at));
      record.number = number("SELECT last_insert_rowid()");
      for (const auto& [reason, of_reason] : record.rejected) {
        change("INSERT INTO batch_rejects VALUES (:b, :r, :c)",
               static_cast<long long>(record.number), std::string(sonde::to_string(reason)),
               whole(of_reason));
      }
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
      soci::transaction transaction(sql_);
      change("DELETE FROM batch_rejects WHERE batch_number = :n",
             static_cast<long long>(batch_number));
      change("DELETE FROM batches WHERE state = 'writing' AND number = :n",
             static_cast<long long>(batch_number));
      transaction.commit();
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
        const long long of_import = record.number;
        record.rejected = count(number(kRejectsOfImport, of_import, of_import));
        record.excluded +=
            count(number("SELECT coalesce(sum(excluded), 0) FROM batches WHERE state = 'done' AND "
                         "import_number = :n",
                         of_import));
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
    const std::string name(project);
    TRY(run([&] {
      for (size_t i = 0; i < std::size(kReasons); ++i) {
        const std::string reason(kReasons[i]);
        const uint64_t of_reason = count(number(kRejectsOfReason, reason, name, reason, name));
        if (of_reason > 0) counts[static_cast<RejectReason>(i)] = of_reason;
      }
    }));
    return counts;
  }

  Result<std::vector<LivePlace>> live_places() override {
    std::vector<LivePlace> places;
    TRY(run([&] {
      const soci::rowset<soci::row> rows = (sql_.prepare << kLivePlaces);
      for (const soci::row& row : rows) {
        places.push_back({row.get<std::string>(0),
                          row.get<std::string>(1),
                          {row.get<std::string>(2), count(number_of(row, 3))}});
      }
    }));
    return places;
  }

  Result<std::vector<LiveCounts>> live_counts(std::string_view project) override {
    std::vector<LiveCounts> sources;
    const std::string name(project);
    TRY(run([&] {
      const soci::rowset<soci::row> rows = (sql_.prepare << kLiveCounts, soci::use(name));
      for (const soci::row& row : rows) {
        LiveCounts of_source;
        of_source.source = row.get<std::string>(0);
        of_source.last_event_at = number_of(row, 1);
        of_source.excluded = count(number_of(row, 2));
        of_source.counts = {count(number_of(row, 3)), count(number_of(row, 4)),
                            count(number_of(row, 5)), count(number_of(row, 6)),
                            count(number_of(row, 7))};
        sources.push_back(std::move(of_source));
      }
      for (LiveCounts& of_source : sources) {
        for (size_t i = 0; i < std::size(kReasons); ++i) {
          const uint64_t of_reason =
              count(number(kLiveRejects, std::string(kReasons[i]), of_source.source, name));
          if (of_reason > 0) of_source.rejected[static_cast<RejectReason>(i)] = of_reason;
        }
      }
    }));
    return sources;
  }

  Result<> fold_batches(int64_t import_number) override {
    return run([&] {
      const long long of_import = import_number;
      soci::transaction transaction(sql_);
      const soci::rowset<soci::row> rows =
          (sql_.prepare << "SELECT source, max(number) FROM batches WHERE import_number = :i AND "
                           "state = 'done' AND source <> '' GROUP BY source",
           soci::use(of_import));
      std::vector<std::pair<std::string, long long>> last_of_source;
      for (const soci::row& row : rows)
        last_of_source.emplace_back(row.get<std::string>(0), number_of(row, 1));
      for (const auto& [source, last] : last_of_source) {
        change(kSumsIntoLast, of_import, source, last);
        change(kRejectsIntoLast, last, of_import, source);
        change(kDeleteFoldedRejects, of_import, source, last);
        change(kDeleteFolded, of_import, source, last);
      }
      transaction.commit();
    });
  }

 private:
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

  std::string identity_;
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
