// Any bytes are an answer of a server: its rows are the same however they are cut, an exception in
// the frame for it is never taken for rows, and every failure has a message.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "store/server_answer.h"

namespace {

using namespace sonde;

constexpr char kTag[] = "dmrdfnujjqvszhav";

std::string rows_in_pieces(AnswerBody& body, std::string_view text, size_t size) {
  std::string rows;
  while (!text.empty()) {
    body.add(text.substr(0, size));
    CHECK(body.rows().size() <= body.last_rows().size());
    rows += body.rows();
    body.drop_rows();
    text.remove_prefix(std::min(size, text.size()));
  }
  rows += body.last_rows();
  return rows;
}

void read_body(std::string_view bytes, std::string_view tag, size_t size) {
  AnswerBody whole(tag);
  AnswerBody cut(tag);
  const std::string rows = rows_in_pieces(whole, bytes, bytes.size() + 1);
  CHECK(rows_in_pieces(cut, bytes, size) == rows);
  CHECK(whole.has_exception() == cut.has_exception());
  CHECK(whole.exception() == cut.exception());
  CHECK(whole.has_exception() || rows == bytes);
  if (whole.has_exception()) CHECK(!read_exception(whole.exception()).error.message.empty());
  const std::string_view untagged = whole.untagged_exception();
  if (!untagged.empty()) CHECK(!read_exception(untagged).error.message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const unsigned status = 300 + data[0] % 250;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  read_body(bytes, kTag, data[1] % 40 + 1);
  read_body(bytes, "", data[1] % 40 + 1);
  const size_t line = std::min(bytes.find('\n'), bytes.size());
  const ServerFailure failure =
      read_failure("https://host:1", status, bytes.substr(0, line), bytes.substr(line));
  CHECK(!failure.error.message.empty());
  CHECK(!read_failure("https://host:1", status, "", bytes).error.message.empty());
  return 0;
}
