// Every bound and habit a user may change, in one table: command-line flags, SONDE_* variables,
// sonde.toml, `sonde settings` and docs/settings.md all derive from kSettings.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace sonde {

// A value of a command's option as it would be typed, and the line it stands on.
struct OptionText {
  std::string text;
  std::string origin;  // "sonde.toml:3"
};

// How long a project keeps what; 0 is for ever.
struct Retention {
  int64_t retention_days = 0;
  int64_t content_days = 0;
  int64_t history_bytes_max = 0;
  friend bool operator==(const Retention&, const Retention&) = default;
};

struct Settings {
  int64_t threads = 0;
  std::string time_zone = "UTC";
  std::string success = "status = ok";
  std::string category_map;
  int64_t memory_bytes_max = int64_t{512} << 20;
  int64_t document_bytes_max = int64_t{256} << 20;
  int64_t nesting_max = 512;
  int64_t groups_max = 10'000;
  int64_t exact_values_max = 16'384;
  int64_t evidence_ids_max = 20;
  int64_t findings_max = 100;
  int64_t failed_lines_max = 1'000;
  std::string temp_dir;
  std::string data_dir;
  std::string project = "default";
  std::string store_url;
  std::string store_user = "default";
  std::string store_password_file;
  std::string store_database = "sonde";
  std::string store_layout = "single";
  std::string chdb_library;
  int64_t store_memory_bytes_max = int64_t{2} << 30;
  int64_t store_cache_bytes_max = int64_t{256} << 20;
  int64_t store_connections_max = 8;
  int64_t query_seconds_max = 300;
  int64_t batch_spans_max = 50'000;
  int64_t batch_bytes_max = int64_t{128} << 20;
  int64_t retention_days = 0;
  int64_t content_days = 0;
  int64_t history_bytes_max = 0;
  std::string listen = "127.0.0.1:4318";
  std::string public_key;
  int64_t body_bytes_max = int64_t{32} << 20;
  int64_t header_bytes_max = int64_t{16} << 10;
  int64_t held_bytes_max = int64_t{256} << 20;
  int64_t connections_max = 4096;
  int64_t requests_max = 4096;
  int64_t handlers = 64;
  int64_t header_seconds_max = 10;
  int64_t body_seconds_max = 30;
  int64_t idle_seconds_max = 75;
  int64_t drain_seconds_max = 10;
  int64_t queue_bytes_max = int64_t{256} << 20;
  int64_t flush_milliseconds = 200;
  int64_t rejected_bytes_max = int64_t{64} << 20;
  std::string progress = "auto";
  std::string color = "auto";

  // [apps."NAME"] success = "...": what counts as success in one app.
  std::map<std::string, std::string, std::less<>> app_success;

  // [projects.NAME]: what a project has of its own.
  struct OwnRetention {
    std::optional<int64_t> retention_days;
    std::optional<int64_t> content_days;
    std::optional<int64_t> history_bytes_max;
  };
  std::map<std::string, OwnRetention, std::less<>> projects;

  // [check]: options of `sonde check`, by name. The command line wins, option by option.
  std::map<std::string, std::vector<OptionText>, std::less<>> check;

  // Where a value that is not the default comes from, by setting name: "--threads",
  // "SONDE_THREADS" or "sonde.toml:3".
  std::map<std::string, std::string, std::less<>> origins;

  // What counts as success in an app: its own expression, else `success`. A --success flag or
  // SONDE_SUCCESS holds for all apps.
  const std::string& success_of(std::string_view app) const;

  // Days: the project's own, else those for all, whatever says those: a flag must not shorten what
  // a project was promised. Bytes: the project's own only; those for all bound the whole history.
  Retention retention_of(std::string_view name) const;
};

// How a setting's text is read, and where its value goes.
struct Whole {
  int64_t Settings::*member;
  int64_t min;
  int64_t max;
};
struct Bytes {
  int64_t Settings::*member;
  int64_t min;
  int64_t max;
};
struct Text {
  std::string Settings::*member;
};
struct Path {  // In a file, relative to that file's folder.
  std::string Settings::*member;
};
struct Choice {
  std::string Settings::*member;
  std::string_view choices;  // Separated by '|'.
};

struct Setting {
  std::string_view name;  // As a flag and in sonde.toml; units and qualifiers last.
  std::variant<Whole, Bytes, Text, Path, Choice> value;
  std::string_view description;
};

inline constexpr int64_t kMebibyte = int64_t{1} << 20;
inline constexpr int64_t kTebibyte = int64_t{1} << 40;

