#include "filter/parser.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/nearest.h"
#include "base/quantity.h"
#include "base/utf8.h"
#include "filter/literal.h"
#include "filter/token.h"

namespace sonde {
namespace {

constexpr std::string_view kAttributePrefix = "attributes.";
constexpr int64_t kPatternBytesMax = 8 << 20;  // Memory of one compiled pattern.

struct Comparison {
  std::string_view symbol;
  Op op;
};
constexpr Comparison kComparisons[] = {
    {"=", Op::Equal},   {"!=", Op::NotEqual},     {"<", Op::Less},    {"<=", Op::LessEqual},
    {">", Op::Greater}, {">=", Op::GreaterEqual}, {"~", Op::Matches}, {"!~", Op::NotMatches},
};

bool is_pattern(Op op) { return op == Op::Matches || op == Op::NotMatches; }
bool is_for_text(Op op) { return is_pattern(op) || op == Op::Contains || op == Op::NotContains; }
bool is_for_order(Op op) { return op >= Op::Less && op <= Op::GreaterEqual; }

// A literal token, or `now` with its offset, before the type of the comparison is known.
struct Written {
  const Token* token = nullptr;
  std::optional<int64_t> now_offset;  // Set for `now`.
};

class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens, const ParseContext& context,
         const FieldCatalog& catalog)
      : text_(text), tokens_(std::move(tokens)), context_(context), catalog_(catalog) {}

  Result<Node> run() {
    if (peek().kind == Token::Kind::End) return error(peek(), "the expression is empty");
    Node root = TRY(sequence(Op::Or));
    if (peek().kind != Token::Kind::End) {
      return error(peek(), "expected and, or, or the end, not {}", show(peek()));
    }
    return root;
  }

 private:
  // One level of precedence: terms joined by `or`, or by `and`.
  Result<Node> sequence(Op op) {
    Node first = TRY(op == Op::Or ? sequence(Op::And) : negation());
    const std::string_view joiner = op == Op::Or ? "or" : "and";
    if (!peek().is_keyword(joiner)) return first;
    Node joined{.op = op};
    joined.children.push_back(std::move(first));
    while (take_keyword(joiner)) {
      Node term = TRY(op == Op::Or ? sequence(Op::And) : negation());
      joined.children.push_back(std::move(term));
    }
    return joined;
  }

  Result<Node> negation() {
    const Token& start = peek();
    const bool is_not = start.is_keyword("not");
    if (!is_not && !start.is_symbol("(")) return predicate();
    if (++depth_ > kExpressionDepthMax) {
      return error(start, "the expression is nested deeper than {} levels", kExpressionDepthMax);
    }
    ++at_;
    Node node = TRY(is_not ? negation() : sequence(Op::Or));
    --depth_;
    if (is_not) {
      Node negated{.op = Op::Not};
      negated.children.push_back(std::move(node));
      return negated;
    }
    if (!take_symbol(")")) {
      return error(peek(), "expected ')' to close the '(' of column {}, not {}",
                   column_at(text_, start.at), show(peek()));
    }
    return node;
  }

  Result<Node> predicate() {
    const Token& name = peek();
    Node node = TRY(field());
    written_name_ = name.text;
    if (take_keyword("is")) {
      node.op = take_keyword("not") ? Op::IsNotNull : Op::IsNull;
      if (!take_keyword("null")) {
        return error(peek(),
                     "expected null after 'is', not {}; values are compared with =", show(peek()));
      }
      return node;
    }
    const Token& test = peek();
    const std::optional<Op> op = TRY(operation());
    if (!op) {
      if (node.type == ValueType::Flag) {
        node.op = Op::IsTrue;
        return node;
      }
      return error(test, "expected a comparison after {}, such as =, in, or is null, not {}",
                   written_name_, show(test));
    }
    node.op = *op;
    const std::vector<Written> written =
        TRY(node.op == Op::In || node.op == Op::NotIn ? list() : single());
    TRY(check_types(node, test, written));
    TRY(read_literals(node, written));
    TRY(compile_pattern(node, *written.front().token));
    return node;
  }

