// The words for success and failure that flat logs use.
#include <algorithm>
#include <charconv>

#include "sources/flat.h"

namespace sonde {
namespace {

struct StatusWord {
  std::string_view word;
  Status status;
};

constexpr StatusWord kStatusWords[] = {
    {"success", Status::Ok},          {"ok", Status::Ok},
    {"succeeded", Status::Ok},        {"successful", Status::Ok},
    {"completed", Status::Ok},        {"complete", Status::Ok},
    {"normal", Status::Ok},           {"done", Status::Ok},
    {"finished", Status::Ok},         {"pass", Status::Ok},
    {"passed", Status::Ok},           {"true", Status::Ok},
    {"error", Status::Error},         {"failed", Status::Error},
    {"failure", Status::Error},       {"fail", Status::Error},
    {"exception", Status::Error},     {"timeout", Status::Error},
    {"timed_out", Status::Error},     {"rejected", Status::Error},
    {"false", Status::Error},         {"cancelled", Status::Cancelled},
    {"canceled", Status::Cancelled},  {"stopped", Status::Cancelled},
    {"aborted", Status::Cancelled},   {"running", Status::Pending},
    {"pending", Status::Pending},     {"queued", Status::Pending},
    {"in_progress", Status::Pending}, {"paused", Status::Pending},
};

}  // namespace

Status flat_status_of(std::string_view text) {
  int http = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), http);
  if (error == std::errc{} && end == text.data() + text.size() && http >= 100 && http < 600) {
    return http < 400 ? Status::Ok : Status::Error;
  }
  for (const StatusWord& row : kStatusWords) {
    const bool equal = row.word.size() == text.size() &&
                       std::equal(text.begin(), text.end(), row.word.begin(), [](char a, char b) {
                         return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b;
                       });
    if (equal) return row.status;
  }
  return Status::Unknown;
}

bool is_flat_no_error(std::string_view text) {
  constexpr std::string_view kNone[] = {"",     "false", "False", "{}",  "[]", "0",
                                        "null", "None",  "none",  "nil", "N/A"};
  return std::find(std::begin(kNone), std::end(kNone), text) != std::end(kNone);
}

}  // namespace sonde
