// The small tables of a Dify export that other rows point into: names of apps, versions of prompts,
// feedback. Kept in memory by hashed id.
#pragma once

#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sonde::dify {

struct App {
  std::string id;
  std::string name;
  std::string mode;  // chat, completion, agent-chat, advanced-chat, workflow.
};

// One saved version of a basic app's prompt and model.
struct Config {
  std::string id;
  std::string app_id;
  int64_t created_at = 0;  // Microseconds since the epoch.
  std::string provider;
  std::string model;
  std::string parameters;  // JSON object.
  // Every message searches a knowledge base and cites what was found: no citation, no document.
  bool always_cites = false;
};

struct Workflow {
  std::string id;
  std::string version;  // Or the name its author gave it.
};

struct Conversation {
  std::string id;
  std::string config_id;
  std::string provider;
  std::string model;
  std::string parameters;
  std::string user_id;
};

struct Feedback {
  std::string message_id;
  std::string rating;  // like | dislike
  std::string comment;
  bool from_user = true;  // Else from an admin of the app.
  int64_t created_at = 0;
};

// Filled from any thread; once every row is in, call seal() and read from any thread.
class Directory {
 public:
  // Of two rows with one id the smaller value of each field is kept, whatever the order of reading.
  void add(const App& app);
  void add(const Config& config);
  void add(const Workflow& workflow);
  void add(const Conversation& conversation);
  // A user's word goes before an admin's, a later one before an earlier.
  void add(const Feedback& feedback);
  void add_end_user(std::string_view id, std::string_view session);
  void add_offloaded(std::string_view node_execution_id);
  // A message's workflow run, for rows that name the message alone.
  void add_run_of(std::string_view message_id, std::string_view run_id);

  // That a conversation's messages were read themselves, not only the list it stands in.
  void add_talk(std::string_view conversation_id);

  // Roughly the memory held, in bytes.
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  // Numbers the prompt versions.
  void seal();

  // All of these return null (or nothing) when the row was not read. After seal().
  const App* app(std::string_view id) const;
  const Workflow* workflow(std::string_view id) const;
  struct ConversationView {
    uint64_t config;  // id_hash of the config id, or 0.
    std::string_view provider;
    std::string_view model;
    std::string_view parameters;
    std::string_view user_id;
  };
  std::optional<ConversationView> conversation(std::string_view id) const;
  const Config* config(uint64_t hash) const;
  // The config that an app used at a time (microseconds): the newest that was saved before. Null
  // when there is none.
  const Config* config_at(std::string_view app_id, int64_t time) const;
  // "v1" is the app's oldest config that was read.
  std::string config_version(uint64_t hash) const;
  struct Rating {
    std::string rating;
    std::string comment;
    int64_t rank = 0;
  };
  const Rating* feedback(std::string_view message_id) const;
  size_t conversation_count() const { return conversations_.size(); }
  size_t feedback_count() const { return feedbacks_.size(); }
  std::string_view end_user_session(std::string_view id) const;
  bool is_offloaded(std::string_view node_execution_id) const;
  // The hash of the run, or 0.
  uint64_t run_of(uint64_t message_hash) const;
  bool has_talk(uint64_t conversation_hash) const;

 private:
  template <class Value>
  using Table = boost::unordered_flat_map<uint64_t, Value>;

  struct StoredConversation {
    uint64_t config = 0;
    const std::string* provider = nullptr;  // All into texts_.
    const std::string* model = nullptr;
    const std::string* parameters = nullptr;
    const std::string* user_id = nullptr;
  };

  const std::string* intern(const std::string& text);
  void keep_smaller(const std::string*& kept, const std::string& text);
  void keep_smaller(std::string& kept, const std::string& text);

  std::shared_mutex apps_mutex_;  // Every message names its app; nearly all find it known.
  std::mutex mutex_;              // Guards the rest, but for the runs.
  Table<App> apps_;
  Table<Config> configs_;
  Table<uint32_t> versions_;
  std::vector<const Config*> sorted_configs_;  // By app and age, after seal().
  Table<Workflow> workflows_;
  Table<StoredConversation> conversations_;
  Table<Rating> feedbacks_;
  Table<std::string> end_users_;
  boost::unordered_flat_set<uint64_t> offloaded_;
  std::set<std::string, std::less<>> texts_;

  static constexpr size_t kRunShards = 16;
  struct RunShard {
    std::mutex mutex;
    Table<uint64_t> runs;
    boost::unordered_flat_set<uint64_t> talks;
  };
  RunShard run_shards_[kRunShards];
  std::atomic<uint64_t> bytes_ = 0;
};

}  // namespace sonde::dify
