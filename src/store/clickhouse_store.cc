#include "store/clickhouse_store.h"

#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <optional>
#include <random>
#include <thread>

#include "store/http_exchange.h"
#include "store/server_access.h"
#include "store/server_answer.h"

namespace sonde {
namespace {

using std::chrono::milliseconds;

constexpr size_t kWriters = 2;
constexpr size_t kPieceBytes = size_t{1} << 20;  // Of a stream's pieces, but for the last.
// Longer parameters go into a form: addresses of 8 KB pass every proxy.
constexpr size_t kUrlParamBytesMax = 6'000;
// ClickHouse refuses longer ones (its setting http_max_field_value_size, of the server alone).
constexpr size_t kParamBytesMax = 128 * 1024;
// Changing tables of a cluster waits for every host.
constexpr milliseconds kChangeTimeout = std::chrono::hours(1);
constexpr int kZstdLevel = 1;

using Values = std::vector<std::pair<std::string_view, std::string_view>>;

const Values kEverywhere = {{"enable_http_compression", "1"},
                            // An exception behind rows is in the frame that AnswerBody knows.
                            {"http_write_exception_in_output_format", "0"},
                            {"implicit_select", "0"},
                            // The replica that was written to, while it is there.
                            {"load_balancing", "in_order"}};
// As the embedded engine has them: see kReaderOptions in chdb_store.cc.
const Values kReading = {{"readonly", "1"},
                         {"use_top_k_dynamic_filtering", "0"},
                         {"do_not_merge_across_partitions_select_final", "1"},
                         // Of shards: a question within a question is asked once, of all of them.
                         {"distributed_product_mode", "global"},
                         {"cancel_http_readonly_queries_on_client_close", "1"}};
// A batch is stored when it is acknowledged, on a Distributed table too. No wait_end_of_query:
// there are no rows to wait for.
const Values kWriting = {{"async_insert", "0"},
                         {"distributed_foreground_insert", "1"},
                         {"max_insert_threads", "1"},
                         {"max_partitions_per_insert_block", "0"}};

// A request as far as it is the same for every host.
struct Request {
  enum class Repeat : uint8_t {
    Never,     // Only when nothing of it was sent.
    WhenLost,  // Also when it may have been taken.
  };
  std::string target;  // Behind the host.
  std::string body;
  std::vector<std::string> headers;
  Repeat repeat = Repeat::WhenLost;
  milliseconds timeout{};
  size_t piece_bytes = kPieceBytes;
};

std::string form_boundary() {
  std::random_device random;
  return fmt::format("sonde-{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

bool is_batch_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
         c == ':' || c == '_' || c == '-';
}

class ClickhouseStore final : public Store {
 public:
  ClickhouseStore(ServerAccess access, const Settings& settings, const ClickhouseOptions& options,
                  std::unique_ptr<HttpExchange> readers, std::unique_ptr<HttpExchange> writers)
      : access_(std::move(access)),
        options_(options),
        query_seconds_(settings.query_seconds_max),
        memory_bytes_(settings.store_memory_bytes_max),
        readers_(std::move(readers)),
        writers_(std::move(writers)) {}

  Result<std::string> query(const Query& query) override {
    Request request = TRY(reading(query));
    // The server begins to answer when it has the whole result, and so does this.
    request.target += "&wait_end_of_query=1";
    request.piece_bytes = std::numeric_limits<size_t>::max();
    std::string text;
    TRY(run(*readers_, request, [&](std::string_view piece) {
      text = piece;
      return true;
    }));
    return text;
  }

  Result<> stream(const Query& query, const Sink& sink) override {
    const Request request = TRY(reading(query));
    return run(*readers_, request, sink);
  }

  Result<> save(const Query& query, const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0) {
      return fail(errno == EEXIST ? Code::InvalidInput : Code::Unavailable,
                  "cannot write to {}: {}", path, std::strerror(errno));
    }
    std::FILE* const file = ::fdopen(descriptor, "wb");
    CHECK(file != nullptr);
    bool is_written = true;
    Result<> done = stream(query, [&](std::string_view piece) {
      is_written = std::fwrite(piece.data(), 1, piece.size(), file) == piece.size();
      return is_written;
    });
    is_written = std::fclose(file) == 0 && is_written;
    if (done && !is_written) done = fail(Code::Unavailable, "cannot write to {}", path);
    if (!done) ::unlink(path.c_str());
    return done;
  }

  Result<> execute(const std::string& sql) override {
    Request request;
    request.target = target({&kEverywhere, &kWriting}) + "&wait_end_of_query=1";
    request.body = sql;
    request.headers = headers();
    request.repeat = Request::Repeat::Never;
    request.timeout = kChangeTimeout;
    return run(*writers_, request, [](std::string_view) { return true; });
  }

  Result<> insert(std::string_view table, std::string_view native,
                  std::string_view batch_id) override {
    CHECK(std::all_of(batch_id.begin(), batch_id.end(), is_batch_character));
    Request request;
    request.target = target({&kEverywhere, &kWriting}) +
                     "&insert_deduplication_token=" + writers_->escaped(batch_id) + "&query=" +
                     writers_->escaped(fmt::format("INSERT INTO {} FORMAT Native", table));
    request.body.resize(ZSTD_compressBound(native.size()));
    const size_t size = ZSTD_compress(request.body.data(), request.body.size(), native.data(),
                                      native.size(), kZstdLevel);
    CHECK(ZSTD_isError(size) == 0);
    request.body.resize(size);
    request.headers = headers();
    request.headers.emplace_back("Content-Encoding: zstd");
    request.headers.emplace_back("Content-Type: application/octet-stream");
    request.timeout = answer_timeout();
    return run(*writers_, request, [](std::string_view) { return true; });
  }

 private:
  struct Attempt {
    Result<> result;
    bool again = false;
  };

  milliseconds answer_timeout() const {
    return std::chrono::seconds(query_seconds_) + options_.grace;
  }

  std::vector<std::string> headers() const {
    std::vector<std::string> lines = {"X-ClickHouse-User: " + access_.user};
    if (!access_.password.empty()) lines.push_back("X-ClickHouse-Key: " + access_.password);
    return lines;
  }

  // Names and values of the constant tables need no escaping.
  std::string target(std::initializer_list<const Values*> tables) const {
    std::string text = "/?database=" + access_.database;
    for (const Values* const table : tables) {
      for (const auto& [name, value] : *table) text += fmt::format("&{}={}", name, value);
    }
    return text;
  }

  Result<Request> reading(const Query& query) const {
    Request request;
    request.target = target({&kEverywhere, &kReading}) +
                     fmt::format("&max_execution_time={}&max_memory_usage={}&default_format={}",
                                 query_seconds_, memory_bytes_, readers_->escaped(query.format));
    request.headers = headers();
    request.timeout = answer_timeout();
    std::string in_url;
    for (const Param& param : query.params) {
      const bool is_text = param.form == Param::Form::Text;
      const std::string value = is_text ? escaped_param(param.value) : param.value;
      if (value.size() > kParamBytesMax) {
        return fail(Code::TooLarge,
                    "a value of the question ({}) is {} bytes, the limit of ClickHouse is {}",
                    param.name, value.size(), kParamBytesMax);
      }
      in_url += fmt::format("&param_{}={}", param.name, readers_->escaped(value));
    }
    if (in_url.size() <= kUrlParamBytesMax) {
      request.target += in_url;
      request.body = query.sql;
      request.headers.emplace_back("Content-Type: text/plain; charset=UTF-8");
    } else {
      put_form(query, request);
    }
    return request;
  }

  static void put_form(const Query& query, Request& request) {
    const std::string boundary = form_boundary();
    const auto put = [&](std::string_view name, std::string_view value) {
      request.body +=
          fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n", boundary,
                      name, value);
    };
    put("query", query.sql);
    for (const Param& param : query.params) {
      const bool is_text = param.form == Param::Form::Text;
      put("param_" + param.name, is_text ? escaped_param(param.value) : param.value);
    }
    request.body += fmt::format("--{}--\r\n", boundary);
    request.headers.push_back("Content-Type: multipart/form-data; boundary=" + boundary);
  }

