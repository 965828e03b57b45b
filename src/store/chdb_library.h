// The embedded ClickHouse engine, libchdb.so, loaded when a store is opened: it is 570 MB, and no
// command that reads files needs it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"

namespace sonde {

struct ChdbResult;  // Opaque, owned by the library.

// The functions of libchdb that chdb_store.cc calls, by their names there without "chdb_". Sizes
// are in bytes; a result is never null and is given back with destroy_query_result.
struct ChdbLibrary {
  using Connection = void*;
  using Insert = void*;

  Connection* (*connect)(int argc, char** argv);  // Null when it cannot.
  void (*close_conn)(Connection*);
  const char* (*version)();
  void (*set_signal_handlers_enabled)(int);
  ChdbResult* (*query_with_params_n)(Connection, const char* sql, size_t, const char* format,
                                     size_t, const char* const* names, const size_t* name_sizes,
                                     const char* const* values, const size_t* value_sizes,
                                     size_t count);
  ChdbResult* (*stream_query_with_params_n)(Connection, const char* sql, size_t, const char* format,
                                            size_t, const char* const* names,
                                            const size_t* name_sizes, const char* const* values,
                                            const size_t* value_sizes, size_t count);
  ChdbResult* (*stream_fetch_result)(Connection, ChdbResult*);
  void (*stream_cancel_query)(Connection, ChdbResult*);
  Insert (*stream_insert_n)(Connection, const char* sql, size_t, const char* format, size_t);
  int (*stream_append)(Insert, const void*, size_t);  // Not 0: see stream_insert_error.
  ChdbResult* (*stream_done)(Insert);
  const char* (*stream_insert_error)(Insert);
  void (*destroy_insert_stream)(Insert);
  char* (*result_buffer)(ChdbResult*);
  size_t (*result_length)(ChdbResult*);
  const char* (*result_error)(ChdbResult*);  // Null when there is none.
  void (*destroy_query_result)(ChdbResult*);
};

// Where the library is looked for: `setting` alone when it is not empty (a file), else beside the
// program, in ../lib/sonde of it, in ../deps/chdb of it (the build folder), then where the system
// has libraries (a bare name, last).
std::vector<std::string> chdb_library_places(const std::string& setting);

// Loads it once and keeps it for the life of the process; later calls return the same library,
// whatever they ask for. Fails with Unavailable when it is missing, damaged, or lacks a function.
// Thread-safe.
Result<const ChdbLibrary*> load_chdb(const std::string& setting);

}  // namespace sonde
