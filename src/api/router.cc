#include "api/router.h"

#include <sodium.h>

#include <algorithm>
#include <vector>

namespace sonde {
namespace {

using Params = std::map<std::string, std::string, std::less<>>;

// Split at '/' first and unescaped then: a segment may hold an escaped '/'. Empty segments, which
// come from addresses that were put together, are left out. Null when an escape is malformed.
std::optional<std::vector<std::string>> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    if (end > 0) {
      auto segment = unescape(path.substr(0, end));
      if (!segment) return std::nullopt;
      segments.push_back(*std::move(segment));
    }
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return segments;
}

bool matches(std::string_view pattern, std::span<const std::string> segments, Params& params) {
  params.clear();
  for (const std::string& segment : segments) {
    if (pattern.empty()) return false;
    pattern.remove_prefix(1);  // '/'
    const std::string_view expected = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(expected.size());
    if (expected.starts_with('{')) {
      params[std::string(expected.substr(1, expected.size() - 2))] = segment;
    } else if (expected != segment) {
      return false;
    }
  }
  return pattern.empty();
}

bool has_method(const Route& route, std::string_view method) {
  return route.method == method || (route.method == "GET" && method == "HEAD");
}

std::string_view without_prefix(std::string_view text, std::string_view lower) {
  const bool has_prefix = text.size() >= lower.size() &&
                          std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
                            return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
                          });
  return has_prefix ? text.substr(lower.size()) : std::string_view();
}

std::string decode_base64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  size_t size = 0;
  const char* const padding = "=";
  for (const int variant :
       {sodium_base64_VARIANT_ORIGINAL_NO_PADDING, sodium_base64_VARIANT_URLSAFE_NO_PADDING}) {
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), padding, &size, nullptr, variant) == 0) {
      bytes.resize(size);
      return bytes;
    }
  }
  return {};
}

}  // namespace

Credentials credentials_of(const Request& request) {
  const std::string_view authorization = request.header("authorization");
  if (const std::string_view basic = without_prefix(authorization, "basic "); !basic.empty()) {
    const std::string pair = decode_base64(basic);
    const size_t colon = pair.find(':');
    if (colon == std::string::npos) return {};
    return {pair.substr(0, colon), pair.substr(colon + 1)};
  }
  if (const std::string_view bearer = without_prefix(authorization, "bearer "); !bearer.empty())
    return {"", std::string(bearer)};
  if (!authorization.empty()) return {"", std::string(authorization)};
  return {"", std::string(request.header("x-api-key"))};
}

Response Router::handle(const Request& request) const {
  const auto all = segments_of(request.path);
  if (!all)
    return error_answer(ErrorForm::Sonde, request, 400, "an escape in the path is malformed");
  std::span<const std::string> segments = *all;
  std::string_view project;
  if (segments.size() > 2 && segments[0] == "in") {
    project = segments[1];
    segments = segments.subspan(2);
  }
  Params params;
  std::string allowed;
  for (const Route& route : routes_) {
    if (!project.empty() && !route.below_project) continue;
    if (!matches(route.path, segments, params)) continue;
    if (!has_method(route, request.method)) {
      if (!allowed.empty()) allowed += ", ";
      allowed += route.method;
      continue;
    }
    Grant grant;
    if (auto refused = admit(request, route, project, grant)) return *std::move(refused);
    Result<Response> answer = route.handle({request, grant, params, services_});
    return answer ? *std::move(answer) : error_answer(route.errors, request, answer.error());
  }
  if (allowed.empty()) {
    return error_answer(ErrorForm::Sonde, request, 404,
                        fmt::format("there is nothing at {}", request.path));
  }
  Response response =
      error_answer(ErrorForm::Sonde, request, 405,
                   fmt::format("{} is not answered here, {} is", request.method, allowed));
  response.headers.emplace_back("Allow", allowed);
  return response;
}

// Null when the request may pass; `grant` is whose it is then.
std::optional<Response> Router::admit(const Request& request, const Route& route,
                                      std::string_view path_project, Grant& grant) const {
  if (route.access == Access::Anybody) return std::nullopt;
  const Credentials credentials = credentials_of(request);
  if (credentials.secret.empty()) {
    Response response = error_answer(
        route.errors, request, 401,
        "no key: send one as Basic (public key and secret key), as Bearer (the secret key), or as "
        "x-api-key; sonde key create makes one");
    response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"sonde\"");
    return response;
  }
  Result<std::optional<Grant>> found = keys_.find(credentials.public_key, credentials.secret);
  if (!found) return error_answer(route.errors, request, found.error());
  if (!*found) {
    return error_answer(route.errors, request, 401,
                        "Invalid credentials: the key is not known here, or was revoked");
  }
  const Scope needed = route.access == Access::Write ? Scope::Write : Scope::Read;
  if (route.access != Access::AnyKey && !has_scope((*found)->scopes, needed)) {
    return error_answer(
        route.errors, request, 403,
        fmt::format("the key may {}, which is not enough: this needs {}",
                    scopes_text((*found)->scopes), scopes_text(static_cast<Scopes>(needed))));
  }
  if (!path_project.empty() && path_project != (*found)->project) {
    return error_answer(route.errors, request, 403,
                        "the key belongs to another project than the address names");
  }
  grant = **std::move(found);
  return std::nullopt;
}

}  // namespace sonde
