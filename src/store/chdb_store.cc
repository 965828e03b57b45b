#include "store/chdb_store.h"

#include <pthread.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "store/chdb_library.h"
#include "store/connections.h"
#include "store/data_folder.h"
#include "store/disk_room.h"
#include "store/engine_error.h"
#include "store/watched_writes.h"

namespace sonde {
namespace {

constexpr char kDatabase[] = "sonde";
constexpr size_t kAppendBytes = size_t{4} << 20;

// Loading the engine blocks SIGPIPE in this thread. Its own threads, started later, should inherit
// that; the program's should not.
class SignalMask {
 public:
  SignalMask() { ::pthread_sigmask(SIG_BLOCK, nullptr, &before_); }
  ~SignalMask() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalMask(const SignalMask&) = delete;
  SignalMask& operator=(const SignalMask&) = delete;

 private:
  sigset_t before_{};
};

struct ResultCloser {
  const ChdbLibrary* library;
  void operator()(ChdbResult* result) const { library->destroy_query_result(result); }
};
using OwnedResult = std::unique_ptr<ChdbResult, ResultCloser>;

// Writes that failed while it lives, by the engine's other threads too: those may have been for it.
class WriteWatch {
 public:
  // What the engine says, unless it overlooked that.
  Result<> judge(Result<> done, const DataFolder& folder) const {
    if (!done || failed_writes() == before_) return done;
    return tl::unexpected(explain_full_disk(
        {Code::Unavailable,
         fmt::format("a file cannot be written: {}", std::strerror(last_failed_write()))},
        folder.path()));
  }

 private:
  const uint64_t before_ = failed_writes();
};

// Names and values in the form of the C interface; values are unescaped there as in TSV.
class BoundParams {
 public:
  explicit BoundParams(const std::vector<Param>& params) {
    for (const Param& param : params) {
      escaped_.push_back(param.form == Param::Form::Literal ? param.value
                                                            : escaped_param(param.value));
      name_sizes_.push_back(param.name.size());
      names_.push_back(param.name.c_str());
    }
    for (const std::string& value : escaped_) {
      values_.push_back(value.c_str());
      value_sizes_.push_back(value.size());
    }
  }
  size_t count() const { return names_.size(); }
  const char* const* names() const { return names_.data(); }
  const size_t* name_sizes() const { return name_sizes_.data(); }
  const char* const* values() const { return values_.data(); }
  const size_t* value_sizes() const { return value_sizes_.data(); }

