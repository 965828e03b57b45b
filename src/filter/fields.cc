#include "filter/fields.h"

#include "base/nearest.h"

namespace sonde {

const NamedField* FieldCatalog::find(std::string_view name) const {
  for (const NamedField& field : fields) {
    if (field.name == name || (!field.alias.empty() && field.alias == name)) return &field;
  }
  return nullptr;
}

std::string_view FieldCatalog::nearest_name(std::string_view name) const {
  std::vector<std::string_view> names;
  for (const NamedField& field : fields) {
    names.push_back(field.name);
    names.push_back(field.alias);
  }
  if (has_attributes) names.push_back("attributes");
  return nearest(name, names);
}

const FieldCatalog& span_fields() {
  static const FieldCatalog kCatalog = [] {
    FieldCatalog catalog{.fields = {}, .has_attributes = true};
    for (const Column& c : span_columns()) {
      catalog.fields.push_back({c.name, c.alias, static_cast<ValueType>(c.type), &c});
    }
    return catalog;
  }();
  return kCatalog;
}

}  // namespace sonde
