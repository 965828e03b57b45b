// chDB: node chdb.cjs FILE THREADS, with the four columns declared. Reads JSONL and arrays alike.
const { query } = require('chdb');

const [, , file, threads] = process.argv;
const rows = query(
  `SELECT category, toUInt32(count()) AS count, avg(status = 'success') AS success_rate,
          avg(response_time) AS mean, quantileExactInclusive(0.5)(response_time) AS p50,
          quantileExactInclusive(0.95)(response_time) AS p95,
          arraySort(groupUniqArray(model)) AS models
   FROM file('${file}', 'JSONEachRow', 'category LowCardinality(String),
             status LowCardinality(String), model LowCardinality(String), response_time Float64')
   GROUP BY category ORDER BY count DESC
   SETTINGS max_threads = ${threads}, max_parsing_threads = ${threads},
            input_format_skip_unknown_fields = 1`,
  'JSONEachRow',
);
console.log(`[${rows.trim().split('\n').join(',')}]`);
