#include "cli/pager.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace sonde {
namespace {

// Lines of the terminal behind standard output; 0 when it is none.
unsigned terminal_height() {
  struct winsize size {};
  if (::isatty(STDOUT_FILENO) == 0) return 0;
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

// What the shell is to run. -F leaves at once when all fits, -R keeps colours, -X keeps the text.
std::string pager_command() {
  const char* const chosen = std::getenv("PAGER");
  if (chosen != nullptr) return chosen;
  return "command -v less >/dev/null && exec less -FRX || exec cat";
}

}  // namespace

Result<> write_paged(const Arguments& arguments, const std::string& text) {
  const auto lines = static_cast<unsigned>(std::ranges::count(text, '\n'));
  const std::string command = pager_command();
  const unsigned height = arguments.output.empty() ? terminal_height() : 0;
  if (height == 0 || lines < height || command.empty()) return write_output(arguments, text);
  // Leaving the pager early must not end this process without a word.
  void (*const before)(int) = ::signal(SIGPIPE, SIG_IGN);
  std::FILE* const pager = ::popen(command.c_str(), "w");
  if (pager == nullptr) {
    ::signal(SIGPIPE, before);
    return write_output(arguments, text);
  }
  std::fwrite(text.data(), 1, text.size(), pager);
  ::pclose(pager);
  ::signal(SIGPIPE, before);
  return {};
}

}  // namespace sonde
