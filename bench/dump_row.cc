#include "dump_row.h"

#include <cstdio>
#include <ctime>
#include <utility>

namespace sonde {

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  out += text;
  return out += '"';
}

Row& Row::raw(std::string_view name, std::string_view value) {
  out_ += out_.empty() ? "{\"" : ",\"";
  out_ += name;
  out_ += "\":";
  out_ += value;
  return *this;
}

Row& Row::number(std::string_view name, long long value) {
  return raw(name, std::to_string(value));
}

Row& Row::seconds(std::string_view name, double value) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.6f", value);
  return raw(name, digits);
}

Row& Row::text(std::string_view name, std::string_view escaped) {
  return raw(name, escaped.empty() ? "null" : in_quotes(escaped));
}

Row& Row::encoded(std::string_view name, std::string_view json) {
  if (json.empty()) return raw(name, "null");
  raw(name, "\"");
  for (const char c : json) {
    if (c == '"' || c == '\\') out_ += '\\';
    out_ += c;
  }
  out_ += '"';
  return *this;
}

std::string Row::done() && { return std::move(out_) + "}"; }

std::string price(long long units) {
  char digits[40];
  std::snprintf(digits, sizeof digits, "%lld.%07lld", units / 10000000, units % 10000000);
  return digits;
}

std::string usage_json(const Call& call) {
  const Model& model = kModels[call.model];
  Row row;
  row.number("prompt_tokens", call.input_tokens)
      .text("prompt_unit_price", price(model.input_price * 100000LL))
      .text("prompt_price_unit", "0.000001")
      .number("completion_tokens", call.output_tokens)
      .text("completion_unit_price", price(model.output_price * 100000LL))
      .text("completion_price_unit", "0.000001")
      .number("total_tokens", call.input_tokens + call.output_tokens)
      .text("total_price", price(call.cost_units))
      .text("currency", "USD")
      .seconds("latency", call.latency)
      .seconds("time_to_first_token", call.latency * 0.2);
  return std::move(row).done();
}

std::string prompts_json(std::string_view system_prompt, const Call& call) {
  return "[{\"role\": \"system\", \"text\": \"" + std::string(system_prompt) +
         "\", \"files\": []}, {\"role\": \"user\", \"text\": \"" + call.query +
         "\", \"files\": []}]";
}

std::string timestamp(double time) {
  const auto seconds = static_cast<time_t>(time);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%06d", utc.tm_year + 1900,
                utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                static_cast<int>((time - static_cast<double>(seconds)) * 1e6));
  return text;
}

}  // namespace sonde
