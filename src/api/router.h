// From a request to its handler: the path, then who asks, then what may be asked.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "api/routes.h"
#include "store/key_book.h"

namespace sonde {

// The key that a request carries: Authorization as Basic (public key and secret), Bearer or bare
// (the secret), or x-api-key (the secret). Both are empty when it carries none.
struct Credentials {
  std::string public_key;
  std::string secret;
};
Credentials credentials_of(const Request& request);

// Thread-safe.
class Router {
 public:
  // What is given must outlive it; `services` may be null where no route needs them.
  Router(std::span<const Route> routes, KeyBook& keys, const Services* services)
      : routes_(routes), keys_(keys), services_(services) {}

  // Answers every request: also 404 and 405, 401 (no key, or none that is known) and 403 (a key
  // without the right, or of another project than the path names).
  Response handle(const Request& request) const;

 private:
  std::optional<Response> admit(const Request& request, const Route& route,
                                std::string_view path_project, Grant& grant) const;

  const std::span<const Route> routes_;
  KeyBook& keys_;
  const Services* services_;
};

}  // namespace sonde
