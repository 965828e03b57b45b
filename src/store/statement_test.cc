#include "store/statement.h"

#include <gtest/gtest.h>

namespace sonde {
namespace {

TEST(Statement, NoneWritesAFile) {
  for (const char* const sql :
       {"SELECT 1 INTO OUTFILE 'x'", "select 1 into\n\toutfile 'x'",
        "SELECT 'it''s' INTO /* a 'comment */ OUTFILE 'x'", "SELECT 1 INTO -- '\n OUTFILE 'x'",
        "SELECT '\\'' INTO OUTFILE 'x' -- '", "SELECT `a` INTO OUTFILE'x'"}) {
    EXPECT_FALSE(check_reads_only(sql)) << sql;
  }
}

TEST(Statement, WordsInQuotesAndCommentsAreNoClause) {
  for (const char* const sql :
       {"SELECT 'into outfile'", "SELECT 1 -- into outfile", "SELECT \"into outfile\" FROM t",
        "SELECT 1 /* into outfile */", "SELECT into_outfile FROM t"}) {
    EXPECT_TRUE(check_reads_only(sql)) << sql;
  }
}

TEST(Statement, AnEmptyOneIsRefused) { EXPECT_FALSE(check_reads_only(" -- nothing\n")); }

}  // namespace
}  // namespace sonde
