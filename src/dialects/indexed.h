// Messages that a span spreads over numbered attributes or over events.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/message.h"

namespace sonde {

// What follows the rule's key, and the value.
struct Piece {
  std::string_view rest;
  std::string_view value;
};

// Pieces such as 0.message.role, 0.content, 1.message.tool_calls.0.tool_call.function.name,
// 0.message.contents.0.message_content.text. Messages come in the order of their numbers.
std::vector<Message> messages_from_pieces(const std::vector<Piece>& pieces);

// Tool definitions: 0.tool.json_schema, or 0.name, 0.description, 0.parameters. A JSON array.
std::string tools_from_pieces(const std::vector<Piece>& pieces);

// The names of documents: 0.document.id, else a name in 0.document.metadata (JSON), else the
// beginning of 0.document.content. As Span::documents has them.
std::string documents_from_pieces(const std::vector<Piece>& pieces);

// A member of an event that is one message: gen_ai.user.message, gen_ai.choice and their kin.
struct EventPiece {
  std::string_view event;  // The rule's key.
  std::string_view rest;   // [<n>.]<key>
  std::string_view value;
};

// One message for each run of pieces that share event and number, in the order given, which is that
// of the events.
std::vector<Message> messages_from_events(const std::vector<EventPiece>& pieces);

}  // namespace sonde
