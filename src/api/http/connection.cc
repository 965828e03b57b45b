#include "api/http/connection.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

#include "api/http/inflate.h"

namespace sonde {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr size_t kIdleBufferBytes = 4 << 10;
constexpr size_t kReadBytes = size_t{64} << 10;
constexpr size_t kClaimedBytesMax = size_t{256} << 10;  // Allocated on a client's word.
constexpr size_t kDrainedBytesMax = size_t{64} << 20;
constexpr std::chrono::milliseconds kDrainTime{1'000};
constexpr size_t kIdBytesMax = 128;

bool equals(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         });
}

bool is_plain_id(std::string_view id) {
  return !id.empty() && id.size() <= kIdBytesMax && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
}

std::string head_of(const Response& response, const Request& request, bool keep_alive,
                    unsigned version) {
  std::string head = fmt::format(
      "HTTP/1.{} {} {}\r\nServer: sonde\r\nX-Request-Id: {}\r\nContent-Length: {}\r\n",
      version % 10, response.status,
      std::string_view(http::obsolete_reason(static_cast<http::status>(response.status))),
      request.id, response.body.size());
  if (!response.content_type.empty())
    head += fmt::format("Content-Type: {}\r\n", response.content_type);
  for (const auto& [name, value] : response.headers) head += fmt::format("{}: {}\r\n", name, value);
  if (!keep_alive) head += "Connection: close\r\n";
  if (keep_alive && version == 10) head += "Connection: keep-alive\r\n";
  return head + "\r\n";
}

Response overloaded(std::string_view message, const std::string& request_id) {
  Response response = refusal(kStatusUnavailable, "overloaded", message, request_id);
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

// On a thread of the pool.
Response run_handler(HttpShared& shared, Request& request, const std::string& encoding,
                     BudgetShare& share) {
  try {
    if (!encoding.empty()) {
      Result<std::string> inflated =
          inflate_body(encoding, request.body, shared.options.body_bytes_max, share);
      if (!inflated) {
        const Error& error = inflated.error();
        if (error.code == Code::Overloaded) return overloaded(error.message, request.id);
        return refusal(error.code == Code::TooLarge ? 413 : 400,
                       error.code == Code::TooLarge ? "too_large" : "invalid_input", error.message,
                       request.id);
      }
      request.body = *std::move(inflated);
    }
    return shared.handler(request);
  } catch (const std::exception& error) {
    // Clients drop what was answered with 500; this they send again.
    fmt::print(stderr, "sonde: request {} failed: {}\n", request.id, error.what());
    return overloaded("the request could not be handled now", request.id);
  }
}

// Resumes on the connection's own thread with what the handler said.
asio::awaitable<Response> run_on_pool(HttpShared& shared, Request& request,
                                      const std::string& encoding, BudgetShare& share) {
  return asio::async_initiate<const asio::use_awaitable_t<>&, void(Response)>(
      [](auto done, HttpShared* to, Request* of, const std::string* in, BudgetShare* from) {
        asio::post(to->pool, [done = std::move(done), to, of, in, from]() mutable {
          Response response = run_handler(*to, *of, *in, *from);
          const auto executor = asio::get_associated_executor(done);
          asio::post(executor, [done = std::move(done), answer = std::move(response)]() mutable {
            std::move(done)(std::move(answer));
          });
        });
      },
      asio::use_awaitable, &shared, &request, &encoding, &share);
}

}  // namespace

Connection::Connection(HttpShared& shared, ConnectionList& list, asio::ip::tcp::socket socket)
    : shared_(shared),
      list_(list),
      socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      deadline_(Clock::time_point::max()) {
  list_.push_back(*this);
  ++shared_.connections;
}

Connection::~Connection() {
  list_.erase(list_.iterator_to(*this));
  --shared_.connections;
}

void Connection::drain() {
  if (idle_) abort();
}

void Connection::abort() {
  error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
}

// One timer for all deadlines of the connection. It is set anew only for an earlier one; when it
// goes off before a later one, it waits for the rest.
void Connection::allow(Clock::duration time) {
  expired_ = false;
  deadline_ = Clock::now() + time;
  if (timer_.expiry() > deadline_ || timer_.expiry() <= Clock::now()) watch();
}

void Connection::allow_for_ever() { deadline_ = Clock::time_point::max(); }

void Connection::watch() {
  timer_.expires_at(deadline_);
  timer_.async_wait([self = shared_from_this()](error_code error) {
    if (error || self->closed_) return;
    if (self->deadline_ == Clock::time_point::max()) return;
    if (Clock::now() < self->deadline_) return self->watch();
    self->expired_ = true;
    error_code ignored;
    self->socket_.cancel(ignored);
  });
}

