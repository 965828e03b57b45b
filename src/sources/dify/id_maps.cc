// Tables that name what other rows point to: apps, prompt versions, workflow versions, end users,
// and which values of a node were moved to file storage.
#include <algorithm>

#include "sources/dify/join.h"
#include "sources/dify/sources.h"
#include "sources/value.h"

namespace sonde {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

namespace {

Result<> require(std::string_view text, std::string_view key) {
  if (text.empty()) return fail(Code::InvalidInput, "{} is missing", key);
  return {};
}

// [{"dataset": {"enabled": true, "id": ...}}]
bool names_dataset(std::optional<element> list) {
  if (!list || !list->is_array()) return false;
  const array items(*list);
  return std::any_of(items.begin(), items.end(), [](element item) {
    element dataset;
    if (item.at_key("dataset").get(dataset) != simdjson::SUCCESS || !dataset.is_object()) {
      return false;
    }
    return flag_of(object(dataset), "enabled").value_or(false) &&
           !text_of(object(dataset), "id").empty();
  });
}

// Of a basic app: it has a knowledge base, leaves it to no model whether to search it ("single",
// agents), and shows citations, which Dify does unless they are switched off.
bool always_cites(object document) {
  simdjson::dom::parser parser;
  const auto citations = nested_of(document, "retriever_resource", parser);
  if (citations && citations->is_object() &&
      !flag_of(object(*citations), "enabled").value_or(false)) {
    return false;
  }
  bool has_dataset = false;
  const auto agent = nested_of(document, "agent_mode", parser);
  if (agent && agent->is_object() && flag_of(object(*agent), "enabled").value_or(false)) {
    // Apps of before the agents listed their knowledge bases as the tools of a router.
    if (view_of(object(*agent), "strategy") != "router") return false;
    has_dataset = names_dataset(member(object(*agent), "tools"));
  }
  const auto configs = nested_of(document, "dataset_configs", parser);
  if (!configs || !configs->is_object()) return has_dataset;
  if (view_of(object(*configs), "retrieval_model") == "single") return false;
  const auto datasets = member(object(*configs), "datasets");
  if (datasets && datasets->is_object()) {
    has_dataset |= names_dataset(member(object(*datasets), "datasets"));
  }
  return has_dataset;
}

Result<> read_config(object document, ReadContext& context) {
  dify::Config config;
  config.id = text_of(document, "id");
  TRY(require(config.id, "id"));
  config.app_id = text_of(document, "app_id");
  config.created_at = time_of(document, "created_at").value_or(0);
  config.provider = text_of(document, "provider");
  config.model = text_of(document, "model_id");
  simdjson::dom::parser parser;
  const auto model = nested_of(document, "model", parser);
  if (model && model->is_object()) {
    const object fields(*model);
    config.parameters = text_of(fields, "completion_params");
    std::string name = text_of(fields, "name");
    if (!name.empty()) config.model = std::move(name);
    std::string provider = text_of(fields, "provider");
    if (!provider.empty()) config.provider = std::move(provider);
  }
  config.always_cites = always_cites(document);
  context.dify.directory().add(config);
  return {};
}

Result<> read_workflow(object document, ReadContext& context) {
  dify::Workflow workflow;
  workflow.id = text_of(document, "id");
  TRY(require(workflow.id, "id"));
  workflow.version = text_of(document, "version");
  context.dify.directory().add(workflow);
  return {};
}

Result<> read_app(object document, ReadContext& context) {
  const dify::App app{text_of(document, "id"), text_of(document, "name"),
                      text_of(document, "mode")};
  TRY(require(app.id, "id"));
  context.dify.directory().add(app);
  return {};
}

Result<> read_end_user(object document, ReadContext& context) {
  const std::string id = text_of(document, "id");
  TRY(require(id, "id"));
  context.dify.directory().add_end_user(id, text_of(document, "session_id"));
  return {};
}

Result<> read_offload(object document, ReadContext& context) {
  const std::string id = text_of(document, "node_execution_id");
  TRY(require(id, "node_execution_id"));
  context.dify.directory().add_offloaded(id);
  return {};
}

// What an agent thought on the way repeats the tokens of its message.
Result<> pass_over(object, ReadContext& context) {
  add_note(context.notes, "rows hold no executions (agent thoughts, annotations): passed over",
           context.location);
  return {};
}

bool matches_config(const Keys& keys, object) {
  return keys.has_all({"id", "app_id", "model", "pre_prompt"}) && !keys.has("query");
}
bool matches_workflow(const Keys& keys, object) {
  return keys.has_all({"id", "app_id", "version", "graph"}) && !keys.has("status");
}
bool matches_app(const Keys& keys, object) {
  return keys.has_all({"id", "name", "mode"}) && !keys.has("app_id") &&
         (keys.has("tenant_id") || keys.has("enable_site") || keys.has("icon_type") ||
          keys.has("icon") || keys.has("workflow_id") || keys.has("app_model_config_id"));
}
bool matches_end_user(const Keys& keys, object) {
  return keys.has_all({"id", "session_id", "is_anonymous"});
}
bool matches_passed_over(const Keys& keys, object) {
  return keys.has_all({"message_id", "position", "thought"}) ||
         keys.has_all({"id", "question", "hit_count"});
}
bool matches_offload(const Keys& keys, object) {
  return keys.has_all({"node_execution_id", "file_id", "type"});
}

}  // namespace

constinit const Source kDifyAppModelConfigs{.name = "dify-app-model-configs",
                                            .title = "Dify prompt versions (SQL dump)",
                                            .matches = matches_config,
                                            .read = read_config};

constinit const Source kDifyWorkflows{.name = "dify-workflows",
                                      .title = "Dify workflow versions (SQL dump)",
                                      .matches = matches_workflow,
                                      .read = read_workflow};

constinit const Source kDifyApps{.name = "dify-apps",
                                 .title = "Dify apps (SQL dump or console)",
                                 .matches = matches_app,
                                 .read = read_app};

constinit const Source kDifyEndUsers{.name = "dify-end-users",
                                     .title = "Dify end users (SQL dump)",
                                     .matches = matches_end_user,
                                     .read = read_end_user};

constinit const Source kDifyOffloads{.name = "dify-offloads",
                                     .title = "Dify offloaded node values (SQL dump)",
                                     .matches = matches_offload,
                                     .read = read_offload};

constinit const Source kDifyPassedOver{
    .name = "dify-passed-over",
    .title = "Dify agent thoughts and annotations (not executions)",
    .matches = matches_passed_over,
    .read = pass_over};

}  // namespace sonde
