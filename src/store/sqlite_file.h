// One SQLite file through SOCI: what the classes on catalog.sqlite have in common.
#pragma once

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <cstdlib>
#include <mutex>
#include <string>
#include <utility>

#include "base/result.h"
#include "store/disk_room.h"

namespace sonde {

// Thread-safe as far as all use is inside run(). SQLite itself keeps several processes, and several
// objects on one file, apart.
class SqliteFile {
 public:
  explicit SqliteFile(std::string path) : path_(std::move(path)) {}
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;

 protected:
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

  // In run(): opens the file, so that what is committed is on the disk.
  void open_file() {
    sql_.open(soci::sqlite3, "dbname=\"" + path_ + "\" timeout=10");
    for (const char* const pragma :
         {"journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"})
      change(fmt::format("PRAGMA {}", pragma));
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

  // Of a column that holds numbers. What SOCI takes it for depends on the column's declaration,
  // which sums and the like do not have: those are text to it.
  static long long number_of(const soci::row& row, size_t column) {
    switch (row.get_properties(column).get_data_type()) {
      case soci::dt_integer:
        return row.get<int>(column);
      case soci::dt_double:
        return static_cast<long long>(row.get<double>(column));
      case soci::dt_string:
        return std::strtoll(row.get<std::string>(column).c_str(), nullptr, 10);
      default:
        return row.get<long long>(column);
    }
  }

  const std::string path_;
  std::mutex mutex_;
  soci::session sql_;  // Guarded by mutex_.
};

}  // namespace sonde
