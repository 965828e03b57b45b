// Analyses made by hand, for the tests of this folder.
#pragma once

#include <cmath>
#include <limits>

#include "report/report.h"

namespace sonde {

inline Distribution example_times(double p50) {
  Distribution times;
  times.count = 100;
  times.mean = p50 * 1.25;
  times.p50 = p50;
  times.p95 = p50 * 3;
  times.p99 = p50 * 5;
  times.max = p50 * 8;
  times.p50_interval = {p50 * 0.9, p50 * 1.1, "order-statistics"};
  times.p95_interval = {p50 * 2.5, std::numeric_limits<double>::infinity(), "order-statistics"};
  return times;
}

inline GroupSummary example_group(std::string key, uint64_t ok, uint64_t error, double p50) {
  GroupSummary group;
  group.key = {std::move(key)};
  group.count = ok + error;
  group.ok = ok;
  group.error = error;
  const double rate = static_cast<double>(ok) / static_cast<double>(ok + error);
  group.success_rate = rate;
  group.success_interval = {std::max(0.0, rate - 0.05), std::min(1.0, rate + 0.05), "wilson"};
  if (error > 0) group.errors = {{"rate_limit", error - error / 3}};
  if (error / 3 > 0) group.errors.emplace_back("timeout", error / 3);
  group.latency = example_times(p50);
  group.input_tokens = 1200 * group.count;
  group.output_tokens = 310 * group.count;
  group.tokens_known = group.count;
  group.costs = {{"USD", 1'282'500 * static_cast<int64_t>(group.count), group.count}};
  group.cost_known = group.count;
  group.models = {{"gpt-4o-mini", group.count}};
  return group;
}

// Four categories, two models, errors, rejects, notes, charts.
inline Analysis example_analysis() {
  Analysis analysis;
  analysis.success = "status = ok";
  analysis.time_zone = "UTC";
  analysis.clusters = "intervals allow for calls of one session (or user) being alike";
  analysis.excluded = 2;
  analysis.other_levels = {{"run", 120}};
  analysis.total = example_group("", 1100, 104, 1'200'000);
  analysis.total.key.clear();
  analysis.total.models = {{"gpt-4o-mini", 1000}, {"claude-3-5-haiku", 204}};
  analysis.total.first_time = 1'784'800'805'000'000;
  analysis.total.last_time = 1'784'972'405'000'000;
  Section section;
  section.by = {"category"};
  section.groups = {example_group("summarise", 700, 14, 900'000),
                    example_group("客服 support 👩‍💻", 250, 50, 2'400'000),
                    example_group("translate", 140, 30, 850'000),
                    example_group("", 10, 10, 64'000'000)};
  section.groups[1].models = {{"gpt-4o-mini", 200}, {"claude-3-5-haiku", 100}};
  section.groups[3].costs.clear();
  section.groups[3].cost_known = 0;
  section.groups[3].input_tokens.reset();
  analysis.sections = {section};
  analysis.by_model = {example_group("gpt-4o-mini", 920, 80, 1'100'000),
                       example_group("claude-3-5-haiku", 180, 24, 2'100'000)};
  analysis.claims = {{"category \"translate\" fails more than the rest: 82.4 % [77.4, 87.4] of 170 "
                      "calls succeed, against 92.8 % elsewhere"},
                     {"the most frequent error is rate_limit: 70 of 104 failures"}};
  return analysis;
}

inline void add_example_charts(Analysis& analysis, size_t buckets) {
  analysis.bucket_width = 3'600'000'000;
  for (size_t i = 0; i < buckets; ++i) {
    if (i % 17 == 5) continue;  // Hours without calls.
    const double wave = std::sin(static_cast<double>(i) / 4);
    TimeBucket bucket;
    bucket.start = 1'784'797'200'000'000 + static_cast<int64_t>(i) * analysis.bucket_width;
    bucket.count = static_cast<uint64_t>(25 + 15 * wave);
    bucket.error = i > 20 && i < 26 ? bucket.count / 2 : bucket.count / 14;
    bucket.ok = bucket.count - bucket.error;
    bucket.p50 = 1'200'000 + 300'000 * wave;
    bucket.p95 = 3'600'000 + 1'500'000 * wave * wave;
    analysis.time.push_back(bucket);
  }
  for (int i = 0; i <= 48; ++i) {
    analysis.histogram_edges.push_back(std::exp2(static_cast<double>(i) / 2) * 1000);
  }
  for (const GroupSummary& model : analysis.by_model) {
    Histogram histogram;
    histogram.name = model.key.front();
    const double middle = 2 * std::log2(model.latency->p50 / 1000);
    for (int i = 0; i < 48; ++i) {
      const double distance = (i + 0.5 - middle) / 2.2;
      histogram.counts.push_back(static_cast<uint64_t>(static_cast<double>(model.count) * 0.2 *
                                                       std::exp(-distance * distance / 2)));
    }
    analysis.latency_by_model.push_back(histogram);
  }
}

inline ReadReport example_read() {
  ReadReport read;
  FileReport file;
  file.path = "logs/messages.jsonl";
  file.sources = {{"dify-messages", 1000}, {"workshop", 206}};
  file.documents = 1206;
  file.rejected = 2;
  file.unit_note = "response_time is taken as seconds";
  read.files = {file};
  read.rejects = {{0, 12, 4096, "unexpected end of string"}, {0, 40, 9001, "not an object"}};
  read.rejected = 2;
  read.documents = 1206;
  read.notes["debugger runs were left out"] = {2, {0, 128}};
  return read;
}

}  // namespace sonde
