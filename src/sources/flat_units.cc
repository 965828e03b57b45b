// Seconds or milliseconds? Told by the values, where that is safe.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "model/json_text.h"
#include "sources/flat.h"

namespace sonde {

using simdjson::SUCCESS;

FlatUnits infer_flat_units(std::span<const std::string_view> records, TimeUnit override) {
  if (override != TimeUnit::Infer)
    return {override, "response times are in the unit that --time-unit says"};
  simdjson::dom::parser parser;
  std::vector<double> values;
  std::string_view key;
  size_t fractions = 0;
  for (const std::string_view record : records) {
    simdjson::dom::object object;
    if (parse_text(parser, record).get_object().get(object) != SUCCESS) continue;
    for (const auto field : object) {
      const FlatRule* const rule = find_flat_rule(field.key);
      if (rule == nullptr || rule->field != Field::Duration || rule->unit != TimeUnit::Infer)
        continue;
      double value = 0;
      std::string_view text;
      if (field.value.get_string().get(text) == SUCCESS) {
        std::from_chars(text.data(), text.data() + text.size(), value);
      } else if (field.value.get_double().get(value) != SUCCESS) {
        continue;
      }
      if (!(value > 0) || !std::isfinite(value)) continue;
      values.push_back(value);
      fractions += value != std::floor(value) ? 1 : 0;
      key = rule->key;
    }
  }
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const double median = values[values.size() / 2];
  const double p90 = values[(values.size() - 1) * 9 / 10];
  const auto say = [&](TimeUnit unit, std::string_view name) {
    return FlatUnits{
        unit, fmt::format("\"{}\" is read as {}: its median is {} (--time-unit overrides)", key,
                          name, median)};
  };
  if (p90 < 50 || (median < 300 && fractions * 2 > values.size()))
    return say(TimeUnit::Seconds, "seconds");
  if (median >= 300) return say(TimeUnit::Milliseconds, "milliseconds");
  return {
      TimeUnit::Infer,
      fmt::format("response times are left out: \"{}\" has a median of {}, which may be seconds or "
                  "milliseconds; say which with --time-unit s or --time-unit ms",
                  key, median)};
}

}  // namespace sonde
