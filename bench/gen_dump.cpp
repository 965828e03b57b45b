// Writes a Dify SQL dump as psql's row_to_json prints it: messages.jsonl, workflow_runs.jsonl,
// workflow_node_executions.jsonl and message_feedbacks.jsonl in FOLDER, each table shuffled on its
// own so that joins meet their rows in any order, and FOLDER.golden.json. Columns of
// type text that hold JSON are encoded as strings, as in Dify. Rows are kept in memory until their
// order is drawn, so the generator needs about BYTES of memory.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dump_row.h"
#include "workload.h"

namespace sonde {
namespace {

constexpr const char* kUsage = "usage: gen_dump FOLDER BYTES [SEED]\n";

const std::vector<double> kModelWeights = {30, 18, 16, 14, 12, 10};

constexpr const char* kErrors[] = {
    "[openai] Rate limit reached for requests, please try again in 20s",
    "[openai] Request timed out.",
    "[openai] This model's maximum context length is 8192 tokens. However, your messages resulted "
    "in 9341 tokens.",
    "[models] Server Unavailable Error, 503 Service Unavailable",
    "[models] Connection Error, Connection aborted."};
const std::vector<double> kErrorWeights = {45, 22, 13, 12, 8};

enum class AppKind { Chat, Chatflow, Workflow };
constexpr const char* kModes[] = {"chat", "advanced-chat", "workflow"};

struct App {
  std::string id;
  std::string name;
  AppKind kind;
  TextKind text;
  int model;
  std::string workflow_id;
  std::string config_id;
  std::string system_prompt;
  std::string graph;  // JSON
};

struct ModelTotal {
  uint64_t calls = 0;
  uint64_t ok = 0;
  uint64_t input_tokens = 0;
  uint64_t output_tokens = 0;
  long long cost_units = 0;
};

struct Golden {
  std::map<std::string, ModelTotal> models;
  uint64_t excluded_calls = 0;
  uint64_t messages = 0;
  uint64_t excluded_messages = 0;
  uint64_t runs = 0;
  uint64_t excluded_runs = 0;
  uint64_t likes = 0;
  uint64_t dislikes = 0;
};

// What the rows of one execution share.
struct Execution {
  const App* app;
  bool debugger;
  double time;
  std::string id;  // The run's, or the message's when there is no run.
  std::string conversation_id;
  std::string user_id;
  std::string session;
};

class Dump {
 public:
  explicit Dump(uint64_t seed);
  void add_execution();
  uint64_t bytes() const { return bytes_; }
  void write(const std::filesystem::path& folder);

 private:
  enum Table { Messages, Runs, Nodes, Feedbacks };
  struct Node {
    const char* type;
    const char* title;
    std::string inputs;
    std::string process_data;
    std::string outputs;
    std::string metadata;
    const char* status;
    std::string error;
    double seconds;
  };

  App make_app(AppKind kind, int index);
  Execution start();
  Call make_call(const App& app);
  void count(const Execution& execution, const Call& call);
  void add_chat(const Execution& execution);
  void add_chatflow(const Execution& execution);
  void add_workflow(const Execution& execution);
  void add_message(const Execution& e, const std::string& message_id, const std::string& run_id,
                   const Call& call);
  void add_run(const Execution& e, const std::vector<Node>& nodes, const Call& last, int tokens);
  void add_node(const Execution& e, size_t index, const Node& node);
  void add_feedback(const Execution& e, const std::string& message_id);
  void add_row(Table table, Row&& row);
  Node llm_node(const App& app, const Call& call, const char* title);
  Node retrieval_node(const App& app, const Call& call);
  std::string uuid();
  std::string passage(TextKind kind, double log_mean, double log_deviation);
  void write_golden(const std::filesystem::path& path) const;

