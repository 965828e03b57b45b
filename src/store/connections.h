// Connections to the embedded engine. Each runs one statement at a time; different ones run truly
// at the same time. They are opened when needed (0.3 ms) and kept.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/chdb_library.h"

namespace sonde {

// Of one kind: all with the same options. Thread-safe; outlives every Lease.
class Connections {
 public:
  // A connection for the time of one statement.
  class Lease {
   public:
    Lease(Connections& pool, ChdbLibrary::Connection* connection)
        : pool_(&pool), connection_(connection) {}
    Lease(Lease&& other) noexcept
        : pool_(other.pool_), connection_(std::exchange(other.connection_, nullptr)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_ != nullptr) pool_->give_back(connection_);
    }
    ChdbLibrary::Connection get() const { return *connection_; }

   private:
    Connections* pool_;  // Outlives the lease.
    ChdbLibrary::Connection* connection_;
  };

  // `options`: "--name=value", as chdb_connect() takes them. `on_open`: a statement that every new
  // connection runs first; empty is none.
  Connections(const ChdbLibrary& library, std::vector<std::string> options, std::string on_open,
              size_t count_max);
  ~Connections();  // Closes them; none may be leased.
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // Waits while `count_max` are leased. Fails with Unavailable when the engine refuses.
  Result<Lease> lease();

 private:
  Result<ChdbLibrary::Connection*> open();
  void give_back(ChdbLibrary::Connection* connection);

  const ChdbLibrary& library_;  // Kept for the life of the process.
  const std::vector<std::string> options_;
  const std::string on_open_;
  const size_t count_max_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<ChdbLibrary::Connection*> idle_;
  size_t count_ = 0;
};

}  // namespace sonde
