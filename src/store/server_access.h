// Where a ClickHouse server is and who asks it, from the settings store-*.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/settings.h"

namespace sonde {

struct ServerAccess {
  std::vector<std::string> hosts;  // "https://db1.example:8443", at least one; no two are the same.
  std::string user;
  std::string password;  // Never part of a message.
  std::string database;
};

// Fails with InvalidInput when the settings cannot be (the address holds a password, a path or
// nothing; several addresses of a single server; a name with signs that are none of a name's), and
// with Unavailable when the password's file cannot be read.
Result<ServerAccess> read_server_access(const Settings& settings);

// Without what could be the password in it, whoever wrote the text.
std::string without_password(std::string text, std::string_view password);

}  // namespace sonde
