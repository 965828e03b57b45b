// The one expression language of Sonde: --where and --success over the columns of a span, --fail-if
// and alert rules over metrics. Grammar, null logic and examples: docs/filter.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "filter/fields.h"
#include "model/columns.h"

namespace date {
class time_zone;
}
namespace re2 {
class RE2;
}

namespace sonde {

inline constexpr size_t kExpressionBytesMax = 16'384;
inline constexpr size_t kExpressionDepthMax = 64;
inline constexpr size_t kListItemsMax = 1000;

// SQL's three values. A record is selected when its truth is True; a record whose outcome is
// Unknown counts neither as a success nor as a failure.
enum class Truth : uint8_t { False, True, Unknown };

enum class Op : uint8_t {
  And,
  Or,
  Not,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Matches,
  NotMatches,
  Contains,
  NotContains,
  In,
  NotIn,
  IsNull,
  IsNotNull,
  IsTrue,  // A flag that stands for itself.
};

// The right-hand side of a comparison, read as its field's type demands.
struct Literal {
  std::string text;   // Text and Number: as written, without quotes.
  int64_t whole = 0;  // Count; microseconds; billionths; 0 or 1; the enumerator of Kind and Status.
  double number = 0;  // The same as `whole`, but money in whole units; the value of a Number.
};

struct Node {
  Op op = Op::And;
  std::vector<Node> children;  // And, Or: two or more. Not: one. Comparisons: none.

  // Comparisons only.
  std::string name;           // The field's name, not its alias; for an attribute its key.
  bool is_attribute = false;  // Its type is Number if all literals are bare numbers, else Text.
  ValueType type = ValueType::Text;
  const Column* column = nullptr;           // Set for span columns; points into the static table.
  std::vector<Literal> literals;            // One; for In and NotIn one or more, sorted and unique.
  std::shared_ptr<const re2::RE2> pattern;  // Matches; shared by the copies of a filter.
};

struct ParseContext {
  int64_t now = 0;                             // Microseconds since the epoch: what `now` means.
  const date::time_zone* time_zone = nullptr;  // Of times without a zone; null is UTC.
};

// A parsed, typed expression. Immutable; safe to share between threads.
class Filter {
 public:
  // The value of a metric: durations in microseconds, money in whole units; null when unknown.
  using Lookup = std::function<std::optional<double>(std::string_view name)>;

  // Fails with InvalidInput; the message starts with "column N: " and ends with the line of the
  // expression and a caret below the place. `catalog` is only used during the call.
  static Result<Filter> parse(std::string_view text, const ParseContext& context,
                              const FieldCatalog& catalog = span_fields());

  // For a filter over span_fields(). Never allocates.
  Truth evaluate(const Span& span) const;
  // For a filter over a catalog of metrics.
  Truth evaluate(const Lookup& lookup) const;

  // The span fields it reads.
  FieldSet fields() const { return fields_; }

  // The canonical form: names for aliases, quoted texts, `now` as a point in time. Parses to an
  // equal filter.
  std::string to_string() const;

  const Node& root() const { return root_; }

 private:
  explicit Filter(Node root);

  Node root_;
  FieldSet fields_;
};

}  // namespace sonde
