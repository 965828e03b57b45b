// One request and its answer as the rest of the program sees them: plain data, without a socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sonde {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;   // As sent: GET, HEAD, POST, ...
  std::string path;     // As sent, up to the first '?'; begins with '/'.
  std::string query;    // Behind the first '?', as sent.
  HttpHeaders headers;  // Names in lower case, in the order sent.
  // Inflated. Its capacity is kBodyPadding bytes more than its size, for parsers that read beyond.
  std::string body;
  std::string id;  // Of the request: the client's X-Request-Id when it is a plain word, else ours.

  // The value of a header by its name in lower case; empty when it was not sent.
  std::string_view header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
};
inline constexpr size_t kBodyPadding = 64;

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  HttpHeaders headers = {};  // Besides those that the server writes itself.
  std::string body = {};
};

inline constexpr unsigned kStatusUnavailable = 503;

// How the edge words what it refuses before a handler sees it.
Response refusal(unsigned status, std::string_view code, std::string_view message,
                 std::string_view request_id);

// "a%20b" -> "a b". Null when an escape is none, or gives a zero byte.
std::optional<std::string> unescape(std::string_view text);

// The value of a parameter in "a=1&b=x+y", unescaped; of the first where it comes twice. Null when
// it is not there; one whose escapes are malformed is taken as it is.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace sonde
