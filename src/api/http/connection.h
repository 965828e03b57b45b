// One connection of the HTTP edge, from its first request to its end. Inside api/http/ only.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/intrusive/list.hpp>
#include <memory>
#include <optional>

#include "api/http/byte_budget.h"
#include "api/http/server.h"

namespace sonde {

// What all connections of a server share. Thread-safe; outlives them.
struct HttpShared {
  HttpShared(HttpOptions server_options, HttpHandler server_handler)
      : options(std::move(server_options)),
        handler(std::move(server_handler)),
        budget(options.held_bytes_max),
        pool(options.handlers) {}

  const HttpOptions options;
  const HttpHandler handler;
  ByteBudget budget;
  std::atomic<uint64_t> connections = 0;
  std::atomic<uint64_t> busy = 0;  // Requests that a handler has, or will have.
  std::atomic<uint64_t> requests = 0;
  std::atomic<uint64_t> refused = 0;
  std::atomic<bool> draining = false;
  boost::asio::thread_pool pool;
};

class Connection;
// Of one event loop; used by its thread only.
using ConnectionList =
    boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;

// Used by the thread of its event loop only.
class Connection : public std::enable_shared_from_this<Connection>,
                   public boost::intrusive::list_base_hook<> {
 public:
  Connection(HttpShared& shared, ConnectionList& list, boost::asio::ip::tcp::socket socket);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Serves requests until either side ends it. The second owner is the timer's callback.
  static boost::asio::awaitable<void> run(std::shared_ptr<Connection> self);

  // Ends it at once when no request has begun, else after its answer.
  void drain();
  // Ends it at once.
  void abort();

 private:
  using Clock = std::chrono::steady_clock;
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;
  using SocketError = boost::system::error_code;

  // What is known of the request that is being read.
  struct Exchange {
    explicit Exchange(ByteBudget& budget) : share(budget) {}
    Request request;
    BudgetShare share;
    std::string encoding;
    bool keep_alive = false;
    bool is_head = false;
    unsigned version = 11;
  };

  boost::asio::awaitable<bool> wait_for_request();
  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<SocketError> read_body(Parser& parser, Exchange& exchange);
  boost::asio::awaitable<SocketError> read_sized(Exchange& exchange, size_t size);
  boost::asio::awaitable<SocketError> read_chunked(Parser& parser, Exchange& exchange);
  boost::asio::awaitable<bool> refuse(Exchange& exchange, Response response);
  boost::asio::awaitable<bool> answer(Exchange& exchange, Response response);
  boost::asio::awaitable<void> read_to_end();
  boost::asio::awaitable<Response> handle(Exchange& exchange);
  std::optional<Response> take_head(const Parser& parser, Exchange& exchange) const;
  Response refusal_of(SocketError error, const std::string& request_id) const;

  void allow(Clock::duration time);
  void allow_for_ever();
  void watch();

  HttpShared& shared_;
  ConnectionList& list_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  Clock::time_point deadline_;  // When the operation that runs is cancelled.
  bool expired_ = false;
  bool idle_ = true;  // No byte of a request came yet.
  bool closed_ = false;
  boost::beast::flat_buffer buffer_;
};

// The edge's own id of a request: 16 hexadecimal digits.
std::string new_request_id();

}  // namespace sonde
