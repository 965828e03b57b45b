#include "store/clickhouse_for_test.h"

#include <zstd.h>

#include <algorithm>

namespace sonde {
namespace {

using Exchange = HttpServerForTest::Exchange;
using Headers = HttpServerForTest::Headers;

constexpr size_t kUrlBytesMax = 1 << 20;
constexpr size_t kValueBytesMax = 128 << 10;
constexpr char kTag[] = "kqzvxwjrbnmtplsd";
constexpr size_t kFirstRowsBytes = 3 << 20;  // What faults inside an answer let through.

const std::set<std::string>& names_of_the_interface() {
  static const std::set<std::string> kNames = {"database", "query", "default_format",
                                               "wait_end_of_query"};
  return kNames;
}

std::string unescaped(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      plain += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

std::map<std::string, std::string> params_of(std::string_view target) {
  std::map<std::string, std::string> params;
  target.remove_prefix(std::min(target.find('?'), target.size() - 1) + 1);
  while (!target.empty()) {
    const std::string_view pair = target.substr(0, target.find('&'));
    const size_t equals = std::min(pair.find('='), pair.size());
    params[unescaped(pair.substr(0, equals))] =
        unescaped(pair.substr(std::min(equals + 1, pair.size())));
    target.remove_prefix(std::min(pair.size() + 1, target.size()));
  }
  return params;
}

// The fields of RFC 7578.
void read_form(const std::string& type, std::string_view body,
               std::map<std::string, std::string>& params) {
  const std::string boundary = "--" + type.substr(type.find("boundary=") + 9);
  const std::string end = "\r\n" + boundary;
  while (body.starts_with(boundary + "\r\n")) {
    const size_t name = body.find("name=\"") + 6;
    const size_t value = body.find("\r\n\r\n") + 4;
    const size_t next = body.find(end);
    params[std::string(body.substr(name, body.find('"', name) - name))] =
        body.substr(value, next - value);
    body.remove_prefix(next + 2);
  }
}

std::string decompressed(const std::string& bytes) {
  std::string plain(ZSTD_getFrameContentSize(bytes.data(), bytes.size()), '\0');
  CHECK(ZSTD_decompress(plain.data(), plain.size(), bytes.data(), bytes.size()) == plain.size());
  return plain;
}

// Of one answer.
class Compressor {
 public:
  explicit Compressor(bool enabled) : context_(enabled ? ZSTD_createCCtx() : nullptr) {}
  ~Compressor() { ZSTD_freeCCtx(context_); }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  std::string add(std::string_view piece, ZSTD_EndDirective directive) {
    if (context_ == nullptr) return std::string(piece);
    std::string bytes(ZSTD_compressBound(piece.size()) + 1024, '\0');
    ZSTD_inBuffer in{piece.data(), piece.size(), 0};
    ZSTD_outBuffer out{bytes.data(), bytes.size(), 0};
    CHECK(ZSTD_compressStream2(context_, &out, &in, directive) == 0);
    bytes.resize(out.pos);
    return bytes;
  }
  void name(Headers& headers) const {
    if (context_ != nullptr) headers.emplace_back("Content-Encoding", "zstd");
  }

 private:
  ZSTD_CCtx* context_;
};

std::string exception_text(int number, std::string_view message, std::string_view name) {
  return fmt::format("Code: {}. DB::Exception: {}. ({}) (version 26.7.3.1 (official build))\n",
                     number, message, name);
}

void refuse(Exchange& exchange, unsigned status, int number, std::string_view message,
            std::string_view name) {
  exchange.answer(status, {{"X-ClickHouse-Exception-Code", std::to_string(number)}},
                  exception_text(number, message, name));
}

struct ServerCode {
  unsigned status;
  int number;
  std::string_view name;
};

ServerCode server_code(Code code) {
  switch (code) {
    case Code::NotFound:
      return {404, 81, "UNKNOWN_DATABASE"};
    case Code::TooLarge:
      return {500, 241, "MEMORY_LIMIT_EXCEEDED"};
    case Code::Overloaded:
      return {500, 202, "TOO_MANY_SIMULTANEOUS_QUERIES"};
    case Code::Unavailable:
      return {500, 159, "TIMEOUT_EXCEEDED"};
    default:
      return {400, 62, "SYNTAX_ERROR"};
  }
}

void refuse(Exchange& exchange, const Error& error) {
  const ServerCode code = server_code(error.code);
  refuse(exchange, code.status, code.number, error.message, code.name);
}

std::string value_of(const std::map<std::string, std::string>& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? std::string() : found->second;
}

std::set<std::string> engine_settings(Store& store) {
  const auto text = store.query({"SELECT name FROM system.settings", {}, "TSVRaw"});
  CHECK(text.has_value());
  std::set<std::string> names;
  for (size_t at = 0; at < text->size();) {
    const size_t end = text->find('\n', at);
    names.insert(text->substr(at, end - at));
    at = end + 1;
  }
  return names;
}

}  // namespace

ClickhouseForTest::ClickhouseForTest(Store& store)
    : store_(store),
      settings_(engine_settings(store)),
      server_([this](Exchange& exchange) { handle(exchange); }) {}

void ClickhouseForTest::fail_next(std::vector<Fault> faults) {
  const std::lock_guard lock(mutex_);
  faults_.insert(faults_.end(), faults.begin(), faults.end());
}

std::vector<ClickhouseForTest::Request> ClickhouseForTest::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void ClickhouseForTest::forget_requests() {
  const std::lock_guard lock(mutex_);
  requests_.clear();
}

ClickhouseForTest::Fault ClickhouseForTest::next_fault() {
  const std::lock_guard lock(mutex_);
  if (faults_.empty()) return Fault::None;
  const Fault fault = faults_.front();
  faults_.pop_front();
  return fault;
}

void ClickhouseForTest::handle(Exchange& exchange) {
  Request request;
  request.params = params_of(exchange.target());
  for (const char* const name : {"Accept-Encoding", "Content-Encoding", "Content-Type",
                                 "X-ClickHouse-User", "X-ClickHouse-Key"}) {
    request.headers[name] = exchange.header(name);
  }
  const std::string type = exchange.header("Content-Type");
  const bool is_form = type.starts_with("multipart/form-data");
  if (is_form) read_form(type, exchange.body(), request.params);
  request.statement = value_of(request.params, "query");
  if (!is_form && request.statement.empty()) request.statement = exchange.body();
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  if (exchange.target().size() > kUrlBytesMax) return exchange.answer(414, {}, "");
  if (request.headers["X-ClickHouse-User"] != kUser ||
      request.headers["X-ClickHouse-Key"] != kPassword) {
    return refuse(
        exchange, request.headers["X-ClickHouse-Key"].empty() ? 401 : 403, 516,
        "Authentication failed: password is incorrect, or there is no user with such name",
        "AUTHENTICATION_FAILED");
  }
  for (const auto& [name, value] : request.params) {
    if (value.size() > kValueBytesMax && name != "query")
      return refuse(exchange, 400, 1000, "HTML Form Exception: Field value too long", "POCO");
    if (!name.starts_with("param_") && !names_of_the_interface().contains(name) &&
        !settings_.contains(name)) {
      return refuse(exchange, 404, 115, "Setting " + name + " is neither a builtin setting",
                    "UNKNOWN_SETTING");
    }
  }
  const std::string database = value_of(request.params, "database");
  if (database != "sonde" && database != "default")
    return refuse(exchange, 404, 81, "Database " + database + " does not exist",
                  "UNKNOWN_DATABASE");
  execute(exchange, request, next_fault());
}

void ClickhouseForTest::execute(Exchange& exchange, const Request& request, Fault fault) {
  switch (fault) {
    case Fault::Busy:
      return exchange.answer(503, {}, "<html>no server is ready\n</html>");
    case Fault::Overloaded:
      return refuse(exchange, 500, 202, "Too many simultaneous queries. Maximum: 100",
                    "TOO_MANY_SIMULTANEOUS_QUERIES");
    case Fault::ReadOnly:
      return refuse(exchange, 500, 242, "Table is in readonly mode", "TABLE_IS_READ_ONLY");
    case Fault::RefuseAnswer:
      return exchange.cut();
    case Fault::Stall:
      return exchange.wait_for_end();
    case Fault::Redirect:
      return exchange.answer(307, {{"Location", "http://127.0.0.1:9/"}}, "");
    case Fault::EchoHeaders:
      return refuse(exchange, 400, 62, "bad header " + exchange.header("X-ClickHouse-Key"),
                    "SYNTAX_ERROR");
    default:
      break;
  }
  if (value_of(request.params, "readonly") == "1") return read(exchange, request, fault);
  write(exchange, request, fault);
}

void ClickhouseForTest::read(Exchange& exchange, const Request& request, Fault fault) {
  Query query{request.statement, {}, value_of(request.params, "default_format")};
  for (const auto& [name, value] : request.params) {
    // As they are: escaped by the client, unescaped by the engine.
    if (name.starts_with("param_"))
      query.params.push_back({name.substr(6), value, Param::Form::Literal});
  }
  Compressor compressor(value_of(request.params, "enable_http_compression") == "1" &&
                        request.headers.at("Accept-Encoding").find("zstd") != std::string::npos);
  Headers headers = {{"X-ClickHouse-Format", query.format}, {"X-ClickHouse-Exception-Tag", kTag}};
  compressor.name(headers);
  if (value_of(request.params, "wait_end_of_query") == "1") {
    const auto answer = store_.query(query);
    if (!answer) return refuse(exchange, answer.error());
    const std::string bytes = compressor.add(*answer, ZSTD_e_end);
    if (fault == Fault::None) return exchange.answer(200, headers, bytes);
    exchange.begin(200, headers);
    exchange.write(std::string_view(bytes).substr(0, bytes.size() / 2));
    return exchange.cut();
  }
  size_t given = 0;
  bool has_begun = false;
  const Result<> done = store_.stream(query, [&](std::string_view piece) {
    if (!has_begun) exchange.begin(200, headers);
    has_begun = true;
    given += piece.size();
    return exchange.write(compressor.add(piece, ZSTD_e_flush)) &&
           (fault == Fault::None || given < kFirstRowsBytes);
  });
  if (!done && !has_begun) return refuse(exchange, done.error());
  if (!has_begun) exchange.begin(200, headers);
  if (fault == Fault::CutInside) return exchange.cut();
  if (!done || fault == Fault::ExceptionInside) {
    const std::string text =
        done ? exception_text(241, "Query memory limit exceeded", "MEMORY_LIMIT_EXCEEDED")
             : exception_text(server_code(done.error().code).number, done.error().message, "X");
    exchange.write(
        compressor.add(fmt::format("\r\n__exception__\r\n{}\r\n{}\n{} {}\r\n__exception__\r\n",
                                   kTag, text, text.size(), kTag),
                       ZSTD_e_end));
    return exchange.cut();
  }
  exchange.write(compressor.add("", ZSTD_e_end));
  exchange.end();
}

void ClickhouseForTest::write(Exchange& exchange, const Request& request, Fault fault) {
  constexpr std::string_view kInsert = "INSERT INTO ";
  constexpr std::string_view kNative = " FORMAT Native";
  std::string_view statement = request.statement;
  Result<> done;
  if (statement.starts_with(kInsert) && statement.ends_with(kNative)) {
    statement.remove_prefix(kInsert.size());
    statement.remove_suffix(kNative.size());
    const bool is_plain = request.headers.at("Content-Encoding") != "zstd";
    done = store_.insert(statement, is_plain ? exchange.body() : decompressed(exchange.body()),
                         value_of(request.params, "insert_deduplication_token"));
  } else {
    done = store_.execute(request.statement);
  }
  if (fault == Fault::LoseAnswer) return exchange.cut();
  if (!done) return refuse(exchange, done.error());
  exchange.answer(200, {{"X-ClickHouse-Summary", "{\"written_rows\":\"0\"}"}}, "");
}

}  // namespace sonde
