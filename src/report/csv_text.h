// Text fields of CSV.
#pragma once

#include <string>
#include <string_view>

namespace sonde {

// The text as an RFC 4180 field, quoted where it must be, valid UTF-8; never a spreadsheet formula:
// one that starts with = + - @, a tab or a carriage return has an apostrophe in front.
std::string csv_text(std::string_view value);

}  // namespace sonde
