CREATE TABLE IF NOT EXISTS spans_local ON CLUSTER main
(
    project_id          LowCardinality(String),
    filed_at            DateTime('UTC')                     CODEC(Delta, ZSTD(1)),  -- The first start_time seen; without one, when it was imported.
    trace_key           String                              CODEC(ZSTD(1)),         -- The trace's id in lower case without hyphens.
    span_key            String                              CODEC(ZSTD(1)),         -- The span's likewise.
    version             UInt32                              CODEC(ZSTD(1)),         -- Counts the changes of this span; the highest is the row.
    moved               Bool                                CODEC(ZSTD(1)),         -- start_time is no longer within the second of filed_at.
    event_time          Int64                               CODEC(Delta, ZSTD(1)),  -- Of the latest event about the span, microseconds; 0 when unknown.
    field_times         Map(LowCardinality(String), Int64)  CODEC(ZSTD(1)),         -- Of fields that an earlier event said last, by column.

    -- Ids as they were sent, without storing them a second time where the key tells them.
    trace_form          Enum8('key' = 0, 'uuid' = 1, 'record' = 2, 'sent' = 3),
    trace_sent          String                              CODEC(ZSTD(1)),
    trace_id            String ALIAS multiIf(trace_form = 'key', trace_key, trace_form = 'sent', trace_sent,
                            trace_form = 'record', concat('r-', substring(trace_key, 2)),
                            concat(substring(trace_key, 1, 8), '-', substring(trace_key, 9, 4), '-', substring(trace_key, 13, 4), '-',
                                   substring(trace_key, 17, 4), '-', substring(trace_key, 21))),
    span_form           Enum8('key' = 0, 'uuid' = 1, 'record' = 2, 'sent' = 3),
    span_sent           String                              CODEC(ZSTD(1)),
    span_id             String ALIAS multiIf(span_form = 'key', span_key, span_form = 'sent', span_sent,
                            span_form = 'record', concat('r-', substring(span_key, 2)),
                            concat(substring(span_key, 1, 8), '-', substring(span_key, 9, 4), '-', substring(span_key, 13, 4), '-',
                                   substring(span_key, 17, 4), '-', substring(span_key, 21))),
    parent_span_id      String                              CODEC(ZSTD(1)),
    kind                LowCardinality(String),
    levels              UInt8,                                                      -- Bits: call 1, node 2, message 4, run 8.
    name                LowCardinality(String),
    trace_name          LowCardinality(String),
    source              LowCardinality(String),
    dialect             LowCardinality(String),
    message_id          String                              CODEC(ZSTD(1)),
    run_id              String                              CODEC(ZSTD(1)),

    start_time          Nullable(DateTime64(6, 'UTC'))      CODEC(Delta, ZSTD(1)),
    duration            Nullable(Int64)                     CODEC(ZSTD(1)),         -- Microseconds.
    time_to_first_token Nullable(Int64)                     CODEC(ZSTD(1)),         -- Microseconds.

    status              LowCardinality(String),
    status_message      String                              CODEC(ZSTD(3)),
    error_class         LowCardinality(String),
    finish_reason       LowCardinality(String),
    refusal             Nullable(Bool),
    feedback            LowCardinality(String),
    provider            LowCardinality(String),
    model_requested     LowCardinality(String),
    model               LowCardinality(String),
    parameters          String                              CODEC(ZSTD(3)),         -- JSON object.
    tools               String                              CODEC(ZSTD(3)),         -- JSON array.

    system              String                              CODEC(ZSTD(3)),
    input               String                              CODEC(ZSTD(3)),
    output              String                              CODEC(ZSTD(3)),
    input_form          Enum8('none' = 0, 'text' = 1, 'messages' = 2, 'json' = 3),
    output_form         Enum8('none' = 0, 'text' = 1, 'messages' = 2, 'json' = 3),
    content_truncated   Bool,

    input_tokens        Nullable(Int64)                     CODEC(ZSTD(1)),
    output_tokens       Nullable(Int64)                     CODEC(ZSTD(1)),
    total_tokens        Nullable(Int64)                     CODEC(ZSTD(1)),
    cache_read_tokens   Nullable(Int64)                     CODEC(ZSTD(1)),
    cache_write_tokens  Nullable(Int64)                     CODEC(ZSTD(1)),
    input_audio_tokens  Nullable(Int64)                     CODEC(ZSTD(1)),
    reasoning_tokens    Nullable(Int64)                     CODEC(ZSTD(1)),
    output_audio_tokens Nullable(Int64)                     CODEC(ZSTD(1)),
    cost                Nullable(Decimal(19, 9))            CODEC(ZSTD(1)),         -- In currency, exact.
    currency            LowCardinality(String),
    cost_origin         LowCardinality(String),

    user_id             String                              CODEC(ZSTD(1)),
    session_id          String                              CODEC(ZSTD(1)),
    environment         LowCardinality(String),
    release             LowCardinality(String),
    app_id              LowCardinality(String),
    app_name            LowCardinality(String),
    node_id             LowCardinality(String),
    node_type           LowCardinality(String),
    tool_name           LowCardinality(String),
    dataset_id          LowCardinality(String),
    documents           String                              CODEC(ZSTD(3)),         -- JSON array.
    invoke_from         LowCardinality(String),
    category            LowCardinality(String),
    tags                LowCardinality(String),
    prompt_name         LowCardinality(String),
    prompt_version      LowCardinality(String),
    template_hash       LowCardinality(String),
    attributes          Map(LowCardinality(String), String) CODEC(ZSTD(3)),

    -- Words in any case, and runs of the scripts that are not cut into words, two characters by two:
    -- query/search.h says what is which, and a test holds it to these lines.
    INDEX input_words input TYPE text(tokenizer = 'splitByNonAlpha', preprocessor =
        replaceRegexpAll(lowerUTF8(input), '(?:\\\\[ntr]|[\\x{A0}-\\x{BF}\\x{D7}\\x{F7}\\x{964}\\x{965}\\x{2000}-\\x{200B}\\x{2010}-\\x{206F}\\x{3000}-\\x{3004}\\x{3008}-\\x{3020}\\x{FE30}-\\x{FE4F}\\x{FF00}-\\x{FF65}\\x{FFE0}-\\x{FFEF}\\x{590}-\\x{6FF}\\x{E00}-\\x{EFF}\\x{2E80}-\\x{2FFF}\\x{3005}-\\x{3007}\\x{3021}-\\x{D7FF}\\x{F900}-\\x{FAFF}\\x{FF66}-\\x{FFDC}])+', ' ')),
    INDEX input_runs arrayStringConcat(extractAll(input, '[\\x{590}-\\x{6FF}\\x{E00}-\\x{EFF}\\x{2E80}-\\x{2FFF}\\x{3005}-\\x{3007}\\x{3021}-\\x{D7FF}\\x{F900}-\\x{FAFF}\\x{FF66}-\\x{FFDC}]+'), ' ')
        TYPE text(tokenizer = ngrams(2)),
    INDEX output_words output TYPE text(tokenizer = 'splitByNonAlpha', preprocessor =
        replaceRegexpAll(lowerUTF8(output), '(?:\\\\[ntr]|[\\x{A0}-\\x{BF}\\x{D7}\\x{F7}\\x{964}\\x{965}\\x{2000}-\\x{200B}\\x{2010}-\\x{206F}\\x{3000}-\\x{3004}\\x{3008}-\\x{3020}\\x{FE30}-\\x{FE4F}\\x{FF00}-\\x{FF65}\\x{FFE0}-\\x{FFEF}\\x{590}-\\x{6FF}\\x{E00}-\\x{EFF}\\x{2E80}-\\x{2FFF}\\x{3005}-\\x{3007}\\x{3021}-\\x{D7FF}\\x{F900}-\\x{FAFF}\\x{FF66}-\\x{FFDC}])+', ' ')),
    INDEX output_runs arrayStringConcat(extractAll(output, '[\\x{590}-\\x{6FF}\\x{E00}-\\x{EFF}\\x{2E80}-\\x{2FFF}\\x{3005}-\\x{3007}\\x{3021}-\\x{D7FF}\\x{F900}-\\x{FAFF}\\x{FF66}-\\x{FFDC}]+'), ' ')
        TYPE text(tokenizer = ngrams(2)),
    -- The few rows that a time range on filed_at would miss.
    INDEX moved_rows moved TYPE set(2)
)
ENGINE = ReplicatedReplacingMergeTree(version)
PARTITION BY (project_id, toYYYYMM(filed_at))
ORDER BY (project_id, filed_at, trace_key, span_key)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1;

