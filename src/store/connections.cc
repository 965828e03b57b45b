#include "store/connections.h"

#include "store/engine_error.h"

namespace sonde {

Connections::Connections(const ChdbLibrary& library, std::vector<std::string> options,
                         std::string on_open, size_t count_max)
    : library_(library),
      options_(std::move(options)),
      on_open_(std::move(on_open)),
      count_max_(count_max) {}

Connections::~Connections() {
  CHECK(idle_.size() == count_);
  for (ChdbLibrary::Connection* const connection : idle_) library_.close_conn(connection);
}

Result<Connections::Lease> Connections::lease() {
  {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !idle_.empty() || count_ < count_max_; });
    if (!idle_.empty()) {
      ChdbLibrary::Connection* const connection = idle_.back();
      idle_.pop_back();
      return Lease(*this, connection);
    }
    ++count_;
  }
  Result<ChdbLibrary::Connection*> connection = open();
  if (connection) return Lease(*this, *connection);
  {
    const std::lock_guard lock(mutex_);
    --count_;
  }
  returned_.notify_one();
  return tl::unexpected(std::move(connection).error());
}

Result<ChdbLibrary::Connection*> Connections::open() {
  std::vector<std::string> words = options_;
  words.insert(words.begin(), "chdb");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  ChdbLibrary::Connection* const connection =
      library_.connect(static_cast<int>(arguments.size()), arguments.data());
  if (connection == nullptr) {
    return fail(Code::Unavailable, "the engine did not start (its reason, if any, is above)");
  }
  if (on_open_.empty()) return connection;
  ChdbResult* const result =
      library_.query_with_params_n(*connection, on_open_.data(), on_open_.size(), "Null", 4,
                                   nullptr, nullptr, nullptr, nullptr, 0);
  const char* const text = library_.result_error(result);
  Result<ChdbLibrary::Connection*> opened = connection;
  if (text != nullptr && *text != '\0') opened = tl::unexpected(engine_error(text));
  library_.destroy_query_result(result);
  if (!opened) library_.close_conn(connection);
  return opened;
}

void Connections::give_back(ChdbLibrary::Connection* connection) {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(connection);
  }
  returned_.notify_one();
}

}  // namespace sonde
