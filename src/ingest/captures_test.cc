// Every recorded request of real clients, replayed: what is merged must be what the manifests
// expect, in whatever order the requests come and however often.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <set>

#include "base/decimal.h"
#include "dialects/values.h"
#include "ingest/replay_test.h"

namespace sonde {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

struct Gap {
  std::string_view what;  // client, scenario, field; * for any.
  std::string_view why;
};

// What does not hold, and why. A gap that closed fails the test, so that its line goes.
constexpr Gap kGaps[] = {
    {"langfuse-v3 embeddings has_output",
     "an empty text where embeddings have no answer; an empty attribute says nothing"},
    {"openllmetry feedback score",
     "an annotation of an entity of the application's own, which is no span, trace or session"},
};

std::string text(element value) {
  std::string_view string;
  return value.get_string().get(string) == simdjson::SUCCESS ? std::string(string)
                                                             : simdjson::minify(value);
}

std::string text(object parent, std::string_view key) {
  element value;
  return parent.at_key(key).get(value) == simdjson::SUCCESS && !value.is_null() ? text(value) : "";
}

std::optional<double> number(object parent, std::string_view key) {
  double value = 0;
  if (parent.at_key(key).get_double().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::vector<element> list(object parent, std::string_view key) {
  array items;
  if (parent.at_key(key).get_array().get(items) != simdjson::SUCCESS) return {};
  return {items.begin(), items.end()};
}

std::string or_none(std::optional<int64_t> value) { return value ? std::to_string(*value) : ""; }

// Collects what differs, a line each.
class Comparison {
 public:
  Comparison(std::string scenario, const Replayed& replayed)
      : scenario_(std::move(scenario)), replayed_(replayed) {}

  void run(object scenario) {
    object expect;
    ASSERT_EQ(scenario.at_key("expect").get_object().get(expect), simdjson::SUCCESS);
    std::set<std::string> traces;
    for (const auto& [key, row] : replayed_.rows) {
      // Log records whose span the client lost are no trace yet.
      if (row.span.status != Status::Unknown || !row.span.name.empty()) traces.insert(key.first);
    }
    same("trace_count", "all", text(expect, "trace_count"), std::to_string(traces.size()));
    for (const element record : list(expect, "other")) check_log(record.get_object().value());
    for (const element trace : list(expect, "traces")) check_trace(trace.get_object().value());
    for (const element score : list(expect, "scores")) check_score(score.get_object().value());
    check_calls(scenario);
  }

  const std::map<std::string, std::vector<std::string>>& differences() const {
    return differences_;
  }

 private:
  void differ(std::string_view field, const std::string& where, const std::string& want,
              const std::string& got) {
    differences_[scenario_ + " " + std::string(field)].push_back(
        fmt::format("{}: want '{}', got '{}'", where, want, got));
  }
  void same(std::string_view field, const std::string& where, const std::string& want,
            const std::string& got) {
    if (want != got) differ(field, where, want, got);
  }

  // The root's word, else that of any span.
  std::string of_trace(const std::vector<const Span*>& spans, std::string Span::*member) const {
    std::string value;
    for (const Span* const span : spans) {
      if ((span->*member).empty()) continue;
      if ((span->levels & bit(Level::Run)) != 0) return span->*member;
      if (value.empty()) value = span->*member;
    }
    return value;
  }

  static bool has_attribute(const std::vector<const Span*>& spans, std::string_view key,
                            std::string_view value) {
    return std::any_of(spans.begin(), spans.end(), [&](const Span* span) {
      return std::any_of(
          span->attributes.begin(), span->attributes.end(), [&](const Attribute& attribute) {
            const bool flat = attribute.key.ends_with(key) && attribute.value == value;
            const bool nested = attribute.key.ends_with("metadata") &&
                                attribute.value.find(key) != std::string::npos &&
                                attribute.value.find(value) != std::string::npos;
            return flat || nested;
          });
    });
  }

  void check_trace(object want) {
    const std::string id = text(want, "trace_id");
    const std::vector<const Span*> spans = replayed_.trace(id);
    const std::vector<element> observations = list(want, "observations");
    if (spans.empty()) return differ("trace", id, "a trace", "nothing");
    for (const auto& [key, member] :
         {std::pair("user_id", &Span::user_id), std::pair("session_id", &Span::session_id),
          std::pair("environment", &Span::environment), std::pair("release", &Span::release)}) {
      if (const std::string value = text(want, key); !value.empty()) {
        same(key, id, value, of_trace(spans, member));
      }
    }
    check_trace_name(want, spans, observations.empty());
    check_tags(want, spans);
    if (const std::string service = text(want, "service"); !service.empty()) {
      if (of_trace(spans, &Span::app_name) != service &&
          !has_attribute(spans, "service.name", service)) {
        differ("service", id, service, of_trace(spans, &Span::app_name));
      }
    }
    if (const std::string version = text(want, "version"); !version.empty()) {
      if (of_trace(spans, &Span::release) != version &&
          !has_attribute(spans, "langfuse.version", version)) {
        differ("version", id, version, "");
      }
    }
    object metadata;
    if (want.at_key("metadata").get_object().get(metadata) == simdjson::SUCCESS) {
      for (const auto& [key, value] : metadata) {
        if (key != "langfusePrompt" && !has_attribute(spans, key, text(value))) {
          differ("metadata", id, std::string(key) + "=" + text(value), "");
        }
      }
    }
    size_t count = 0;
    for (const Span* const span : spans) {
      if (span->span_id != span->trace_id) ++count;  // Langfuse's traces are rows of their own.
    }
    same("observation_count", id, text(want, "observation_count"), std::to_string(count));
    for (const element observation : observations) {
      check_observation(id, observation.get_object().value());
    }
  }

  void check_trace_name(object want, const std::vector<const Span*>& spans, bool is_empty) {
    const std::string id = text(want, "trace_id");
    const std::string name = text(want, "name");
    if (name.empty() || is_empty) return;
    std::set<std::string> names = {of_trace(spans, &Span::trace_name)};
    for (const Span* const span : spans) {
      const bool is_root = replayed_.span(id, span->parent_span_id) == nullptr;
      if (is_root || (span->levels & bit(Level::Run)) != 0) names.insert(span->name);
    }
    if (!names.contains(name)) differ("name", id, name, fmt::format("{}", fmt::join(names, "|")));
  }

  void check_tags(object want, const std::vector<const Span*>& spans) {
    std::set<std::string> tags;
    for (const Span* const span : spans) {
      std::string_view rest = span->tags;
      while (!rest.empty()) {
        const size_t end = std::min(rest.find(','), rest.size());
        tags.emplace(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    for (const element tag : list(want, "tags")) {
      if (!tags.contains(text(tag))) {
        differ("tags", text(want, "trace_id"), text(tag), fmt::format("{}", fmt::join(tags, ",")));
      }
    }
  }

  // Langfuse's buckets exclude each other where they add up to the total; ours never do.
  struct Tokens {
    std::string input;
    std::string output;
  };
  static Tokens wanted_tokens(object want) {
    Tokens tokens{text(want, "input_tokens"), text(want, "output_tokens")};
    object usage;
    if (want.at_key("usage_details").get_object().get(usage) != simdjson::SUCCESS) return tokens;
    double input = 0;
    double output = 0;
    for (const auto& [key, value] : usage) {
      double count = 0;
      if (value.get_double().get(count) != simdjson::SUCCESS) continue;
      if (key.starts_with("input")) input += count;
      if (key.starts_with("output")) output += count;
    }
    if (input + output != number(usage, "total")) return tokens;
    return {fmt::format("{}", input), fmt::format("{}", output)};
  }

  void check_observation(const std::string& trace, object want) {
    const std::string id = text(want, "id");
    const Span* const span = replayed_.span(trace, id);
    const std::string where = trace + "/" + id + " " + text(want, "name");
    if (span == nullptr) return differ("observation", where, "a span", "nothing");
    same("observation.name", where, text(want, "name"), span->name);
    if (const std::string parent = text(want, "parent_id"); !parent.empty()) {
      same("parent", where, parent, span->parent_span_id);
    }
    check_kind(*span, where, text(want, "type"));
    const auto present = [&](std::string_view key, const std::string& got) {
      if (const std::string value = text(want, key); !value.empty()) same(key, where, value, got);
    };
    present("model", span->model);
    present("request_model", span->model_requested);
    const std::string provider = text(want, "provider");
    if (!provider.empty()) {
      same("provider", where, provider.substr(0, provider.find('.')), span->provider);
    }
    const Tokens tokens = wanted_tokens(want);
    same("input_tokens", where, tokens.input, or_none(span->input_tokens));
    same("output_tokens", where, tokens.output, or_none(span->output_tokens));
    present("total_tokens", or_none(span->total_tokens));
    present("cached_input_tokens", or_none(span->cache_read_tokens));
    check_outcome(*span, where, want);
    check_times(*span, where, want);
    object prompt;
    if (want.at_key("prompt").get_object().get(prompt) == simdjson::SUCCESS) {
      same("prompt.name", where, text(prompt, "name"), span->prompt_name);
      same("prompt.version", where, text(prompt, "version"), span->prompt_version);
    }
    if (const auto cost = number(want, "cost")) {
      // The zeros of failed calls are no cost.
      const bool is_known = *cost > 0 || text(want, "status") != "error";
      same("cost", where, is_known ? std::to_string(std::llround(*cost * 1e9)) : "",
           or_none(span->cost));
    }
    for (const auto& [key, form] :
         {std::pair("has_input", span->input_form), std::pair("has_output", span->output_form)}) {
      if (text(want, key) == "true") {
        same(key, where, "true", form == Form::None ? "false" : "true");
      }
    }
    const std::string scope = text(want, "scope");
    if (!scope.empty() && !has_attribute({span}, "otel.scope.name", scope)) {
      differ("scope", where, scope, "");
    }
  }

  void check_kind(const Span& span, const std::string& where, const std::string& type) {
    static const std::map<std::string, Kind> kKinds = {
        {"generation", Kind::Llm},      {"embedding", Kind::Embedding}, {"agent", Kind::Agent},
        {"tool", Kind::Tool},           {"retriever", Kind::Retrieval}, {"event", Kind::Event},
        {"evaluator", Kind::Evaluator}, {"guardrail", Kind::Guardrail},
    };
    const bool is_call = type == "generation" || type == "embedding";
    same("call", where, is_call ? "true" : "false",
         (span.levels & bit(Level::Call)) != 0 ? "true" : "false");
    const auto kind = kKinds.find(type);
    if (kind == kKinds.end()) return;
    // Embeddings are generations to some clients.
    if (is_call && span.kind == Kind::Embedding) return;
    same("kind", where, std::string(to_string(kind->second)), std::string(to_string(span.kind)));
  }

  void check_outcome(const Span& span, const std::string& where, object want) {
    const std::string status = text(want, "status");
    same("status", where, status == "error" ? "error" : "ok", std::string(to_string(span.status)));
    for (const std::string_view key : {"error_message", "status_message"}) {
      if (const std::string message = text(want, key); !message.empty()) {
        same(key, where, message, span.status_message);
      }
    }
    if (status == "error" && span.error_class.empty()) differ("error_class", where, "one", "");
    const std::string reason = text(want, "finish_reasons");
    if (!reason.empty()) {
      same("finish_reason", where, parse_finish_reason(reason), span.finish_reason);
    }
  }

  void check_times(const Span& span, const std::string& where, object want) {
    const auto near = [&](std::string_view key, std::optional<int64_t> got, double slack) {
      const auto value = number(want, key);
      if (value && (!got || std::abs(*value * 1000 - static_cast<double>(*got)) > slack)) {
        differ(key, where, text(want, key), or_none(got));
      }
    };
    near("duration_ms", span.duration, 2);
    near("ttft_ms", span.time_to_first_token, 1000);
  }

  void check_score(object want) {
    const std::string name = text(want, "name");
    const auto found =
        std::find_if(replayed_.scores.begin(), replayed_.scores.end(), [&](const auto& entry) {
          const std::string id = text(want, "id");
          return entry.second.name == name && (id.empty() || entry.second.id == id);
        });
    if (found == replayed_.scores.end()) return differ("score", name, name, "nothing");
    const Score& score = found->second;
    object target = want;
    if (want.at_key("target").get_object().get(target) != simdjson::SUCCESS) target = want;
    same("score.trace_id", name, text(target, "trace_id"), score.trace_id);
    same("score.span_id", name, text(target, "observation_id") + text(target, "span_id"),
         score.span_id);
    same("score.session_id", name, text(target, "session_id"), score.session_id);
    same("score.comment", name, text(want, "comment"), score.comment);
    if (const auto value = number(want, "value")) {
      same("score.value", name, fmt::format("{}", *value),
           score.value ? fmt::format("{}", *score.value) : "");
    } else {
      same("score.label", name, text(want, "value") + text(want, "label"), score.label);
    }
  }

  // A message that came as a log record stands in the span that it names.
  void check_log(object want) {
    if (text(want, "kind") != "otlp log" || text(want, "span_id").empty()) return;
    simdjson::dom::parser parser;
    object body;
    if (parser.parse(text(want, "body")).get_object().get(body) != simdjson::SUCCESS) return;
    object message = body;
    if (body.at_key("message").get_object().get(message) != simdjson::SUCCESS) message = body;
    element content;
    if (message.at_key("content").get(content) != simdjson::SUCCESS) return;
    // As it is, or as a string of JSON.
    const std::string plain = text(content).substr(0, 20);
    const std::string quoted = simdjson::minify(content).substr(1, 20);
    const Span* const span = replayed_.span(text(want, "trace_id"), text(want, "span_id"));
    if (plain.empty()) return;
    if (span == nullptr) return differ("log", text(want, "event"), plain, "no span");
    const std::string said = span->system + span->input + span->output;
    if (said.find(plain) == std::string::npos && said.find(quoted) == std::string::npos) {
      differ("log", text(want, "event"), plain, said);
    }
  }

  // Against what the model server answered: each call that the client told once, none twice.
  void check_calls(object scenario) {
    object check;
    ASSERT_EQ(scenario.at_key("check").get_object().get(check), simdjson::SUCCESS);
    std::multiset<std::string> stored;
    size_t failed = 0;
    for (const auto& [key, row] : replayed_.rows) {
      if ((row.span.levels & bit(Level::Call)) == 0) continue;
      failed += row.span.status == Status::Error ? 1 : 0;
      stored.insert(fmt::format("{} {} {}", row.span.model, or_none(row.span.input_tokens),
                                or_none(row.span.output_tokens)));
    }
    size_t matched = 0;
    for (const element call : list(scenario, "llm_calls")) {
      const object answer = call.get_object().value();
      // Anthropic's count leaves out what was read from and written to the cache.
      const double input = number(answer, "prompt_tokens").value_or(0) +
                           number(answer, "cache_creation").value_or(0) +
                           number(answer, "cache_read").value_or(0);
      const std::string tokens = fmt::format("{} {}", input, text(answer, "completion_tokens"));
      for (const std::string_view key : {"response_model", "model"}) {
        const auto found = stored.find(text(answer, key) + " " + tokens);
        if (found == stored.end()) continue;
        stored.erase(found);
        ++matched;
        break;
      }
    }
    if (matched < number(check, "tokens_matched")) {
      differ("calls", "all", text(check, "tokens_matched"),
             fmt::format("{}, and left {}", matched, fmt::join(stored, "; ")));
    }
    same("calls_failed", "all", text(check, "errors_marked"), std::to_string(failed));
  }

  std::string scenario_;
  const Replayed& replayed_;
  std::map<std::string, std::vector<std::string>> differences_;
};

void for_each_scenario(
    const std::function<void(const std::string&, const std::string&, object)>& visit) {
  const std::filesystem::path root = SONDE_SOURCE_DIR "/tests/golden/captures";
  for (const auto& folder : std::filesystem::directory_iterator(root)) {
    if (!folder.is_directory()) continue;
    simdjson::dom::parser parser;
    const element manifest = parser.load((folder.path() / "manifest.json").string()).value();
    const std::string client = text(manifest.get_object().value(), "client");
    const object scenarios = manifest["scenarios"].get_object().value();
    for (const auto& [name, scenario] : scenarios) {
      visit(folder.path().string(), client + " " + std::string(name),
            scenario.get_object().value());
    }
  }
}

const Gap* known_gap(std::string_view what) {
  const auto known = std::find_if(std::begin(kGaps), std::end(kGaps),
                                  [&](const Gap& gap) { return gap.what == what; });
  return known == std::end(kGaps) ? nullptr : known;
}

TEST(Captures, GiveWhatTheManifestsExpect) {
  std::set<std::string_view> seen;
  size_t scenarios = 0;
  for_each_scenario([&](const std::string& folder, const std::string& name, object scenario) {
    ++scenarios;
    const Replayed replayed = replay(folder, list(scenario, "requests"));
    Comparison comparison(name, replayed);
    comparison.run(scenario);
    for (const auto& [what, lines] : comparison.differences()) {
      if (const Gap* const known = known_gap(what)) {
        seen.insert(known->what);
        continue;
      }
      ADD_FAILURE() << what << " (" << lines.size() << ")\n  " << lines.front();
    }
  });
  EXPECT_EQ(scenarios, 133U);
  for (const Gap& gap : kGaps) {
    EXPECT_TRUE(seen.contains(gap.what)) << gap.what << " holds now: take its line out of kGaps";
  }
}

// Dify sends each event in a request of its own.
TEST(Captures, GiveTheSameWhenEachEventComesAlone) {
  for_each_scenario([](const std::string& folder, const std::string& name, object scenario) {
    const Replayed replayed = replay(folder, list(scenario, "requests"), Batches::OneEventEach);
    Comparison comparison(name, replayed);
    comparison.run(scenario);
    for (const auto& [what, lines] : comparison.differences()) {
      if (known_gap(what)) continue;
      ADD_FAILURE() << what << " (" << lines.size() << ")\n  " << lines.front();
    }
  });
}

TEST(Captures, GiveTheSameInAnyOrderAndTwice) {
  for_each_scenario([](const std::string& folder, const std::string& name, object scenario) {
    std::vector<element> requests = list(scenario, "requests");
    const std::string once = text_of(replay(folder, requests));
    std::vector<element> twice = requests;
    twice.insert(twice.end(), requests.begin(), requests.end());
    EXPECT_EQ(text_of(replay(folder, twice)), once) << name << ", twice";
    std::reverse(requests.begin(), requests.end());
    EXPECT_EQ(text_of(replay(folder, requests)), once) << name << ", reversed";
  });
}

}  // namespace
}  // namespace sonde
