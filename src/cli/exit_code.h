// What the process returns: 0 done, 1 a rule of `sonde check` fired, else the error's code.
#pragma once

#include "base/result.h"

namespace sonde {

inline constexpr int kExitDone = 0;
inline constexpr int kExitUsage = 2;

constexpr int exit_code(Code code) {
  switch (code) {
    case Code::InvalidInput:
      return 2;
    case Code::NotFound:
      return 3;
    case Code::TooLarge:
      return 4;
    case Code::Overloaded:
      return 5;
    case Code::Unavailable:
      return 6;
    case Code::Internal:
      return 70;
  }
  return 70;
}

}  // namespace sonde
