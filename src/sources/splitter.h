// Finds where JSON documents begin and end in a byte stream, without parsing them: top-level
// arrays are taken apart into their elements, documents may follow one another with or without
// newlines. Strings and escapes are understood; nothing else is checked, the parser does that.
// A raw newline, which JSON forbids in a string, ends one: a lost quote confuses its line only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace sonde {

// Offsets into the scanned buffer.
struct Extent {
  size_t begin;
  size_t end;
};

// Keeps its state between calls, so that a document may span buffers. Not thread-safe.
class Splitter {
 public:
  // Scans data[from, size) and appends the documents that end in it. An extent's begin may lie
  // before `from`, at what open_begin() said. Bytes between documents that are no white space,
  // comma or bracket come out as an extent too, for the parser to reject.
  void scan(const char* data, size_t from, size_t size, std::vector<Extent>& documents);

  // Ends the input: what is still open in data[.., size) comes out as a last (broken) document.
  void finish(const char* data, size_t size, std::vector<Extent>& documents);

  // Where the unfinished document (or gap) begins: bytes before it are no longer needed.
  size_t open_begin() const { return open_begin_; }
  // Tells the splitter that the first `count` bytes of the buffer were dropped.
  void drop(size_t count) { open_begin_ -= count; }

  // Gives up on the open document (too large), of which data[.., size) was seen: what is left of it
  // is passed over.
  void skip_open(size_t size);
  // Gives up on the open document, which lost its balance: scan() goes on from `at`, where another
  // one begins.
  void restart(size_t at);

 private:
  void scan_block(const char* data, size_t at, size_t length, std::vector<Extent>& documents);
  void structural(const char* data, size_t at, std::vector<Extent>& documents);
  void add_gap(const char* data, size_t begin, size_t end, std::vector<Extent>& documents);

  size_t open_begin_ = 0;
  int64_t depth_ = 0;  // Brackets open, the top-level array not counted.
  bool in_array_ = false;
  bool skipping_ = false;   // The open document is passed over.
  uint64_t in_string_ = 0;  // All ones inside a string.
  uint64_t escaped_ = 0;    // 1 when the next byte is escaped.
};

}  // namespace sonde
