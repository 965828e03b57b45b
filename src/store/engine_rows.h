// Small answers of the engine in the format JSONCompactEachRow: names and counts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sonde {

class EngineRow {
 public:
  explicit EngineRow(std::vector<std::string> values) : values_(std::move(values)) {}

  // Contract: the statement selects more than `column` columns.
  const std::string& text(size_t column) const;
  // A whole number, which the engine quotes or not; 0 when it is none.
  uint64_t number(size_t column) const;

 private:
  std::vector<std::string> values_;
};

// Fails with Internal when the answer is no JSON.
Result<std::vector<EngineRow>> read_engine_rows(std::string_view lines);

// An Array(String) in such a row. Fails with Internal likewise.
Result<std::vector<std::string>> read_texts(std::string_view array);

}  // namespace sonde
