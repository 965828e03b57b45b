// A small HTTP server on 127.0.0.1 for tests, one thread a connection.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sonde {

class HttpServerForTest {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  // One request, and its answer as a handler writes it. Writing to a client that is gone does
  // nothing.
  class Exchange {
   public:
    virtual ~Exchange() = default;
    virtual const std::string& target() const = 0;  // "/?database=sonde"
    virtual const std::string& body() const = 0;
    virtual std::string header(const std::string& name) const = 0;  // Empty when there is none.

    virtual void answer(unsigned status, const Headers& headers, std::string_view body) = 0;
    // The same in pieces (chunked); end() ends it.
    virtual void begin(unsigned status, const Headers& headers) = 0;
    virtual bool write(std::string_view piece) = 0;  // False when the client is gone.
    virtual void end() = 0;
    // Bytes as they are; then the connection should be cut.
    virtual void write_raw(std::string_view bytes) = 0;
    // Closes the connection, wherever the answer is.
    virtual void cut() = 0;
    // Returns when the client closes the connection, or the server stops.
    virtual void wait_for_end() = 0;
  };
  // Called by the threads of the connections.
  using Handler = std::function<void(Exchange&)>;

  explicit HttpServerForTest(Handler handler);
  ~HttpServerForTest();  // Closes all connections and waits for their handlers.
  HttpServerForTest(const HttpServerForTest&) = delete;
  HttpServerForTest& operator=(const HttpServerForTest&) = delete;

  std::string url() const;       // "http://127.0.0.1:34567"
  unsigned connections() const;  // Accepted so far.

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// A port of 127.0.0.1 that nobody listens on.
std::string unreachable_url_for_test();

}  // namespace sonde
