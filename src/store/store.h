// The only door to ClickHouse. Nothing above this header knows whether spans live in a folder of
// the embedded engine or on a server.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sonde {

// Bound by the engine, never spliced into the statement.
struct Param {
  enum class Form : uint8_t {
    Text,     // For {name:String} and numbers: the value itself.
    Literal,  // For {name:Array(...)} and the like: ClickHouse's notation, see quoted_list().
  };
  std::string name;  // As written in the statement.
  std::string value;
  Form form = Form::Text;
};

// 'it\'s': a text in a statement, where it can be no parameter, such as a file's name.
std::string quoted(std::string_view text);
// ['it\'s','b']: the notation of Array(String).
std::string quoted_list(const std::vector<std::string>& values);
// A parameter of the form Text as the engine unescapes it: as a field of TSV.
std::string escaped_param(std::string_view value);

struct Query {
  std::string sql;
  std::vector<Param> params = {};
  std::string format = "JSONEachRow";  // Of ClickHouse's formats.
};

class Store {
 public:
  // Given each piece of a result in order; false ends the query.
  using Sink = std::function<bool(std::string_view piece)>;

  virtual ~Store() = default;

  // Runs one statement that only reads and returns its rows as text; the statement cannot change
  // settings. Blocks for at most `query-seconds-max`. Fails with InvalidInput (the statement is
  // wrong, or would write), TooLarge (memory) or Unavailable (time, or the store cannot be
  // reached).
  virtual Result<std::string> query(const Query& query) = 0;

  // The same, a piece at a time: for results of any size. On an error pieces may have been given.
  virtual Result<> stream(const Query& query, const Sink& sink) = 0;

  // The same into a new file, whole: some formats (Parquet) cannot be given in pieces. `path` is
  // where this process may write. Fails with InvalidInput too when the file exists.
  virtual Result<> save(const Query& query, const std::string& path) = 0;

  // Runs one statement that defines or changes something; returns nothing.
  virtual Result<> execute(const std::string& sql) = 0;

  // Appends rows to a table; `native` is one or more blocks of ClickHouse's Native format. On an
  // error none of the rows, or all, may be there: inserting the same bytes with the same `batch_id`
  // (letters, digits, '.', ':', '_', '-') again is safe and stores them once, while no more than
  // the table's deduplication window of batches came between.
  virtual Result<> insert(std::string_view table, std::string_view native,
                          std::string_view batch_id) = 0;
};

}  // namespace sonde
