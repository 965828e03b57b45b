-- Sums of spans by the hour, for questions about weeks and months: what store/hours.h says is in a row.
--
-- By one column at a time: by all of them together a row would be hardly more than a span.
--
-- They are made from merged spans, an hour at a time, never while spans are written: a span that is
-- changed later would count twice. hour_states says which hours hold what the spans say; the others
-- are answered from the spans themselves until they are made again.

CREATE TABLE IF NOT EXISTS hours${local} ${on_cluster}
(
    project_id      LowCardinality(String),
    hour            DateTime('UTC') CODEC(Delta, ZSTD(1)),  -- Of start_time; 1970 where there is none.
    filed_hour      DateTime('UTC') CODEC(Delta, ZSTD(1)),  -- Of filed_at: which hour the row is a part of.
    built           UInt64          CODEC(ZSTD(1)),         -- Only the rows of an hour's latest number count.
    levels          UInt8,
    dimension       LowCardinality(String),                 -- A column of spans, or empty: all spans together.
    value           LowCardinality(String),                 -- Of that column.
    status          LowCardinality(String),
    currency        LowCardinality(String),
    measure         Enum8('duration' = 0, 'first_token' = 1), -- What is measured; only the rows of the first count spans.
    bucket          Nullable(UInt16) CODEC(ZSTD(1)),          -- Of the measure; null where it is not known.
    spans           UInt64          CODEC(ZSTD(1)),
    total           Int64           CODEC(ZSTD(1)),           -- Of the measure, microseconds.
    input_tokens    Int64           CODEC(ZSTD(1)),
    input_known     UInt64          CODEC(ZSTD(1)),
    output_tokens   Int64           CODEC(ZSTD(1)),
    output_known    UInt64          CODEC(ZSTD(1)),
    cost            Decimal(38, 9)  CODEC(ZSTD(1)),
    cost_known      UInt64          CODEC(ZSTD(1))
)
ENGINE = ${Replicated}MergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (project_id, dimension, hour, filed_hour, built)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- only: sharded
CREATE TABLE IF NOT EXISTS hours ${on_cluster} AS hours_local
ENGINE = Distributed(main, currentDatabase(), hours_local, cityHash64(filed_hour));

-- Numbers grow: an hour is up to date when what it was made of is not older than its last change.
CREATE TABLE IF NOT EXISTS hour_states${local} ${on_cluster}
(
    project_id  LowCardinality(String),
    filed_hour  DateTime('UTC'),
    changed     SimpleAggregateFunction(max, UInt64),
    built       SimpleAggregateFunction(max, UInt64)
)
ENGINE = ${Replicated}AggregatingMergeTree
ORDER BY (project_id, filed_hour)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- only: sharded
CREATE TABLE IF NOT EXISTS hour_states ${on_cluster} AS hour_states_local
ENGINE = Distributed(main, currentDatabase(), hour_states_local, cityHash64(filed_hour));

-- Spans that were there before.
INSERT INTO hour_states SELECT DISTINCT project_id, toStartOfHour(filed_at), 1, 0 FROM spans;
