// What a statement that a person typed may be.
#pragma once

#include <string_view>

#include "base/result.h"

namespace sonde {

// The engine refuses to write tables in a statement that reads (Store::query), but not to write a
// file of the machine: SELECT ... INTO OUTFILE. Fails with InvalidInput on those words outside of
// quotes and comments, and on an empty statement.
Result<> check_reads_only(std::string_view sql);

}  // namespace sonde
