// Prompts of any contents, given to template finders in several orders and splits: the templates
// are the same, every record with a prompt has one, and text stays UTF-8.
//
// The first byte chooses bounds. Records are separated by 0x1E, fields by 0x1F. A field is a letter
// (see kMembers) and its text; 'r' and a letter repeats the record, each time with another number
// in the place of 0x1D; '0' to '9' set the form of the input.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/utf8.h"
#include "properties.h"
#include "templates/template_finder.h"

namespace {

using namespace sonde;

constexpr size_t kRecordsMax = 16;
constexpr size_t kRepeatsMax = 24;

struct MemberLetter {
  char letter;
  TextMember member;
};

constexpr MemberLetter kMembers[] = {
    {'h', &Span::template_hash}, {'i', &Span::input},          {'n', &Span::prompt_name},
    {'s', &Span::system},        {'v', &Span::prompt_version},
};

std::string with_number(std::string_view text, size_t number) {
  std::string out;
  for (const char c : text) {
    if (c == '\x1D') {
      out += std::to_string(number);
    } else {
      out += c;
    }
  }
  return out;
}

Span read_record(const std::vector<std::string_view>& fields, size_t number) {
  Span span;
  for (const std::string_view field : fields) {
    if (field.empty()) continue;
    for (const MemberLetter& row : kMembers) {
      if (row.letter == field[0]) span.*row.member = with_number(field.substr(1), number);
    }
    if (field[0] >= '0' && field[0] <= '9') span.input_form = static_cast<Form>(field[0] % 4);
  }
  if (!span.input.empty() && span.input_form == Form::None) span.input_form = Form::Text;
  return span;
}

std::vector<Span> read_records(std::string_view text) {
  std::vector<Span> spans;
  for (const std::string_view part : fuzz::split(text, '\x1E', kRecordsMax)) {
    const std::vector<std::string_view> fields = fuzz::split(part, '\x1F', 16);
    size_t repeats = 1;
    for (const std::string_view field : fields) {
      if (field.size() < 2 || field[0] != 'r') continue;
      repeats = static_cast<unsigned char>(field[1]) % kRepeatsMax + 1;
    }
    for (size_t i = 0; i < repeats; ++i) spans.push_back(read_record(fields, i * 7));
  }
  return spans;
}

std::vector<std::string> print(const TemplateSet& set, const std::vector<Span>& spans) {
  std::vector<std::string> lines;
  for (const PromptTemplate& t : set.templates()) {
    lines.push_back(fmt::format("{} {} {} {} {} {}", t.hash, t.count, t.placeholders, t.name,
                                t.version, t.text));
  }
  for (const Span& span : spans) {
    const PromptTemplate* const found = set.find(span);
    lines.push_back(fmt::format("{} {:016x}", found == nullptr ? "-" : found->hash,
                                set.canonical_key(template_key(span))));
  }
  return lines;
}

// Record i goes to finder i % parts.
TemplateSet find_templates(const std::vector<const Span*>& spans, size_t parts,
                           const TemplateOptions& options) {
  std::vector<TemplateFinder> finders;
  for (size_t i = 0; i < parts; ++i) finders.emplace_back(options);
  for (size_t i = 0; i < spans.size(); ++i) finders[i % parts].add(*spans[i]);
  for (size_t i = parts - 1; i > 0; --i) finders[i - 1].merge(std::move(finders[i]));
  return finders.front().finish();
}

void check_templates(const TemplateSet& set, const std::vector<Span>& spans) {
  uint64_t keyed = 0;
  uint64_t counted = 0;
  bool is_valid = true;
  for (const Span& span : spans) {
    if (template_key(span) != 0) {
      ++keyed;
      CHECK(set.find(span) != nullptr);
    }
    for (const MemberLetter& row : kMembers) is_valid &= is_valid_utf8(span.*row.member);
  }
  for (const PromptTemplate& t : set.templates()) {
    counted += t.count;
    CHECK(t.hash.size() == 16);
    if (is_valid) CHECK(is_valid_utf8(t.text));
  }
  CHECK(counted == keyed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::vector<Span> spans = read_records({reinterpret_cast<const char*>(data + 1), size - 1});
  const TemplateOptions options{.keys_max = (data[0] & 1) != 0 ? size_t{6} : size_t{20'000},
                                .samples = (data[0] & 2) != 0 ? size_t{3} : size_t{16},
                                .sample_bytes_max = (data[0] & 4) != 0 ? size_t{64} : size_t{4096}};
  std::vector<const Span*> order;
  for (const Span& span : spans) order.push_back(&span);
  const TemplateSet set = find_templates(order, 1, options);
  check_templates(set, spans);
  const std::vector<std::string> wanted = print(set, spans);
  fuzz::check_equal(print(find_templates(order, 2, options), spans), wanted);
  std::reverse(order.begin(), order.end());
  fuzz::check_equal(print(find_templates(order, 2, options), spans), wanted);
  return 0;
}
