#include "query/condition.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <optional>

#include "model/span.h"

namespace sonde {
namespace {

constexpr int kMoneyDigits = 9;

// Billionths as a decimal number: "-0.250000000".
std::string decimal_of(int64_t billionths) {
  const bool negative = billionths < 0;
  std::string digits = std::to_string(billionths).substr(negative ? 1 : 0);
  if (digits.size() <= kMoneyDigits) digits.insert(0, kMoneyDigits + 1 - digits.size(), '0');
  digits.insert(digits.size() - kMoneyDigits, ".");
  return (negative ? "-" : "") + digits;
}

// How the values of a type are written for the engine.
struct SqlType {
  std::string_view name;
  std::string (*value)(const Literal& literal);
  bool is_text = false;
};

constexpr SqlType kText = {"String", [](const Literal& l) { return l.text; }, true};
constexpr SqlType kWhole = {"Int64", [](const Literal& l) { return std::to_string(l.whole); }};
constexpr SqlType kMoney = {"Decimal(38, 9)", [](const Literal& l) { return decimal_of(l.whole); }};
constexpr SqlType kKind = {
    "String", [](const Literal& l) { return std::string(to_string(static_cast<Kind>(l.whole))); },
    true};
constexpr SqlType kStatus = {
    "String", [](const Literal& l) { return std::string(to_string(static_cast<Status>(l.whole))); },
    true};

const SqlType& sql_type(ValueType type) {
  switch (type) {
    case ValueType::Text:
      return kText;
    case ValueType::Money:
      return kMoney;
    case ValueType::Kind:
      return kKind;
    case ValueType::Status:
      return kStatus;
    default:
      return kWhole;
  }
}

// Writes nodes; null where the engine cannot answer as the filter does.
class Writer {
 public:
  std::optional<std::string> write(const Node& node) {
    switch (node.op) {
      case Op::And:
        return write_all(node.children, " AND ");
      case Op::Or:
        return write_all(node.children, " OR ");
      case Op::Not:
        if (const auto inner = write(node.children[0])) return fmt::format("NOT {}", *inner);
        return std::nullopt;
      default:
        return write_comparison(node);
    }
  }
  // A term of the whole condition: there, unknown is as good as false, and an index knows a bare
  // equality.
  std::optional<std::string> write_term(const Node& node) {
    const bool is_text = !node.is_attribute && node.type == ValueType::Text;
    if (node.op == Op::Equal && is_text) return test(node, std::string(node.column->name));
    return write(node);
  }
  std::vector<Param> take_params() { return std::move(params_); }

 private:
  std::optional<std::string> write_all(const std::vector<Node>& nodes, std::string_view between) {
    std::string sql = "(";
    for (const Node& node : nodes) {
      const auto inner = write(node);
      if (!inner) return std::nullopt;
      if (sql.size() > 1) sql += between;
      sql += *inner;
    }
    return sql + ")";
  }

  // The name of a new parameter, in the engine's notation.
  std::string bind(std::string value, std::string_view type, Param::Form form = Param::Form::Text) {
    const std::string name = fmt::format("f{}", params_.size());
    params_.push_back({name, std::move(value), form});
    return fmt::format("{{{}:{}}}", name, type);
  }

  std::string bind_list(const Node& node, const SqlType& type) {
    std::vector<std::string> values;
    for (const Literal& literal : node.literals) values.push_back(type.value(literal));
    std::string list =
        type.is_text ? quoted_list(values) : fmt::format("[{}]", fmt::join(values, ","));
    return bind(std::move(list), fmt::format("Array({})", type.name), Param::Form::Literal);
  }

  // What a value that is there is asked. Contract: not IsNull, IsNotNull.
  std::string test(const Node& node, const std::string& value) {
    const SqlType& type = sql_type(node.type);
    const auto compare = [&](std::string_view sign) {
      return fmt::format("{} {} {}", value, sign, bind(type.value(node.literals[0]), type.name));
    };
    switch (node.op) {
      case Op::Equal:
        return compare("=");
      case Op::NotEqual:
        return compare("!=");
      case Op::Less:
        return compare("<");
      case Op::LessEqual:
        return compare("<=");
      case Op::Greater:
        return compare(">");
      case Op::GreaterEqual:
        return compare(">=");
      case Op::In:
        return fmt::format("has({}, {})", bind_list(node, type), value);
      case Op::NotIn:
        return fmt::format("NOT has({}, {})", bind_list(node, type), value);
      case Op::Matches:
      case Op::NotMatches:
        // The engine's dot matches a line break unless told otherwise.
        return fmt::format("{}match({}, {})", node.op == Op::Matches ? "" : "NOT ", value,
                           bind("(?-s)" + node.pattern->pattern(), "String"));
      case Op::Contains:
      case Op::NotContains:
        return fmt::format("position({}, {}) {} 0", value, bind(node.literals[0].text, "String"),
                           node.op == Op::Contains ? ">" : "=");
      case Op::IsTrue:
        return value;
      default:
        break;
    }
    CHECK(false);  // The parser knows no other comparison.
  }

