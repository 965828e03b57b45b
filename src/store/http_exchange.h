// One HTTP request and its answer, over libcurl.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/curl_library.h"

namespace sonde {

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers;  // "Name: value"; their values have no line break.
  std::string_view body;             // Borrowed for the call.
  std::chrono::milliseconds connect_timeout{10'000};
  // How long the server may let us wait in all; what the sink needs is not counted.
  std::chrono::milliseconds timeout{60'000};
  // On a connection of its own: one that is kept may turn out to be closed, and is then replaced
  // and the request sent again.
  bool on_new_connection = false;
};

struct HttpAnswer {
  enum class End : uint8_t {
    Whole,         // The answer came, to its end.
    Stopped,       // By the sink.
    NotConnected,  // Nothing of the request was sent.
    NotTrusted,    // Likewise: the server's certificate is not valid for it.
    Cut,           // The request may have been taken; the answer did not come to its end.
    TimedOut,      // Likewise.
  };

  End end = End::Cut;
  std::string problem;  // Of libcurl's fixed texts, which hold nothing of the request.
  unsigned status = 0;  // 0 before the server has answered.
  std::map<std::string, std::string>
      headers;             // Those that begin with "x-clickhouse-", in lower case.
  std::string error_text;  // The body of a status other than 2xx, up to kErrorTextBytesMax.

  bool is_success() const { return end == End::Whole && status >= 200 && status < 300; }
  std::string header(const std::string& name) const;  // Empty when it did not come.

  static constexpr size_t kErrorTextBytesMax = 64 * 1024;
};

// Connections are kept and used again; as many requests run at once as there are connections,
// others wait. Certificates are verified, redirects are not followed. Thread-safe.
class HttpExchange {
 public:
  // Given each piece of the body of an answer with a status of 2xx, decompressed; `head` has its
  // status and headers. False ends the transfer.
  using Sink = std::function<bool(const HttpAnswer& head, std::string_view piece)>;

  // Fails as load_curl().
  static Result<std::unique_ptr<HttpExchange>> create(size_t connections_max);
  ~HttpExchange();
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  HttpAnswer post(const HttpRequest& request, const Sink& sink);

  // Percent-encoding of everything but letters, digits and "-._~" (RFC 3986, 2.3).
  std::string escaped(std::string_view text) const;

 private:
  HttpExchange(const CurlLibrary& curl, size_t connections_max)
      : curl_(curl), connections_max_(connections_max) {}
  CURL* lease();
  void give_back(CURL* handle);

  const CurlLibrary& curl_;  // Kept for the life of the process.
  const size_t connections_max_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<CURL*> idle_;
  size_t count_ = 0;
};

}  // namespace sonde
