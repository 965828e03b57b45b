#include "ingest/erasure.h"

#include "base/hash.h"
#include "ingest/removal.h"
#include "store/native_stream.h"
#include "store/native_writer.h"
#include "store/span_block.h"

namespace sonde {
namespace {

constexpr std::string_view kListed = "removals";
constexpr size_t kListedAtOnce = 100'000;

// Rows on their way into the table removals.
class Listing {
 public:
  Listing(Store& store, std::string project) : store_(store), project_(std::move(project)) {}

  Result<> add(const FiledSpan& row, uint32_t version) {
    rows_.push_back({row.filed_at, version, row.trace_key, row.span_key});
    ++count_;
    return rows_.size() < kListedAtOnce ? Result<>() : write();
  }

  Result<uint64_t> finish() {
    if (!rows_.empty()) TRY(write());
    return count_;
  }

 private:
  struct Row {
    uint32_t filed_at;
    uint32_t version;
    std::string trace_key;
    std::string span_key;
  };

  Result<> write() {
    NativeWriter block(7, rows_.size(), rows_.size() * 120);
    block.column("project_id", "String");
    for (size_t i = 0; i < rows_.size(); ++i) block.text(project_);
    block.column("filed_at", "DateTime('UTC')");
    for (const Row& row : rows_) block.number(row.filed_at);
    block.column("trace_key", "String");
    for (const Row& row : rows_) block.text(row.trace_key);
    block.column("span_key", "String");
    for (const Row& row : rows_) block.text(row.span_key);
    block.column("trace_hash", "UInt64");
    for (const Row& row : rows_) block.number(hash_bytes(row.trace_key));
    block.column("span_hash", "UInt64");
    for (const Row& row : rows_) block.number(hash_bytes(row.span_key));
    block.column("version", "UInt32");
    for (const Row& row : rows_) block.number(row.version);
    rows_.clear();
    // The table keeps no window of batches: the name means nothing.
    return store_.insert(kListed, std::move(block).bytes(), "listing");
  }

  Store& store_;
  const std::string project_;
  std::vector<Row> rows_;
  uint64_t count_ = 0;
};

// Gives each row of the answer to `take`, in blocks of the engine.
Result<> read_rows(Store& store, const Query& query,
                   const std::function<Result<>(const FiledSpan&)>& take) {
  FiledSpan row;
  return read_blocks(store, query, [&](const NativeBlock& block) -> Result<bool> {
    const SpanBlockReader reader = TRY(SpanBlockReader::create(block));
    for (size_t i = 0; i < block.rows; ++i) {
      TRY(reader.read(i, row));
      TRY(take(row));
    }
    return true;
  });
}

Query to_query(const ErasureRequest& request, std::string_view from, std::string_view more) {
  std::vector<Param> params = request.params;
  params.push_back({"project", request.project});
  const std::string columns =
      request.is_meant ? filed_span_column_list() : "filed_at, trace_key, span_key, version";
  return {fmt::format("SELECT {} FROM {} WHERE project_id = {{project:String}} AND ({}){}", columns,
                      from, request.where, more),
          std::move(params), "Native"};
}

}  // namespace

Result<ErasureRequest> erasure_of_trace(std::string project, const std::string& id) {
  if (id.empty()) return fail(Code::InvalidInput, "the id of a trace is empty");
  const std::string key = key_of_id(id);
  return ErasureRequest{std::move(project),
                        "filed_at IN (SELECT filed_at FROM span_keys WHERE project_id = "
                        "{project:String} AND trace_hash = {id_hash:UInt64}) AND trace_key = "
                        "{id_key:String}",
                        {{"id_key", key}, {"id_hash", std::to_string(hash_bytes(key))}}};
}

Result<ErasureRequest> erasure_by_id(std::string project, std::string_view column,
                                     const std::string& id) {
  if (id.empty()) {
    return fail(Code::InvalidInput, "the {} is empty: that would be every span without one",
                column);
  }
  // As key_of_id() does.
  return ErasureRequest{
      std::move(project),
      fmt::format("if(replaceAll({0}, '-', '') = '', {0}, lower(replaceAll({0}, '-', ''))) = "
                  "{{id_key:String}}",
                  column),
      {{"id_key", key_of_id(id)}}};
}

Result<ErasureSize> select_erasure(History& history, const ErasureRequest& request) {
  Store& store = history.store();
  TRY(drop_selection(history));
  ErasureSize size;
  {
    Listing listing(store, request.project);
    TRY(read_rows(store, to_query(request, "spans FINAL", ""), [&](const FiledSpan& row) {
      if (request.is_meant && !request.is_meant(row.span)) return Result<>();
      return listing.add(row, 0);
    }));
    size.spans = TRY(listing.finish());
  }
  // What was said once and replaced since is in older versions until the engine merges them away.
  Listing listing(store, request.project);
  TRY(read_rows(store,
                to_query(request, "spans",
                         " AND (filed_at, trace_key, span_key) NOT IN (SELECT filed_at, trace_key, "
                         "span_key FROM removals WHERE version = 0)"),
                [&](const FiledSpan& row) {
                  if (request.is_meant && !request.is_meant(row.span)) return Result<>();
                  return listing.add(row, row.version);
                }));
  size.versions = TRY(listing.finish());
  return size;
}

Result<> drop_selection(History& history) {
  return history.store().execute(fmt::format("TRUNCATE TABLE {}", kListed));
}

Result<> erase_selected(History& history, const std::string& project, const ErasureSize& size,
                        int64_t now) {
  return carry_out_removal(
      history, {.project = project, .kind = RemovalKind::Erase, .spans = size.spans}, now);
}

}  // namespace sonde
