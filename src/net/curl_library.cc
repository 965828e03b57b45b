#include "net/curl_library.h"

#include <dlfcn.h>

namespace sonde {
namespace {

constexpr char kLibrary[] = "libcurl.so.4";

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

Result<CurlLibrary> open() {
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return fail(Code::Unavailable, "{} is not there (apt-get install libcurl4)", kLibrary);
  }
  CurlLibrary curl{};
  const bool whole =
      find(library, "curl_global_init", curl.global_init) &&
      find(library, "curl_easy_init", curl.easy_init) &&
      find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
      find(library, "curl_easy_setopt", curl.easy_setopt) &&
      find(library, "curl_easy_reset", curl.easy_reset) &&
      find(library, "curl_easy_escape", curl.easy_escape) &&
      find(library, "curl_easy_perform", curl.easy_perform) &&
      find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
      find(library, "curl_easy_strerror", curl.easy_strerror) &&
      find(library, "curl_slist_append", curl.slist_append) &&
      find(library, "curl_slist_free_all", curl.slist_free_all) &&
      find(library, "curl_url", curl.url) && find(library, "curl_url_cleanup", curl.url_cleanup) &&
      find(library, "curl_url_set", curl.url_set) && find(library, "curl_url_get", curl.url_get) &&
      find(library, "curl_free", curl.free);
  if (!whole || curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return fail(Code::Unavailable, "{} is too old or cannot be set up", kLibrary);
  }
  return curl;
}

}  // namespace

Result<const CurlLibrary*> load_curl() {
  static const Result<CurlLibrary> kCurl = open();
  if (!kCurl) return tl::unexpected(kCurl.error());
  return &*kCurl;
}

}  // namespace sonde
