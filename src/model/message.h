// A prompt or answer as a list of messages, whatever shape the log kept it in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/span.h"

namespace sonde {

struct Message {
  std::string role;     // system, developer, user, assistant, tool; empty for plain text.
  std::string content;  // Text parts joined by a newline; other parts as [image], [audio], [file].
  std::string tool_calls;  // JSON array, or empty.
};

// The prompt's messages, the system prompt first. Text becomes one message with role "user".
// Understands content as string, as array of parts ({"type":"text","text"}, OTel parts with
// "content"), Dify's {"role","text"}, and Gemini's {"role","parts"}. JSON that is no message list
// comes back as one message that holds it.
std::vector<Message> input_messages(const Span& span);

// The answer's messages, likewise; role "assistant".
std::vector<Message> output_messages(const Span& span);

// The messages' contents joined by blank lines, without roles: what checks search and measure.
std::string prompt_text(const Span& span);
std::string answer_text(const Span& span);

// A call of a tool that an answer asks for.
struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  // As sent: JSON as text.
};
// [{"id":..,"name":..,"arguments":..}], what Message::tool_calls holds; empty for none.
std::string to_json(const std::vector<ToolCall>& calls);

// Writes messages in the canonical JSON form: [{"role":..,"content":..,"tool_calls":..}].
std::string to_json(const std::vector<Message>& messages);

}  // namespace sonde
