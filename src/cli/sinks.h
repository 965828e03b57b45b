// What stands between the readers and the engines: gives categories, keeps the chosen level.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "cli/arguments.h"
#include "sources/source.h"

namespace sonde {

// One engine a thread behind a SpanSink. Engine: add(const Span&).
template <class Engine>
class EngineSink final : public SpanSink {
 public:
  EngineSink(const Job& job, Engine engine) : job_(job), engine_(std::move(engine)) {}
  void add(Span& span) override {
    if (job_.categories) job_.categories->apply(span);
    engine_.add(span);
  }
  Engine& engine() { return engine_; }

 private:
  const Job& job_;
  Engine engine_;
};

// The engines of all threads, merged in the end.
template <class Engine>
class Engines {
 public:
  template <class Make>
  Engines(const Job& job, const Make& make) {
    for (unsigned i = 0; i < job.threads; ++i) {
      owned_.push_back(std::make_unique<EngineSink<Engine>>(job, make()));
      sinks_.push_back(owned_.back().get());
    }
  }
  std::span<SpanSink* const> sinks() const { return sinks_; }
  // After reading; once.
  Engine& merged() {
    Engine& all = owned_.front()->engine();
    for (size_t i = 1; i < owned_.size(); ++i) all.merge(std::move(owned_[i]->engine()));
    return all;
  }

 private:
  std::vector<std::unique_ptr<EngineSink<Engine>>> owned_;
  std::vector<SpanSink*> sinks_;
};

}  // namespace sonde
