#include "filter/category_map.h"

#include <toml++/toml.h>

#include <filesystem>

namespace sonde {

Result<CategoryMap> CategoryMap::load(const std::string& path, const ParseContext& context) {
  if (!std::filesystem::exists(path)) return fail(Code::NotFound, "no such category map: {}", path);
  toml::table document;
  try {
    document = toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    return fail(Code::InvalidInput, "{}:{}: {}", path, error.source().begin.line,
                error.description());
  }
  CategoryMap map;
  for (const auto& [key, value] : document) {
    if (key != "default" && key != "rule") {
      return fail(Code::InvalidInput, "{}:{}: unknown key '{}': known are default and [[rule]]",
                  path, value.source().begin.line, key.str());
    }
  }
  if (const toml::node* const fallback = document.get("default")) {
    const auto text = fallback->value_exact<std::string>();
    if (!text) {
      return fail(Code::InvalidInput, "{}:{}: default wants a text", path,
                  fallback->source().begin.line);
    }
    map.default_ = *text;
  }
  const toml::node* const rule_node = document.get("rule");
  if (rule_node != nullptr && !rule_node->is_array()) {
    return fail(Code::InvalidInput, "{}:{}: rules are written as [[rule]]", path,
                rule_node->source().begin.line);
  }
  const toml::array* const rules = document["rule"].as_array();
  if (rules == nullptr || rules->empty()) {
    return fail(Code::InvalidInput, "{}: no [[rule]] with category and where", path);
  }
  for (const toml::node& node : *rules) {
    const auto line = node.source().begin.line;
    const toml::table* const rule = node.as_table();
    const auto category = rule == nullptr ? std::nullopt : (*rule)["category"].value<std::string>();
    const auto where = rule == nullptr ? std::nullopt : (*rule)["where"].value<std::string>();
    if (!category || !where) {
      return fail(Code::InvalidInput,
                  "{}:{}: a [[rule]] needs category = \"...\" and where = \"...\"", path, line);
    }
    for (const auto& [key, value] : *rule) {
      if (key != "category" && key != "where") {
        return fail(Code::InvalidInput,
                    "{}:{}: unknown key '{}': a [[rule]] has category and where", path,
                    value.source().begin.line, key.str());
      }
    }
    Result<Filter> filter = Filter::parse(*where, context);
    if (!filter) {
      return fail(filter.error().code, "{}:{}: {}", path, line, filter.error().message);
    }
    map.rules_.push_back({*category, *std::move(filter)});
  }
  return map;
}

void CategoryMap::apply(Span& span) const {
  for (const Rule& rule : rules_) {
    if (rule.where.evaluate(span) == Truth::True) {
      span.category = rule.category;
      return;
    }
  }
  if (!default_.empty()) span.category = default_;
}

FieldSet CategoryMap::fields() const {
  FieldSet fields{Field::Category};
  for (const Rule& rule : rules_) fields.add(rule.where.fields());
  return fields;
}

}  // namespace sonde
