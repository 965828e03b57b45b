// Gathers the calls of a log for the associations, in bounded memory. One a thread, then merge().
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/association/call.h"
#include "analysis/bounded_map.h"
#include "analysis/execution.h"
#include "analysis/where.h"
#include "model/columns.h"
#include "templates/template_finder.h"

namespace sonde {

struct CallLimits {
  // Of the log, when it can be told before: calls that will surely be left out are then never
  // looked at. Too high a number makes a smaller sample, too low a one only costs time.
  uint64_t calls_expected = 0;
  size_t calls_max = 100'000;          // Rows, at about 500 bytes each.
  size_t context_max = 100'000;        // Traces with feedback or retrieved documents.
  size_t parameter_sets_max = 10'000;  // Distinct sets; calls with further ones have none.
  size_t long_templates_max = 500;     // Templates of which whole prompts are kept.
  // A template of less than 1 % of the calls is none to the associations: few keys do.
  TemplateOptions templates{.keys_max = 2'000};
};

// What the checks found out about a call.
struct CallMarks {
  bool failed = false;
  bool silent = false;
  bool invalid_json = false;
  WhereKey groups{};
};

// Beyond calls_max it keeps the calls of those sessions (else of those identical calls) whose hash
// is smallest: a random sample of whole sessions, the same in any order and for any number of
// threads. Not thread-safe.
class CallCollector {
 public:
  explicit CallCollector(const CallLimits& limits = {});

  void add(const Execution& execution, uint64_t call_key, const CallMarks& marks);
  // A span that is no counted call: a retrieval, or a message with feedback, that says something of
  // the calls of its trace.
  void note(const Span& span);
  void merge(CallCollector&& other);        // Of the same limits.
  CallTable finish(bool parallel = false);  // Once; in two threads if so.

  // What add() and note() read of a span.
  static FieldSet fields();

 private:
  struct Retrieved {
    bool known = false;
    std::vector<uint64_t> documents;  // Sorted, distinct.
    void add(const Retrieved& other);
  };
  // What a trace or message says of its calls.
  struct Context {
    int8_t feedback = 0;
    Retrieved retrieved;
    void add(const Context& other);
  };
  // Rows with what finish() still needs of them.
  struct Row {
    Call call;
    uint64_t unit = 0;          // What is sampled as a whole.
    uint64_t template_key = 0;  // 0 without a prompt.
    uint64_t message = 0;
    Retrieved retrieved;
  };

  uint64_t named(std::string_view text);
  uint64_t parameter_set(const std::string& json);
  void fill_identity(const Span& span, Call& call);
  void fill_content(const Execution& execution, Row& row);
  void keep_long_prompt(const Execution& execution, uint64_t template_key);
  void read_documents(const Span& span, Retrieved& into);
  void trim();
  void apply_context(Row& row) const;

  CallLimits limits_;
  uint64_t seen_ = 0;
  uint64_t unit_first_max_ = UINT64_MAX;  // Given by calls_expected; templates are made of these.
  uint64_t unit_max_ = UINT64_MAX;
  std::vector<Row> rows_;
  TemplateFinder templates_;
  boost::unordered_flat_map<uint64_t, std::string> names_;
  BoundedMap<std::vector<ParameterValue>> parameters_;
  BoundedMap<Context> context_;                       // By trace or message.
  BoundedMap<std::vector<LongPrompt>> long_prompts_;  // By template key.
};

// A set of request parameters, flattened; unreadable JSON has none.
std::vector<ParameterValue> read_parameter_values(std::string_view json);

}  // namespace sonde
