// What the reading commands have in common on the command line, and what they make of it.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/settings.h"
#include "dialects/normalize.h"
#include "filter/category_map.h"
#include "metrics/aggregator.h"
#include "sources/reader.h"

namespace sonde {

// As typed.
struct Arguments {
  std::vector<std::string> files;
  std::string level = "call";
  std::string by;
  std::vector<std::string> where;
  std::string since;
  std::string until;
  std::string format = "table";
  bool json = false;
  std::string output;
  std::string rejects;
  std::string time_unit;
  bool include_debugger = false;
  bool strict = false;
  unsigned limit = 20;
  std::map<std::string, std::string> settings;  // Flags that are settings.
  // Of options that were not typed but stand in sonde.toml: where each of their values does.
  std::map<std::string, std::vector<std::string>, std::less<>> origins;

  // "sonde.toml:3: ", the start of an error about value `index` of the option; empty when typed.
  std::string place(std::string_view option, size_t index = 0) const;
};

// The result; its error begins with `place`.
template <class T>
Result<T> placed(const std::string& place, Result<T> result) {
  if (!result) result.error().message.insert(0, place);
  return result;
}

void add_files(CLI::App& command, Arguments& arguments);
// The same, where no file means the history.
void add_sources(CLI::App& command, Arguments& arguments);
void add_reading_options(CLI::App& command, Arguments& arguments);
void add_filter_options(CLI::App& command, Arguments& arguments);
void add_output_options(CLI::App& command, Arguments& arguments, const std::string& formats);
void add_settings(CLI::App& command, Arguments& arguments);

// From flags, environment and sonde.toml. Fails as load_settings().
Result<Settings> settings_of(const Arguments& arguments);

// Of commands that print a table or JSON: whether JSON is asked for. Fails with InvalidInput on any
// other format.
Result<bool> wants_json(const Arguments& arguments);
// The options that say so.
void add_json_option(CLI::App& command, Arguments& arguments);

// Everything a command needs to read, parsed and checked. Not movable: parts point into it.
struct Job {
  Settings settings;
  AggregatorOptions options;
  std::optional<CategoryMap> categories;
  Normalizer normalizer;
  ReadRequest request;
  bool from_history = false;         // No file was named: request.paths is empty.
  std::vector<std::string> filters;  // As typed, for the report's header.
  unsigned threads = 1;

  Job() = default;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
};

// `fields`: what the command needs beyond the filters and the category map.
Result<std::unique_ptr<Job>> make_job(const Arguments& arguments, FieldSet fields);

// Reads with one sink a thread, drawing a progress bar. Fails as read_spans(), or as
// read_history() of cli/history.h, and with Unavailable after Ctrl-C.
Result<ReadReport> run_job(const Job& job, std::span<SpanSink* const> sinks);

// Writes the text to --output, else to standard output.
Result<> write_output(const Arguments& arguments, const std::string& text);

// The exit code of a run that read something: 2 with --strict and rejected records.
int exit_code_of(const Arguments& arguments, const ReadReport& report);

}  // namespace sonde