CREATE TABLE IF NOT EXISTS spans ON CLUSTER main AS spans_local
ENGINE = Distributed(main, currentDatabase(), spans_local, cityHash64(trace_key));

CREATE TABLE IF NOT EXISTS span_keys_local ON CLUSTER main
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
ENGINE = ReplicatedReplacingMergeTree(version)
ORDER BY (project_id, trace_hash, span_hash, filed_at)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    index_granularity = 512;

CREATE TABLE IF NOT EXISTS span_keys ON CLUSTER main AS span_keys_local
ENGINE = Distributed(main, currentDatabase(), span_keys_local, trace_hash);

CREATE TABLE IF NOT EXISTS removals_local ON CLUSTER main
(
    project_id  LowCardinality(String),
    filed_at    DateTime('UTC'),
    trace_key   String,
    span_key    String,
    trace_hash  UInt64,
    span_hash   UInt64,
    version     UInt32  -- Of the one row; 0 is the whole span.
)
ENGINE = ReplicatedMergeTree
ORDER BY (project_id, filed_at, trace_key, span_key)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS removals ON CLUSTER main AS removals_local
ENGINE = Distributed(main, currentDatabase(), removals_local, cityHash64(trace_key));

ALTER TABLE spans_local ON CLUSTER main
    MODIFY SETTING serialization_info_version = 'with_types', string_serialization_version = 'with_size_stream';

CREATE TABLE IF NOT EXISTS hours_local ON CLUSTER main
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
ENGINE = ReplicatedMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (project_id, dimension, hour, filed_hour, built)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS hours ON CLUSTER main AS hours_local
ENGINE = Distributed(main, currentDatabase(), hours_local, cityHash64(filed_hour));

CREATE TABLE IF NOT EXISTS hour_states_local ON CLUSTER main
(
    project_id  LowCardinality(String),
    filed_hour  DateTime('UTC'),
    changed     SimpleAggregateFunction(max, UInt64),
    built       SimpleAggregateFunction(max, UInt64)
)
ENGINE = ReplicatedAggregatingMergeTree
ORDER BY (project_id, filed_hour)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS hour_states ON CLUSTER main AS hour_states_local
ENGINE = Distributed(main, currentDatabase(), hour_states_local, cityHash64(filed_hour));

INSERT INTO hour_states SELECT DISTINCT project_id, toStartOfHour(filed_at), 1, 0 FROM spans;

