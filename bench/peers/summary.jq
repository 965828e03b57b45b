# jq -c --argjson array true|false -n -f summary.jq FILE
def quantile($values; $p):
  ($p * (($values | length) - 1)) as $position
  | ($position | floor) as $i
  | if $i + 1 < ($values | length)
    then $values[$i] + ($values[$i + 1] - $values[$i]) * ($position - $i)
    else $values[$i] end;

[(if $array then input[] else inputs end)
 | {c: .category, l: .response_time, s: .status, m: .model}]
| [group_by(.c)[]
   | (map(.l) | sort) as $latencies
   | {category: .[0].c, count: length,
      success_rate: ((map(select(.s == "success")) | length) / length),
      mean: (($latencies | add) / length),
      p50: quantile($latencies; 0.5), p95: quantile($latencies; 0.95),
      models: (map(.m) | unique)}]