  Result<Node> field() {
    const Token& token = peek();
    if (token.kind != Token::Kind::Word) {
      if (token.kind == Token::Kind::Text) {
        return error(token, "expected a field, not the text {}; the field comes first",
                     show(token));
      }
      return error(token, "expected a field, not {}", show(token));
    }
    Node node{.op = Op::IsTrue};
    ++at_;
    if (catalog_.has_attributes && token.text.starts_with(kAttributePrefix) &&
        token.text.size() > kAttributePrefix.size()) {
      node.name = token.text.substr(kAttributePrefix.size());
      node.is_attribute = true;
      return node;
    }
    const NamedField* const found = catalog_.find(token.text);
    if (found == nullptr) return unknown_field(token);
    CHECK(found->column != nullptr || is_ordered(found->type));  // Metrics are numbers.
    node.name = std::string(found->name);
    node.type = found->type;
    node.column = found->column;
    return node;
  }

  tl::unexpected<Error> unknown_field(const Token& token) const {
    for (const char* keyword : {"and", "or", "in", "is", "null", "contains"}) {
      if (token.is_keyword(keyword)) return error(token, "expected a field, not '{}'", keyword);
    }
    if (catalog_.has_attributes && token.is_keyword("attributes")) {
      return error(token, "attributes is a map; name one, as in attributes.team");
    }
    const std::string_view near = catalog_.nearest_name(token.text);
    if (near.empty()) return error(token, "there is no field '{}'", token.text);
    return error(token, "there is no field '{}'; did you mean {}?", token.text, near);
  }

  // The comparison that comes next; null when there is none.
  Result<std::optional<Op>> operation() {
    for (const Comparison& row : kComparisons) {
      if (take_symbol(row.symbol)) return row.op;
    }
    const Token& start = peek();
    const bool negated = take_keyword("not");
    if (take_keyword("in")) return negated ? Op::NotIn : Op::In;
    if (take_keyword("contains")) return negated ? Op::NotContains : Op::Contains;
    if (negated) return error(start, "expected in or contains after 'not', not {}", show(peek()));
    return std::nullopt;
  }

  Result<std::vector<Written>> single() {
    const Written value = TRY(literal());
    return std::vector<Written>{value};
  }

  Result<std::vector<Written>> list() {
    if (!take_symbol("(")) {
      return error(peek(), "expected a list such as ('a', 'b'), not {}", show(peek()));
    }
    std::vector<Written> values;
    do {
      if (values.size() == kListItemsMax) {
        return error(peek(), "the list has more than {} items", kListItemsMax);
      }
      const Written value = TRY(literal());
      values.push_back(value);
    } while (take_symbol(","));
    if (!take_symbol(")")) return error(peek(), "expected ',' or ')', not {}", show(peek()));
    return values;
  }

  Result<Written> literal() {
    const Token& token = peek();
    if (token.kind != Token::Kind::Word && token.kind != Token::Kind::Text) {
      return error(token, "expected a value, not {}", show(token));
    }
    ++at_;
    if (token.is_keyword("null")) {
      return error(token, "null is tested with: {} is null", written_name_);
    }
    Written written{.token = &token, .now_offset = {}};
    if (!token.is_keyword("now")) return written;
    written.now_offset = 0;
    const bool minus = peek().is_symbol("-");
    if (!minus && !peek().is_symbol("+")) return written;
    ++at_;
    const std::optional<int64_t> offset = parse_duration(peek().text);
    if (!offset) {
      return error(peek(), "expected a time span such as 24h or 7d, not {}", show(peek()));
    }
    ++at_;
    written.now_offset = minus ? -*offset : *offset;
    return written;
  }

  Result<> check_types(Node& node, const Token& test, const std::vector<Written>& written) const {
    if (node.is_attribute && !is_for_text(node.op) &&
        std::all_of(written.begin(), written.end(), [](const Written& w) {
          return w.token->kind == Token::Kind::Word && read_number(w.token->text);
        })) {
      node.type = ValueType::Number;
    }
    if (is_for_text(node.op) && node.type != ValueType::Text) {
      return error(test, "{} applies to texts; {} is compared with {}", show(test), written_name_,
                   expectation(node.type));
    }
    if (is_for_order(node.op) && !is_ordered(node.type)) {
      if (node.is_attribute) {
        return error(test, "{} compares an attribute with a number, such as 0.5", show(test));
      }
      return error(test, "{} has no order; use =, != or in", written_name_);
    }
    return {};
  }

