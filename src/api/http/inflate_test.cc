#include "api/http/inflate.h"

#include <gtest/gtest.h>
#include <isa-l/igzip_lib.h>
#include <zstd.h>

namespace sonde {
namespace {

constexpr size_t kMany = size_t{1} << 40;

std::string compress(std::string_view bytes, uint16_t format) {
  isal_zstream stream;
  isal_deflate_init(&stream);
  stream.gzip_flag = format;
  stream.end_of_stream = 1;
  std::string result(bytes.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uint32_t>(bytes.size());
  stream.next_out = reinterpret_cast<uint8_t*>(result.data());
  stream.avail_out = static_cast<uint32_t>(result.size());
  EXPECT_EQ(isal_deflate(&stream), COMP_OK);
  result.resize(stream.total_out);
  return result;
}

std::string gzip(std::string_view bytes) { return compress(bytes, IGZIP_GZIP); }

std::string zstd(std::string_view bytes) {
  std::string result(ZSTD_compressBound(bytes.size()), '\0');
  result.resize(ZSTD_compress(result.data(), result.size(), bytes.data(), bytes.size(), 1));
  return result;
}

Result<std::string> inflate(std::string_view encoding, std::string_view bytes,
                            size_t bytes_max = size_t{1} << 30, size_t budget_bytes = kMany) {
  ByteBudget budget(budget_bytes);
  BudgetShare share(budget);
  return inflate_body(encoding, bytes, bytes_max, share);
}

TEST(InflateBody, GivesBackWhatWasCompressed) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i);
  EXPECT_EQ(*inflate("gzip", gzip(text)), text);
  EXPECT_EQ(*inflate("GZIP", gzip(text) + gzip("end")), text + "end");
  EXPECT_EQ(*inflate("deflate", compress(text, IGZIP_ZLIB)), text);
  EXPECT_EQ(*inflate("zstd", zstd(text)), text);
  EXPECT_EQ(*inflate("zstd", zstd(text) + zstd("end")), text + "end");
  EXPECT_EQ(*inflate("gzip", gzip("")), "");
  EXPECT_EQ(*inflate("identity", text), text);
}

TEST(InflateBody, LeavesRoomForParsersThatReadBeyond) {
  const auto body = inflate("gzip", gzip("{}"));
  ASSERT_TRUE(body);
  EXPECT_GE(body->capacity(), body->size() + 64);
}

TEST(InflateBody, StopsAtTheLimitWhateverTheBodyWouldBecome) {
  const std::string zeros(10'000'000, '\0');
  for (const auto& [encoding, bytes] :
       {std::pair<std::string, std::string>("gzip", gzip(zeros)), {"zstd", zstd(zeros)}}) {
    // The budget proves that no more than the limit was ever held.
    const auto over = inflate(encoding, bytes, 1'000'000, 1'000'001);
    ASSERT_FALSE(over) << encoding;
    EXPECT_EQ(over.error().code, Code::TooLarge) << encoding;
    EXPECT_TRUE(inflate(encoding, bytes, zeros.size())) << encoding;
    EXPECT_EQ(inflate(encoding, bytes, zeros.size() - 1).error().code, Code::TooLarge);
  }
}

TEST(InflateBody, RefusesWhatTheBudgetHasNoRoomFor) {
  const auto body = inflate("gzip", gzip(std::string(1'000'000, 'a')), kMany, 500'000);
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().code, Code::Overloaded);
}

TEST(InflateBody, RefusesWhatIsDamagedOrNotWhole) {
  const std::string text(10'000, 'a');
  std::string damaged = gzip(text);
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);  // Of the CRC.
  EXPECT_FALSE(inflate("gzip", damaged));
  EXPECT_FALSE(inflate("gzip", ""));
  EXPECT_FALSE(inflate("zstd", ""));
  EXPECT_FALSE(inflate("gzip", gzip(text).substr(0, 20)));
  EXPECT_FALSE(inflate("zstd", zstd(text).substr(0, 12)));
  EXPECT_FALSE(inflate("gzip", gzip(text) + "rest"));
  EXPECT_FALSE(inflate("deflate", compress(text, IGZIP_ZLIB) + "rest"));
  EXPECT_FALSE(inflate("zstd", "not zstd at all"));
}

}  // namespace
}  // namespace sonde
