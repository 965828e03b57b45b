// Ctrl-C: the first asks everything to stop in order, a second ends the process at once.
#pragma once

#include <atomic>

namespace sonde {

// Installs the handler for SIGINT and SIGTERM; SIGPIPE is left to end the process quietly.
void watch_interrupts();

const std::atomic<bool>& interrupted();

}  // namespace sonde
