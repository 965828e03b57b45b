#include "store/http_exchange.h"

#include <algorithm>
#include <cctype>
#include <climits>

namespace sonde {
namespace {

using Clock = std::chrono::steady_clock;
using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

constexpr std::string_view kWantedHeaders = "x-clickhouse-";
constexpr size_t kHeaderBytesMax = 4096;

// What the callbacks of one transfer share.
struct Transfer {
  const CurlLibrary& curl;
  CURL* handle;
  const HttpRequest& request;
  const HttpExchange::Sink& sink;
  HttpAnswer& answer;
  Clock::time_point begun = Clock::now();
  Clock::duration in_sink{};
  bool has_end = false;  // The answer's headers say how its end is told.
  bool stopped = false;
  bool timed_out = false;
};

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

std::string_view trimmed(std::string_view text) {
  const size_t start = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  text.remove_prefix(start);
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

unsigned status_of(const Transfer& transfer) {
  long status = 0;
  transfer.curl.easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<unsigned>(status);
}

size_t take_header(char* data, size_t size, size_t items, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(data, size * items);
  if (line.starts_with("HTTP/")) {  // Of an answer; a "100 Continue" may come before it.
    transfer.answer.headers.clear();
    transfer.has_end = false;
    return size * items;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || line.size() > kHeaderBytesMax) return size * items;
  const std::string name = in_lower_case(line.substr(0, colon));
  transfer.has_end |= name == "content-length" || name == "transfer-encoding";
  if (name.starts_with(kWantedHeaders))
    transfer.answer.headers[name] = std::string(trimmed(line.substr(colon + 1)));
  return size * items;
}

size_t take_body(char* data, size_t size, size_t items, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  HttpAnswer& answer = transfer.answer;
  const std::string_view piece(data, size * items);
  answer.status = status_of(transfer);
  if (answer.status < 200 || answer.status >= 300) {
    answer.error_text += piece.substr(0, HttpAnswer::kErrorTextBytesMax - answer.error_text.size());
    return piece.size();
  }
  const Clock::time_point begun = Clock::now();
  const bool more = transfer.sink(answer, piece);
  transfer.in_sink += Clock::now() - begun;
  transfer.stopped = !more;
  return more ? piece.size() : 0;
}

// Called about once a second, and whenever something moves.
int look_at_clock(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(user);
  const Clock::duration waited = Clock::now() - transfer.begun - transfer.in_sink;
  transfer.timed_out = waited > transfer.request.timeout;
  return transfer.timed_out ? 1 : 0;
}

void prepare(Transfer& transfer, const Headers& headers) {
  const auto set = [&](CURLoption option, auto value) {
    CHECK(transfer.curl.easy_setopt(transfer.handle, option, value) == CURLE_OK);
  };
  const HttpRequest& request = transfer.request;
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_FRESH_CONNECT, request.on_new_connection ? 1L : 0L);
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_USERAGENT, "sonde");
  set(CURLOPT_ACCEPT_ENCODING, "");  // All that the library knows.
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  set(CURLOPT_POSTFIELDS, request.body.data());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_HEADERFUNCTION, &take_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
  set(CURLOPT_WRITEFUNCTION, &take_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &look_at_clock);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&transfer));
}

HttpAnswer::End end_of(const Transfer& transfer, CURLcode code) {
  using End = HttpAnswer::End;
  if (transfer.stopped) return End::Stopped;
  if (code == CURLE_OK) return transfer.has_end ? End::Whole : End::Cut;
  if (code == CURLE_PEER_FAILED_VERIFICATION) return End::NotTrusted;
  curl_off_t until_request = 0;
  transfer.curl.easy_getinfo(transfer.handle, CURLINFO_PRETRANSFER_TIME_T, &until_request);
  if (until_request == 0) return End::NotConnected;
  return transfer.timed_out ? End::TimedOut : End::Cut;
}

}  // namespace

std::string HttpAnswer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

Result<std::unique_ptr<HttpExchange>> HttpExchange::create(size_t connections_max) {
  const CurlLibrary* const curl = TRY(load_curl());
  return std::unique_ptr<HttpExchange>(new HttpExchange(*curl, connections_max));
}

HttpExchange::~HttpExchange() {
  CHECK(idle_.size() == count_);
  for (CURL* const handle : idle_) curl_.easy_cleanup(handle);
}

CURL* HttpExchange::lease() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [this] { return !idle_.empty() || count_ < connections_max_; });
  if (idle_.empty()) {
    CURL* const handle = curl_.easy_init();
    CHECK(handle != nullptr);
    ++count_;
    return handle;
  }
  CURL* const handle = idle_.back();  // The latest: its connection is the most likely to be open.
  idle_.pop_back();
  return handle;
}

void HttpExchange::give_back(CURL* handle) {
  curl_.easy_reset(handle);  // Forgets the request, with its password, and keeps the connection.
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(handle);
  }
  returned_.notify_one();
}

HttpAnswer HttpExchange::post(const HttpRequest& request, const Sink& sink) {
  // Without "Expect" the library does not wait for a permission to send the body.
  Headers headers(curl_.slist_append(nullptr, "Expect:"), curl_.slist_free_all);
  for (const std::string& header : request.headers) {
    CHECK(header.find_first_of("\r\n") == std::string::npos);
    CHECK(curl_.slist_append(headers.get(), header.c_str()) == headers.get());
  }
  HttpAnswer answer;
  CURL* const handle = lease();
  Transfer transfer{
      .curl = curl_, .handle = handle, .request = request, .sink = sink, .answer = answer};
  prepare(transfer, headers);
  const CURLcode code = curl_.easy_perform(handle);
  answer.status = status_of(transfer);
  answer.end = end_of(transfer, code);
  if (code != CURLE_OK && !transfer.stopped) answer.problem = curl_.easy_strerror(code);
  if (code == CURLE_OK && !transfer.has_end) answer.problem = "its answer does not tell its end";
  give_back(handle);
  return answer;
}

std::string HttpExchange::escaped(std::string_view text) const {
  if (text.empty()) return {};  // To the library a length of 0 is a text that ends with a zero.
  CHECK(text.size() <= INT_MAX);
  char* const escaped = curl_.easy_escape(nullptr, text.data(), static_cast<int>(text.size()));
  CHECK(escaped != nullptr);
  std::string copy(escaped);
  curl_.free(escaped);
  return copy;
}

}  // namespace sonde
