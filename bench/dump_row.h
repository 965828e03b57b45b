// The pieces of which the rows of a Dify SQL dump are made. Not thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace sonde {

struct Model {
  const char* name;
  const char* provider;
  int tokens_per_second;
  int input_price;  // USD per 100 million tokens, so that costs stay whole numbers.
  int output_price;
};
inline constexpr Model kModels[] = {
    {"gpt-4o-mini", "langgenius/openai/openai", 90, 15, 60},
    {"gpt-4o", "langgenius/openai/openai", 70, 250, 1000},
    {"claude-sonnet-4-20250514", "langgenius/anthropic/anthropic", 75, 300, 1500},
    {"gemini-2.0-flash", "langgenius/gemini/google", 160, 10, 40},
    {"deepseek-chat", "langgenius/deepseek/deepseek", 45, 27, 110},
    {"qwen-max", "langgenius/tongyi/tongyi", 40, 160, 640},
};

// One model call, with its texts already escaped for JSON.
struct Call {
  int model = 0;
  bool ok = true;
  bool handled = false;  // Failed, and the workflow went on by its fail branch.
  int input_tokens = 0;
  int output_tokens = 0;
  long long cost_units = 0;  // 1e-7 USD: Dify keeps prices as numeric(10,7).
  double latency = 0;        // Seconds.
  std::string query;
  std::string answer;  // Empty when the call failed.
  std::string error;
};

// One row, or one JSON object within it, in the making. Names and values are written as they are.
class Row {
 public:
  Row& raw(std::string_view name, std::string_view value);
  Row& number(std::string_view name, long long value);
  Row& seconds(std::string_view name, double value);
  // A string value, or null when it is empty.
  Row& text(std::string_view name, std::string_view escaped);
  // A text column that holds JSON: the JSON is a string of the row, or null when it is empty.
  Row& encoded(std::string_view name, std::string_view json);
  std::string done() &&;

 private:
  std::string out_;
};

std::string in_quotes(std::string_view text);

// A price of `units` 1e-7 USD as Dify prints it.
std::string price(long long units);

// The usage block of dify's model runtime, and the prompt array of a rendered prompt.
std::string usage_json(const Call& call);
std::string prompts_json(std::string_view system_prompt, const Call& call);

// `time` in seconds since 1970, as a timestamp without time zone.
std::string timestamp(double time);

}  // namespace sonde
