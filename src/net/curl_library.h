// libcurl, loaded when something is sent for the first time: it brings two dozen libraries along,
// which would more than double the time that every command takes to start.
#pragma once

#include <curl/curl.h>

#include "base/result.h"

namespace sonde {

// The functions of libcurl that this program calls, by their names there.
struct CurlLibrary {
  decltype(&curl_global_init) global_init;
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&curl_easy_reset) easy_reset;
  decltype(&curl_easy_perform) easy_perform;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&curl_easy_strerror) easy_strerror;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_slist_free_all) slist_free_all;
  decltype(&curl_easy_escape) easy_escape;
  decltype(&curl_url) url;
  decltype(&curl_url_cleanup) url_cleanup;
  decltype(&curl_url_set) url_set;
  decltype(&curl_url_get) url_get;
  decltype(&curl_free) free;
};

// Set up and kept for the life of the process. Fails with Unavailable when the library is missing
// or too old. Thread-safe.
Result<const CurlLibrary*> load_curl();

}  // namespace sonde
