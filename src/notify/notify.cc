#include "notify/notify.h"

#include <memory>
#include <thread>

#include "net/curl_library.h"

namespace sonde {
namespace {

constexpr size_t kAnswerBytesMax = 64 * 1024;

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;
using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

std::string part_of(const CurlLibrary& curl, CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl.url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl.free(text);
  return copy;
}

// Ends an answer that is longer than anybody needs; `user` counts its bytes.
size_t discard(char*, size_t size, size_t items, void* user) {
  auto& total = *static_cast<size_t*>(user);
  total += size * items;
  return total <= kAnswerBytesMax ? size * items : 0;
}

struct Attempt {
  std::string problem;  // Empty: it was taken.
  bool again = false;
};

Attempt judge_status(long status) {
  if (status >= 200 && status < 300) return {};
  if (status >= 300 && status < 400) {
    return {fmt::format("answered {}: redirects are not followed", status), false};
  }
  return {fmt::format("answered {}", status), status == 429 || status >= 500};
}

Attempt post(const CurlLibrary& curl, const std::string& url, const std::string& body,
             const NotifyOptions& options) {
  const Handle handle(curl.easy_init(), curl.easy_cleanup);
  CHECK(handle != nullptr);
  const Headers headers(curl.slist_append(nullptr, "Content-Type: application/json"),
                        curl.slist_free_all);
  size_t answer_bytes = 0;
  const auto set = [&](CURLoption option, auto value) {
    CHECK(curl.easy_setopt(handle.get(), option, value) == CURLE_OK);
  };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_USERAGENT, "sonde");
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  set(CURLOPT_POSTFIELDS, body.c_str());
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_WRITEFUNCTION, &discard);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&answer_bytes));
  const CURLcode code = curl.easy_perform(handle.get());
  long status = 0;
  curl.easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  const bool cut_by_us = code == CURLE_WRITE_ERROR && answer_bytes > kAnswerBytesMax;
  if (code == CURLE_OK || cut_by_us) return judge_status(status);
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return {fmt::format("did not answer within {} ms", options.timeout.count()), true};
  }
  // Only the library's fixed text: its longer one may hold the address.
  const bool is_certificate = code == CURLE_PEER_FAILED_VERIFICATION;
  return {fmt::format("cannot be reached: {}", curl.easy_strerror(code)), !is_certificate};
}

}  // namespace

Result<std::string> notify_host(const std::string& url) {
  const CurlLibrary& curl = *TRY(load_curl());
  const Url parsed(curl.url(), curl.url_cleanup);
  CHECK(parsed != nullptr);
  const bool valid = curl.url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK;
  const std::string scheme = valid ? part_of(curl, parsed.get(), CURLUPART_SCHEME) : "";
  const std::string host = valid ? part_of(curl, parsed.get(), CURLUPART_HOST) : "";
  if ((scheme != "http" && scheme != "https") || host.empty()) {
    return fail(Code::InvalidInput, "the address to notify is no http or https URL");
  }
  return scheme + "://" + host;
}

Result<> notify(const std::string& url, const std::string& json_body,
                const NotifyOptions& options) {
  const std::string host = TRY(notify_host(url));
  const CurlLibrary& curl = *TRY(load_curl());
  if (json_body.size() > kNotifyBodyBytesMax) {
    return fail(Code::TooLarge, "the notification is {} bytes, limit is {}", json_body.size(),
                kNotifyBodyBytesMax);
  }
  std::chrono::milliseconds pause = options.backoff;
  for (unsigned attempt = 1;; ++attempt) {
    const Attempt done = post(curl, url, json_body, options);
    if (done.problem.empty()) return {};
    if (!done.again || attempt > options.retries) {
      return fail(Code::Unavailable, "cannot notify {}: it {} (attempt {})", host, done.problem,
                  attempt);
    }
    std::this_thread::sleep_for(pause);
    pause *= 2;
  }
}

}  // namespace sonde
