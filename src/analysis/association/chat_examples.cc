#include "analysis/association/chat_examples.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <memory>
#include <utility>

#include "analysis/text.h"
#include "base/hash.h"

namespace sonde {
namespace {

constexpr size_t kPairsMax = 16;
constexpr size_t kDifferentMin = 3;  // User messages, and sessions, that follow the same pairs.
constexpr uint64_t kLoggedShare = 4;

bool is_plain(const Message& message, std::string_view role) {
  return message.role == role && message.tool_calls.empty() && !trimmed(message.content).empty();
}

uint64_t follow(uint64_t prefix, const ChatPair& pair) {
  return exchange_of(prefix, pair.exchange) + 1;
}

// Different values, in little memory while there is one: most pairs are of a conversation, and one
// message follows them.
class Different {
 public:
  void add(uint64_t value) {
    if (!others_ && (first_ == 0 || first_ == value)) {
      first_ = value;
      return;
    }
    if (!others_) others_ = std::make_unique<boost::unordered_flat_set<uint64_t>>();
    if (value != first_) others_->insert(value);
  }
  size_t size() const { return (first_ == 0 ? 0 : 1) + (others_ ? others_->size() : 0); }

 private:
  uint64_t first_ = 0;
  std::unique_ptr<boost::unordered_flat_set<uint64_t>> others_;
};

// What calls do after the same pairs.
struct Follow {
  Different users;     // Messages that come next,
  Different sessions;  // and in which sessions.
  bool has_session = true;
};

class Examples {
 public:
  explicit Examples(const CallTable& table) {
    for (const Call& call : table.calls) {
      if (call.exchange != 0) ++logged_[call.exchange];
      uint64_t prefix = call.place;
      for (size_t i = 0; i < call.pairs.size(); ++i) {
        prefix = follow(prefix, call.pairs[i]);
        Follow& next = follows_[prefix];
        next.users.add(i + 1 < call.pairs.size() ? call.pairs[i + 1].user : call.question);
        next.has_session = next.has_session && call.session != 0;
        next.sessions.add(call.session);
      }
    }
  }

  // How many of the call's pairs, from the first on, are examples.
  size_t count(const Call& call) const {
    uint64_t prefix = call.place;
    size_t examples = 0;
    for (size_t i = 0; i < call.pairs.size(); ++i) {
      prefix = follow(prefix, call.pairs[i]);
      const Follow& next = follows_.at(prefix);
      const auto logged = logged_.find(call.pairs[i].exchange);
      if (logged != logged_.end() && logged->second * kLoggedShare >= next.users.size()) break;
      const bool are_many = next.users.size() >= kDifferentMin &&
                            (!next.has_session || next.sessions.size() >= kDifferentMin);
      if (are_many) examples = i + 1;
    }
    return examples;
  }

 private:
  boost::unordered_flat_map<uint64_t, uint64_t> logged_;  // Calls by question and answer.
  boost::unordered_flat_map<uint64_t, Follow> follows_;
};

}  // namespace

uint64_t exchange_of(uint64_t user, uint64_t answer) {
  const uint64_t both[] = {user, answer};
  return hash_bytes({reinterpret_cast<const char*>(both), sizeof both});
}

std::vector<ChatPair> chat_pairs_of(const Execution& execution) {
  const std::vector<Message>& messages = execution.messages();
  std::vector<ChatPair> pairs;
  size_t at = 0;
  while (at < messages.size() &&
         (messages[at].role == "system" || messages[at].role == "developer")) {
    ++at;
  }
  // The last user message is the question, so that a pair needs another one behind it.
  for (; at + 2 < messages.size() && pairs.size() < kPairsMax; at += 2) {
    const Message& user = messages[at];
    const Message& answer = messages[at + 1];
    if (!is_plain(user, "user") || !is_plain(answer, "assistant")) break;
    if (messages[at + 2].role != "user") break;
    const uint64_t asked = hash_bytes(user.content);
    const uint64_t tokens = estimated_tokens(user.content) + estimated_tokens(answer.content);
    pairs.push_back({exchange_of(asked, hash_bytes(answer.content)), asked,
                     static_cast<uint32_t>(std::min<uint64_t>(tokens, UINT32_MAX))});
  }
  return pairs;
}

void mark_chat_examples(CallTable& table) {
  const bool any = std::ranges::any_of(table.calls, [](const Call& c) { return !c.pairs.empty(); });
  if (!any) return;
  const Examples examples(table);
  for (Call& call : table.calls) {
    const size_t count = examples.count(call);
    const std::vector<ChatPair> pairs = std::exchange(call.pairs, {});
    boost::unordered_flat_set<uint64_t> seen;
    for (size_t i = 0; i < count; ++i) {
      ++call.examples;
      call.example_tokens += pairs[i].tokens;
      if (!seen.insert(pairs[i].exchange).second) call.repeated_example_tokens += pairs[i].tokens;
    }
  }
}

}  // namespace sonde
