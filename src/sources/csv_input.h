// A CSV file as JSON lines: every row becomes an object with the header's names, so that the
// readers of JSON understand CSV exports of the same columns. A row's object stands on the line on
// which the row begins. Parsing is libcsv's.
#pragma once

#include <memory>
#include <string>

#include "sources/input.h"

namespace sonde {

// `head` is what was already read from `input`.
std::unique_ptr<Input> open_csv(std::unique_ptr<Input> input, std::string head);

}  // namespace sonde
