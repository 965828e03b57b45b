#include "ingest/project_counts.h"

#include "store/engine_rows.h"

namespace sonde {

Result<std::map<std::string, uint64_t>> count_projects(Store& store) {
  const std::string rows =
      TRY(store.query({"SELECT project_id, count() FROM spans FINAL GROUP BY project_id",
                       {},
                       "JSONCompactEachRow"}));
  const std::vector<EngineRow> counted = TRY(read_engine_rows(rows));
  std::map<std::string, uint64_t> projects;
  for (const EngineRow& row : counted) projects.emplace(row.text(0), row.number(1));
  return projects;
}

}  // namespace sonde
