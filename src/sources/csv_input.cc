#include "sources/csv_input.h"

#include <csv.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace sonde {
namespace {

constexpr size_t kReadBytes = 64 << 10;

class CsvInput final : public Input {
 public:
  CsvInput(std::unique_ptr<Input> input, std::string head)
      : input_(std::move(input)), csv_(std::move(head)) {
    CHECK(csv_init(&parser_, CSV_APPEND_NULL | CSV_REPALL_NL) == 0);
  }
  ~CsvInput() override { csv_free(&parser_); }
  CsvInput(const CsvInput&) = delete;
  CsvInput& operator=(const CsvInput&) = delete;

  bool is_seekable() const override { return false; }
  uint64_t size() const override { return input_->size(); }
  uint64_t bytes_read() const override { return input_->bytes_read(); }
  Result<size_t> read_at(char*, size_t, uint64_t) const override {
    return fail(Code::Internal, "a CSV file cannot be read by offset");
  }

  Result<size_t> read(char* into, size_t size) override {
    while (json_.empty() && !at_end_) {
      if (csv_.empty()) {
        csv_.resize(kReadBytes);
        const Result<size_t> count = input_->read(csv_.data(), csv_.size());
        csv_.resize(count ? *count : 0);
        if (!count) return count;
      }
      if (csv_.empty()) {
        at_end_ = true;
        csv_fini(&parser_, on_field, on_row, this);
        break;
      }
      if (csv_parse(&parser_, csv_.data(), csv_.size(), on_field, on_row, this) != csv_.size()) {
        return fail(Code::InvalidInput, "malformed CSV: {}", csv_strerror(csv_error(&parser_)));
      }
      csv_.clear();
    }
    const size_t count = std::min(size, json_.size());
    std::memcpy(into, json_.data(), count);
    json_.erase(0, count);
    return count;
  }

 private:
  static void on_field(void* text, size_t size, void* self) {
    static_cast<CsvInput*>(self)->row_.emplace_back(static_cast<const char*>(text), size);
  }
  static void on_row(int terminator, void* self) {
    static_cast<CsvInput*>(self)->end_row(terminator);
  }

  // Writes as many lines as the row has, so that lines keep their numbers.
  void end_row(int terminator) {
    const bool is_pair = terminator == '\n' && last_terminator_ == '\r' && row_.empty();
    last_terminator_ = terminator;
    if (is_pair) return;
    size_t newlines = 1;
    for (const std::string& field : row_) {
      newlines += static_cast<size_t>(std::count(field.begin(), field.end(), '\n'));
    }
    if (row_.empty() || names_.empty()) {
      if (names_.empty()) names_.swap(row_);
      json_.append(newlines, '\n');
      return;
    }
    rapidjson::StringBuffer buffer;
    rapidjson::Writer writer(buffer);
    writer.StartObject();
    for (size_t i = 0; i < row_.size(); ++i) {
      // A row longer than its header keeps its surplus under names of its own.
      const std::string name = i < names_.size() ? names_[i] : "column_" + std::to_string(i + 1);
      writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
      writer.String(row_[i]);
    }
    writer.EndObject();
    json_.append(buffer.GetString(), buffer.GetSize());
    json_.append(newlines, '\n');
    row_.clear();
  }

  std::unique_ptr<Input> input_;
  std::string csv_;
  csv_parser parser_{};
  std::vector<std::string> names_;
  std::vector<std::string> row_;
  std::string json_;
  int last_terminator_ = 0;
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<Input> open_csv(std::unique_ptr<Input> input, std::string head) {
  return std::make_unique<CsvInput>(std::move(input), std::move(head));
}

}  // namespace sonde
