#include "dump/shell.h"

namespace sonde::dump {

constinit const std::string_view kShellHead = R"SH(set -euo pipefail
# What is dumped are people's conversations: for your eyes only.
umask 077
export LC_ALL=C

say() { printf '%s\n' "dify export: $*" >&2; }
die() {
  say "$*"
  exit 1
}
need() { command -v "$1" >/dev/null 2>&1 || die "no program '$1' here; $2"; }

)SH";

constinit const std::string_view kShellPostgres = R"SH(
if [ -n "${DIFY_PSQL:-}" ]; then
  read -r -a client <<<"$DIFY_PSQL"
else
  client=(psql)
  export PGUSER="${PGUSER:-postgres}" PGDATABASE="${PGDATABASE:-dify}"
fi
need "${client[0]}" "set DIFY_PSQL to the command that runs psql (docker exec -i CONTAINER psql ...)"

# Prints the rows of one query. Rows come in portions, so that memory stays bounded. Rows of one time
# lie together, so an index costs less than the planner thinks, and a scan of the whole table for
# each slice costs more.
ask() {
  "${client[@]}" -X -q -A -t -w -v ON_ERROR_STOP=1 -v FETCH_COUNT=1000 <<SQL
set client_encoding = 'UTF8';
set time zone 'UTC';
set standard_conforming_strings = on;
set statement_timeout = 0;
set cursor_tuple_fraction = 1;
set random_page_cost = 1.1;
set session characteristics as transaction read only;
$1;
SQL
}
now_sql='select floor(extract(epoch from now()))::bigint'
schema_sql="table_schema = any (current_schemas(false))"
moment() { value="to_timestamp($1) at time zone 'UTC'"; }
field() { # NAME SHAPE; times without a zone are UTC to Sonde
  value="t.\"$1\""
  [ "$2" != json ] || value="$value::text"
}
nothing='null::text'
add_field() { fields="$fields${fields:+, }$2 as \"$1\""; }
rows_sql() { # DISTINCT FROM WHERE
  value="select row_to_json(line) from (select $1 $fields from $2 $3) line"
}
)SH";

constinit const std::string_view kShellMySql = R"SH(
if [ -n "${DIFY_MYSQL:-}" ]; then
  read -r -a client <<<"$DIFY_MYSQL"
else
  client=(mysql)
  command -v mysql >/dev/null 2>&1 || client=(mariadb)
  [ -z "${MYSQL_HOST:-}" ] || client+=("--host=$MYSQL_HOST")
  [ -z "${MYSQL_TCP_PORT:-}" ] || client+=("--port=$MYSQL_TCP_PORT")
  [ -z "${MYSQL_UNIX_PORT:-}" ] || client+=("--socket=$MYSQL_UNIX_PORT")
  client+=("--user=${MYSQL_USER:-root}" "--database=${MYSQL_DATABASE:-dify}")
fi
need "${client[0]}" "set DIFY_MYSQL to the command that runs mysql (docker exec -i CONTAINER mysql ...)"

# Prints the rows of one query, as they come: --quick keeps none. Without --raw the client would
# escape the backslashes of the JSON once more.
ask() {
  "${client[@]}" --batch --raw --skip-column-names --quick --default-character-set=utf8mb4 \
    --max-allowed-packet=1G <<SQL
set session sql_mode = '', time_zone = '+00:00', net_write_timeout = 3600;
set session transaction read only;
$1;
SQL
}
now_sql='select unix_timestamp()'
schema_sql="table_schema = database()"
moment() { value="from_unixtime($1)"; }
field() { # NAME SHAPE; times without a zone are UTC to Sonde
  value="t.\`$1\`"
  case $2 in
    json) value="cast($value as char)" ;;
    time) value="date_format($value, '%Y-%m-%dT%H:%i:%s.%f')" ;;
  esac
}
nothing='null'
add_field() { fields="$fields${fields:+, }'$1', $2"; }
rows_sql() { # DISTINCT FROM WHERE
  value="select $1 json_object($fields) from $2 $3"
}
)SH";

