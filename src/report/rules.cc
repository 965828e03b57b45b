#include "report/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/format_number.h"
#include "report/group_columns.h"
#include "report/json_parts.h"
#include "report/text_width.h"

namespace sonde {
namespace {

constexpr size_t kMessageLinesMax = 40;
constexpr size_t kMessageLineBytesMax = 500;

// Three decimals, as rules are typed; what is not all or nothing never reads so.
std::string share_text(double share) {
  if (share < 1 && share >= 0.9995) return "> 0.999";
  if (share > 0 && share < 0.0005) return "< 0.001";
  return fmt::format("{:.3f}", share);
}

std::string value_text(ValueType type, double value) {
  if (std::isinf(value)) return value > 0 ? "∞" : "-∞";
  switch (type) {
    case ValueType::Duration:
      return format_micros(std::max(value, 0.0));
    case ValueType::Money:
      return fmt::format("{:.4g}", value);
    case ValueType::Count:
      return format_count(static_cast<uint64_t>(value));
    default:
      return share_text(value);
  }
}

// "95 %", "99.17 %"
std::string confidence_text(double confidence) { return fmt::format("{:.4g} %", confidence * 100); }

std::string interval_text(const Reading& reading, double confidence) {
  const Figure& figure = *reading.figure;
  const std::string name = confidence_text(confidence) + " interval";
  if (!std::isfinite(figure.low) && !std::isfinite(figure.high)) return "too few for an interval";
  if (!std::isfinite(figure.high)) {
    return fmt::format("{} at least {}", name, value_text(reading.type, figure.low));
  }
  if (!std::isfinite(figure.low)) {
    return fmt::format("{} at most {}", name, value_text(reading.type, figure.high));
  }
  return fmt::format("{}{} {} to {}",
                     figure.enough ? "" : "too few sessions or blocks of time, so ", name,
                     value_text(reading.type, figure.low), value_text(reading.type, figure.high));
}

std::string reading_text(const Reading& reading, double confidence) {
  if (!reading.figure) return reading.metric + " is not known";
  std::string text =
      fmt::format("{} is {}", reading.metric, value_text(reading.type, reading.figure->value));
  switch (reading.figure->support) {
    case Support::Counted:
      return text;
    case Support::AtLeast:
      return text + " or more (not stated by every record)";
    case Support::Estimate:
      return text + " (no interval is kept for it)";
    case Support::Interval:
      return text + ", " + interval_text(reading, confidence);
  }
  return text;
}

std::string group_text(const RuleResult& result, const CheckResult& check) {
  std::string text;
  for (size_t i = 0; i < result.key.size() && i < check.by.size(); ++i) {
    text += fmt::format("{}{} {}", i == 0 ? "" : ", ", check.by[i], key_text(result.key[i]));
  }
  return text.empty() ? "" : " [" + text + "]";
}

std::string readings_text(const RuleResult& result) {
  std::string text;
  std::vector<std::string> said;
  for (const Reading& reading : result.readings) {
    if (std::find(said.begin(), said.end(), reading.metric) != said.end()) continue;
    said.push_back(reading.metric);
    text += (text.empty() ? "" : "; ") + reading_text(reading, result.confidence);
  }
  return text;
}

std::string raised_text(const CheckResult& check) {
  if (check.groups_judged < 2) return "";
  return fmt::format(" ({} groups are {} chances, so each is held to {} instead of {})",
                     format_count(check.groups_judged), format_count(check.groups_judged),
                     confidence_text(check.confidence), confidence_text(kConfidence));
}

// What is said about the groups of a rule that no line of their own is shown for.
std::string rest_line(const std::string& rule, const CheckResult& check,
                      const std::vector<const RuleResult*>& all, size_t left_out) {
  uint64_t counts[4] = {};
  for (const RuleResult* result : all) ++counts[static_cast<size_t>(result->verdict)];
  const uint64_t fired = counts[static_cast<size_t>(Verdict::Fired)];
  std::string text =
      fmt::format("{:<10} {}: fired in {} of {} groups, suspected in {}",
                  fired > 0 ? "fired" : "ok", rule, format_count(fired), format_count(all.size()),
                  format_count(counts[static_cast<size_t>(Verdict::Suspected)]));
  if (const uint64_t unknown = counts[static_cast<size_t>(Verdict::Unknown)]; unknown > 0)
    text += fmt::format(", not known in {}", format_count(unknown));
  if (check.groups_small > 0)
    text += fmt::format("; {} below --min-count", format_count(check.groups_small));
  if (check.groups_dropped > 0)
    text +=
        fmt::format("; {} beyond groups-max are not judged", format_count(check.groups_dropped));
  if (left_out > 0) text += fmt::format("; {} lines left out (--limit)", format_count(left_out));
  return text;
}

void append_line(const std::string& line, std::string& out) { out += sanitize_line(line) + "\n"; }

std::string table(const CheckResult& check, const CheckScope& scope, size_t limit) {
  std::string out;
  for (size_t at = 0; at < check.rules.size();) {
    const std::string& rule = check.rules[at].rule;
    if (check.by.empty() || rule == kNoDataRule) {
      append_line(rule_line(check.rules[at++], check, scope.level), out);
      continue;
    }
    std::vector<const RuleResult*> all;
    const size_t begin = at;
    for (; at < begin + check.groups_judged; ++at) all.push_back(&check.rules[at]);
    size_t shown = 0;
    size_t notable = 0;
    for (const RuleResult* result : all) {
      if (result->verdict != Verdict::Fired && result->verdict != Verdict::Suspected) continue;
      if (++notable > limit && limit > 0) continue;
      ++shown;
      append_line(rule_line(*result, check, scope.level), out);
    }
    append_line(rest_line(rule, check, all, notable - shown), out);
  }
  if (!check.by.empty() && check.groups_judged == 0) {
    append_line(fmt::format("unknown    no group to judge: {} below --min-count",
                            format_count(check.groups_small)),
                out);
  }
  if (scope.without_time > 0) {
    append_line(
        fmt::format("note       {} {} have no time and are not judged",
                    format_count(scope.without_time), level_noun(scope.level, scope.without_time)),
        out);
  }
  return out;
}

void write_limit(JsonWriter& json, std::string_view name, const Reading& reading, double value) {
  json.field(name, reading.type == ValueType::Duration ? value / 1000 : value);
}

void write_reading(JsonWriter& json, const Reading& reading) {
  constexpr std::string_view kSupport[] = {"counted", "at_least", "interval", "none"};
  constexpr std::string_view kTruth[] = {"no", "yes", "unknown"};
  json.begin_object();
  json.field("metric", reading.metric);
  json.key("value");
  if (reading.figure) {
    json.number(reading.figure->value / (reading.type == ValueType::Duration ? 1000 : 1));
    write_limit(json, "low", reading, reading.figure->low);
    write_limit(json, "high", reading, reading.figure->high);
    json.field("support", kSupport[static_cast<size_t>(reading.figure->support)]);
  } else {
    json.null();
  }
  json.field("true", kTruth[static_cast<size_t>(reading.truth)]);
  json.end_object();
}

void write_rule(JsonWriter& json, const RuleResult& result, const CheckResult& check, Level level) {
  json.begin_object();
  json.field("rule", result.rule);
  for (size_t i = 0; i < result.key.size() && i < check.by.size(); ++i)
    json.known_field(check.by[i], result.key[i]);
  json.field("verdict", to_string(result.verdict));
  json.field("count", result.count);
  json.field("confidence", result.confidence);
  json.key("readings");
  json.begin_array();
  for (const Reading& reading : result.readings) write_reading(json, reading);
  json.end_array();
  json.field("more_needed", result.more);
  json.field("line", rule_line(result, check, level));
  json.end_object();
}

std::string as_json(const CheckResult& check, const CheckScope& scope, const ReadReport& read) {
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", kJsonSchemaVersion);
  json.field("level", to_string(scope.level));
  json.field("success", scope.success);
  json.field("time_zone", scope.time_zone);
  json.field("filters", scope.filters);
  json.key("fired");
  json.boolean(check.fired());
  json.field("count", check.count);
  json.field("without_time", scope.without_time);
  json.field("excluded", read.excluded);
  json.field("rejected", read.rejected);
  json.field("groups_judged", check.groups_judged);
  json.field("groups_below_min_count", check.groups_small);
  json.field("groups_dropped", check.groups_dropped);
  json.key("rules");
  json.begin_array();
  for (const RuleResult& result : check.rules) write_rule(json, result, check, scope.level);
  json.end_array();
  write_read_report(json, read);
  json.end_object();
  return json.take();
}

std::string cut(const std::string& line) {
  const std::string clean = sanitize_line(line);
  return clean.size() <= kMessageLineBytesMax ? clean : fit_width(clean, kMessageLineBytesMax / 4);
}

// Slack reads these three as markup.
std::string slack_text(const std::string& line) {
  std::string out;
  for (const char c : line) {
    out += c == '&'   ? std::string("&amp;")
           : c == '<' ? std::string("&lt;")
           : c == '>' ? std::string("&gt;")
                      : std::string(1, c);
  }
  return out;
}

std::vector<std::string> first_lines(std::vector<std::string> lines) {
  if (lines.size() <= kMessageLinesMax) return lines;
  const size_t more = lines.size() - kMessageLinesMax;
  lines.resize(kMessageLinesMax);
  lines.push_back(fmt::format("and {} more", format_count(more)));
  return lines;
}

std::string slack_message(const std::vector<std::string>& fired,
                          const std::vector<std::string>& recovered) {
  std::string text = fired.empty() ? "*sonde check: recovered*" : "*sonde check: fired*";
  for (const std::string& line : fired) text += "\n• " + slack_text(line);
  if (!fired.empty() && !recovered.empty()) text += "\n*recovered*";
  for (const std::string& line : recovered) text += "\n• " + slack_text(line);
  JsonWriter json;
  json.begin_object();
  json.field("text", text);
  json.end_object();
  return json.take();
}

}  // namespace

std::string rule_name(const RuleResult& result, const CheckResult& check) {
  return result.rule + group_text(result, check);
}

std::string rule_line(const RuleResult& result, const CheckResult& check, Level level) {
  std::string line = fmt::format("{:<10} {}", to_string(result.verdict), rule_name(result, check));
  if (result.rule == kNoDataRule) {
    return line + (result.verdict == Verdict::Fired
                       ? fmt::format(": no data, 0 {}", level_noun(level, 0))
                       : fmt::format(": {} {}", format_count(result.count),
                                     level_noun(level, result.count)));
  }
  line += ": ";
  if (result.verdict == Verdict::Suspected) line += "suspected, not supported: ";
  line += fmt::format("{}; {} {}", readings_text(result), format_count(result.count),
                      level_noun(level, result.count));
  if (result.more) {
    line += fmt::format(", needs about {} more {}", format_count(*result.more),
                        level_noun(level, *result.more));
  }
  if (result.verdict != Verdict::Holds) line += raised_text(check);
  return line;
}

std::string render_rules(const CheckResult& check, const CheckScope& scope, const ReadReport& read,
                         const RenderOptions& options) {
  return options.format == Format::Json ? as_json(check, scope, read)
                                        : table(check, scope, options.groups_shown);
}

std::string render_message(const CheckResult& check, const std::vector<std::string>& recovered,
                           const CheckScope& scope, MessageForm form) {
  std::vector<std::string> fired_lines;
  std::vector<const RuleResult*> fired;
  for (const RuleResult& result : check.rules) {
    if (result.verdict != Verdict::Fired) continue;
    fired.push_back(&result);
    fired_lines.push_back(cut(rule_line(result, check, scope.level)));
  }
  std::vector<std::string> recovered_lines;
  for (const std::string& name : recovered) recovered_lines.push_back(cut(name));
  fired_lines = first_lines(std::move(fired_lines));
  recovered_lines = first_lines(std::move(recovered_lines));
  if (form == MessageForm::Slack) return slack_message(fired_lines, recovered_lines);
  JsonWriter json;
  json.begin_object();
  json.field("schema_version", kJsonSchemaVersion);
  json.field("event", std::string_view(fired.empty() ? "recovered" : "fired"));
  json.field("fired", fired_lines);
  json.field("recovered", recovered_lines);
  json.field("count", check.count);
  json.field("level", to_string(scope.level));
  json.field("filters", scope.filters);
  json.end_object();
  return json.take();
}

}  // namespace sonde
