#include "sources/dify/directory.h"

#include <algorithm>

#include "sources/dify/row.h"

namespace sonde::dify {
namespace {

constexpr uint64_t kEntryBytes = 32;  // What a hash table spends on an entry beside its texts.

const std::string kEmpty;

template <class Table>
const typename Table::mapped_type* find(const Table& table, uint64_t hash) {
  const auto found = table.find(hash);
  return found == table.end() ? nullptr : &found->second;
}

}  // namespace

const std::string* Directory::intern(const std::string& text) {
  if (text.empty()) return &kEmpty;
  const auto [at, added] = texts_.insert(text);
  if (added) bytes_ += text.size() + 2 * kEntryBytes;
  return &*at;
}

void Directory::keep_smaller(std::string& kept, const std::string& text) {
  if (text.empty() || (!kept.empty() && kept <= text)) return;
  bytes_ += text.size();
  kept = text;
}

void Directory::keep_smaller(const std::string*& kept, const std::string& text) {
  if (kept == nullptr) kept = &kEmpty;
  if (text.empty() || (!kept->empty() && *kept <= text)) return;
  kept = intern(text);
}

void Directory::add(const App& app) {
  const uint64_t hash = id_hash(app.id);
  {
    const std::shared_lock lock(apps_mutex_);
    const App* const known = find(apps_, hash);
    if (known != nullptr && known->id <= app.id && (app.name.empty() || known->name == app.name) &&
        (app.mode.empty() || known->mode == app.mode)) {
      return;
    }
  }
  const std::unique_lock lock(apps_mutex_);
  App& kept = apps_[hash];
  keep_smaller(kept.id, app.id);  // The same id may be spelled in either case.
  keep_smaller(kept.name, app.name);
  keep_smaller(kept.mode, app.mode);
  bytes_ += kEntryBytes;
}

void Directory::add(const Config& config) {
  const std::lock_guard lock(mutex_);
  Config& kept = configs_[id_hash(config.id)];
  keep_smaller(kept.id, config.id);
  kept.created_at = std::max(kept.created_at, config.created_at);
  keep_smaller(kept.app_id, config.app_id);
  keep_smaller(kept.provider, config.provider);
  keep_smaller(kept.model, config.model);
  keep_smaller(kept.parameters, config.parameters);
  kept.always_cites |= config.always_cites;
  bytes_ += kEntryBytes + sizeof(Config);
}

void Directory::add(const Workflow& workflow) {
  const std::lock_guard lock(mutex_);
  Workflow& kept = workflows_[id_hash(workflow.id)];
  keep_smaller(kept.id, workflow.id);
  keep_smaller(kept.version, workflow.version);
  bytes_ += kEntryBytes + sizeof(Workflow);
}

void Directory::add(const Conversation& conversation) {
  const std::lock_guard lock(mutex_);
  const auto [at, added] = conversations_.try_emplace(id_hash(conversation.id));
  StoredConversation& kept = at->second;
  if (!conversation.config_id.empty()) {
    const uint64_t config = id_hash(conversation.config_id);
    kept.config = kept.config == 0 ? config : std::min(kept.config, config);
  }
  keep_smaller(kept.provider, conversation.provider);
  keep_smaller(kept.model, conversation.model);
  keep_smaller(kept.parameters, conversation.parameters);
  keep_smaller(kept.user_id, conversation.user_id);
  if (added) bytes_ += kEntryBytes + sizeof(StoredConversation);
}

void Directory::add(const Feedback& feedback) {
  if (feedback.rating != "like" && feedback.rating != "dislike") return;
  const std::lock_guard lock(mutex_);
  const auto [at, added] = feedbacks_.try_emplace(id_hash(feedback.message_id));
  Rating& kept = at->second;
  if (added) bytes_ += kEntryBytes + sizeof(Rating) + feedback.comment.size();
  const int64_t rank = feedback.created_at + (feedback.from_user ? int64_t{1} << 60 : 0);
  const auto order = [](const Rating& r) { return std::tie(r.rank, r.rating, r.comment); };
  Rating candidate{feedback.rating, feedback.comment, rank};
  if (added || order(candidate) > order(kept)) kept = std::move(candidate);
}

void Directory::add_end_user(std::string_view id, std::string_view session) {
  const std::lock_guard lock(mutex_);
  keep_smaller(end_users_[id_hash(id)], std::string(session));
  bytes_ += kEntryBytes;
}

void Directory::add_offloaded(std::string_view node_execution_id) {
  const std::lock_guard lock(mutex_);
  if (offloaded_.insert(id_hash(node_execution_id)).second) bytes_ += kEntryBytes / 2;
}

void Directory::add_run_of(std::string_view message_id, std::string_view run_id) {
  const uint64_t hash = id_hash(message_id);
  RunShard& shard = run_shards_[hash % kRunShards];
  const std::lock_guard lock(shard.mutex);
  const auto [at, added] = shard.runs.try_emplace(hash, id_hash(run_id));
  if (added) bytes_ += kEntryBytes;
  at->second = std::min(at->second, id_hash(run_id));  // Whatever the order of reading.
}

void Directory::add_talk(std::string_view conversation_id) {
  const uint64_t hash = id_hash(conversation_id);
  RunShard& shard = run_shards_[hash % kRunShards];
  const std::lock_guard lock(shard.mutex);
  if (shard.talks.insert(hash).second) bytes_ += kEntryBytes / 2;
}

void Directory::seal() {
  std::vector<const Config*>& configs = sorted_configs_;
  for (const auto& [hash, config] : configs_) configs.push_back(&config);
  std::sort(configs.begin(), configs.end(), [](const Config* a, const Config* b) {
    return std::tie(a->app_id, a->created_at, a->id) < std::tie(b->app_id, b->created_at, b->id);
  });
  uint32_t number = 0;
  for (size_t i = 0; i < configs.size(); ++i) {
    number = i > 0 && configs[i]->app_id == configs[i - 1]->app_id ? number + 1 : 1;
    versions_[id_hash(configs[i]->id)] = number;
  }
}

const App* Directory::app(std::string_view id) const {
  return id.empty() ? nullptr : find(apps_, id_hash(id));
}

const Config* Directory::config(uint64_t hash) const { return find(configs_, hash); }

std::string Directory::config_version(uint64_t hash) const {
  const uint32_t* const number = find(versions_, hash);
  return number == nullptr ? std::string() : "v" + std::to_string(*number);
}

const Config* Directory::config_at(std::string_view app_id, int64_t time) const {
  const auto after = std::upper_bound(sorted_configs_.begin(), sorted_configs_.end(),
                                      std::tie(app_id, time), [](const auto& at, const Config* c) {
                                        const std::string_view app = c->app_id;
                                        return at < std::tie(app, c->created_at);
                                      });
  if (after == sorted_configs_.begin() || (*(after - 1))->app_id != app_id) return nullptr;
  return *(after - 1);
}

const Workflow* Directory::workflow(std::string_view id) const {
  return id.empty() ? nullptr : find(workflows_, id_hash(id));
}

std::optional<Directory::ConversationView> Directory::conversation(std::string_view id) const {
  const StoredConversation* const kept = id.empty() ? nullptr : find(conversations_, id_hash(id));
  if (kept == nullptr) return std::nullopt;
  return ConversationView{kept->config, *kept->provider, *kept->model, *kept->parameters,
                          *kept->user_id};
}

const Directory::Rating* Directory::feedback(std::string_view message_id) const {
  return find(feedbacks_, id_hash(message_id));
}

std::string_view Directory::end_user_session(std::string_view id) const {
  const std::string* const session = id.empty() ? nullptr : find(end_users_, id_hash(id));
  return session == nullptr ? std::string_view() : *session;
}

bool Directory::is_offloaded(std::string_view node_execution_id) const {
  return !offloaded_.empty() && offloaded_.contains(id_hash(node_execution_id));
}

uint64_t Directory::run_of(uint64_t message_hash) const {
  const uint64_t* const run = find(run_shards_[message_hash % kRunShards].runs, message_hash);
  return run == nullptr ? 0 : *run;
}

bool Directory::has_talk(uint64_t conversation_hash) const {
  return run_shards_[conversation_hash % kRunShards].talks.contains(conversation_hash);
}

}  // namespace sonde::dify