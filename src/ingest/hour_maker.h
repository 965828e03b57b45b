// Keeps the sums by the hour (store/hours.h) up to date while a server writes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "ingest/history.h"

namespace sonde {

// Once a minute makes the sums of all hours in which nothing has changed for ten: those that are
// written now would be made again at once, and are answered from the spans until then. A failure is
// printed and tried again. Thread-safe.
class HourMaker {
 public:
  struct Times {
    std::chrono::milliseconds pause{std::chrono::minutes(1)};
    std::chrono::microseconds quiet{std::chrono::minutes(10)};
  };

  // `history` must outlive it.
  explicit HourMaker(History& history) : HourMaker(history, Times()) {}
  HourMaker(History& history, Times times);
  // Waits for what is being made.
  ~HourMaker() = default;
  HourMaker(const HourMaker&) = delete;
  HourMaker& operator=(const HourMaker&) = delete;

 private:
  void run(const std::stop_token& stop);
  Result<> make();

  History& history_;
  const Times times_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace sonde