  Result<> run(HttpExchange& exchange, const Request& request, const Sink& sink) {
    const size_t hosts = access_.hosts.size();
    const size_t first = last_good_;
    const size_t attempts = hosts * options_.rounds;
    milliseconds pause = options_.pause;
    for (size_t attempt = 1;; ++attempt) {
      const size_t host = (first + attempt - 1) % hosts;
      Attempt done = try_host(exchange, access_.hosts[host], request, sink);
      if (!done.again) last_good_ = host;  // It has answered.
      if (done.result) return {};
      if (!done.again || attempt == attempts) {
        Error& error = done.result.error();
        error.message = without_password(std::move(error.message), access_.password);
        if (attempt > 1) error.message += fmt::format(" (attempt {})", attempt);
        return done.result;
      }
      if (attempt % hosts == 0) {
        std::this_thread::sleep_for(pause);
        pause *= 2;
      }
    }
  }

  Attempt try_host(HttpExchange& exchange, const std::string& host, const Request& request,
                   const Sink& sink) const {
    HttpRequest http;
    http.url = host + request.target;
    http.headers = request.headers;
    http.body = request.body;
    http.connect_timeout = options_.connect_timeout;
    http.timeout = request.timeout;
    http.on_new_connection = request.repeat == Request::Repeat::Never;
    std::optional<AnswerBody> body;
    bool is_given = false;
    const auto give = [&](std::string_view rows) {
      is_given = is_given || !rows.empty();
      return rows.empty() || sink(rows);
    };
    const HttpAnswer answer =
        exchange.post(http, [&](const HttpAnswer& head, std::string_view piece) {
          if (!body) body.emplace(head.header("x-clickhouse-exception-tag"));
          body->add(piece);
          if (body->rows().size() < request.piece_bytes) return true;
          const bool more = give(body->rows());
          body->drop_rows();
          return more;
        });
    if (answer.end == HttpAnswer::End::Stopped) return {};
    Attempt failed = judge(host, request, answer, body ? &*body : nullptr);
    failed.again = failed.again && !is_given;
    if (failed.result && body) give(body->last_rows());
    return failed;
  }

