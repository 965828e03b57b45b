#include "report/execution.h"

#include <fmt/format.h>

#include "base/decimal.h"
#include "base/time.h"
#include "model/message.h"
#include "report/format_number.h"
#include "report/text_width.h"

namespace sonde {
namespace {

constexpr size_t kLabelColumns = 14;
constexpr size_t kLinesMax = 100'000;  // Of one text: enough for any prompt a model takes.

class Page {
 public:
  explicit Page(const RenderOptions& options) : width_(options.width), color_(options.color) {}

  void title(std::string_view text) {
    if (!text_.empty()) text_ += '\n';
    text_ += (color_ ? "\x1b[1m" : "") + sanitize_line(text) + (color_ ? "\x1b[0m" : "") + "\n";
  }

  // A label and a value on one or more lines; nothing when the value is not known.
  void fact(std::string_view label, std::string_view value) {
    if (value.empty()) return;
    const size_t columns = width_ > kLabelColumns + 20 ? width_ - kLabelColumns : 20;
    bool is_first = true;
    for (const std::string& line : wrap_width(sanitize_line(value), columns, kLinesMax)) {
      text_ +=
          fmt::format("{:<{}}{}\n", is_first ? label : std::string_view(), kLabelColumns, line);
      is_first = false;
    }
  }

  // A text with its own line breaks, indented.
  void block(std::string_view heading, std::string_view content) {
    title(heading);
    while (true) {
      const size_t end = std::min(content.find('\n'), content.size());
      const size_t columns = width_ > 24 ? width_ - 2 : 22;
      for (const std::string& line :
           wrap_width(sanitize_line(content.substr(0, end)), columns, kLinesMax)) {
        text_ += line.empty() ? "\n" : "  " + line + "\n";
      }
      if (end == content.size()) return;
      content.remove_prefix(end + 1);
    }
  }

  std::string take() { return std::move(text_); }

 private:
  unsigned width_;
  bool color_;
  std::string text_;
};

std::string tokens_text(const Span& span) {
  std::string text;
  const auto add = [&text](std::string_view name, const std::optional<int64_t>& tokens) {
    if (!tokens) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ",
                        format_count(static_cast<uint64_t>(*tokens)), name);
  };
  add("in", span.input_tokens);
  add("of them from the cache", span.cache_read_tokens);
  add("written to the cache", span.cache_write_tokens);
  add("out", span.output_tokens);
  add("of them reasoning", span.reasoning_tokens);
  add("in all, as reported", span.total_tokens);
  return text;
}

std::string timing_text(const Span& span) {
  std::string text;
  if (span.duration) text = format_micros(static_cast<double>(*span.duration));
  if (span.time_to_first_token) {
    text += fmt::format("{}first token after {}", text.empty() ? "" : ", ",
                        format_micros(static_cast<double>(*span.time_to_first_token)));
  }
  return text;
}

std::string outcome_text(const Span& span) {
  std::string text(to_string(span.status));
  if (!span.error_class.empty()) text += " (" + span.error_class + ")";
  if (!span.finish_reason.empty()) text += ", finish reason " + span.finish_reason;
  if (span.refusal.value_or(false)) text += ", refused";
  if (span.content_truncated) text += "; the source cut some of the content";
  return text;
}

std::string named(const std::string& name, const std::string& id) {
  if (name.empty() || id.empty()) return name.empty() ? id : name;
  return name + " (" + id + ")";
}

void write_facts(const Span& span, Page& page) {
  page.fact("time", span.start_time ? format_iso_time(*span.start_time) : "");
  page.fact("took", timing_text(span));
  page.fact("outcome", outcome_text(span));
  page.fact("error", span.status_message);
  page.fact("app", named(span.app_name, span.app_id));
  page.fact("node", named(span.node_type, span.node_id));
  page.fact("category", span.category);
  page.fact("model", span.model);
  if (span.model_requested != span.model) page.fact("asked for", span.model_requested);
  page.fact("provider", span.provider);
  page.fact("parameters", span.parameters);
  page.fact("tokens", tokens_text(span));
  if (span.cost)
    page.fact("cost",
              format_decimal_nanos(*span.cost) + " " + span.currency + ", " + span.cost_origin);
  page.fact("feedback", span.feedback);
  page.fact("prompt", span.prompt_name +
                          (span.prompt_version.empty() ? "" : " version " + span.prompt_version));
  page.fact("user", span.user_id);
  page.fact("session", span.session_id);
  page.fact("message", span.message_id);
  page.fact("run", span.run_id);
  page.fact("trace", span.trace_id);
  page.fact("parent", span.parent_span_id);
  page.fact("invoked from", span.invoke_from);
  page.fact("tool", span.tool_name);
  page.fact("dataset", span.dataset_id);
  page.fact("tags", span.tags);
  page.fact("source", span.source + (span.dialect.empty() ? "" : ", dialect " + span.dialect));
}

}  // namespace

std::string render_execution(const Span& span, const RenderOptions& options) {
  Page page(options);
  page.title(fmt::format("{} {}{}", to_string(span.kind), span.span_id,
                         span.name.empty() ? "" : ": " + span.name));
  write_facts(span, page);
  for (const Message& message : input_messages(span)) {
    page.block(message.role.empty() ? "prompt" : message.role, message.content);
    page.fact("tool calls", message.tool_calls);
  }
  if (span.output_form == Form::None) {
    page.block("answer", "(none in the log)");
  }
  for (const Message& message : output_messages(span)) {
    page.block("answer", message.content);
    page.fact("tool calls", message.tool_calls);
  }
  if (!span.attributes.empty()) page.title("attributes");
  for (const Attribute& attribute : span.attributes) page.block(attribute.key, attribute.value);
  return page.take() + "\n";
}

}  // namespace sonde
