// The shell script that dumps what Sonde needs of a self-hosted Dify's database, which has no other
// complete export.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dump/quote.h"

namespace sonde::dump {

struct ExportOptions {
  Engine engine = Engine::Postgres;
  int days = 30;                       // 1 to 3650, back from when the script runs.
  int slice_hours = 24;                // 1 to 8760: the time that one query covers.
  std::vector<std::string> apps = {};  // Ids or names; all when empty. At most 1000.
  std::string folder = "dify-dump";
};

// "postgres" or "mysql". Fails with InvalidInput naming them.
Result<Engine> parse_engine(std::string_view name);

// A bash script (3.2 and later) that asks the database which columns it has, and writes
// FOLDER/TABLE.jsonl.gz. Fails with InvalidInput when an option is out of its range, or a name
// cannot be quoted (check_text).
Result<std::string> export_script(const ExportOptions& options);

}  // namespace sonde::dump
