// Request bodies that were sent compressed.
#pragma once

#include <string>
#include <string_view>

#include "api/http/byte_budget.h"
#include "base/result.h"

namespace sonde {

// Whether `encoding`, a Content-Encoding in any case, is one that inflate_body() undoes: gzip,
// deflate (zlib), zstd, and identity or none.
bool is_known_encoding(std::string_view encoding);

// The bytes behind a Content-Encoding. The output is bounded while it is made, so that a small body
// that would become a huge one costs no more than `bytes_max`. The result has kBodyPadding bytes of
// spare capacity. Fails with InvalidInput when the stream is damaged, ends too early or has bytes
// behind its end, with TooLarge beyond the limit, and with Overloaded when the budget has not
// enough left.
Result<std::string> inflate_body(std::string_view encoding, std::string_view bytes,
                                 size_t bytes_max, BudgetShare& share);

}  // namespace sonde
