#include "filter/filter.h"

#include "filter/literal.h"
#include "filter/parser.h"
#include "filter/token.h"

namespace sonde {
namespace {

// As tokens: `name` stands for the field, `value` for its literals.
std::string_view symbol(Op op) {
  switch (op) {
    case Op::And:
      return " and ";
    case Op::Or:
      return " or ";
    case Op::Not:
      return "not ";
    case Op::Equal:
      return " = ";
    case Op::NotEqual:
      return " != ";
    case Op::Less:
      return " < ";
    case Op::LessEqual:
      return " <= ";
    case Op::Greater:
      return " > ";
    case Op::GreaterEqual:
      return " >= ";
    case Op::Matches:
      return " ~ ";
    case Op::NotMatches:
      return " !~ ";
    case Op::Contains:
      return " contains ";
    case Op::NotContains:
      return " not contains ";
    case Op::In:
      return " in ";
    case Op::NotIn:
      return " not in ";
    case Op::IsNull:
      return " is null";
    case Op::IsNotNull:
      return " is not null";
    case Op::IsTrue:
      return "";
  }
  return "";
}

void write(const Node& node, std::string& text);

void write_child(const Node& parent, const Node& child, std::string& text) {
  const bool looser = child.op == Op::Or || (child.op == Op::And && parent.op == Op::Not);
  if (looser) text += '(';
  write(child, text);
  if (looser) text += ')';
}

void write_comparison(const Node& node, std::string& text) {
  if (node.is_attribute) text += "attributes.";
  text += node.is_attribute && !is_word(node.name) ? quote(node.name) : node.name;
  text += symbol(node.op);
  const bool list = node.op == Op::In || node.op == Op::NotIn;
  if (list) text += '(';
  for (size_t i = 0; i < node.literals.size(); ++i) {
    if (i > 0) text += ", ";
    text += write_literal(node.type, node.literals[i]);
  }
  if (list) text += ')';
}

void write(const Node& node, std::string& text) {
  if (node.children.empty()) return write_comparison(node, text);
  if (node.op == Op::Not) text += symbol(Op::Not);
  for (size_t i = 0; i < node.children.size(); ++i) {
    if (i > 0) text += symbol(node.op);
    write_child(node, node.children[i], text);
  }
}

void collect(const Node& node, FieldSet& fields) {
  if (node.is_attribute) fields.add(Field::Attributes);
  if (node.column != nullptr) fields.add(node.column->field);
  for (const Node& child : node.children) collect(child, fields);
}

}  // namespace

Filter::Filter(Node root) : root_(std::move(root)) { collect(root_, fields_); }

Result<Filter> Filter::parse(std::string_view text, const ParseContext& context,
                             const FieldCatalog& catalog) {
  Node root = TRY(parse_expression(text, context, catalog));
  return Filter(std::move(root));
}

std::string Filter::to_string() const {
  std::string text;
  write(root_, text);
  return text;
}

}  // namespace sonde
