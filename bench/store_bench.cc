// What bench/store.py measures inside of one process: questions to a history, and the engine alone.
//
//   store_bench ask FOLDER [ROUNDS]         times questions; prints a JSON object
//   store_bench blocks FOLDER FILE          writes the spans as Native blocks to a new file
//   store_bench bare FOLDER FILE            inserts such a file into a fresh store, nothing else
//   store_bench fill FOLDER COUNT           makes so many spans without texts, of 30 days
//   store_bench settle FOLDER               waits until the engine has no more to merge
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/settings.h"
#include "base/time.h"
#include "filter/filter.h"
#include "query/condition.h"
#include "query/metrics.h"
#include "query/search.h"
#include "store/hours.h"
#include "store/native_reader.h"
#include "store/open_store.h"
#include "store/span_reader.h"

namespace sonde {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kBatchSpans = 50'000;
constexpr int kWarmUps = 3;

template <class T>
T need(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "store_bench: {}\n", result.error().message);
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

double millis_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

Settings settings_for(const std::string& folder) {
  Settings settings = need(load_settings({.flags = {}, .environment = process_environment()}));
  settings.data_dir = folder;
  return settings;
}

std::string text_of(Store& store, const std::string& sql) {
  std::string text = need(store.query({sql, {}, "TSV"}));
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::vector<std::string> lines_of(Store& store, const std::string& sql) {
  std::vector<std::string> lines;
  const std::string text = text_of(store, sql);
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// What a page of `sonde logs` reads.
SpanQuery page() {
  SpanQuery query;
  query.fields = {Field::SpanId, Field::TraceId, Field::StartTime,   Field::Duration,
                  Field::Status, Field::Model,   Field::Category,    Field::Input,
                  Field::AppId,  Field::Cost,    Field::InputTokens, Field::OutputTokens};
  query.order = SpanQuery::Order::NewestFirst;
  query.where = "bitTest(levels, 0)";
  query.limit = 50;
  return query;
}

class Bench {
 public:
  Bench(Store& store, int rounds) : store_(store), rounds_(rounds) {}

  // `ask` takes the number of the round.
  void time(const std::string& name, const std::function<void(size_t)>& ask) {
    std::vector<double> times;
    for (int i = 0; i < kWarmUps + rounds_; ++i) {
      const Clock::time_point start = Clock::now();
      ask(static_cast<size_t>(i));
      if (i >= kWarmUps) times.push_back(millis_since(start));
    }
    std::sort(times.begin(), times.end());
    const auto at = [&](double share) {
      return times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))];
    };
    fmt::print("{}  \"{}\": {{\"p50_ms\": {:.2f}, \"p95_ms\": {:.2f}}}", count_++ == 0 ? "" : ",\n",
               name, at(0.5), at(0.95));
  }

  void time_page(const std::string& name, const SpanQuery& query) {
    time(name, [&](size_t) { need(read_history(store_, query, [](Span&) { return true; })); });
  }

  void time_filter(const std::string& text) {
    const Filter filter = need(Filter::parse(text, {}));
    Condition condition = to_condition(filter);
    SpanQuery query = page();
    query.where += " AND " + condition.sql;
    query.params = condition.params;
    time_page("page where " + text, query);
  }

  void time_search(const std::string& name, const std::string& words) {
    time(name, [&](size_t) {
      const Condition condition = need(search_condition(store_, words));
      SpanQuery query = page();
      query.where += " AND " + condition.sql;
      query.params = condition.params;
      need(read_history(store_, query, [](Span&) { return true; }));
    });
  }

  void time_metrics(const std::string& name, const MetricsQuery& query) {
    time(name, [&](size_t) { need(read_metrics(store_, query)); });
  }

  void time_sql(const std::string& name, const std::string& sql) {
    time(name, [&](size_t) { need(store_.query({sql, {}, "TSV"})); });
  }

 private:
  Store& store_;
  int rounds_;
  int count_ = 0;
};

