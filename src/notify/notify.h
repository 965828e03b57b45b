// Posts a message to a web address: what `sonde check --notify` does.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"

namespace sonde {

inline constexpr size_t kNotifyBodyBytesMax = 256 * 1024;

struct NotifyOptions {
  std::chrono::milliseconds timeout{10'000};  // Of one attempt, connecting included.
  unsigned retries = 3;                       // After the first attempt.
  std::chrono::milliseconds backoff{500};     // Before the first retry; doubled each time.
};

// Posts `json_body` as application/json. A status of 2xx is a success. 429, 5xx, a timeout and a
// connection that fails are tried again; every other answer is final, and so is a redirect, which
// is not followed. The answer's body is not kept.
//
// Fails with InvalidInput (the address is no http or https URL), TooLarge (kNotifyBodyBytesMax) or
// Unavailable. The secret of a webhook is in its path, so messages name scheme and host only.
// Blocks for at most (retries + 1) * timeout and the pauses. Thread-safe.
Result<> notify(const std::string& url, const std::string& json_body,
                const NotifyOptions& options = {});

// Scheme and host: "https://hooks.slack.com". Fails as notify() for what is no such URL.
Result<std::string> notify_host(const std::string& url);

}  // namespace sonde
