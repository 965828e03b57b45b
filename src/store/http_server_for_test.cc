#include "store/http_server_for_test.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <list>
#include <mutex>
#include <thread>

#include "base/result.h"

namespace sonde {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using SocketError = boost::system::error_code;

constexpr uint32_t kHeaderBytesMax = 8 << 20;

const tcp::endpoint& any_port() {
  static const tcp::endpoint kAnyPort(asio::ip::address_v4::loopback(), 0);
  return kAnyPort;
}

std::string url_of(const tcp::endpoint& endpoint) {
  return fmt::format("http://127.0.0.1:{}", endpoint.port());
}

class SocketExchange final : public HttpServerForTest::Exchange {
 public:
  SocketExchange(tcp::socket& socket, const http::request<http::string_body>& request)
      : socket_(socket), request_(request), target_(request.target()) {}

  const std::string& target() const override { return target_; }
  const std::string& body() const override { return request_.body(); }
  std::string header(const std::string& name) const override { return std::string(request_[name]); }
  void answer(unsigned status, const HttpServerForTest::Headers& headers,
              std::string_view body) override {
    http::response<http::string_body> response;
    response.result(status);
    for (const auto& [name, value] : headers) response.set(name, value);
    response.body() = body;
    response.prepare_payload();
    http::write(socket_, response, error_);
  }
  void begin(unsigned status, const HttpServerForTest::Headers& headers) override {
    http::response<http::empty_body> response;
    response.result(status);
    for (const auto& [name, value] : headers) response.set(name, value);
    response.chunked(true);
    http::response_serializer<http::empty_body> serializer(response);
    http::write_header(socket_, serializer, error_);
  }
  bool write(std::string_view piece) override {
    if (!piece.empty())
      asio::write(socket_, http::make_chunk(asio::buffer(piece.data(), piece.size())), error_);
    return !error_;
  }
  void end() override { asio::write(socket_, http::make_chunk_last(), error_); }
  void write_raw(std::string_view bytes) override {
    asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), error_);
  }
  void cut() override {
    SocketError ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    is_cut_ = true;
  }
  void wait_for_end() override {
    char byte = 0;
    SocketError error;
    while (!error) socket_.read_some(asio::buffer(&byte, 1), error);
    is_cut_ = true;
  }
  bool is_open() const { return !is_cut_ && !error_; }

 private:
  tcp::socket& socket_;                              // Outlives the exchange.
  const http::request<http::string_body>& request_;  // Likewise.
  const std::string target_;
  SocketError error_;
  bool is_cut_ = false;
};

}  // namespace

class HttpServerForTest::Impl {
 public:
  explicit Impl(Handler handler)
      : handler_(std::move(handler)),
        acceptor_(context_, any_port()),
        url_(url_of(acceptor_.local_endpoint())) {
    accepting_ = std::thread([this] { accept(); });
  }
  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      for (Connection& connection : connections_) {
        SocketError ignored;
        connection.socket.shutdown(tcp::socket::shutdown_both, ignored);
      }
    }
    // accept() returns for a client, not for the end of its socket.
    tcp::socket last(context_);
    SocketError ignored;
    last.connect(acceptor_.local_endpoint(), ignored);
    accepting_.join();
    for (Connection& connection : connections_) connection.thread.join();
  }
  const std::string& url() const { return url_; }
  unsigned connections() const {
    const std::lock_guard lock(mutex_);
    return static_cast<unsigned>(connections_.size());
  }

 private:
  struct Connection {
    tcp::socket socket;
    std::thread thread;
  };

  void accept() {
    while (true) {
      SocketError error;
      tcp::socket socket = acceptor_.accept(error);
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      if (error) continue;
      Connection& connection = connections_.emplace_back(Connection{std::move(socket), {}});
      connection.socket.set_option(tcp::no_delay(true), error);
      connection.thread = std::thread([this, &connection] { serve(connection.socket); });
    }
  }

  void serve(tcp::socket& socket) {
    boost::beast::flat_buffer buffer;
    while (true) {
      http::request_parser<http::string_body> parser;
      parser.header_limit(kHeaderBytesMax);
      parser.body_limit(boost::none);
      SocketError error;
      http::read(socket, buffer, parser, error);
      if (error) break;
      SocketExchange exchange(socket, parser.get());
      handler_(exchange);
      if (!exchange.is_open()) break;
    }
    // Not closed: the destructor may be about to shut it down.
    SocketError ignored;
    socket.shutdown(tcp::socket::shutdown_both, ignored);
  }

  const Handler handler_;
  asio::io_context context_;
  tcp::acceptor acceptor_;
  const std::string url_;
  mutable std::mutex mutex_;
  std::list<Connection> connections_;
  bool stopping_ = false;
  std::thread accepting_;
};

HttpServerForTest::HttpServerForTest(Handler handler)
    : impl_(std::make_unique<Impl>(std::move(handler))) {}
HttpServerForTest::~HttpServerForTest() = default;
std::string HttpServerForTest::url() const { return impl_->url(); }
unsigned HttpServerForTest::connections() const { return impl_->connections(); }

std::string unreachable_url_for_test() {
  asio::io_context context;
  // Bound and not listening: nobody else gets the port before the acceptor ends, and for a while
  // after.
  tcp::acceptor acceptor(context, any_port());
  return url_of(acceptor.local_endpoint());
}

}  // namespace sonde
