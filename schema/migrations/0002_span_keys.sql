-- Where a span is filed: finds a span by its ids, and all spans of a trace, without reading spans.
--
-- The hashes are XXH3 of trace_key and span_key. Two spans with the same hashes are told apart by the
-- exact keys in spans; filed_at is part of the sort key so that neither's row replaces the other's.

CREATE TABLE IF NOT EXISTS span_keys${local} ${on_cluster}
(
    project_id   LowCardinality(String),
    trace_hash   UInt64          CODEC(NONE),
    span_hash    UInt64          CODEC(NONE),
    filed_at     DateTime('UTC') CODEC(ZSTD(1)),
    version      UInt32          CODEC(ZSTD(1)),
    fingerprint  UInt64          CODEC(NONE),     -- Of the whole row in spans: the same record again needs no look at it.

    -- For a span whose trace is not known.
    INDEX span_hashes span_hash TYPE bloom_filter(0.01) GRANULARITY 8
)
ENGINE = ${Replicated}ReplacingMergeTree(version)
ORDER BY (project_id, trace_hash, span_hash, filed_at)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    index_granularity = 512;

-- only: sharded
CREATE TABLE IF NOT EXISTS span_keys ${on_cluster} AS span_keys_local
ENGINE = Distributed(main, currentDatabase(), span_keys_local, trace_hash);
