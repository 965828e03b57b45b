// Any bytes either fail with a place, or parse to a filter whose canonical form is a fixed point.
#include <cstddef>
#include <cstdint>

#include "filter/filter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using sonde::Filter;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto filter = Filter::parse(text, {.now = 1'784'800'805'000'000});
  if (!filter) {
    CHECK(filter.error().message.starts_with("column "));
    return 0;
  }
  sonde::Span span;
  filter->evaluate(span);
  span.model = span.input = text;
  span.status = sonde::Status::Ok;
  filter->evaluate(span);

  const std::string canonical = filter->to_string();
  if (canonical.size() > sonde::kExpressionBytesMax) return 0;  // Quotes made it longer.
  const auto again = Filter::parse(canonical, {});
  CHECK(again.has_value());
  CHECK(again->to_string() == canonical);
  CHECK(again->evaluate(span) == filter->evaluate(span));
  return 0;
}
