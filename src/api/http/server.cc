#include "api/http/server.h"

#include <sys/random.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "api/http/connection.h"
#include "base/hash.h"

namespace sonde {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kDrainTick{10};

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

// A thread with an event loop and a listening socket of its own; the kernel spreads connections.
class Loop {
 public:
  explicit Loop(HttpShared& shared) : shared_(shared), acceptor_(context_) {}
  ~Loop() { stop(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  error_code listen(const tcp::endpoint& endpoint) {
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.set_option(ReusePort(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    return error;
  }
  uint16_t port() const {
    error_code ignored;
    return acceptor_.local_endpoint(ignored).port();
  }

  void run() {
    asio::co_spawn(context_, accept(), asio::detached);
    thread_ = std::jthread([this] { context_.run(); });
  }

  void drain() {
    asio::post(context_, [this] {
      error_code ignored;
      acceptor_.close(ignored);
      for_each([](Connection& connection) { connection.drain(); });
    });
  }

  // Ends what is left, and the thread.
  void stop() {
    if (!thread_.joinable()) return;
    asio::post(context_, [this] {
      error_code ignored;
      acceptor_.close(ignored);
      for_each([](Connection& connection) { connection.abort(); });
      work_.reset();
    });
    thread_.join();
  }

 private:
  asio::awaitable<void> accept() {
    asio::steady_timer pause(context_);
    while (acceptor_.is_open()) {
      auto [error, socket] = co_await acceptor_.async_accept(kTuple);
      if (!error) {
        asio::co_spawn(
            context_,
            Connection::run(std::make_shared<Connection>(shared_, list_, std::move(socket))),
            asio::detached);
      } else if (acceptor_.is_open()) {
        // Out of descriptors, or the client is gone already.
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(kTuple);
      }
    }
  }

  template <class Visit>
  void for_each(Visit visit) {
    for (Connection& connection : list_) visit(connection);
  }

  HttpShared& shared_;
  ConnectionList list_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ =
      asio::make_work_guard(context_);
  tcp::acceptor acceptor_;
  std::jthread thread_;
};

class BeastServer final : public HttpServer {
 public:
  BeastServer(HttpOptions options, HttpHandler handler)
      : shared_(std::move(options), std::move(handler)) {}
  ~BeastServer() override { drain(std::chrono::milliseconds(0)); }

  Result<> listen() {
    const HttpOptions& options = shared_.options;
    error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) {
      return fail(Code::InvalidInput, "'{}' is no address to listen on: give one like 127.0.0.1",
                  options.address);
    }
    tcp::endpoint endpoint(address, options.port);
    if (endpoint.port() != 0) TRY(require_free(endpoint));
    for (unsigned i = 0; i < std::max(1U, options.loops); ++i) {
      loops_.push_back(std::make_unique<Loop>(shared_));
      if (const error_code failed = loops_.back()->listen(endpoint))
        return cannot(endpoint, failed);
      port_ = loops_.back()->port();
      endpoint.port(port_);
    }
    for (const auto& loop : loops_) loop->run();
    return {};
  }

  uint16_t port() const override { return port_; }

  HttpCounts counts() const override {
    return {shared_.connections, shared_.requests, shared_.refused};
  }

  bool drain(std::chrono::milliseconds patience) override {
    const std::lock_guard lock(drain_mutex_);
    if (loops_.empty()) return true;
    shared_.draining = true;
    for (const auto& loop : loops_) loop->drain();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (shared_.connections > 0 && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(kDrainTick);
    const bool is_whole = shared_.connections == 0;
    // Handlers first: what they say is posted to the loops, which must still be there.
    shared_.pool.join();
    loops_.clear();
    return is_whole;
  }

 private:
  // Loops share the port with each other, and would share it with another sonde just as well.
  static Result<> require_free(const tcp::endpoint& endpoint) {
    asio::io_context context;
    tcp::acceptor acceptor(context);
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(1, error);
    if (error) return cannot(endpoint, error);
    return {};
  }

  static tl::unexpected<Error> cannot(const tcp::endpoint& endpoint, const error_code& error) {
    return fail(Code::Unavailable, "cannot listen on {} port {}: {}",
                endpoint.address().to_string(), endpoint.port(), error.message());
  }

  HttpShared shared_;
  std::vector<std::unique_ptr<Loop>> loops_;
  uint16_t port_ = 0;
  std::mutex drain_mutex_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpOptions options, HttpHandler handler) {
  auto server = std::make_unique<BeastServer>(std::move(options), std::move(handler));
  TRY(server->listen());
  return std::unique_ptr<HttpServer>(std::move(server));
}

std::string new_request_id() {
  uint64_t number = 0;
  // Never short for 8 bytes, nor does it wait once the machine is up.
  CHECK(::getrandom(&number, sizeof(number), 0) == sizeof(number));
  return to_hex(number);
}

}  // namespace sonde