 private:
  std::vector<std::string> escaped_;
  std::vector<const char*> names_;
  std::vector<size_t> name_sizes_;
  std::vector<const char*> values_;
  std::vector<size_t> value_sizes_;
};

// The engine's options are read by the first connection of the process; the rest by each. The limit
// of memory holds for each statement and not for the whole: the engine's count of the whole climbs
// with every streamed insert, by what our threads free, until everything is refused.
std::vector<std::string> engine_options(const Settings& settings, const DataFolder& folder) {
  return {
      "--path=" + folder.engine_path(),
      "--max_server_memory_usage_to_ram_ratio=1000",
      "--memory_worker_dynamic_hard_limit=0",
      fmt::format("--max_memory_usage={}", settings.store_memory_bytes_max),
      fmt::format("--mark_cache_size={}", settings.store_cache_bytes_max / 2),
      fmt::format("--index_mark_cache_size={}", settings.store_cache_bytes_max / 4),
      fmt::format("--uncompressed_cache_size={}", settings.store_cache_bytes_max / 4),
      "--background_pool_size=2",
      // It keeps no log of statements; these would feed one.
      "--log_queries=0",
      "--log_processors_profiles=0",
      // Who may write a backup where is the file system's matter; questions are read-only.
      "--backups.allowed_path=/",
  };
}

std::vector<std::string> with(std::vector<std::string> options, std::vector<std::string> more) {
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

class ChdbStore final : public Store {
 public:
  ChdbStore(const ChdbLibrary& library, std::unique_ptr<DataFolder> folder,
            const Settings& settings)
      : library_(library),
        folder_(std::move(folder)),
        // Two: one inserts while the other answers what an import asks.
        writers_(library, with(engine_options(settings, *folder_), kWriterOptions),
                 fmt::format("USE {}", kDatabase), 2),
        readers_(library,
                 with(with(engine_options(settings, *folder_), kReaderOptions),
                      {fmt::format("--max_execution_time={}", settings.query_seconds_max)}),
                 fmt::format("USE {}", kDatabase),
                 static_cast<size_t>(settings.store_connections_max)) {}

  // Starts the engine: the first connection, kept, makes the database that the others use.
  Result<> start(const Settings& settings) {
    first_ = std::make_unique<Connections>(
        library_, engine_options(settings, *folder_),
        fmt::format("CREATE DATABASE IF NOT EXISTS {} ENGINE = Atomic", kDatabase), 1);
    const Result<Connections::Lease> started = first_->lease();
    if (started) return {};
    return tl::unexpected(explain_full_disk(started.error(), folder_->path()));
  }

  Result<std::string> query(const Query& query) override {
    const Connections::Lease connection = TRY(readers_.lease());
    const BoundParams params(query.params);
    const OwnedResult result = own(library_.query_with_params_n(
        connection.get(), query.sql.data(), query.sql.size(), query.format.data(),
        query.format.size(), params.names(), params.name_sizes(), params.values(),
        params.value_sizes(), params.count()));
    TRY(check(result.get()));
    return std::string(piece(result.get()));
  }

  Result<> stream(const Query& query, const Sink& sink) override {
    const Connections::Lease connection = TRY(readers_.lease());
    const BoundParams params(query.params);
    const OwnedResult running = own(library_.stream_query_with_params_n(
        connection.get(), query.sql.data(), query.sql.size(), query.format.data(),
        query.format.size(), params.names(), params.name_sizes(), params.values(),
        params.value_sizes(), params.count()));
    TRY(check(running.get()));
    while (true) {
      const OwnedResult next = own(library_.stream_fetch_result(connection.get(), running.get()));
      TRY(check(next.get()));
      if (piece(next.get()).empty()) return {};
      if (sink(piece(next.get()))) continue;
      library_.stream_cancel_query(connection.get(), running.get());
      return {};
    }
  }

  Result<> save(const Query& query, const std::string& path) override {
    // A file's name cannot be a parameter: it is quoted, as a text of SQL is.
    Query into = query;
    into.sql += fmt::format(" INTO OUTFILE {} FORMAT {}", quoted(path), query.format);
    const WriteWatch watch;
    TRY(this->query(into));
    return watch.judge({}, *folder_);
  }

  Result<> execute(const std::string& sql) override {
    const Connections::Lease connection = TRY(writers_.lease());
    const WriteWatch watch;
    const OwnedResult result =
        own(library_.query_with_params_n(connection.get(), sql.data(), sql.size(), "Null", 4,
                                         nullptr, nullptr, nullptr, nullptr, 0));
    return watch.judge(check(result.get()), *folder_);
  }

  Result<> insert(std::string_view table, std::string_view native,
                  std::string_view batch_id) override {
    CHECK(std::all_of(batch_id.begin(), batch_id.end(), is_batch_character));
    const Connections::Lease connection = TRY(writers_.lease());
    const WriteWatch watch;
    const std::string sql =
        fmt::format("INSERT INTO {} SETTINGS insert_deduplication_token = '{}'", table, batch_id);
    const ChdbLibrary::Insert insert =
        library_.stream_insert_n(connection.get(), sql.data(), sql.size(), "Native", 6);
    const char* const reason = library_.stream_insert_error(insert);
    const bool open = reason == nullptr || *reason == '\0';
    while (open && !native.empty()) {
      const std::string_view part = native.substr(0, kAppendBytes);
      if (library_.stream_append(insert, part.data(), part.size()) != 0) break;
      native.remove_prefix(part.size());
    }
    Result<> done;
    if (open) {
      done = check(own(library_.stream_done(insert)).get());
    } else {
      done = refused(reason);
    }
    library_.destroy_insert_stream(insert);
    return watch.judge(std::move(done), *folder_);
  }

 private:
  // An insert is one part a partition, durable when it is acknowledged.
  // A log may hold times of any month.
  static inline const std::vector<std::string> kWriterOptions = {
      "--async_insert=0", "--implicit_select=0", "--max_insert_threads=1", "--max_threads=2",
      "--max_partitions_per_insert_block=0"};
  // Top-k filtering keeps a search from reading the text index alone: seconds instead of tenths.
  // FINAL need not compare partitions: a span stays where it was filed.
  static inline const std::vector<std::string> kReaderOptions = {
      "--readonly=1", "--implicit_select=0", "--use_top_k_dynamic_filtering=0",
      "--do_not_merge_across_partitions_select_final=1"};

  static bool is_batch_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == ':' || c == '_' || c == '-';
  }

  OwnedResult own(ChdbResult* result) const { return OwnedResult(result, {&library_}); }

  tl::unexpected<Error> refused(const char* reason) const {
    return tl::unexpected(explain_full_disk(engine_error(reason), folder_->path()));
  }

  Result<> check(ChdbResult* result) const {
    if (result == nullptr) return fail(Code::Internal, "the engine gave no result");
    const char* const text = library_.result_error(result);
    if (text != nullptr && *text != '\0') return refused(text);
    return {};
  }

  std::string_view piece(ChdbResult* result) const {
    const char* const data = library_.result_buffer(result);
    return data == nullptr ? std::string_view()
                           : std::string_view(data, library_.result_length(result));
  }

  const ChdbLibrary& library_;  // Kept for the life of the process.
  // In the order of starting; closed in reverse, the lock given back last.
  std::unique_ptr<DataFolder> folder_;
  std::unique_ptr<Connections> first_;
  Connections writers_;
  Connections readers_;
};

}  // namespace

Result<> save_chdb_store(Store& store, const std::string& folder) {
  return store.execute(fmt::format("BACKUP DATABASE {} TO File({})", kDatabase, quoted(folder)));
}

Result<> load_chdb_store(Store& store, const std::string& folder) {
  return store.execute(fmt::format("RESTORE DATABASE {} FROM File({})", kDatabase, quoted(folder)));
}

Result<std::string> data_folder_path(const Settings& settings) {
  if (!settings.data_dir.empty()) return settings.data_dir;
  if (const char* const data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/')
    return std::string(data) + "/sonde";
  if (const char* const home = std::getenv("HOME"); home != nullptr && *home == '/')
    return std::string(home) + "/.local/share/sonde";
  return fail(Code::InvalidInput, "no data folder: name it with --data-dir DIR or SONDE_DATA_DIR");
}

Result<std::unique_ptr<Store>> open_chdb_store(const Settings& settings) {
  const SignalMask kept;
  const std::string path = TRY(data_folder_path(settings));
  const ChdbLibrary* const library = TRY(load_chdb(settings.chdb_library));
  auto folder = TRY(DataFolder::open(path));
  auto store = std::make_unique<ChdbStore>(*library, std::move(folder), settings);
  TRY(store->start(settings));
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace sonde
