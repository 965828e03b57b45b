#include "ingest/filings.h"

#include <charconv>

#include "base/hash.h"
#include "model/columns.h"
#include "store/native_stream.h"
#include "store/native_writer.h"

namespace sonde {
namespace {

// Of one statement: enough that its own cost does not count.
constexpr size_t kAskedAtOnce = 4'096;
// What a filter has room for beyond what the project has.
constexpr uint64_t kRoom = 4 << 20;

std::string numbers(std::span<const SpanHash> hashes, uint64_t SpanHash::*member) {
  std::string text = "[";
  for (const SpanHash& hash : hashes) {
    if (text.size() > 1) text += ',';
    fmt::format_to(std::back_inserter(text), "{}", hash.*member);
  }
  return text + "]";
}

void append(std::string& bytes, std::string_view text) {
  const uint64_t size = text.size();
  bytes.append(reinterpret_cast<const char*>(&size), sizeof(size));
  bytes.append(text);
}

void append(std::string& bytes, int64_t number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

template <class T>
void append(std::string& bytes, const std::optional<T>& value) {
  bytes += value ? '\1' : '\0';
  append(bytes, static_cast<int64_t>(value.value_or(T{})));
}

Result<> expect_columns(const NativeBlock& block, std::span<const std::string_view> types) {
  if (block.rows == 0) return {};
  bool fits = block.columns.size() == types.size();
  std::string found;
  for (size_t i = 0; i < block.columns.size(); ++i) {
    fits = fits && block.columns[i].type.starts_with(types[i]);  // A date may name its zone.
    found += fmt::format("{}{}", i > 0 ? ", " : "", block.columns[i].type);
  }
  if (fits) return {};
  return fail(Code::Internal, "span_keys gave columns of types {}, expected {}", found,
              fmt::join(types, ", "));
}

}  // namespace

SpanHash hash_of(const FiledSpan& row) {
  return {hash_bytes(row.trace_key), hash_bytes(row.span_key)};
}

uint64_t fingerprint_of(const FiledSpan& row) {
  thread_local std::string bytes;
  bytes.clear();
  const Span& span = row.span;
  for (const Column& column : span_columns()) {
    if (const auto* text = std::get_if<TextMember>(&column.member)) {
      append(bytes, std::string_view(span.**text));
    } else if (const auto* number = std::get_if<NumberMember>(&column.member)) {
      append(bytes, span.**number);
    } else if (const auto* flag = std::get_if<FlagMember>(&column.member)) {
      append(bytes, span.**flag);
    } else {
      append(bytes,
             static_cast<int64_t>(column.field == Field::Kind ? static_cast<uint8_t>(span.kind)
                                                              : static_cast<uint8_t>(span.status)));
    }
  }
  for (const uint8_t small :
       {span.levels, static_cast<uint8_t>(span.input_form), static_cast<uint8_t>(span.output_form),
        static_cast<uint8_t>(span.content_truncated)}) {
    bytes += static_cast<char>(small);
  }
  append(bytes, row.event_time);
  for (const Attribute& attribute : span.attributes) {
    append(bytes, std::string_view(attribute.key));
    append(bytes, std::string_view(attribute.value));
  }
  for (const FieldTime& time : row.field_times) {
    append(bytes, std::string_view(time.field));
    append(bytes, time.time);
  }
  return hash_bytes(bytes);
}

std::string encode_filings(std::string_view project, std::span<const Filing> filings) {
  NativeWriter writer(6, filings.size(), filings.size() * 40);
  writer.column("project_id", "String");
  for (size_t i = 0; i < filings.size(); ++i) writer.text(project);
  writer.column("trace_hash", "UInt64");
  for (const Filing& filing : filings) writer.number(filing.hash.trace);
  writer.column("span_hash", "UInt64");
  for (const Filing& filing : filings) writer.number(filing.hash.span);
  writer.column("filed_at", "DateTime('UTC')");
  for (const Filing& filing : filings) writer.number(filing.filed_at);
  writer.column("version", "UInt32");
  for (const Filing& filing : filings) writer.number(filing.version);
  writer.column("fingerprint", "UInt64");
  for (const Filing& filing : filings) writer.number(filing.fingerprint);
  return std::move(writer).bytes();
}

Result<std::unique_ptr<Filings>> Filings::open(Store& store, std::string project,
                                               uint64_t keys_max) {
  std::unique_ptr<Filings> filings(new Filings(store, std::move(project)));
  TRY(filings->load(keys_max));
  return filings;
}

Result<> Filings::load(uint64_t keys_max) {
  const std::string text =
      TRY(store_.query({"SELECT count() FROM span_keys WHERE project_id = {project:String}",
                        {{"project", project_}},
                        "TSV"}));
  uint64_t keys = 0;
  std::from_chars(text.data(), text.data() + text.size(), keys);
  if (keys > keys_max) return {};
  filter_.emplace(keys + kRoom);
  if (keys == 0) return {};
  const Query query{
      "SELECT trace_hash, span_hash FROM span_keys WHERE project_id = {project:String}",
      {{"project", project_}}};
  return read_blocks(store_, query, [this](const NativeBlock& block) -> Result<bool> {
    TRY(expect_columns(block, std::array<std::string_view, 2>{"UInt64", "UInt64"}));
    for (size_t row = 0; row < block.rows; ++row) {
      filter_->add(
          {block.columns[0].number<uint64_t>(row), block.columns[1].number<uint64_t>(row)});
    }
    return true;
  });
}

Result<std::vector<Filing>> Filings::find(std::span<const SpanHash> hashes) {
  std::vector<SpanHash> possible;
  {
    const std::lock_guard lock(mutex_);
    for (const SpanHash& hash : hashes) {
      if (!filter_ || filter_->may_have(hash)) possible.push_back(hash);
    }
  }
  std::vector<Filing> found;
  for (size_t at = 0; at < possible.size(); at += kAskedAtOnce) {
    const size_t count = std::min(kAskedAtOnce, possible.size() - at);
    TRY(ask(std::span(possible).subspan(at, count), found));
  }
  return found;
}

Result<> Filings::ask(std::span<const SpanHash> hashes, std::vector<Filing>& found) {
  const std::string bytes = TRY(store_.query(
      {"SELECT trace_hash, span_hash, filed_at, max(version) AS latest,"
       " argMax(fingerprint, version) AS latest_fingerprint FROM span_keys"
       " WHERE project_id = {project:String} AND trace_hash IN {traces:Array(UInt64)}"
       " AND span_hash IN {spans:Array(UInt64)} GROUP BY trace_hash, span_hash, filed_at",
       {{"project", project_},
        {"traces", numbers(hashes, &SpanHash::trace), Param::Form::Literal},
        {"spans", numbers(hashes, &SpanHash::span), Param::Form::Literal}},
       "Native"}));
  return read_blocks(bytes, [&](const NativeBlock& block) -> Result<bool> {
    TRY(expect_columns(block, std::array<std::string_view, 5>{"UInt64", "UInt64", "DateTime",
                                                              "UInt32", "UInt64"}));
    for (size_t row = 0; row < block.rows; ++row) {
      found.push_back(
          {{block.columns[0].number<uint64_t>(row), block.columns[1].number<uint64_t>(row)},
           block.columns[2].number<uint32_t>(row),
           block.columns[3].number<uint32_t>(row),
           block.columns[4].number<uint64_t>(row)});
    }
    return true;
  });
}

void Filings::add(std::span<const Filing> filings) {
  const std::lock_guard lock(mutex_);
  if (!filter_) return;
  for (const Filing& filing : filings) filter_->add(filing.hash);
}

}  // namespace sonde