// In the order a reader wants them. Defaults are the initializers of Settings.
inline constexpr Setting kSettings[] = {
    {"threads", Whole{&Settings::threads, 0, 1024}, "threads that read; 0 is one for each core"},
    {"time-zone", Text{&Settings::time_zone},
     "zone of hours, days and times without one, such as Europe/Berlin"},
    {"success", Text{&Settings::success}, "what counts as success; see docs/filter.md"},
    {"category-map", Path{&Settings::category_map},
     "TOML file of rules that give records a category; empty is none"},
    {"memory-bytes-max", Bytes{&Settings::memory_bytes_max, 16 * kMebibyte, 64 * kTebibyte},
     "memory for joins; beyond it they use files in temp-dir"},
    {"document-bytes-max", Bytes{&Settings::document_bytes_max, 1024, 4096 * kMebibyte},
     "largest single record; a larger one is rejected and counted"},
    {"nesting-max", Whole{&Settings::nesting_max, 1, 1024},
     "deepest JSON that is taken apart; a deeper record is rejected"},
    {"groups-max", Whole{&Settings::groups_max, 1, 10'000'000},
     "groups of --by; the rest is shown together as (other)"},
    {"exact-values-max", Whole{&Settings::exact_values_max, 100, 100'000'000},
     "values a group up to which percentiles are exact; beyond it within a stated bound"},
    {"evidence-ids-max", Whole{&Settings::evidence_ids_max, 1, 100'000},
     "ids listed as the evidence of a finding"},
    {"findings-max", Whole{&Settings::findings_max, 1, 1'000'000}, "findings listed"},
    {"failed-lines-max", Whole{&Settings::failed_lines_max, 0, 100'000'000},
     "failed prompts listed, one line each"},
    {"temp-dir", Path{&Settings::temp_dir}, "folder of temporary files; empty is $TMPDIR or /tmp"},
    {"data-dir", Path{&Settings::data_dir},
     "folder of the history; empty is sonde in $XDG_DATA_HOME (default ~/.local/share)"},
    {"project", Text{&Settings::project}, "part of the history that is read and written"},
    {"store-url", Text{&Settings::store_url},
     "ClickHouse that holds the spans, https://HOST:PORT, several with commas; empty is data-dir"},
    {"store-user", Text{&Settings::store_user}, "who asks it"},
    {"store-password-file", Path{&Settings::store_password_file},
     "file with the password; empty takes it from the variable SONDE_STORE_PASSWORD"},
    {"store-database", Text{&Settings::store_database}, "its database"},
    {"store-layout", Choice{&Settings::store_layout, "single|replicated|sharded"},
     "what store-url is: one server, replicas of one, or shards of replicas"},
    {"chdb-library", Path{&Settings::chdb_library},
     "the history's engine, libchdb.so; empty looks beside the program and where libraries are"},
    {"store-memory-bytes-max", Bytes{&Settings::store_memory_bytes_max, 512 * kMebibyte, kTebibyte},
     "memory of one question to the history or one batch; what needs more fails, and says so"},
    {"store-cache-bytes-max", Bytes{&Settings::store_cache_bytes_max, 8 * kMebibyte, kTebibyte},
     "memory that holds indexes between questions"},
    {"store-connections-max", Whole{&Settings::store_connections_max, 1, 256},
     "questions to the history answered at the same time"},
    {"query-seconds-max", Whole{&Settings::query_seconds_max, 1, 86'400},
     "longest time that one question to the history may take"},
    {"batch-spans-max", Whole{&Settings::batch_spans_max, 1, 10'000'000},
     "spans that sonde import writes at once, for each of --threads (there 0 is one)"},
    {"batch-bytes-max", Bytes{&Settings::batch_bytes_max, kMebibyte, kTebibyte},
     "bytes of them; whichever is reached first"},
    {"retention-days", Whole{&Settings::retention_days, 0, 100'000},
     "days that sonde retention keeps spans; 0 is for ever"},
    {"content-days", Whole{&Settings::content_days, 0, 100'000},
     "days that it keeps their texts (prompts, answers, tools, documents, messages of errors)"},
    {"history-bytes-max", Bytes{&Settings::history_bytes_max, 0, 1024 * kTebibyte},
     "bytes of the history on disk beyond which it drops the oldest months; 0 is no bound"},
    {"listen", Text{&Settings::listen},
     "where sonde serve listens, ADDRESS:PORT; port 0 is any that is free"},
    {"public-key", Text{&Settings::public_key},
     "of a key that sonde serve lets in; its secret is the variable SONDE_SECRET_KEY"},
    {"body-bytes-max", Bytes{&Settings::body_bytes_max, 1024, 1024 * kMebibyte},
     "largest body of a request, as sent and again when inflated"},
    {"header-bytes-max", Bytes{&Settings::header_bytes_max, 1024, kMebibyte},
     "largest header of a request"},
    {"held-bytes-max", Bytes{&Settings::held_bytes_max, kMebibyte, kTebibyte},
     "bodies of requests in memory at a time; beyond it 503, and clients come again"},
    {"connections-max", Whole{&Settings::connections_max, 1, 1'000'000},
     "connections at a time; beyond it 503"},
    {"requests-max", Whole{&Settings::requests_max, 1, 1'000'000},
     "requests that are handled or wait for it; beyond it 503"},
    {"handlers", Whole{&Settings::handlers, 1, 1024},
     "threads that handle requests; those that wait for the disk are served by one write"},
    {"header-seconds-max", Whole{&Settings::header_seconds_max, 1, 86'400},
     "time for a request's header to arrive"},
    {"body-seconds-max", Whole{&Settings::body_seconds_max, 1, 86'400},
     "time for its body; each mebibyte that came gives a tenth of it more"},
    {"idle-seconds-max", Whole{&Settings::idle_seconds_max, 1, 86'400},
     "time that a connection stays open between requests"},
    {"drain-seconds-max", Whole{&Settings::drain_seconds_max, 0, 86'400},
     "time that requests have to end when the server is told to stop"},
    {"queue-bytes-max", Bytes{&Settings::queue_bytes_max, kMebibyte, kTebibyte},
     "events that were received and are not written; beyond it 429"},
    {"flush-milliseconds", Whole{&Settings::flush_milliseconds, 1, 60'000},
     "time that events are gathered before they are written"},
    {"rejected-bytes-max", Bytes{&Settings::rejected_bytes_max, kMebibyte, kTebibyte},
     "bodies that were not understood, kept in the folder rejected; the oldest go"},
    {"progress", Choice{&Settings::progress, "auto|never"},
     "progress bar; auto is on a terminal, for work over a second"},
    {"color", Choice{&Settings::color, "auto|always|never"},
     "colors; auto is on a terminal unless NO_COLOR is set"},
};

// What an option of a command takes in sonde.toml.
enum class OptionForm : uint8_t {
  Text,
  Texts,  // A list of texts, or one.
  Whole,
  Truth,  // true or false.
  Path,   // Relative to the file's folder.
};

struct CommandOption {
  std::string_view name;  // As on the command line, without the dashes.
  OptionForm form;
};

// The options of `sonde check` that [check] takes. The command declares, describes and reads them;
// this table only says which of them may stand in a file.
inline constexpr CommandOption kCheckOptions[] = {
    {"fail-if", OptionForm::Texts},
    {"level", OptionForm::Text},
    {"where", OptionForm::Texts},
    {"since", OptionForm::Text},
    {"by", OptionForm::Text},
    {"min-count", OptionForm::Whole},
    {"allow-no-data", OptionForm::Truth},
    {"notify", OptionForm::Text},
    {"notify-format", OptionForm::Text},
    {"notify-state", OptionForm::Path},
    {"notify-timeout", OptionForm::Text},
};

// The settings that [projects.NAME] takes.
inline constexpr std::string_view kProjectSettings[] = {"retention-days", "content-days",
                                                        "history-bytes-max"};

// By name; null when there is none.
const Setting* find_setting(std::string_view name);

// SONDE_MEMORY_BYTES_MAX for memory-bytes-max.
std::string environment_name(std::string_view setting);

// "NAME" for "$NAME", which in sonde.toml stands for a variable; empty for any other text.
std::string variable_of(std::string_view text);

struct LoadOptions {
  std::map<std::string, std::string> flags;        // Setting name -> text, as given.
  std::map<std::string, std::string> environment;  // Variables; see process_environment().
  std::string working_dir = ".";                   // Holds ./sonde.toml.
};

std::map<std::string, std::string> process_environment();

// Precedence: flag, SONDE_* variable, sonde.toml of the working folder, sonde/sonde.toml in
// $XDG_CONFIG_HOME (default ~/.config), default. SONDE_* variables that name no setting are left
// alone (container platforms make some), and so are empty ones.
// Fails with InvalidInput (names the file and line, the key and the remedy) or Unavailable (a file
// exists but cannot be read).
Result<Settings> load_settings(const LoadOptions& options);

// A setting's value as text, in the form that sonde.toml takes (without quotes).
std::string setting_text(const Settings& settings, const Setting& setting);

// "a whole number from 1 to 1024", "auto, always or never": what the setting takes.
std::string setting_values(const Setting& setting);

// docs/settings.md.
std::string settings_markdown();

}  // namespace sonde
