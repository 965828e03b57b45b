// DuckDB: node duckdb.cjs FILE THREADS newline_delimited|array, with the four columns declared.
const { DuckDBInstance } = require('@duckdb/node-api');

async function main() {
  const [, , file, threads, format] = process.argv;
  const instance = await DuckDBInstance.create(':memory:', { threads });
  const connection = await instance.connect();
  const result = await connection.runAndReadAll(`
    SELECT category, count(*)::INT AS count, avg((status = 'success')::INT) AS success_rate,
           avg(response_time) AS mean, quantile_cont(response_time, 0.5) AS p50,
           quantile_cont(response_time, 0.95) AS p95,
           string_agg(DISTINCT model, ',' ORDER BY model) AS models
    FROM read_json('${file}', format = '${format}', columns = {category: 'VARCHAR',
                   status: 'VARCHAR', model: 'VARCHAR', response_time: 'DOUBLE'})
    GROUP BY category ORDER BY count DESC`);
  const rows = result.getRowObjectsJson();
  console.log(JSON.stringify(rows.map((row) => ({ ...row, models: row.models.split(',') }))));
}

main();