asio::awaitable<void> Connection::run(std::shared_ptr<Connection> self) {
  error_code ignored;
  self->socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (self->shared_.connections > self->shared_.options.connections_max) {
    Exchange exchange(self->shared_.budget);
    exchange.request.id = new_request_id();
    co_await self->refuse(exchange, overloaded("too many connections", exchange.request.id));
  } else {
    // One step a line: GCC 12 awaits behind && whatever stands before it.
    while (!self->shared_.draining) {
      const bool has_request = co_await self->wait_for_request();
      if (!has_request) break;
      const bool goes_on = co_await self->serve_one();
      if (!goes_on) break;
      self->idle_ = true;
    }
  }
  self->closed_ = true;
  self->timer_.cancel();
  self->socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  self->socket_.close(ignored);
}

asio::awaitable<bool> Connection::wait_for_request() {
  if (buffer_.size() == 0) {
    buffer_.reserve(kIdleBufferBytes);
    allow(shared_.options.idle_timeout);
    const auto [error, count] =
        co_await socket_.async_read_some(buffer_.prepare(kIdleBufferBytes), kTuple);
    if (error) co_return false;
    buffer_.commit(count);
  }
  idle_ = false;
  co_return true;
}

asio::awaitable<bool> Connection::serve_one() {
  Exchange exchange(shared_.budget);
  Parser parser;
  parser.header_limit(static_cast<uint32_t>(shared_.options.header_bytes_max));
  parser.body_limit(shared_.options.body_bytes_max);
  allow(shared_.options.header_timeout);
  error_code error;
  std::tie(error, std::ignore) = co_await http::async_read_header(socket_, buffer_, parser, kTuple);
  if (!error) {
    if (auto refused = take_head(parser, exchange)) {
      co_return co_await refuse(exchange, *std::move(refused));
    }
    error = co_await read_body(parser, exchange);
  }
  if (error) {
    if (exchange.request.id.empty()) exchange.request.id = new_request_id();
    const bool is_gone = error == http::error::end_of_stream ||
                         error == http::error::partial_message || error == asio::error::eof ||
                         error == asio::error::connection_reset ||
                         (error == asio::error::operation_aborted && !expired_);
    if (is_gone || !socket_.is_open()) co_return false;
    co_return co_await refuse(exchange, refusal_of(error, exchange.request.id));
  }
  allow_for_ever();
  if (shared_.busy >= shared_.options.requests_max) {
    ++shared_.refused;
    co_return co_await answer(exchange,
                              overloaded("too many requests at a time", exchange.request.id));
  }
  Response response = co_await handle(exchange);
  co_return co_await answer(exchange, std::move(response));
}

asio::awaitable<Response> Connection::handle(Exchange& exchange) {
  ++shared_.busy;
  Response response =
      co_await run_on_pool(shared_, exchange.request, exchange.encoding, exchange.share);
  --shared_.busy;
  ++shared_.requests;
  co_return response;
}

// Takes over what the head says; an answer when it must be refused.
std::optional<Response> Connection::take_head(const Parser& parser, Exchange& exchange) const {
  const auto& head = parser.get();
  Request& request = exchange.request;
  exchange.version = head.version();
  exchange.keep_alive = head.keep_alive();
  request.method = std::string(head.method_string());
  exchange.is_head = request.method == "HEAD";
  for (const auto& field : head) {
    std::string name(field.name_string());
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    request.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  const std::string_view sent_id = request.header("x-request-id");
  request.id = is_plain_id(sent_id) ? std::string(sent_id) : new_request_id();

  const std::string_view target(head.target().data(), head.target().size());
  const size_t question = std::min(target.find('?'), target.size());
  request.path = target.substr(0, question);
  if (!request.path.starts_with('/'))
    return refusal(400, "invalid_input", "the request names no path", request.id);
  request.query = target.substr(std::min(question + 1, target.size()));

  const std::string_view encoding = request.header("content-encoding");
  if (!is_known_encoding(encoding)) {
    return refusal(415, "unsupported_encoding",
                   "the body's Content-Encoding is none of gzip, deflate, zstd", request.id);
  }
  if (!equals(encoding, "identity")) exchange.encoding = encoding;
  const std::string_view expect = request.header("expect");
  if (!expect.empty() && !equals(expect, "100-continue"))
    return refusal(417, "invalid_input", "only Expect: 100-continue is known", request.id);
  return std::nullopt;
}

asio::awaitable<error_code> Connection::read_body(Parser& parser, Exchange& exchange) {
  if (parser.is_done()) co_return error_code{};
  allow(shared_.options.body_timeout);
  if (!exchange.request.header("expect").empty() && buffer_.size() == 0) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [error, count] = co_await asio::async_write(
        socket_, asio::buffer(kContinue.data(), kContinue.size()), kTuple);
    if (error) co_return error;
  }
  const auto length = parser.content_length();
  if (length) {
    co_return co_await read_sized(exchange, static_cast<size_t>(*length));
  }
  const error_code error = co_await read_chunked(parser, exchange);
  if (buffer_.size() == 0) buffer_.shrink_to_fit();
  co_return error;
}

