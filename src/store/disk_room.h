// Whether the disk has room for what is about to be written, and what to do when it had none.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace sonde {

// Fails with Unavailable when fewer bytes than these are free on the disk of the folder, which is
// there. A disk that cannot be asked has room.
Result<> require_room(const std::string& folder, uint64_t bytes);

// The error, and what to do when its message says that the disk is full: of the system, of SQLite
// or of the engine.
Error explain_full_disk(Error error, const std::string& folder);

}  // namespace sonde
