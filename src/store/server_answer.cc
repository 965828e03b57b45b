#include "store/server_answer.h"

#include <algorithm>
#include <charconv>

#include "store/engine_error.h"

namespace sonde {
namespace {

constexpr std::string_view kFrame = "__exception__\r\n";
constexpr std::string_view kCode = "Code: ";
constexpr size_t kQuotedBytesMax = 200;

// Of ClickHouse's src/Common/ErrorCodes.cpp: what passes by itself, or is the state of one host.
constexpr int kPassingCodes[] = {
    202,  // TOO_MANY_SIMULTANEOUS_QUERIES
    242,  // TABLE_IS_READ_ONLY: it has lost its Keeper.
    252,  // TOO_MANY_PARTS
    319,  // UNKNOWN_STATUS_OF_INSERT
    999,  // KEEPER_EXCEPTION
};

int number_of(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool is_exception(std::string_view text) {
  return text.starts_with(kCode) && number_of(text.substr(kCode.size())) > 0;
}

// A line that somebody else than ClickHouse wrote, as far as a message needs it.
std::string first_line(std::string_view text) {
  const size_t start = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  text.remove_prefix(start);
  text = text.substr(0, std::min({text.find('\n'), text.size(), kQuotedBytesMax}));
  while (text.ends_with('\r') || text.ends_with(' ') || text.ends_with('.')) text.remove_suffix(1);
  return std::string(text);
}

Code code_of_status(unsigned status) {
  if (status == 413 || status == 414 || status == 431) return Code::TooLarge;
  if (status == 429) return Code::Overloaded;
  return status >= 500 ? Code::Unavailable : Code::InvalidInput;
}

}  // namespace

ServerFailure read_exception(std::string_view text) {
  const int number =
      is_exception(text) ? number_of(text.substr(std::min(text.size(), kCode.size()))) : 0;
  ServerFailure failure{engine_error(text), false};
  failure.is_passing = std::find(std::begin(kPassingCodes), std::end(kPassingCodes), number) !=
                       std::end(kPassingCodes);
  if (failure.error.message.empty())
    failure.error.message = fmt::format("the server says no more than code {}", number);
  return failure;
}

ServerFailure read_failure(std::string_view host, unsigned status, std::string_view code,
                           std::string_view text) {
  if (is_exception(text)) return read_exception(text);
  if (const int number = number_of(code); number > 0) {
    return read_exception(fmt::format("Code: {}. DB::Exception: {}", number, first_line(text)));
  }
  if (status >= 300 && status < 400) {
    return {{Code::InvalidInput,
             fmt::format("{} answered {}: redirects are not followed", host, status)},
            false};
  }
  if (status == 401 || status == 403) {
    return {{Code::InvalidInput, fmt::format("{} answered {}: it does not take this user and "
                                             "password (store-user, store-password-file)",
                                             host, status)},
            false};
  }
  const std::string line = first_line(text);
  return {{code_of_status(status),
           fmt::format("{} answered {}{}{}", host, status, line.empty() ? "" : ": ", line)},
          status == 429 || (status >= 502 && status <= 504)};
}

AnswerBody::AnswerBody(std::string_view tag) : tag_(tag) {
  if (!tag.empty()) marker_ = fmt::format("\r\n{}{}\r\n", kFrame, tag);
}

void AnswerBody::add(std::string_view piece) {
  if (has_exception_) {
    exception_ += piece.substr(0, kExceptionBytesMax - exception_.size());
    return;
  }
  const size_t from = rows_.size() - held();
  rows_ += piece;
  if (marker_.empty()) return;
  const size_t found = rows_.find(marker_, from);
  if (found == std::string::npos) return;
  has_exception_ = true;
  exception_ = rows_.substr(found + marker_.size(), kExceptionBytesMax);
  rows_.resize(found);
}

// Of the rows' end, what may be the beginning of the marker.
size_t AnswerBody::held() const {
  return marker_.empty() ? 0 : std::min(rows_.size(), marker_.size() - 1);
}

std::string_view AnswerBody::rows() const {
  const size_t size = has_exception_ ? rows_.size() : rows_.size() - held();
  return std::string_view(rows_).substr(0, size);
}

void AnswerBody::drop_rows() { rows_.erase(0, rows().size()); }

std::string_view AnswerBody::exception() const {
  const std::string end = fmt::format(" {}\r\n{}", tag_, kFrame);
  std::string_view text = exception_;
  if (text.ends_with(end)) {
    text.remove_suffix(end.size());
    text = text.substr(0, std::min(text.rfind('\n'), text.size()));
  }
  return text;
}

std::string_view AnswerBody::untagged_exception() const {
  const size_t found = rows_.rfind(kCode);
  if (found == std::string::npos) return {};
  const std::string_view text = std::string_view(rows_).substr(found);
  return is_exception(text) && text.find("DB::Exception: ") < 40 ? text : std::string_view();
}

}  // namespace sonde
