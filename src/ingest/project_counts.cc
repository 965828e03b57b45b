#include "ingest/project_counts.h"

#include <simdjson.h>

#include <charconv>
#include <sstream>

namespace sonde {

Result<std::map<std::string, uint64_t>> count_projects(Store& store) {
  const std::string rows =
      TRY(store.query({"SELECT project_id, count() FROM spans FINAL GROUP BY project_id",
                       {},
                       "JSONCompactEachRow"}));
  std::map<std::string, uint64_t> projects;
  simdjson::dom::parser parser;
  std::istringstream lines(rows);
  for (std::string line; std::getline(lines, line);) {
    simdjson::dom::array row;
    std::string_view name;
    if (parser.parse(line).get_array().get(row) != simdjson::SUCCESS ||
        row.at(0).get_string().get(name) != simdjson::SUCCESS) {
      return fail(Code::Internal, "the engine's answer is no JSON");
    }
    uint64_t spans = 0;
    std::string_view digits;
    if (row.at(1).get_uint64().get(spans) != simdjson::SUCCESS &&
        row.at(1).get_string().get(digits) == simdjson::SUCCESS) {
      std::from_chars(digits.data(), digits.data() + digits.size(), spans);
    }
    projects.emplace(name, spans);
  }
  return projects;
}

}  // namespace sonde
