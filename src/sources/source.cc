#include "sources/source.h"

#include <algorithm>
#include <tuple>

namespace sonde {

void add_note(Notes& notes, std::string_view sentence, const Location& where) {
  auto found = notes.find(sentence);
  if (found == notes.end()) found = notes.emplace(sentence, Note{0, where}).first;
  Note& note = found->second;
  ++note.count;
  // The first place, in whatever order the threads came by.
  if (std::tie(where.file, where.byte) < std::tie(note.first.file, note.first.byte))
    note.first = where;
}

void Keys::assign(simdjson::dom::object object) {
  keys_.clear();
  for (const auto field : object) keys_.push_back(field.key);
}

bool Keys::has(std::string_view key) const {
  return std::find(keys_.begin(), keys_.end(), key) != keys_.end();
}

bool Keys::has_all(std::initializer_list<std::string_view> keys) const {
  return std::all_of(keys.begin(), keys.end(), [this](std::string_view key) { return has(key); });
}

const Source* detect_source(simdjson::dom::object document) {
  Keys keys;
  keys.assign(document);
  for (const Source& source : all_sources()) {
    if (source.matches(keys, document)) return &source;
  }
  return nullptr;
}

Result<> read_document(simdjson::dom::object document, ReadContext& context) {
  const Source* const source = detect_source(document);
  if (source != nullptr) return source->read(document, context);
  Keys keys;
  keys.assign(document);
  std::string found;
  for (size_t i = 0; i < keys.list().size() && i < 8; ++i) {
    found += (i == 0 ? "" : ", ") + std::string(keys.list()[i].substr(0, 40));
  }
  return fail(Code::InvalidInput,
              "not a log format sonde knows: it has {}, but no prompt with an answer, a response "
              "time, a model or an outcome",
              found.empty() ? "no keys" : "the keys " + found);
}

}  // namespace sonde