constinit const std::string_view kShellCore = R"SH(
need gzip "it packs the dump"

apps=
find_app() { # NAME SQL-VALUE
  local ids id
  ids=$(ask "select id from apps where cast(id as char(36)) = lower($2) or name = $2")
  [ -n "$ids" ] || die "no app has the id or name $1"
  for id in $ids; do
    case $id in *[!0-9a-fA-F-]*) die "the id of app $1 is no UUID" ;; esac
    apps="$apps${apps:+, }'$id'"
  done
}

has() { case "$known" in *" $1 "*) return 0 ;; esac; return 1; }

# An unfinished table is a hidden file, which Sonde does not read.
unfinished() { printf '%s/.%s.jsonl.gz.part' "$folder" "$1"; }

clean_up() {
  local table
  for table in $tables; do rm -f "$(unfinished "$table")"; done
}

print_window() { # DISTINCT FROM TIME APP START END
  local where=
  if [ -n "$3" ]; then
    moment "$5"
    where="$3 >= $value"
    moment "$6"
    where="$where and $3 < $value"
  fi
  if [ -n "$apps" ]; then where="$where${where:+ and }$4 in ($apps)"; fi
  rows_sql "$1" "$2" "${where:+where $where}"
  ask "$value"
}

print_rows() { # TABLE SLICING DISTINCT FROM TIME APP
  local start=$since end number=0 count
  if [ "$2" != sliced ]; then
    say "$1"
    print_window "$3" "$4" "$5" "$6" "$since" "$until"
    return
  fi
  count=$(((until - since + slice_seconds - 1) / slice_seconds))
  while [ "$start" -lt "$until" ]; do
    # The script itself may have been killed.
    kill -0 $$ 2>/dev/null || exit 1
    end=$((start + slice_seconds))
    [ "$end" -le "$until" ] || end=$until
    number=$((number + 1))
    say "$1, slice $number of $count"
    print_window "$3" "$4" "$5" "$6" "$start" "$end"
    start=$end
  done
}

# COLUMN: NAME[?][:json|:time] or NAME=ALIAS.COLUMN; "?": some version of Dify lacks it.
choose_fields() { # TABLE COLUMN...
  local table=$1 column name shape
  fields=
  shift
  for column in "$@"; do
    name=${column%%[?:=]*}
    shape=${column##*:}
    case $column in
      *=*) value=${column#*=} ;;
      *)
        if has "$table.$name"; then
          field "$name" "$shape"
        else
          case $column in *\?*) ;; *) die "the table $table has no column $name" ;; esac
          say "$table: this Dify has no column $name; it stays empty"
          value=$nothing
        fi
        ;;
    esac
    add_field "$name" "$value"
  done
}

dump() { # TABLE NEEDED SLICING DISTINCT TIME APP FROM COLUMN...
  local table=$1 slicing=$3 distinct=$4 time=$5 app=$6 from=$7
  if ! has "$table"; then
    [ "$2" != needed ] || die "the database has no table $table: is it Dify's, and may you read it?"
    say "$table: this Dify has no such table"
    return
  fi
  shift 7
  choose_fields "$table" "$@"
  print_rows "$table" "$slicing" "$distinct" "$from" "$time" "$app" | gzip >"$(unfinished "$table")"
}

)SH";

constinit const std::string_view kShellEnd = R"SH(
# Only now does anything look complete.
for table in $tables; do
  if [ -e "$(unfinished "$table")" ]; then
    mv -f "$(unfinished "$table")" "$folder/$table.jsonl.gz"
  else
    rm -f "$folder/$table.jsonl.gz"
  fi
done
say "done; now run:"
printf 'sonde analyze %q\n' "$folder"
)SH";

}  // namespace sonde::dump
