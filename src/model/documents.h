// What a retrieval gave: names of documents in rank order, as Span::documents holds them.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sonde {

inline constexpr size_t kDocumentsMax = 50;
inline constexpr size_t kDocumentBytesMax = 200;

// "[]": the retrieval ran and found nothing.
inline constexpr std::string_view kNoDocuments = "[]";

// Builds the column: a compact JSON array of distinct names in the order in which they were added.
// The first kDocumentsMax are kept; longer names are cut to kDocumentBytesMax, between characters.
class DocumentList {
 public:
  // An empty name is a document of which nothing more is known.
  void add(std::string_view name);
  // What a log wrote where documents stand: an array of names, ids or objects, an object that holds
  // such an array or is one document, or one name. Null says nothing.
  void read(simdjson::dom::element value);
  // The documents of another column.
  void join(std::string_view documents);

  // Empty when nothing is known, also when there were documents and none had a name.
  std::string text() const;

 private:
  void read_list(simdjson::dom::array list);

  std::vector<std::string> names_;
  bool searched_ = false;
  bool unnamed_ = false;
};

// The name or id of one document: of itself, its "metadata" or what it wraps ("document", "node");
// else the beginning of its content. Empty when it has none of these.
std::string document_name(simdjson::dom::object document);

// DocumentList::read() alone.
std::string documents_of(simdjson::dom::element value);
// The same for a value written as text; empty when it is no JSON array or object.
std::string documents_of_json(std::string_view text);

}  // namespace sonde