  // `body` is null when no byte of an answer with a status of success came.
  Attempt judge(const std::string& host, const Request& request, const HttpAnswer& answer,
                const AnswerBody* body) const {
    using End = HttpAnswer::End;
    const bool repeats = request.repeat == Request::Repeat::WhenLost;
    const auto failed = [](ServerFailure failure, bool again) {
      return Attempt{tl::unexpected(std::move(failure.error)), again && failure.is_passing};
    };
    const auto unavailable = [](std::string message, bool again) {
      return Attempt{tl::unexpected(Error{Code::Unavailable, std::move(message)}), again};
    };
    if (answer.end == End::NotTrusted)
      return unavailable(fmt::format("{} is not trusted: {}", host, answer.problem), false);
    if (answer.end == End::NotConnected)
      return unavailable(fmt::format("{} cannot be reached: {}", host, answer.problem), true);
    if (body != nullptr && body->has_exception())
      return failed(read_exception(body->exception()), repeats);
    if (answer.end == End::TimedOut) {
      return unavailable(
          fmt::format("{} did not answer within {} s", host,
                      std::chrono::ceil<std::chrono::seconds>(request.timeout).count()),
          false);
    }
    const bool is_refused = answer.status >= 300;
    if (is_refused) {
      return failed(read_failure(host, answer.status, answer.header("x-clickhouse-exception-code"),
                                 answer.error_text),
                    repeats);
    }
    // A server that sends a code with a status of success has failed after all.
    const std::string code = answer.header("x-clickhouse-exception-code");
    if (!code.empty() && code != "0")
      return failed(read_failure(host, answer.status, code, body ? body->last_rows() : ""),
                    repeats);
    if (answer.end == End::Whole && answer.is_success()) return {};
    if (body != nullptr && !body->untagged_exception().empty())
      return failed(read_exception(body->untagged_exception()), repeats);
    return unavailable(fmt::format("the answer of {} ended early: {}", host, answer.problem),
                       repeats);
  }

  const ServerAccess access_;
  const ClickhouseOptions options_;
  const int64_t query_seconds_;
  const int64_t memory_bytes_;
  std::atomic<size_t> last_good_ = 0;  // Of access_.hosts.
  const std::unique_ptr<HttpExchange> readers_;
  const std::unique_ptr<HttpExchange> writers_;
};

Result<std::unique_ptr<Store>> open_with(ServerAccess access, const Settings& settings,
                                         const ClickhouseOptions& options) {
  auto readers = TRY(HttpExchange::create(static_cast<size_t>(settings.store_connections_max)));
  auto writers = TRY(HttpExchange::create(kWriters));
  return std::unique_ptr<Store>(new ClickhouseStore(std::move(access), settings, options,
                                                    std::move(readers), std::move(writers)));
}

}  // namespace

Result<std::unique_ptr<Store>> open_clickhouse_store(const Settings& settings,
                                                     const ClickhouseOptions& options) {
  ServerAccess access = TRY(read_server_access(settings));
  return open_with(std::move(access), settings, options);
}

std::string database_statement(const Settings& settings, SchemaLayout layout) {
  return fmt::format("CREATE DATABASE IF NOT EXISTS {}{}", settings.store_database,
                     layout == SchemaLayout::Embedded ? "" : " ON CLUSTER main");
}

Result<> create_database(const Settings& settings, SchemaLayout layout,
                         const ClickhouseOptions& options) {
  ServerAccess access = TRY(read_server_access(settings));
  access.database = "default";  // The other is not there yet.
  const std::unique_ptr<Store> store = TRY(open_with(std::move(access), settings, options));
  return store->execute(database_statement(settings, layout));
}

SchemaLayout layout_of(const Settings& settings) {
  if (settings.store_url.empty() || settings.store_layout == "single")
    return SchemaLayout::Embedded;
  return settings.store_layout == "sharded" ? SchemaLayout::Sharded : SchemaLayout::Replicated;
}

}  // namespace sonde