// Straight into the body: the parser would copy it once more.
asio::awaitable<error_code> Connection::read_sized(Exchange& exchange, size_t size) {
  std::string& body = exchange.request.body;
  const auto begun = Clock::now();
  size_t have = std::min(size, buffer_.size());
  // By steps, so that a length that was only claimed costs no memory.
  if (size <= kClaimedBytesMax) body.reserve(size + kBodyPadding);
  body.append(static_cast<const char*>(buffer_.data().data()), have);
  buffer_.consume(have);
  while (have < size) {
    if (have == body.size()) {
      const size_t wanted = std::min(size, std::max(kReadBytes, 2 * have));
      if (!exchange.share.grow_to(wanted)) co_return make_error_code(asio::error::no_buffer_space);
      body.resize(wanted);
    }
    const auto [error, count] = co_await socket_.async_read_some(
        asio::buffer(body.data() + have, body.size() - have), kTuple);
    if (error) co_return error;
    have += count;
    deadline_ = begun + shared_.options.body_timeout +
                shared_.options.body_timeout / 10 * static_cast<int64_t>(have >> 20);
  }
  body.reserve(size + kBodyPadding);
  co_return error_code{};
}

asio::awaitable<error_code> Connection::read_chunked(Parser& parser, Exchange& exchange) {
  std::string& body = exchange.request.body;
  const auto begun = Clock::now();
  size_t have = 0;
  buffer_.reserve(kReadBytes);
  while (!parser.is_done()) {
    if (have == body.size()) {
      const size_t wanted =
          std::min(shared_.options.body_bytes_max + 1, std::max(kReadBytes, 2 * have));
      if (!exchange.share.grow_to(wanted)) co_return make_error_code(asio::error::no_buffer_space);
      body.resize(wanted);
    }
    parser.get().body().data = body.data() + have;
    parser.get().body().size = body.size() - have;
    auto [error, count] = co_await http::async_read_some(socket_, buffer_, parser, kTuple);
    if (error == http::error::need_buffer) error = {};
    if (error) co_return error;
    have = body.size() - parser.get().body().size;
    deadline_ = begun + shared_.options.body_timeout +
                shared_.options.body_timeout / 10 * static_cast<int64_t>(have >> 20);
  }
  body.resize(have);
  body.reserve(have + kBodyPadding);
  co_return error_code{};
}

Response Connection::refusal_of(error_code error, const std::string& request_id) const {
  if (expired_) return refusal(408, "too_slow", "the request came too slowly", request_id);
  if (error == asio::error::no_buffer_space)
    return overloaded("too many bytes of requests are being handled", request_id);
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return refusal(431, "too_large",
                   fmt::format("the request's header is larger than {} bytes (header-bytes-max)",
                               shared_.options.header_bytes_max),
                   request_id);
  }
  if (error == http::error::body_limit) {
    return refusal(413, "too_large",
                   fmt::format("the request's body is larger than {} bytes (body-bytes-max)",
                               shared_.options.body_bytes_max),
                   request_id);
  }
  return refusal(400, "invalid_input", fmt::format("the request is malformed: {}", error.message()),
                 request_id);
}

// Answers, and ends the connection: where the next request begins is not known.
asio::awaitable<bool> Connection::refuse(Exchange& exchange, Response response) {
  ++shared_.refused;
  exchange.keep_alive = false;
  co_await answer(exchange, std::move(response));
  co_await read_to_end();
  co_return false;
}

asio::awaitable<bool> Connection::answer(Exchange& exchange, Response response) {
  if (shared_.draining) exchange.keep_alive = false;
  exchange.share.release();
  const std::string head =
      head_of(response, exchange.request, exchange.keep_alive, exchange.version);
  const std::string_view body = exchange.is_head ? std::string_view() : response.body;
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head), asio::buffer(body)};
  allow(shared_.options.write_timeout);
  const auto [error, count] = co_await asio::async_write(socket_, buffers, kTuple);
  co_return !error && exchange.keep_alive;
}

// A client that is still sending would get a reset, and lose the answer with it.
asio::awaitable<void> Connection::read_to_end() {
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  std::string thrown_away(kReadBytes, '\0');
  allow(kDrainTime);
  for (size_t total = 0; total < kDrainedBytesMax;) {
    const auto [error, count] = co_await socket_.async_read_some(asio::buffer(thrown_away), kTuple);
    if (error) co_return;
    total += count;
  }
}

}  // namespace sonde
