#include <poll.h>
#include <sys/resource.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "api/http/server.h"
#include "api/router.h"
#include "api/routes.h"
#include "base/time.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/interrupt.h"
#include "cli/key_book.h"
#include "cli/version.h"
#include "dialects/normalize.h"
#include "ingest/hour_maker.h"
#include "ingest/live_ingest.h"
#include "store/chdb_store.h"

namespace sonde {
namespace {

constexpr int kTickMilliseconds = 100;
constexpr unsigned kLoops = 2;

struct Address {
  std::string host;
  uint16_t port = 0;
};

// "127.0.0.1:4318", "[::1]:4318"
Result<Address> parse_address(const std::string& text) {
  const size_t colon = text.rfind(':');
  Address address;
  const char* const end = text.data() + text.size();
  if (colon != std::string::npos && colon > 0) {
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, address.port);
    if (error == std::errc{} && stop == end && colon + 1 < text.size()) {
      address.host = text.substr(0, colon);
      if (address.host.starts_with('[') && address.host.ends_with(']'))
        address.host = address.host.substr(1, address.host.size() - 2);
      return address;
    }
  }
  return fail(Code::InvalidInput,
              "listen is '{}', but takes an address and a port, such as 127.0.0.1:4318", text);
}

HttpOptions http_options(const Settings& settings, const Address& address) {
  const auto seconds = [](int64_t value) { return std::chrono::seconds(value); };
  HttpOptions options;
  options.address = address.host;
  options.port = address.port;
  options.loops = kLoops;
  options.handlers = static_cast<unsigned>(settings.handlers);
  options.body_bytes_max = static_cast<size_t>(settings.body_bytes_max);
  options.header_bytes_max = static_cast<size_t>(settings.header_bytes_max);
  options.held_bytes_max = static_cast<size_t>(settings.held_bytes_max);
  options.connections_max = static_cast<size_t>(settings.connections_max);
  options.requests_max = static_cast<size_t>(settings.requests_max);
  options.header_timeout = seconds(settings.header_seconds_max);
  options.body_timeout = seconds(settings.body_seconds_max);
  options.idle_timeout = seconds(settings.idle_seconds_max);
  return options;
}

Result<LiveOptions> live_options(const Settings& settings) {
  LiveOptions options;
  options.data_folder = TRY(data_folder_path(settings));
  options.read.nesting_max = static_cast<size_t>(settings.nesting_max);
  options.queue_bytes_max = static_cast<size_t>(settings.queue_bytes_max);
  options.batch_time = std::chrono::milliseconds(settings.flush_milliseconds);
  options.batch_spans_max = static_cast<size_t>(settings.batch_spans_max);
  options.batch_bytes_max = static_cast<size_t>(settings.batch_bytes_max);
  options.rejected_bytes_max = static_cast<uint64_t>(settings.rejected_bytes_max);
  return options;
}

// The operator's pair, or a first one where there is no key at all. What is to be printed of it.
Result<std::string> prepare_keys(KeyBook& keys, const Settings& settings) {
  const char* const secret = std::getenv("SONDE_SECRET_KEY");
  const bool has_secret = secret != nullptr && *secret != '\0';
  if (settings.public_key.empty() != !has_secret) {
    return fail(Code::InvalidInput,
                "a key needs both halves: public-key (or SONDE_PUBLIC_KEY) and the variable "
                "SONDE_SECRET_KEY");
  }
  if (has_secret) {
    TRY(keys.set_key({settings.public_key, secret}, settings.project, kAllScopes, now_micros()));
    return std::string();
  }
  const std::vector<KeyRecord> known = TRY(keys.keys(""));
  if (!known.empty()) return std::string();
  const std::vector<ProjectRecord> projects = TRY(keys.projects());
  const bool has_project =
      std::any_of(projects.begin(), projects.end(),
                  [&](const ProjectRecord& project) { return project.name == settings.project; });
  if (!has_project) TRY(keys.create_project(settings.project, now_micros()));
  const NewKey key = TRY(keys.create_key(settings.project, kAllScopes, now_micros()));
  return fmt::format(
      "A first key, for project {}; it is not shown again:\n  public key  {}\n  secret key  {}\n",
      settings.project, key.public_key, key.secret);
}

// Each connection is a file to the system.
void allow_many_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void say(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

void wait_for_interrupt() {
  // A signal may come to a thread of the engine: then the pause ends by itself.
  while (!interrupted().load()) ::poll(nullptr, 0, kTickMilliseconds);
}

Result<int> run(const Arguments& arguments) {
  const Settings settings = TRY(settings_of(arguments));
  const Address address = TRY(parse_address(settings.listen));
  std::signal(SIGPIPE, SIG_IGN);  // A reader of the output that is gone must not end the server.
  allow_many_files();
  const std::unique_ptr<History> history = TRY(History::open(settings));
  const std::unique_ptr<KeyBook> keys = TRY(open_key_book(settings));
  const std::string first_key = TRY(prepare_keys(*keys, settings));
  const Normalizer normalizer;
  const LiveOptions options = TRY(live_options(settings));
  const std::unique_ptr<LiveIngest> ingest = TRY(
      LiveIngest::start(*history, options, [&normalizer](Span& span) { normalizer.apply(span); }));
  const HourMaker hours(*history);
  std::atomic<bool> draining = false;
  const Services services = {*history, *ingest, kVersion, draining};
  const Router router(all_routes(), *keys, &services);
  const std::unique_ptr<HttpServer> server =
      TRY(HttpServer::start(http_options(settings, address),
                            [&router](const Request& request) { return router.handle(request); }));
  say(first_key);
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  say(fmt::format("sonde {} listens on http://{}:{}, history in {}\n", kVersion,
                  is_ipv6 ? "[" + address.host + "]" : address.host, server->port(),
                  options.data_folder));
  wait_for_interrupt();
  draining = true;
  const bool is_whole = server->drain(std::chrono::seconds(settings.drain_seconds_max));
  const bool is_written = ingest->stop();
  if (!is_written) {
    return fail(Code::Unavailable,
                "stopped, but not everything could be written to the history: the next sonde serve "
                "goes on with it");
  }
  say(is_whole ? "stopped; everything that was acknowledged is in the history\n"
               : "stopped; requests that took too long were cut off, and not acknowledged\n");
  return kExitDone;
}

}  // namespace

std::function<Result<int>()> declare_serve(CLI::App& command) {
  const auto arguments = std::make_shared<Arguments>();
  add_settings(command, *arguments);
  return [arguments] { return run(*arguments); };
}

}  // namespace sonde
