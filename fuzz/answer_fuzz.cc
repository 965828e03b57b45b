// Response bodies of any provider: JSON, event streams, JSON lines, AWS frames, base64.
#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "model/finish_reason.h"
#include "sources/provider/answer.h"
#include "sources/provider/base64.h"
#include "sources/provider/endpoint.h"
#include "sources/provider/frames.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sonde;
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 4) {
    case 0: {
      const Answer answer = read_answer(text);
      CHECK(answer.error.size() <= 2'000 || answer.shape != nullptr);
      normal_finish_reason(answer.finish);
      break;
    }
    case 1:
      for (const std::string_view event : split_events(text)) {
        CHECK(event.data() >= text.data());
        CHECK(event.data() + event.size() <= text.data() + text.size());
      }
      break;
    case 2:
      for (const std::string& frame : decode_aws_frames(text)) CHECK(!frame.empty());
      if (const auto bytes = decode_base64(text)) CHECK(bytes->size() <= text.size());
      break;
    default: {
      const Address address = split_url(text);
      provider_of_host(address.host);
      provider_of_model(text);
      model_in_path(address.path);
      generic_path(address.path);
      is_administration(address.path);
      break;
    }
  }
  return 0;
}
