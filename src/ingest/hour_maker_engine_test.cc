#include <gtest/gtest.h>

#include "ingest/hour_maker.h"
#include "ingest/importer.h"
#include "sources/log_reading.h"
#include "store/backend_for_test.h"
#include "store/hours.h"

namespace sonde {
namespace {

constexpr char kChanged[] =
    "SELECT count() FROM (SELECT filed_hour FROM hour_states GROUP BY filed_hour HAVING "
    "max(changed) > max(built))";

TEST(HourMaker, MakesTheHoursThatChangedAndNotThoseThatStillDo) {
  using std::chrono::milliseconds;
  const BackendForTest backend;
  const auto history = History::open(backend.settings());
  ASSERT_TRUE(history) << history.error().message;
  Store& store = (*history)->store();
  const auto ask = [&](const std::string& sql) {
    const auto answer = store.query({sql, {}, "TSV"});
    return answer ? *answer : answer.error().message;
  };
  const LogFile file(R"({"prompt":"p","response":"r","model":"m"})");
  ImportRequest request;
  request.read.paths = {file.path()};
  request.read.normalize = [](Span&) {};
  request.now = 1'764'072'000'000'000;
  ASSERT_TRUE(import_files(**history, request));
  EXPECT_EQ(ask(kChanged), "0\n");

  ASSERT_TRUE(mark_hours_before(store, "default", UINT32_MAX, (*history)->next_number()));
  {
    const HourMaker patient(**history, {milliseconds(1), std::chrono::hours(1)});
    EXPECT_EQ(ask(kChanged), "1\n");
  }
  EXPECT_EQ(ask(kChanged), "1\n");
  const HourMaker maker(**history, {milliseconds(1), std::chrono::microseconds(0)});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (ask(kChanged) != "0\n" && std::chrono::steady_clock::now() < end) {
  }
  EXPECT_EQ(ask(kChanged), "0\n");
  EXPECT_EQ(ask("SELECT sum(spans) FROM hours WHERE dimension = '' AND built = (SELECT max(built) "
                "FROM hour_states)"),
            "1\n");
}

}  // namespace
}  // namespace sonde
