// Text from outside as one word of a shell script, or one value of an SQL statement.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace sonde::dump {

enum class Engine { Postgres, MySql };  // MySql: MariaDB and OceanBase too.

// Fails with InvalidInput when the text is empty, longer than 1024 bytes, no UTF-8, or has a
// control character. `what` names it in the message.
Result<> check_text(std::string_view what, std::string_view text);

// In single quotes: no shell expands anything in it.
std::string shell_word(std::string_view text);

// PostgreSQL: in single quotes, for standard_conforming_strings = on. MySQL: hexadecimal, so that
// no sql_mode changes what it means. Only for text that check_text() let pass.
std::string sql_value(Engine engine, std::string_view text);

}  // namespace sonde::dump