  Result<> read_literals(Node& node, const std::vector<Written>& written) const {
    for (const Written& value : written) {
      const Token& token = *value.token;
      std::optional<Literal> literal;
      if (node.type == ValueType::Time && value.now_offset) {
        int64_t moment = 0;
        if (!__builtin_add_overflow(context_.now, *value.now_offset, &moment)) {
          literal = time_literal(moment);
        }
      } else if (!value.now_offset || *value.now_offset == 0) {
        literal = read_literal(node.type, token.text, context_);
      }
      if (!literal) {
        return error(token, "{} is compared with {}, not {}", written_name_, expectation(node.type),
                     show(token));
      }
      if (node.type == ValueType::Text && literal->text.empty()) {
        return error(token, "an empty text counts as null; write: {} is null", written_name_);
      }
      node.literals.push_back(*std::move(literal));
    }
    std::sort(node.literals.begin(), node.literals.end(), before);
    const auto same = [](const Literal& a, const Literal& b) { return !before(a, b); };
    node.literals.erase(std::unique(node.literals.begin(), node.literals.end(), same),
                        node.literals.end());
    return {};
  }

  // One order fits all types: the members that a type does not use are equal.
  static bool before(const Literal& a, const Literal& b) {
    if (a.whole != b.whole) return a.whole < b.whole;
    if (a.number != b.number) return a.number < b.number;
    return a.text < b.text;
  }

  Result<> compile_pattern(Node& node, const Token& token) const {
    if (!is_pattern(node.op)) return {};
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kPatternBytesMax);
    auto pattern = std::make_shared<const re2::RE2>(token.text, options);
    if (!pattern->ok()) return error(token, "the pattern is not valid: {}", pattern->error());
    node.pattern = std::move(pattern);
    return {};
  }

  const Token& peek() const { return tokens_[at_]; }

  bool take_symbol(std::string_view symbol) {
    const bool found = peek().is_symbol(symbol);
    if (found) ++at_;
    return found;
  }

  bool take_keyword(std::string_view keyword) {
    const bool found = peek().is_keyword(keyword);
    if (found) ++at_;
    return found;
  }

  static std::string show(const Token& token) {
    constexpr size_t kShownMax = 40;
    if (token.kind == Token::Kind::End) return "the end";
    if (token.text.size() <= kShownMax) return quote(token.text);
    size_t end = kShownMax;  // Not within a character.
    while (end > 0 && (static_cast<unsigned char>(token.text[end]) & 0xC0) == 0x80) --end;
    return quote(token.text.substr(0, end)) + "...";
  }

  template <class... Args>
  tl::unexpected<Error> error(const Token& token, fmt::format_string<Args...> format,
                              Args&&... args) const {
    return fail(Code::InvalidInput, "{}",
                point_at(text_, token.at, fmt::format(format, std::forward<Args>(args)...)));
  }

  std::string_view text_;  // The caller's; outlives the parser, as do context and catalog.
  std::vector<Token> tokens_;
  const ParseContext& context_;
  const FieldCatalog& catalog_;
  size_t at_ = 0;
  size_t depth_ = 0;
  std::string written_name_;  // The field as it was typed, for messages.
};

}  // namespace

Result<Node> parse_expression(std::string_view text, const ParseContext& context,
                              const FieldCatalog& catalog) {
  if (text.size() > kExpressionBytesMax) {
    return fail(Code::InvalidInput, "column 1: the expression is {} bytes long, limit is {}",
                text.size(), kExpressionBytesMax);
  }
  if (!is_valid_utf8(text)) {  // It is printed in reports, also as JSON.
    return fail(Code::InvalidInput, "column 1: the expression is not valid UTF-8");
  }
  std::vector<Token> tokens = TRY(tokenize(text));
  return Parser(text, std::move(tokens), context, catalog).run();
}

}  // namespace sonde
