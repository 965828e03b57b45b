// Splits a response body into the JSON events it is made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sonde {

// The data of server-sent events, or the lines of JSON lines; views into `body`. "[DONE]" and
// comments are left out.
std::vector<std::string_view> split_events(std::string_view body);

// The payloads of AWS event stream frames, {"bytes": base64} decoded, one JSON text each. Bytes
// that are no JSON object come as {"text": ...}. Stops at the first broken frame. Format:
// https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html
std::vector<std::string> decode_aws_frames(std::string_view bytes);

}  // namespace sonde