MetricsQuery dashboard(MetricsQuery::Every every, int64_t from) {
  MetricsQuery query;
  query.by = {Field::Model};
  query.every = every;
  query.from = from;
  return query;
}

int ask(const std::string& folder, int rounds) {
  const std::unique_ptr<Store> store = need(open_store(settings_for(folder)));
  const std::string spans = text_of(*store, "SELECT count() FROM spans");
  const std::string newest = text_of(*store, "SELECT toUnixTimestamp(max(filed_at)) FROM spans");
  const std::vector<std::string> ids =
      lines_of(*store, "SELECT trace_key FROM spans ORDER BY cityHash64(trace_key) LIMIT 200");
  // The word that comes nearest to a share of the texts.
  const auto word = [&](double share) {
    return text_of(
        *store,
        fmt::format("SELECT word FROM (SELECT arrayJoin(arrayDistinct(tokens(lower(input), "
                    "'splitByNonAlpha'))) AS word, count() AS texts FROM (SELECT input FROM spans "
                    "LIMIT 20000) WHERE match(word, '^[a-z]{{4,}}$') GROUP BY word) ORDER BY "
                    "abs(texts - {}), word LIMIT 1",
                    share * 20'000));
  };
  const std::string common = word(0.01);
  const std::string rare = word(0.0001);
  fmt::print("{{\n  \"spans\": {},\n", spans);
  Bench bench(*store, rounds);
  bench.time_page("page", page());
  for (const char* const filter :
       {"status = error", "model = gpt-4o", "latency > 20s", "user_id = 'user-1912'",
        "status = error and latency > 5s", "output is null and status = ok"}) {
    bench.time_filter(filter);
  }
  if (!common.empty()) {  // Spans of `fill` have no texts.
    bench.time_search("search for a common word", common);
    bench.time_search("search for a rare word", rare);
    bench.time_search("search for a word that is nowhere", "zyzzyvaq");
    bench.time_sql("LIKE scan for the common word",
                   fmt::format("SELECT count() FROM spans WHERE input LIKE '%{}%'", common));
  }
  bench.time("trace by id", [&](size_t round) {
    SpanQuery query;
    query.id = ids[round % ids.size()];
    need(read_history(*store, query, [](Span&) { return true; }));
  });
  using Every = MetricsQuery::Every;
  constexpr int64_t kDay = 86'400 * kMicrosPerSecond;
  const int64_t now = std::stoll(newest) * kMicrosPerSecond;
  bench.time_metrics("dashboard of a day", dashboard(Every::Hour, now - kDay));
  bench.time_metrics("dashboard of 30 days", dashboard(Every::Day, now - 30 * kDay));
  MetricsQuery from_spans = dashboard(Every::Day, now - 30 * kDay);
  from_spans.from_spans = true;
  bench.time_metrics("the same without sums", from_spans);
  fmt::print("\n}}\n");
  return 0;
}

int write_blocks(const std::string& folder, const std::string& path) {
  const std::unique_ptr<Store> store = need(open_store(settings_for(folder)));
  need(store->save({"SELECT * FROM spans", {}, "Native"}, path));
  return 0;
}

int insert_bare(const std::string& folder, const std::string& path) {
  const std::unique_ptr<Store> store = need(open_store(settings_for(folder)));
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::string_view rest = bytes;
  std::string_view batch = rest.substr(0, 0);  // Of neighbouring blocks.
  uint64_t rows = 0;
  int number = 0;
  const auto flush = [&] {
    if (batch.empty()) return;
    need(store->insert("spans", batch, fmt::format("bare-{}", ++number)));
    batch = rest.substr(0, 0);
    rows = 0;
  };
  NativeBlock block;
  while (!rest.empty()) {
    const size_t size = need(decode_native(rest, block));
    if (size == 0) break;
    batch = std::string_view(rest.data() - batch.size(), batch.size() + size);
    rest.remove_prefix(size);
    rows += block.rows;
    if (rows >= kBatchSpans) flush();
  }
  flush();
  return 0;
}

// Calls of 30 days, four a trace, of which the engine makes every column; then their keys and sums.
int fill(const std::string& folder, uint64_t count) {
  const std::unique_ptr<Store> store = need(open_store(settings_for(folder)));
  constexpr uint64_t kAtOnce = 500'000;
  constexpr std::string_view kTrace = "lower(hex(sipHash128(intDiv(number, 4))))";
  constexpr std::string_view kSpan = "lower(hex(sipHash64(number)))";
  for (uint64_t first = 0; first < count; first += kAtOnce) {
    const std::string from =
        fmt::format("FROM numbers({}, {})", first, std::min(kAtOnce, count - first));
    const std::string start =
        fmt::format("fromUnixTimestamp64Micro(toInt64(1735689600000000 + number * {}), 'UTC')",
                    30 * 86'400 * uint64_t{kMicrosPerSecond} / count);
    need(store->execute(fmt::format(
        "INSERT INTO spans (project_id, filed_at, trace_key, span_key, version, kind, levels, "
        "name, "
        "source, start_time, duration, status, error_class, provider, model, input_tokens, "
        "output_tokens, total_tokens, cost, currency, cost_origin, user_id, session_id, app_id, "
        "app_name, category) SELECT 'default', toDateTime({0}, 'UTC'), {1}, {2}, 1, 'llm', 1, "
        "'call', "
        "'bench', {0}, toInt64(exp(13 + 0.8 * randNormal(0, 1))), if(sipHash64(number, 1) % 31 = "
        "0, "
        "'error', 'ok') AS s, if(s = 'error', 'timeout', ''), 'openai', ['gpt-4o', 'gpt-4o-mini', "
        "'o3', 'qwen-max', 'deepseek-chat', 'claude-sonnet'][1 + sipHash64(number, 2) % 6], "
        "toInt64(200 + sipHash64(number, 3) % 3000), toInt64(20 + sipHash64(number, 4) % 800), "
        "toInt64(1000), toDecimal64((sipHash64(number, 5) % 9000) / 1e6, 9), 'USD', 'reported', "
        "concat('user-', toString(sipHash64(number, 6) % 2000)), concat('s-', "
        "toString(intDiv(number, 20))), concat('app-', toString(sipHash64(number, 7) % 8)), "
        "concat('App ', toString(sipHash64(number, 7) % 8)), ['support', 'search', 'code', "
        "'chat'][1 + "
        "sipHash64(number, 8) % 4] {3}",
        start, kTrace, kSpan, from)));
    need(
        store->execute(fmt::format("INSERT INTO span_keys SELECT 'default', xxh3({0}), xxh3({1}), "
                                   "toDateTime({2}, 'UTC'), 1, 0 {3}",
                                   kTrace, kSpan, start, from)));
  }
  need(
      store->execute("INSERT INTO hour_states SELECT DISTINCT project_id, toStartOfHour(filed_at), "
                     "1, 0 FROM spans"));
  need(make_hours(*store, "default", 1));
  return 0;
}

int settle(const std::string& folder) {
  const std::unique_ptr<Store> store = need(open_store(settings_for(folder)));
  // Idle: for so many looks in a row nothing was merged.
  for (int looks = 0; looks < 10; ++looks) {
    if (text_of(*store, "SELECT count() FROM system.merges") != "0") looks = 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  return 0;
}

}  // namespace
}  // namespace sonde

int main(int argc, char** argv) {
  const std::string mode = argc > 2 ? argv[1] : "";
  const std::string folder = argc > 2 ? argv[2] : "";
  if (mode == "ask") return sonde::ask(folder, argc > 3 ? std::atoi(argv[3]) : 40);
  if (mode == "blocks" && argc == 4) return sonde::write_blocks(folder, argv[3]);
  if (mode == "bare" && argc == 4) return sonde::insert_bare(folder, argv[3]);
  if (mode == "fill" && argc == 4) return sonde::fill(folder, std::strtoull(argv[3], nullptr, 10));
  if (mode == "settle") return sonde::settle(folder);
  std::fputs("store_bench: see the head of store_bench.cc\n", stderr);
  return 2;
}