  Rng rng_;
  Vocabulary vocabulary_;
  WeightedIndex models_{kModelWeights};
  WeightedIndex errors_{kErrorWeights};
  std::vector<App> apps_;
  std::array<std::vector<std::string>, 4> tables_;
  Golden golden_;
  uint64_t bytes_ = 0;
  double time_ = 1767225600;  // 2026-01-01
  Execution last_{};
};

std::string Dump::uuid() {
  std::string out;
  append_uuid(rng_, out);
  return out;
}

std::string Dump::passage(TextKind kind, double log_mean, double log_deviation) {
  const double bytes = std::exp(log_mean + log_deviation * rng_.normal());
  std::string out;
  vocabulary_.append_text(rng_, static_cast<size_t>(std::clamp(bytes, 12.0, 60000.0)), kind, out);
  return out;
}

App Dump::make_app(AppKind kind, int index) {
  App app;
  app.id = uuid();
  app.name = std::string(kModes[static_cast<int>(kind)]) + " app " + std::to_string(index);
  app.kind = kind;
  app.text = index % 5 == 3   ? TextKind::Chinese
             : index % 5 == 2 ? TextKind::Code
                              : TextKind::English;
  app.model = models_.pick(rng_);
  app.workflow_id = uuid();
  app.config_id = uuid();
  app.system_prompt = passage(app.text, 6.3, 0.4);
  app.graph =
      "{\"nodes\": [{\"id\": \"llm\", \"data\": {\"type\": \"llm\", \"prompt_template\": "
      "[{\"role\": \"system\", \"text\": \"" +
      app.system_prompt + "\"}]}}], \"edges\": []}";
  return app;
}

Dump::Dump(uint64_t seed) : rng_(seed * 0x9e3779b97f4a7c15ULL + 11) {
  for (int i = 0; i < 8; ++i) apps_.push_back(make_app(AppKind::Chat, i));
  for (int i = 0; i < 7; ++i) apps_.push_back(make_app(AppKind::Chatflow, i));
  for (int i = 0; i < 4; ++i) apps_.push_back(make_app(AppKind::Workflow, i));
}

Execution Dump::start() {
  time_ += -std::log(rng_.uniform() + 1e-18) * 20;
  if (last_.app == nullptr || rng_.below(3) == 0) {
    last_.app = &apps_[rng_.below(static_cast<uint32_t>(apps_.size()))];
    last_.conversation_id = uuid();
    last_.user_id = uuid();
    last_.session = "user-" + std::to_string(rng_.below(5000));
    last_.debugger = rng_.below(100) < 6;
  }
  last_.time = time_;
  last_.id = uuid();
  return last_;
}

Call Dump::make_call(const App& app) {
  Call call;
  call.model = rng_.below(10) == 0 ? models_.pick(rng_) : app.model;
  call.query = passage(app.text, 6.55, 1.05);
  call.ok = rng_.uniform() >= (call.model == 4 ? 0.07 : 0.03);
  if (!call.ok) {
    call.handled = rng_.below(8) == 0;
    call.error = kErrors[errors_.pick(rng_)];
    call.latency = rng_.below(3) == 0 ? 60 + rng_.uniform() : 0.1 + rng_.uniform();
    return call;
  }
  call.answer = passage(app.text, 6.35, 0.95);
  const int bytes_per_token = app.text == TextKind::Chinese ? 3 : 4;
  const size_t prompt_bytes = app.system_prompt.size() + call.query.size();
  call.input_tokens = static_cast<int>(prompt_bytes) / bytes_per_token + 20;
  call.output_tokens = static_cast<int>(call.answer.size()) / bytes_per_token + 1;
  const Model& model = kModels[call.model];
  call.cost_units = (1LL * call.input_tokens * model.input_price +
                     1LL * call.output_tokens * model.output_price + 5) /
                    10;
  call.latency =
      0.3 + call.output_tokens * std::exp(0.25 * rng_.normal()) / model.tokens_per_second;
  return call;
}

void Dump::count(const Execution& execution, const Call& call) {
  if (execution.debugger) {
    ++golden_.excluded_calls;
    return;
  }
  ModelTotal& total = golden_.models[kModels[call.model].name];
  ++total.calls;
  total.ok += call.ok ? 1 : 0;
  total.input_tokens += static_cast<uint64_t>(call.input_tokens);
  total.output_tokens += static_cast<uint64_t>(call.output_tokens);
  total.cost_units += call.cost_units;
}

void Dump::add_row(Table table, Row&& row) {
  std::string& text = tables_[table].emplace_back(std::move(row).done());
  text.shrink_to_fit();
  bytes_ += text.size() + 1;
}

// A chatflow's message names neither model nor prompt: both stand in its node executions.
void Dump::add_message(const Execution& e, const std::string& message_id, const std::string& run_id,
                       const Call& call) {
  const bool chatflow = !run_id.empty();
  const bool failed = !call.ok && !(chatflow && call.handled);
  const Model& model = kModels[call.model];
  Row row;
  row.text("id", message_id).text("app_id", e.app->id);
  row.text("model_provider", chatflow ? "" : model.provider);
  row.text("model_id", chatflow ? "" : model.name);
  row.raw("override_model_configs", "null").text("conversation_id", e.conversation_id);
  row.raw("inputs", "{}").raw("query", in_quotes(call.query));
  row.raw("message", chatflow || failed ? "\"\"" : prompts_json(e.app->system_prompt, call));
  row.number("message_tokens", call.input_tokens);
  row.raw("message_unit_price", "0.0000").raw("message_price_unit", "0.0010000");
  row.raw("answer", in_quotes(call.answer)).number("answer_tokens", call.output_tokens);
  row.raw("answer_unit_price", "0.0000").raw("answer_price_unit", "0.0010000");
  row.raw("parent_message_id", "null").seconds("provider_response_latency", call.latency + 0.05);
  row.raw("total_price", price(call.cost_units)).text("currency", "USD");
  row.text("status", failed ? "error" : "normal").text("error", failed ? call.error : "");
  row.encoded("message_metadata",
              failed ? "" : "{\"retriever_resources\": [], \"usage\": " + usage_json(call) + "}");
  row.text("invoke_from", e.debugger ? "debugger" : "web-app");
  row.text("from_source", e.debugger ? "console" : "api");
  row.text("from_end_user_id", e.debugger ? "" : e.user_id);
  row.text("from_account_id", e.debugger ? e.user_id : "");
  row.text("created_at", timestamp(e.time)).text("updated_at", timestamp(e.time + call.latency));
  row.raw("agent_based", "false").text("workflow_run_id", run_id);
  row.text("app_name", e.app->name).text("app_kind", kModes[static_cast<int>(e.app->kind)]);
  row.text("end_user_session", e.debugger ? "" : e.session);
  add_row(Messages, std::move(row));
  ++(e.debugger ? golden_.excluded_messages : golden_.messages);
  if (!e.debugger) add_feedback(e, message_id);
}

void Dump::add_feedback(const Execution& e, const std::string& message_id) {
  const uint32_t draw = rng_.below(100);
  if (draw >= 6) return;
  const bool like = draw < 3;
  const bool admin = draw == 5;
  Row row;
  row.text("id", uuid()).text("app_id", e.app->id).text("conversation_id", e.conversation_id);
  row.text("message_id", message_id).text("rating", like ? "like" : "dislike");
  row.text("content", like ? "" : passage(e.app->text, 3.5, 0.3));
  row.text("from_source", admin ? "admin" : "user");
  row.text("from_end_user_id", admin ? "" : e.user_id);
  row.text("from_account_id", admin ? e.user_id : "");
  row.text("created_at", timestamp(e.time + 30)).text("updated_at", timestamp(e.time + 30));
  add_row(Feedbacks, std::move(row));
  ++(like ? golden_.likes : golden_.dislikes);
}

Dump::Node Dump::llm_node(const App& app, const Call& call, const char* title) {
  Row process;
  process.text("model_mode", "chat").raw("prompts", prompts_json(app.system_prompt, call));
  process.raw("usage", call.ok ? usage_json(call) : "null");
  process.text("finish_reason", call.ok ? "stop" : "");
  process.text("model_provider", kModels[call.model].provider);
  process.text("model_name", kModels[call.model].name);
  Node node{};
  node.type = "llm";
  node.title = title;
  node.inputs = "{\"#sys.query#\": \"" + call.query + "\"}";
  node.process_data = std::move(process).done();
  node.status = call.ok ? "succeeded" : call.handled ? "exception" : "failed";
  node.error = call.error;
  node.seconds = call.latency;
  if (call.ok) {
    node.outputs = "{\"text\": \"" + call.answer +
                   "\", \"reasoning_content\": \"\", \"usage\": " + usage_json(call) +
                   ", \"finish_reason\": \"stop\"}";
    Row metadata;
    metadata.number("total_tokens", call.input_tokens + call.output_tokens)
        .text("total_price", price(call.cost_units))
        .text("currency", "USD");
    node.metadata = std::move(metadata).done();
  }
  return node;
}

Dump::Node Dump::retrieval_node(const App& app, const Call& call) {
  std::string outputs = "{\"result\": [";
  for (int i = 0; i < 3; ++i) {
    Row metadata;
    metadata.text("dataset_id", uuid()).text("dataset_name", "handbook");
    metadata.number("position", i + 1).seconds("score", 0.4 + 0.6 * rng_.uniform());
    Row item;
    item.raw("metadata", std::move(metadata).done()).text("title", "handbook.md");
    item.text("content", passage(app.text, 5.9, 0.5));
    outputs += (i == 0 ? "" : ", ") + std::move(item).done();
  }
  return {"knowledge-retrieval",
          "Handbook",
          "{\"query\": \"" + call.query + "\"}",
          "",
          outputs + "]}",
          "",
          "succeeded",
          "",
          0.2};
}

void Dump::add_node(const Execution& e, size_t index, const Node& node) {
  Row row;
  row.text("id", uuid()).text("tenant_id", apps_[0].config_id).text("app_id", e.app->id);
  row.text("workflow_id", e.app->workflow_id).text("triggered_from", "workflow-run");
  row.text("workflow_run_id", e.id).number("index", static_cast<long long>(index) + 1);
  row.text("predecessor_node_id", index == 0 ? "" : "node" + std::to_string(index));
  row.text("node_execution_id", uuid()).text("node_id", "node" + std::to_string(index + 1));
  row.text("node_type", node.type).text("title", node.title);
  row.encoded("inputs", node.inputs).encoded("process_data", node.process_data);
  row.encoded("outputs", node.outputs).text("status", node.status).text("error", node.error);
  row.seconds("elapsed_time", node.seconds).encoded("execution_metadata", node.metadata);
  row.text("created_at", timestamp(e.time)).text("created_by_role", "end_user");
  row.text("created_by", e.user_id).text("finished_at", timestamp(e.time + node.seconds));
  row.text("app_name", e.app->name).text("app_kind", kModes[static_cast<int>(e.app->kind)]);
  add_row(Nodes, std::move(row));
}

void Dump::add_run(const Execution& e, const std::vector<Node>& nodes, const Call& last,
                   int tokens) {
  const bool failed = !last.ok && !last.handled;
  double seconds = 0;
  int exceptions = 0;
  for (const Node& node : nodes) {
    seconds += node.seconds;
    exceptions += node.status == std::string_view("exception") ? 1 : 0;
  }
  Row row;
  row.text("id", e.id).text("tenant_id", apps_[0].config_id).text("app_id", e.app->id);
  row.text("workflow_id", e.app->workflow_id);
  row.text("type", e.app->kind == AppKind::Chatflow ? "chat" : "workflow");
  row.text("triggered_from", e.debugger ? "debugging" : "app-run");
  row.text("version", e.debugger ? "draft" : "2026-01-01 00:00:00.000000");
  row.encoded("graph", e.app->graph);
  row.encoded("inputs", "{\"sys.query\": \"" + last.query + "\"}");
  row.text("status", failed ? "failed" : exceptions > 0 ? "partial-succeeded" : "succeeded");
  row.encoded("outputs", failed ? "" : "{\"answer\": \"" + last.answer + "\"}");
  row.text("error", failed ? last.error : "").seconds("elapsed_time", seconds);
  row.number("total_tokens", tokens);
  row.number("total_steps", static_cast<long long>(nodes.size()));
  row.text("created_by_role", "end_user").text("created_by", e.user_id);
  row.text("created_at", timestamp(e.time)).text("finished_at", timestamp(e.time + seconds));
  row.number("exceptions_count", exceptions);
  row.text("app_name", e.app->name).text("app_kind", kModes[static_cast<int>(e.app->kind)]);
  add_row(Runs, std::move(row));
  for (size_t i = 0; i < nodes.size(); ++i) add_node(e, i, nodes[i]);
  ++(e.debugger ? golden_.excluded_runs : golden_.runs);
}

void Dump::add_chat(const Execution& execution) {
  const Call call = make_call(*execution.app);
  count(execution, call);
  add_message(execution, execution.id, "", call);
}

void Dump::add_chatflow(const Execution& execution) {
  const Call call = make_call(*execution.app);
  count(execution, call);
  std::vector<Node> nodes;
  const std::string inputs = "{\"sys.query\": \"" + call.query + "\"}";
  nodes.push_back({"start", "Start", inputs, "", inputs, "", "succeeded", "", 0.01});
  nodes.push_back(retrieval_node(*execution.app, call));
  nodes.push_back(llm_node(*execution.app, call, "Reply"));
  if (call.ok || call.handled) {
    nodes.push_back({"answer", "Answer", "{}", "", "{\"answer\": \"" + call.answer + "\"}", "",
                     "succeeded", "", 0.01});
  }
  add_run(execution, nodes, call, call.input_tokens + call.output_tokens);
  add_message(execution, uuid(), execution.id, call);
}

void Dump::add_workflow(const Execution& execution) {
  std::vector<Node> nodes;
  nodes.push_back({"start", "Start", "{}", "", "{}", "", "succeeded", "", 0.01});
  Call call;
  int tokens = 0;
  for (const char* title : {"Draft", "Review"}) {
    call = make_call(*execution.app);
    count(execution, call);
    tokens += call.input_tokens + call.output_tokens;
    nodes.push_back(llm_node(*execution.app, call, title));
    if (!call.ok && !call.handled) break;
  }
  if (call.ok || call.handled) {
    nodes.push_back({"end", "End", "{}", "", "{\"answer\": \"" + call.answer + "\"}", "",
                     "succeeded", "", 0.01});
  }
  add_run(execution, nodes, call, tokens);
}

void Dump::add_execution() {
  const Execution execution = start();
  switch (execution.app->kind) {
    case AppKind::Chat:
      return add_chat(execution);
    case AppKind::Chatflow:
      return add_chatflow(execution);
    case AppKind::Workflow:
      return add_workflow(execution);
  }
}

void Dump::write(const std::filesystem::path& folder) {
  constexpr const char* kFiles[] = {"messages", "workflow_runs", "workflow_node_executions",
                                    "message_feedbacks"};
  std::filesystem::create_directories(folder);
  for (size_t table = 0; table < tables_.size(); ++table) {
    std::vector<std::string>& rows = tables_[table];
    for (size_t i = rows.size(); i > 1; --i) {
      std::swap(rows[i - 1], rows[rng_.below(static_cast<uint32_t>(i))]);
    }
    std::ofstream file(folder / (std::string(kFiles[table]) + ".jsonl"), std::ios::binary);
    for (const std::string& row : rows) file << row << '\n';
  }
  write_golden(folder.parent_path() / (folder.filename().string() + ".golden.json"));
}

void Dump::write_golden(const std::filesystem::path& path) const {
  std::ofstream file(path, std::ios::binary);
  file << "{\"bytes\": " << bytes_ << ", \"messages\": " << golden_.messages
       << ", \"runs\": " << golden_.runs << ", \"node_executions\": " << tables_[Nodes].size()
       << ", \"excluded_calls\": " << golden_.excluded_calls
       << ", \"excluded_messages\": " << golden_.excluded_messages
       << ", \"excluded_runs\": " << golden_.excluded_runs << ", \"likes\": " << golden_.likes
       << ", \"dislikes\": " << golden_.dislikes << ", \"models\": {";
  const char* separator = "\n";
  for (const auto& [name, total] : golden_.models) {
    file << separator << '"' << name << "\": {\"count\": " << total.calls
         << ", \"success\": " << total.ok << ", \"tokens_in\": " << total.input_tokens
         << ", \"tokens_out\": " << total.output_tokens << ", \"cost\": " << price(total.cost_units)
         << '}';
    separator = ",\n";
  }
  file << "\n}}\n";
}

int generate(const std::filesystem::path& folder, double bytes, uint64_t seed) {
  Dump dump(seed);
  while (static_cast<double>(dump.bytes()) < bytes) dump.add_execution();
  dump.write(folder);
  return 0;
}

}  // namespace
}  // namespace sonde

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs(sonde::kUsage, stderr);
    return 2;
  }
  return sonde::generate(argv[1], std::atof(argv[2]),
                         argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 42);
}
