// One record, whatever its bytes, either fails or gives a sound span; and the keys learned from
// other records change nothing about it. The input is two records separated by a zero byte.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "properties.h"
#include "sources/flat.h"

namespace {

using namespace sonde;

struct Reading {
  FlatOutcome outcome = FlatOutcome::Unknown;
  std::string error;
  std::string json;
  std::vector<std::string> notes;
  bool operator==(const Reading&) const = default;
};

Reading read(FlatReader& reader, std::string_view record, const FlatUnits& units,
             FlatReader::Certainty certainty) {
  // Memory of its own, so that reading beyond the padding is seen.
  const size_t capacity = record.size() + simdjson::SIMDJSON_PADDING;
  const auto bytes = std::make_unique<char[]>(capacity);
  std::memcpy(bytes.get(), record.data(), record.size());
  Span span;
  Notes notes;
  const auto outcome = reader.read(bytes.get(), record.size(), units, certainty, span, notes, {});
  Reading reading;
  if (!outcome) {
    CHECK(outcome.error().code == Code::InvalidInput);
    reading.error = outcome.error().message;
    return reading;
  }
  reading.outcome = *outcome;
  for (const auto& [sentence, note] : notes) reading.notes.push_back(sentence);
  if (*outcome != FlatOutcome::Read) return reading;
  fuzz::check_span(span);
  reading.json = to_json(span);
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::string_view first = text.substr(0, text.find('\0'));
  const std::string_view second =
      first.size() == text.size() ? text : text.substr(first.size() + 1);
  const bool all = (data[0] & 1) != 0;
  const FieldSet fields =
      all ? FieldSet::all() : FieldSet{Field::Duration, Field::Status, Field::Input};
  const auto certainty =
      (data[0] & 2) != 0 ? FlatReader::Certainty::Maybe : FlatReader::Certainty::Certain;
  const std::string padded = std::string(text) + std::string(simdjson::SIMDJSON_PADDING, ' ');
  const std::string_view samples[] = {
      std::string_view(padded).substr(0, first.size()),
      std::string_view(padded).substr(first.size(), text.size() - first.size())};
  const FlatUnits units = infer_flat_units(samples, TimeUnit::Infer);

  FlatReader fresh(fields);
  const Reading alone = read(fresh, second, units, certainty);
  FlatReader taught(fields);
  read(taught, first, units, certainty);
  CHECK(read(taught, second, units, certainty) == alone);
  CHECK(read(taught, second, units, certainty) == alone);
  return 0;
}
