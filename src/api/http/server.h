// The HTTP edge: listens, reads requests within limits, hands them to a handler on a bounded pool
// of threads, and writes the answers. Coroutines and sockets stay behind this header.
//
// What it refuses by itself, each with a JSON error: 400 (malformed, contradicting lengths), 408
// (too slow), 413 (body), 415 (encoding), 417 (Expect), 431 (header), 503 with Retry-After (too
// many connections, requests or bytes at a time, or the handler failed). HTTP/1.1 and 1.0.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "api/http/message.h"
#include "base/result.h"

namespace sonde {

struct HttpOptions {
  std::string address = "127.0.0.1";           // An IPv4 or IPv6 address.
  uint16_t port = 0;                           // 0: any that is free; see HttpServer::port().
  unsigned loops = 2;                          // Threads that read and write.
  unsigned handlers = 16;                      // Threads that run the handler.
  size_t body_bytes_max = size_t{32} << 20;    // As sent, and again when inflated.
  size_t header_bytes_max = size_t{16} << 10;  // Of the request line and all headers.
  size_t held_bytes_max = size_t{256} << 20;   // Of all bodies at a time.
  size_t connections_max = 4096;
  size_t requests_max = 4096;                        // Being handled or waiting for a thread.
  std::chrono::milliseconds header_timeout{10'000};  // For a whole header.
  // For a body; each mebibyte that came gives a tenth of it more.
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds idle_timeout{75'000};   // Of a connection between requests.
  std::chrono::milliseconds write_timeout{30'000};  // For an answer.
};

// Blocks; called by several threads at a time. What it throws is answered with 503.
using HttpHandler = std::function<Response(const Request&)>;

struct HttpCounts {
  uint64_t connections = 0;  // Open now.
  uint64_t requests = 0;     // Answered by the handler, ever.
  uint64_t refused = 0;      // Answered by the edge, ever.
};

// Thread-safe.
class HttpServer {
 public:
  // Listens when it returns. Fails with InvalidInput when the address is none, with Unavailable
  // when it cannot be listened on (somebody else does, or it is not of this machine).
  static Result<std::unique_ptr<HttpServer>> start(HttpOptions options, HttpHandler handler);

  // Drains with no patience.
  virtual ~HttpServer() = default;

  virtual uint16_t port() const = 0;
  virtual HttpCounts counts() const = 0;

  // Stops listening, closes idle connections, lets requests that have begun end within `patience`,
  // and closes what is left. No handler runs when it returns. True when nothing was cut off.
  virtual bool drain(std::chrono::milliseconds patience) = 0;
};

}  // namespace sonde
