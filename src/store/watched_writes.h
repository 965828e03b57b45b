// What the embedded engine does not look at: whether its writes succeeded.
//
// The library goes on after a failed write as if the bytes were in the file, and would acknowledge
// rows that a full disk never took; it does look at fdatasync(). So this program puts its own
// write(), fsync(), fdatasync() and close() before those of the C library, for the engine too:
// where a write to a file failed, syncing it fails for the same reason, and the engine gives up
// what it was writing, as it should have. Not in programs under a sanitizer, which does the same
// for its own ends; they run no engine.
#pragma once

#include <cstdint>

namespace sonde {

// Writes of this process that failed for a reason of the disk (full, over quota, broken), so far. A
// statement during which it grew is not done, whatever the engine says of it. Thread-safe.
uint64_t failed_writes();

// The reason of the last of them: an errno. 0 when there was none.
int last_failed_write();

}  // namespace sonde
