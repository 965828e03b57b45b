// What a record counts as, once the user's definition of success has been asked.
#pragma once

#include <cstdint>

namespace sonde {

enum class Outcome : uint8_t {
  Ok,
  Failed,
  Cancelled,  // Shown, in no rate; likewise Pending and Unknown.
  Pending,
  Unknown,  // The log does not say.
};

}  // namespace sonde
