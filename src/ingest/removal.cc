#include "ingest/removal.h"

#include <chrono>
#include <thread>

#include "base/time.h"
#include "store/engine_rows.h"
#include "store/hours.h"

namespace sonde {
namespace {

// Texts that content-days lets go. The forms go with them: an empty text of form "json" is none.
constexpr std::string_view kContent[] = {"system", "input",     "output",
                                         "tools",  "documents", "status_message"};

constexpr std::chrono::seconds kForgetMax{20};
constexpr std::chrono::milliseconds kForgetPause{50};

std::string filed_before(uint32_t second) {
  return fmt::format("filed_at < toDateTime({}, 'UTC')", second);
}

// Waits for the engine, which would otherwise go on behind our back.
Result<> change(Store& store, const std::string& statement) {
  return store.execute(statement + " SETTINGS mutations_sync = 2");
}

// Rows that a change replaced stay on disk until the engine comes round to them. Dropping a
// partition makes it do so at once, also one that is not there; what a merge still reads is left,
// and goes when that has ended.
Result<> forget_old_rows(Store& store) {
  const auto end = std::chrono::steady_clock::now() + kForgetMax;
  while (true) {
    for (const std::string_view table : {"spans", "span_keys", "removals", "hours", "hour_states"})
      TRY(store.execute(fmt::format("ALTER TABLE {} DROP PARTITION ID 'none'", table)));
    const std::string left =
        TRY(store.query({"SELECT count() FROM system.parts WHERE database = "
                         "currentDatabase() AND NOT active",
                         {},
                         "TSV"}));
    if (left == "0\n" || std::chrono::steady_clock::now() > end) return {};
    std::this_thread::sleep_for(kForgetPause);
  }
}

Result<> delete_listed(Store& store, const std::string& project) {
  const std::string bytes =
      TRY(store.query({"SELECT DISTINCT _partition_id FROM spans WHERE project_id = "
                       "{project:String} AND filed_at IN (SELECT filed_at FROM removals)",
                       {{"project", project}},
                       "JSONCompactEachRow"}));
  const std::vector<EngineRow> partitions = TRY(read_engine_rows(bytes));
  for (const EngineRow& row : partitions) {
    TRY(change(store, fmt::format("ALTER TABLE spans DELETE IN PARTITION ID '{}' WHERE project_id "
                                  "= {} AND ((filed_at, trace_key, span_key) IN (SELECT filed_at, "
                                  "trace_key, span_key FROM removals WHERE version = 0) OR "
                                  "(filed_at, trace_key, span_key, version) IN (SELECT filed_at, "
                                  "trace_key, span_key, version FROM removals WHERE version > 0))",
                                  row.text(0), quoted(project))));
  }
  TRY(change(store, fmt::format("ALTER TABLE span_keys DELETE WHERE project_id = {} AND "
                                "(trace_hash, span_hash, filed_at) IN (SELECT trace_hash, "
                                "span_hash, filed_at FROM removals WHERE version = 0)",
                                quoted(project))));
  return {};
}

Result<> delete_before(Store& store, const std::string& project, uint32_t before) {
  const std::vector<StoredMonth> months = TRY(read_months(store));
  for (const StoredMonth& month : months) {
    if (month.project != project || month.first >= before) continue;
    if (month.last < before) {
      TRY(
          store.execute(fmt::format("ALTER TABLE spans DROP PARTITION ID '{}' SETTINGS "
                                    "max_partition_size_to_drop = 0",
                                    month.partition)));
    } else {
      TRY(change(store, fmt::format("ALTER TABLE spans DELETE IN PARTITION ID '{}' WHERE {}",
                                    month.partition, filed_before(before))));
    }
  }
  return change(store, fmt::format("ALTER TABLE span_keys DELETE WHERE project_id = {} AND {}",
                                   quoted(project), filed_before(before)));
}

Result<> clear_content(Store& store, const std::string& project, uint32_t before) {
  std::string cleared;
  for (const std::string_view column : kContent) cleared += fmt::format("{} = '', ", column);
  cleared += "input_form = 'none', output_form = 'none'";
  const std::vector<StoredMonth> months = TRY(read_months(store));
  for (const StoredMonth& month : months) {
    if (month.project != project || month.first >= before) continue;
    TRY(change(store,
               fmt::format("ALTER TABLE spans UPDATE {} IN PARTITION ID '{}' WHERE {} AND "
                           "({})",
                           cleared, month.partition, filed_before(before), content_condition())));
  }
  return {};
}

}  // namespace

Result<> finish_removal(History& history, const RemovalRecord& record) {
  Store& store = history.store();
  switch (record.kind) {
    case RemovalKind::Erase:
      TRY(delete_listed(store, record.project));
      TRY(mark_listed_hours(store, record.project, history.next_number()));
      TRY(store.execute("TRUNCATE TABLE removals"));
      break;
    case RemovalKind::Expire:
      TRY(delete_before(store, record.project, record.before));
      TRY(mark_hours_before(store, record.project, record.before, history.next_number()));
      break;
    case RemovalKind::Content:
      TRY(clear_content(store, record.project, record.before));
      break;
  }
  TRY(forget_old_rows(store));
  return history.catalog().finish_removal(record.number, now_micros());
}

Result<> carry_out_removal(History& history, RemovalRecord record, int64_t now) {
  TRY(history.require_room_for(0));  // Rather than be interrupted.
  record = TRY(history.catalog().begin_removal(std::move(record), now));
  return finish_removal(history, record);
}

Result<std::vector<StoredMonth>> read_months(Store& store) {
  const std::string bytes = TRY(store.query(
      {"SELECT months.*, parts.bytes FROM (SELECT _partition_id AS partition_id, any(project_id) "
       "AS project, toYYYYMM(any(filed_at)) AS month, toUInt32(min(filed_at)), "
       "toUInt32(max(filed_at)), count() FROM spans GROUP BY partition_id) AS months LEFT JOIN "
       "(SELECT partition_id, sum(bytes_on_disk) AS bytes FROM system.parts WHERE database = "
       "currentDatabase() AND table = 'spans' AND active GROUP BY partition_id) AS parts USING "
       "partition_id ORDER BY month, project",
       {},
       "JSONCompactEachRow"}));
  const std::string keys =
      TRY(store.query({"SELECT sum(bytes_on_disk) FROM system.parts WHERE database = "
                       "currentDatabase() AND table = 'span_keys' AND active",
                       {},
                       "JSONCompactEachRow"}));
  const std::vector<EngineRow> month_rows = TRY(read_engine_rows(bytes));
  const std::vector<EngineRow> key_rows = TRY(read_engine_rows(keys));
  std::vector<StoredMonth> months;
  for (const EngineRow& row : month_rows) {
    months.push_back({row.text(0), row.text(1), static_cast<uint32_t>(row.number(2)),
                      static_cast<uint32_t>(row.number(3)), static_cast<uint32_t>(row.number(4)),
                      row.number(5), row.number(6)});
  }
  uint64_t rows = 0;
  for (const StoredMonth& month : months) rows += month.rows;
  const auto key_bytes = static_cast<double>(key_rows.empty() ? 0 : key_rows.front().number(0));
  for (StoredMonth& month : months) {
    month.bytes += static_cast<uint64_t>(key_bytes * static_cast<double>(month.rows) /
                                         static_cast<double>(rows));
  }
  return months;
}

std::string content_condition() {
  std::string condition;
  for (const std::string_view column : kContent)
    condition += fmt::format("{}{} != ''", condition.empty() ? "" : " OR ", column);
  return condition;
}

}  // namespace sonde
