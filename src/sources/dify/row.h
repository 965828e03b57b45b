// One row of a Dify export on its way through the join: a span half filled, with the keys that tie
// it to other rows, and its compact serialized form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/span.h"

namespace sonde::dify {

enum class RowKind : uint8_t { Message, Run, Node };

// How much a source tells of a row. Rows of one id are merged field by field; the richer row wins.
enum class Rank : uint8_t {
  Pointer,  // Names the row and little else (workflow_app_logs, conversation lists).
  Quote,    // Quotes it, once for each thing said of it (feedback export).
  Thin,     // Text or totals only (pages without inputs, exports without figures).
  Full,     // Console detail.
  Table,    // The database row itself.
};

struct Row {
  RowKind kind = RowKind::Message;
  Rank rank = Rank::Full;
  bool debugger = false;  // Started from the editor.
  // A message from a source that never names its workflow run: it may belong to one all the same.
  bool run_untold = false;
  // A message whose list of citations is there and empty. Dify writes one in apps without any
  // knowledge base too, so it takes the app's configuration to say that nothing was found.
  bool cites_nothing = false;
  bool retried = false;  // A node's attempt that failed and was made again.
  // A fail branch or default value took up the error: the node's own, or one in the run.
  bool handled = false;
  int32_t index = 0;        // A node's place in its run.
  std::string workflow_id;  // Finds the version where the row does not tell it.
  std::string app_mode;     // chat, completion, agent-chat, advanced-chat, workflow.
  // span_id is the row's id. run_id, message_id, session_id, app_id and user_id are as read.
  Span span;

  void clear();
};

// The id that ties the rows of one execution together: the run, else the message, else the row.
std::string_view trace_key(const Row& row);

// A hash of an id that takes no notice of case and hyphens. Never 0.
uint64_t id_hash(std::string_view id);

// What sorting and grouping need of a serialized row, without decoding it.
struct RowHeader {
  uint32_t bytes = 0;  // Of the whole serialized row, this header included.
  RowKind kind = RowKind::Message;
  Rank rank = Rank::Full;
  uint64_t key = 0;  // id_hash(trace_key)
  uint64_t id = 0;   // id_hash(span_id)
};

// Appends the row. At most 4 GiB a row.
void encode(const Row& row, std::string& bytes);
// The header of the row at the start of `bytes`. The bytes must come from encode().
RowHeader decode_header(std::string_view bytes);
void decode(std::string_view bytes, Row& row);

// Gives the row at the start of `bytes` another key: it turned out to belong elsewhere.
void set_key(std::string& bytes, uint64_t key);

// Fills what `row` does not know from `other`, a row of the same kind and id that ranks no higher.
void merge(Row& row, const Row& other);

}  // namespace sonde::dify
