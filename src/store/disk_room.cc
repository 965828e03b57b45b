#include "store/disk_room.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace sonde {
namespace {

constexpr std::string_view kRemedy =
    "make room (sonde retention lets old spans go) and run the same command again, which goes on "
    "where this one ended";

// In the words of the system, the engine and SQLite.
constexpr std::string_view kFull[] = {"No space left on device", "not enough space",
                                      "Disk quota exceeded", "disk is full"};

// SQLite says no more than this of a disk without a page for its shared memory.
constexpr std::string_view kNoPage = "disk I/O error";
constexpr uint64_t kPages = uint64_t{1} << 20;

uint64_t to_mebibytes(uint64_t bytes) { return bytes >> 20; }

}  // namespace

Result<> require_room(const std::string& folder, uint64_t bytes) {
  std::error_code error;
  const uint64_t free = std::filesystem::space(folder, error).available;
  if (error || free >= bytes) return {};
  return fail(Code::Unavailable, "the disk of {} has {} MiB left, the next step needs {} MiB: {}",
              folder, to_mebibytes(free), to_mebibytes(bytes) + 1, kRemedy);
}

Error explain_full_disk(Error error, const std::string& folder) {
  const bool is_full = std::ranges::any_of(kFull, [&](std::string_view words) {
    return error.message.find(words) != std::string::npos;
  });
  const bool has_no_page =
      error.message.find(kNoPage) != std::string::npos && !require_room(folder, kPages);
  if ((!is_full && !has_no_page) || error.message.find(kRemedy) != std::string::npos) return error;
  return {Code::Unavailable,
          fmt::format("{}; the disk of {} is full: {}", error.message, folder, kRemedy)};
}

}  // namespace sonde
