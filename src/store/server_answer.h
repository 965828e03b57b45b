// What a ClickHouse server says when a statement fails: in the status, a header and the text of an
// error answer, or behind rows that it had already sent with a status of success.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace sonde {

struct ServerFailure {
  Error error;
  bool is_passing = false;  // Another host, or the same one later, may answer.
};

// Of an answer with a status other than 2xx. `code` is its header X-ClickHouse-Exception-Code,
// empty when there is none; `text` the beginning of its body; `host` names the server in messages
// that are not ClickHouse's own.
ServerFailure read_failure(std::string_view host, unsigned status, std::string_view code,
                           std::string_view text);

// Of an exception that came inside an answer.
ServerFailure read_exception(std::string_view text);

// The body of an answer with a status of success, from its first byte on: rows, and where the
// statement failed after some rows, the exception behind them, in the frame that ClickHouse 25.11
// and later write (docs of its HTTP interface, "HTTP response codes caveats"):
//   \r\n__exception__\r\nTAG\r\nMESSAGE\nLENGTH TAG\r\n__exception__\r\n
// Used by one thread.
class AnswerBody {
 public:
  // `tag`: the answer's header X-ClickHouse-Exception-Tag; empty when there is none.
  explicit AnswerBody(std::string_view tag);

  void add(std::string_view piece);

  // What has come and is rows for certain; valid until the next call.
  std::string_view rows() const;
  void drop_rows();  // They were used.

  // The same at the end of the answer, when nothing can be the beginning of an exception any more.
  std::string_view last_rows() const { return rows_; }

  bool has_exception() const { return has_exception_; }
  std::string_view exception() const;  // Without its frame; at most kExceptionBytesMax.

  // For an answer that broke off and had no tag: the exception that its last bytes seem to be,
  // "Code: 241. DB::Exception: ..." Empty when they are none.
  std::string_view untagged_exception() const;

  static constexpr size_t kExceptionBytesMax = 64 * 1024;

 private:
  size_t held() const;

  std::string tag_;
  std::string marker_;  // Empty without a tag.
  std::string rows_;
  std::string exception_;
  bool has_exception_ = false;
};

}  // namespace sonde
