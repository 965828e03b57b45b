-- What a removal is about to delete: whole spans, and single rows that a newer version replaced.
--
-- Filled before anything is deleted, so that a removal that was interrupted goes on with the same
-- spans, and empty again when it is done: no id outlives its span here.

CREATE TABLE IF NOT EXISTS removals${local} ${on_cluster}
(
    project_id  LowCardinality(String),
    filed_at    DateTime('UTC'),
    trace_key   String,
    span_key    String,
    trace_hash  UInt64,
    span_hash   UInt64,
    version     UInt32  -- Of the one row; 0 is the whole span.
)
ENGINE = ${Replicated}MergeTree
ORDER BY (project_id, filed_at, trace_key, span_key)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- only: sharded
CREATE TABLE IF NOT EXISTS removals ${on_cluster} AS removals_local
ENGINE = Distributed(main, currentDatabase(), removals_local, cityHash64(trace_key));