  // As test_null() of filter/evaluate.cc.
  static std::string_view null_answer(Op op) {
    switch (op) {
      case Op::NotEqual:
      case Op::NotIn:
      case Op::NotMatches:
      case Op::NotContains:
        return "1";
      case Op::IsTrue:
        return "0";
      default:
        return "NULL";
    }
  }

  std::string guarded(const Node& node, const std::string& is_null, const std::string& value) {
    if (node.op == Op::IsNull) return fmt::format("({})", is_null);
    if (node.op == Op::IsNotNull) return fmt::format("(NOT {})", is_null);
    return fmt::format("if({}, {}, {})", is_null, null_answer(node.op), test(node, value));
  }

  std::string write_status(const Node& node, const std::string& name) {
    const bool asks_unknown = std::ranges::any_of(node.literals, [](const Literal& literal) {
      return literal.whole == static_cast<int64_t>(Status::Unknown);
    });
    if (asks_unknown) return fmt::format("({})", test(node, name));
    return guarded(node, fmt::format("{} = '{}'", name, to_string(Status::Unknown)), name);
  }

  // The engine keeps how long texts are apart from the texts: long ones need not be read for it.
  static std::string is_empty(const Column& column) {
    constexpr FieldSet kLong = {Field::System,    Field::Input,     Field::Output,
                                Field::Tools,     Field::Documents, Field::StatusMessage,
                                Field::Parameters};
    if (kLong.has(column.field)) return fmt::format("{}.size = 0", column.name);
    return fmt::format("empty({})", column.name);
  }

  std::optional<std::string> write_comparison(const Node& node) {
    if (node.is_attribute) {
      if (node.type != ValueType::Text) return std::nullopt;
      const std::string value = fmt::format("attributes[{}]", bind(node.name, "String"));
      return guarded(node, fmt::format("empty({})", value), value);
    }
    const std::string name(node.column->name);
    switch (node.type) {
      case ValueType::Text:
        return guarded(node, is_empty(*node.column), name);
      case ValueType::Time:
        return guarded(node, fmt::format("isNull({})", name),
                       fmt::format("toUnixTimestamp64Micro(assumeNotNull({}))", name));
      case ValueType::Money:
        return guarded(node, fmt::format("isNull({})", name),
                       fmt::format("toDecimal128(assumeNotNull({}), {})", name, kMoneyDigits));
      case ValueType::Kind:
        return fmt::format("({})", test(node, name));
      case ValueType::Status:
        return write_status(node, name);
      case ValueType::Flag:
        return guarded(node, fmt::format("isNull({})", name),
                       fmt::format("toInt64(assumeNotNull({}))", name));
      default:
        return guarded(node, fmt::format("isNull({})", name),
                       fmt::format("assumeNotNull({})", name));
    }
  }

  std::vector<Param> params_;
};

// Narrows the range to what a term of the whole filter demands of the start time.
void narrow(const Node& term, Condition& condition) {
  if (term.op == Op::And) {
    for (const Node& inner : term.children) narrow(inner, condition);
  }
  if (term.column == nullptr || term.column->field != Field::StartTime) return;
  const bool is_lower = term.op == Op::GreaterEqual || term.op == Op::Greater;
  const bool is_upper = term.op == Op::LessEqual || term.op == Op::Less;
  const bool is_point = term.op == Op::Equal;
  if (!is_lower && !is_upper && !is_point) return;
  const int64_t time = term.literals[0].whole;
  if (!is_upper) condition.from = std::max(condition.from.value_or(time), time);
  if (!is_lower) condition.until = std::min(condition.until.value_or(time + 1), time + 1);
}

}  // namespace

Condition to_condition(const Filter& filter) {
  const Node& root = filter.root();
  const std::vector<Node> terms = root.op == Op::And ? root.children : std::vector<Node>{root};
  Condition condition;
  Writer writer;
  for (const Node& term : terms) {
    narrow(term, condition);
    const auto sql = writer.write_term(term);
    if (!sql) {
      condition.is_exact = false;
      continue;
    }
    if (!condition.sql.empty()) condition.sql += " AND ";
    condition.sql += *sql;
  }
  condition.params = writer.take_params();
  return condition;
}

}  // namespace sonde
