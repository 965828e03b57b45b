#include <re2/re2.h>

#include <algorithm>

#include "filter/filter.h"
#include "filter/literal.h"

namespace sonde {
namespace {

Truth truth(bool value) { return value ? Truth::True : Truth::False; }

// The null rules of docs/decisions/0006-filter-null-logic.md: what is absent differs from every
// value, and everything else that is asked of it is unknown.
Truth test_null(Op op) {
  switch (op) {
    case Op::NotEqual:
    case Op::NotIn:
    case Op::NotMatches:
    case Op::NotContains:
    case Op::IsNull:
      return Truth::True;
    case Op::IsNotNull:
    case Op::IsTrue:
      return Truth::False;
    default:
      return Truth::Unknown;
  }
}

// `of` takes the value to compare with from a literal.
template <class Value, class Of>
Truth compare(const Node& node, const Value& value, Of of) {
  const std::vector<Literal>& literals = node.literals;
  const auto contained = [&] {
    const auto found =
        std::lower_bound(literals.begin(), literals.end(), value,
                         [&](const Literal& literal, const Value& v) { return of(literal) < v; });
    return found != literals.end() && of(*found) == value;
  };
  switch (node.op) {
    case Op::Equal:
      return truth(value == of(literals[0]));
    case Op::NotEqual:
      return truth(value != of(literals[0]));
    case Op::Less:
      return truth(value < of(literals[0]));
    case Op::LessEqual:
      return truth(value <= of(literals[0]));
    case Op::Greater:
      return truth(value > of(literals[0]));
    case Op::GreaterEqual:
      return truth(value >= of(literals[0]));
    case Op::In:
      return truth(contained());
    case Op::NotIn:
      return truth(!contained());
    case Op::IsNull:
      return Truth::False;
    case Op::IsNotNull:
      return Truth::True;
    default:
      break;
  }
  CHECK(false);  // The parser lets no other comparison through.
}

std::string_view text_of(const Literal& literal) { return literal.text; }
int64_t whole_of(const Literal& literal) { return literal.whole; }
double number_of(const Literal& literal) { return literal.number; }

Truth test_text(const Node& node, std::string_view value) {
  if (value.empty()) return test_null(node.op);
  switch (node.op) {
    case Op::Matches:
    case Op::NotMatches: {
      const bool found = re2::RE2::PartialMatch({value.data(), value.size()}, *node.pattern);
      return truth(found == (node.op == Op::Matches));
    }
    case Op::Contains:
    case Op::NotContains: {
      const bool found = value.find(node.literals[0].text) != std::string_view::npos;
      return truth(found == (node.op == Op::Contains));
    }
    default:
      return compare(node, value, text_of);
  }
}

Truth test_whole(const Node& node, const std::optional<int64_t>& value) {
  return value ? compare(node, *value, whole_of) : test_null(node.op);
}

Truth test_flag(const Node& node, const std::optional<bool>& value) {
  if (!value) return test_null(node.op);
  if (node.op == Op::IsTrue) return truth(*value);
  return compare(node, int64_t{*value}, whole_of);
}

// Status::Unknown is null, but can also be asked for by its name.
Truth test_status(const Node& node, Status value) {
  const auto names_unknown = [](const Literal& literal) {
    return literal.whole == static_cast<int64_t>(Status::Unknown);
  };
  if (value == Status::Unknown &&
      std::none_of(node.literals.begin(), node.literals.end(), names_unknown)) {
    return test_null(node.op);
  }
  return compare(node, static_cast<int64_t>(value), whole_of);
}

Truth test_attribute(const Node& node, const Span& span) {
  const auto found = std::find_if(span.attributes.begin(), span.attributes.end(),
                                  [&](const Attribute& a) { return a.key == node.name; });
  if (found == span.attributes.end() || found->value.empty()) return test_null(node.op);
  if (node.type == ValueType::Text) return test_text(node, found->value);
  const std::optional<double> number = read_number(found->value);
  if (number) return compare(node, *number, number_of);
  // A text is no number: it differs from each, and is neither more nor less.
  if (node.op == Op::Equal || node.op == Op::In) return Truth::False;
  return test_null(node.op);
}

Truth test(const Node& node, const Span& span) {
  if (node.is_attribute) return test_attribute(node, span);
  CHECK(node.column != nullptr);
  const Member& member = node.column->member;
  switch (node.type) {
    case ValueType::Text:
      return test_text(node, span.*std::get<TextMember>(member));
    case ValueType::Count:
    case ValueType::Duration:
    case ValueType::Time:
    case ValueType::Money:
      return test_whole(node, span.*std::get<NumberMember>(member));
    case ValueType::Flag:
      return test_flag(node, span.*std::get<FlagMember>(member));
    case ValueType::Kind:
      return compare(node, static_cast<int64_t>(span.*std::get<Kind Span::*>(member)), whole_of);
    case ValueType::Status:
      return test_status(node, span.*std::get<Status Span::*>(member));
    case ValueType::Number:
      break;
  }
  CHECK(false);  // No span column is a Number.
}

Truth test(const Node& node, const Filter::Lookup& lookup) {
  const std::optional<double> value = lookup(node.name);
  return value ? compare(node, *value, number_of) : test_null(node.op);
}

Truth negate(Truth value) {
  if (value == Truth::Unknown) return value;
  return truth(value == Truth::False);
}

// `decisive` ends the sequence: False for `and`, True for `or`.
template <class Subject>
Truth combine(const std::vector<Node>& terms, Truth decisive, const Subject& subject);

template <class Subject>
Truth evaluate_node(const Node& node, const Subject& subject) {
  switch (node.op) {
    case Op::And:
      return combine(node.children, Truth::False, subject);
    case Op::Or:
      return combine(node.children, Truth::True, subject);
    case Op::Not:
      return negate(evaluate_node(node.children[0], subject));
    default:
      return test(node, subject);
  }
}

template <class Subject>
Truth combine(const std::vector<Node>& terms, Truth decisive, const Subject& subject) {
  bool unknown = false;
  for (const Node& term : terms) {
    const Truth value = evaluate_node(term, subject);
    if (value == decisive) return decisive;
    unknown = unknown || value == Truth::Unknown;
  }
  return unknown ? Truth::Unknown : negate(decisive);
}

}  // namespace

Truth Filter::evaluate(const Span& span) const { return evaluate_node(root_, span); }
Truth Filter::evaluate(const Lookup& lookup) const { return evaluate_node(root_, lookup); }

}  // namespace sonde
