#include "store/server_access.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>

#include "net/curl_library.h"

namespace sonde {
namespace {

constexpr size_t kPasswordBytesMax = 4096;

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string part_of(const CurlLibrary& curl, const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl.url_get(url.get(), part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl.free(text);
  return copy;
}

// The text itself is in no message: it may hold a password that should not be there.
Result<std::string> read_host(const CurlLibrary& curl, const std::string& text) {
  const Url url(curl.url(), curl.url_cleanup);
  CHECK(url != nullptr);
  const bool valid = curl.url_set(url.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
  const std::string scheme = valid ? part_of(curl, url, CURLUPART_SCHEME) : "";
  if (scheme != "http" && scheme != "https") {
    return fail(Code::InvalidInput,
                "store-url takes https://HOST:PORT or http://HOST:PORT, several with commas");
  }
  if (!part_of(curl, url, CURLUPART_USER).empty() ||
      !part_of(curl, url, CURLUPART_PASSWORD).empty()) {
    return fail(Code::InvalidInput,
                "store-url takes no user and no password: they are store-user and "
                "store-password-file");
  }
  const std::string path = part_of(curl, url, CURLUPART_PATH);
  if ((!path.empty() && path != "/") || !part_of(curl, url, CURLUPART_QUERY).empty() ||
      !part_of(curl, url, CURLUPART_FRAGMENT).empty()) {
    return fail(Code::InvalidInput,
                "store-url takes an address without a path; the database is store-database");
  }
  const std::string port = part_of(curl, url, CURLUPART_PORT);
  return fmt::format("{}://{}{}{}", scheme, part_of(curl, url, CURLUPART_HOST),
                     port.empty() ? "" : ":", port);
}

Result<std::vector<std::string>> read_hosts(const Settings& settings) {
  const CurlLibrary& curl = *TRY(load_curl());
  std::vector<std::string> hosts;
  std::string_view rest = settings.store_url;
  while (true) {
    const size_t end = std::min(rest.find(','), rest.size());
    std::string_view text = rest.substr(0, end);
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    std::string host = TRY(read_host(curl, std::string(text)));
    if (std::find(hosts.begin(), hosts.end(), host) == hosts.end())
      hosts.push_back(std::move(host));
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  // What is inserted again on another host must be known there.
  if (settings.store_layout == "single" && hosts.size() > 1) {
    return fail(
        Code::InvalidInput,
        "store-url has {} addresses, but store-layout is single: name replicated or sharded",
        hosts.size());
  }
  return hosts;
}

Result<std::string> read_password(const Settings& settings) {
  if (settings.store_password_file.empty()) {
    const char* const variable = std::getenv("SONDE_STORE_PASSWORD");
    return std::string(variable == nullptr ? "" : variable);
  }
  std::ifstream file(settings.store_password_file, std::ios::binary);
  std::string password(kPasswordBytesMax + 1, '\0');
  file.read(password.data(), static_cast<std::streamsize>(password.size()));
  if (file.bad() || (!file.eof() && file.gcount() == 0)) {
    return fail(Code::Unavailable, "the password's file {} cannot be read",
                settings.store_password_file);
  }
  password.resize(static_cast<size_t>(file.gcount()));
  if (password.size() > kPasswordBytesMax) {
    return fail(Code::InvalidInput, "the password in {} is over {} bytes",
                settings.store_password_file, kPasswordBytesMax);
  }
  while (password.ends_with('\n') || password.ends_with('\r')) password.pop_back();
  return password;
}

// What a line of an HTTP header can hold.
bool is_line(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7f; });
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

Result<ServerAccess> read_server_access(const Settings& settings) {
  ServerAccess access;
  access.hosts = TRY(read_hosts(settings));
  access.user = settings.store_user;
  access.password = TRY(read_password(settings));
  access.database = settings.store_database;
  if (!is_line(access.user))
    return fail(Code::InvalidInput, "store-user has signs that no user's name has");
  if (!is_line(access.password))
    return fail(Code::InvalidInput, "the store's password has a line break or a control character");
  if (!is_name(access.database)) {
    return fail(Code::InvalidInput,
                "store-database is '{}', but takes a name of letters, digits and '_'",
                access.database);
  }
  return access;
}

std::string without_password(std::string text, std::string_view password) {
  constexpr std::string_view kInstead = "(password)";
  for (size_t at = 0; !password.empty() && (at = text.find(password, at)) != std::string::npos;
       at += kInstead.size()) {
    text.replace(at, password.size(), kInstead);
  }
  return text;
}

}  // namespace sonde
