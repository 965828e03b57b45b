#include "model/documents.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

#include "model/json_text.h"

namespace sonde {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

namespace {

// In order of preference: people know a document by its name.
constexpr std::string_view kNameKeys[] = {
    "document_name", "document_id", "id",     "id_",       "doc_id", "name",    "title",
    "file_name",     "filename",    "source", "file_path", "url",    "document"};
constexpr std::string_view kContentKeys[] = {"content", "page_content", "pageContent", "text"};
constexpr std::string_view kListKeys[] = {"documents",        "retrieved_documents",
                                          "source_documents", "docs",
                                          "result",           "results",
                                          "matches",          "nodes",
                                          "chunks",           "sources",
                                          "contexts"};
// What frameworks wrap a document in, beside its score.
constexpr std::string_view kWrapperKeys[] = {"document", "node", "kwargs"};

std::string scalar_text(element value) {
  std::string_view text;
  if (value.get_string().get(text) == SUCCESS) return std::string(text);
  return value.is_int64() || value.is_uint64() ? simdjson::minify(value) : std::string();
}

// At most twice a document and its metadata.
std::vector<object> places_of(object document) {
  std::vector<object> places = {document};
  object inner;
  for (const std::string_view key : kWrapperKeys) {
    if (document.at_key(key).get_object().get(inner) == SUCCESS) places.push_back(inner);
  }
  const size_t own = places.size();
  for (size_t i = 0; i < own; ++i) {
    if (places[i].at_key("metadata").get_object().get(inner) == SUCCESS) places.push_back(inner);
  }
  return places;
}

template <size_t N>
std::string first_text(const std::vector<object>& places, const std::string_view (&keys)[N]) {
  for (const std::string_view key : keys) {
    for (const object& place : places) {
      element value;
      if (place.at_key(key).get(value) != SUCCESS) continue;
      std::string text = scalar_text(value);
      if (!text.empty()) return text;
    }
  }
  return {};
}

std::string_view cut(std::string_view name) {
  if (name.size() <= kDocumentBytesMax) return name;
  size_t size = kDocumentBytesMax;
  while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0) == 0x80) --size;
  return name.substr(0, size);
}

}  // namespace

void DocumentList::add(std::string_view name) {
  searched_ = true;
  name = cut(name);
  if (name.empty()) {
    unnamed_ = true;
  } else if (names_.size() < kDocumentsMax &&
             std::find(names_.begin(), names_.end(), name) == names_.end()) {
    names_.emplace_back(name);
  }
}

void DocumentList::read_list(array list) {
  searched_ = true;
  for (element item : list) {
    if (names_.size() == kDocumentsMax) return;
    // A pair of a document and its score.
    if (item.is_array() && item.at(0).get(item) != SUCCESS) continue;
    object document;
    add(item.get_object().get(document) == SUCCESS ? document_name(document) : scalar_text(item));
  }
}

void DocumentList::read(element value) {
  array list;
  if (value.get_array().get(list) == SUCCESS) return read_list(list);
  object document;
  if (value.get_object().get(document) != SUCCESS) {
    const std::string name = scalar_text(value);
    if (!name.empty()) add(name);
    return;
  }
  for (const std::string_view key : kListKeys) {
    if (document.at_key(key).get_array().get(list) == SUCCESS) return read_list(list);
  }
  const std::string name = document_name(document);
  if (!name.empty()) add(name);
}

void DocumentList::join(std::string_view documents) {
  simdjson::dom::parser parser;
  array list;
  if (parse_text(parser, documents).get_array().get(list) == SUCCESS) {
    read_list(list);
  }
}

std::string DocumentList::text() const {
  if (names_.empty()) return searched_ && !unnamed_ ? std::string(kNoDocuments) : std::string();
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartArray();
  for (const std::string& name : names_) {
    writer.String(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }
  writer.EndArray();
  return {buffer.GetString(), buffer.GetSize()};
}

std::string document_name(object document) {
  const std::vector<object> places = places_of(document);
  std::string name = first_text(places, kNameKeys);
  return name.empty() ? first_text(places, kContentKeys) : name;
}

std::string documents_of(element value) {
  DocumentList list;
  list.read(value);
  return list.text();
}

std::string documents_of_json(std::string_view text) {
  thread_local simdjson::dom::parser parser;
  if (!text.starts_with('[') && !text.starts_with('{')) return {};
  element value;
  if (parse_text(parser, text).get(value) != SUCCESS) return {};
  return documents_of(value);
}

}  // namespace sonde
