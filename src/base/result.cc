#include "base/result.h"

#include <cstdio>
#include <cstdlib>

namespace sonde {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "sonde: internal error: %s is false (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace sonde
