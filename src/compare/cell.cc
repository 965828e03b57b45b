#include "compare/cell.h"

#include <algorithm>
#include <cmath>

namespace sonde {

void Moments::merge(const Moments& other) {
  n += other.n;
  sum += other.sum;
  squares += other.squares;
}

double Moments::mean() const {
  return n == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(n);
}

double Moments::variance() const {
  if (n < 2) return 0;
  // n * squares - sum^2 is exact where it fits, and rounding a double would not be.
  const double size = static_cast<double>(n);
  const double centre = mean();
  const double spread = static_cast<double>(squares) - size * centre * centre;
  return std::max(0.0, spread / (size - 1));
}

Times::Times(const Sketch& sketch) {
  sketch.visit([this](double value, uint64_t times) {
    values_.push_back({value, static_cast<double>(times)});
    count_ += static_cast<double>(times);
    ends_.push_back(count_);
  });
}

double Times::quantile(double p) const {
  if (values_.empty()) return 0;
  const double position = std::clamp(p, 0.0, 1.0) * (count_ - 1);
  const double below = std::floor(position);
  const auto value_at = [this](double rank) {
    const auto end = std::upper_bound(ends_.begin(), ends_.end(), rank);
    const auto at = std::min(end - ends_.begin(), std::ssize(values_) - 1);
    return values_[static_cast<size_t>(at)].value;
  };
  const double low = value_at(below);
  return position == below ? low : std::lerp(low, value_at(below + 1), position - below);
}

std::optional<int64_t> tokens_of(const Span& span) {
  if (!span.input_tokens || !span.output_tokens) return std::nullopt;
  if (*span.input_tokens < 0 || *span.output_tokens < 0) return std::nullopt;
  return *span.input_tokens + *span.output_tokens;
}

void StratumSums::add(const Span& span, Outcome outcome) {
  ++count;
  rated += outcome == Outcome::Ok || outcome == Outcome::Failed ? 1 : 0;
  ok += outcome == Outcome::Ok ? 1 : 0;
  if (span.duration && *span.duration >= 0) latency.add(*span.duration);
  if (span.time_to_first_token && *span.time_to_first_token >= 0) {
    ttft.add(*span.time_to_first_token);
  }
  if (span.cost && *span.cost >= 0) cost.add(*span.cost);
  if (const auto both = tokens_of(span)) tokens.add(*both);
}

void StratumSums::merge(const StratumSums& other) {
  count += other.count;
  rated += other.rated;
  ok += other.ok;
  latency.merge(other.latency);
  ttft.merge(other.ttft);
  cost.merge(other.cost);
  tokens.merge(other.tokens);
}

}  // namespace sonde
