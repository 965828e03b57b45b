// Writes flat message logs: the same records as PREFIX.jsonl and PREFIX.json (one array), and the
// exact answer to the benchmark's question in PREFIX.golden.json.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "workload.h"

namespace sonde {
namespace {

constexpr const char* kUsage =
    "usage: gen_dify PREFIX BYTES [SEED [jsonl|array|both]]\n"
    "BYTES is the size of the JSONL file; SEED is 42 and the format both unless given\n";

constexpr const char* kCategories[] = {"general_chat",    "customer_support", "code_assistant",
                                       "document_qa",     "summarization",    "translation",
                                       "data_extraction", "marketing_copy",   "sql_generation",
                                       "agent_tool_use",  "classification",   "image_prompting"};
const std::vector<double> kCategoryWeights = {30, 18, 12, 10, 8, 6, 5, 4, 3, 2.2, 1.3, 0.5};

struct Model {
  const char* name;
  const char* provider;
  double tokens_per_second;
  double input_price;  // USD per million tokens.
  double output_price;
};
constexpr Model kModels[] = {
    {"gpt-4o-mini", "openai", 90, 0.15, 0.6},
    {"gpt-4o", "openai", 70, 2.5, 10},
    {"claude-3-5-sonnet-20241022", "anthropic", 75, 3, 15},
    {"gemini-1.5-flash", "google", 160, 0.075, 0.3},
    {"deepseek-chat", "deepseek", 45, 0.27, 1.1},
    {"qwen2.5-72b-instruct", "tongyi", 40, 0.9, 0.9},
    {"llama-3.1-70b-instruct", "groq", 250, 0.59, 0.79},
    {"gpt-3.5-turbo", "openai", 110, 0.5, 1.5},
    {"mistral-large-latest", "mistralai", 55, 2, 6},
};
const std::vector<double> kModelWeights = {28, 16, 15, 11, 10, 8, 5, 4, 3};
constexpr int kFailsMore = 4;  // deepseek-chat fails more often than the others.

constexpr const char* kErrors[] = {
    "Rate limit reached for requests",
    "Request timed out.",
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9341 "
    "tokens.",
    "The server had an error while processing your request.",
    "Invalid API key provided: sk-***",
    "Connection error.",
    "Content filtered: \\\"policy_violation\\\""};
const std::vector<double> kErrorWeights = {45, 22, 12, 11, 3, 5, 2};

struct File {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FilePtr = std::unique_ptr<std::FILE, File>;

FilePtr open_output(const std::string& path) {
  FilePtr file(std::fopen(path.c_str(), "w"));
  if (!file) {
    std::perror(path.c_str());
    std::exit(1);
  }
  std::setvbuf(file.get(), nullptr, _IOFBF, 1 << 20);
  return file;
}

struct Group {
  uint64_t succeeded = 0;
  double latency_sum = 0;
  double price = 0;
  uint64_t input_tokens = 0;
  uint64_t output_tokens = 0;
  std::vector<double> latencies;
  std::set<int> models;
};

// One record's figures; the text around them is drawn while it is written.
struct Record {
  int category;
  int model;
  TextKind kind;
  int query_bytes;
  int answer_bytes;
  bool failed;
  int input_tokens;
  int output_tokens;
  double latency;  // Seconds, to the millisecond.
  double price;    // USD.
};

class Generator {
 public:
  explicit Generator(uint64_t seed);
  void append_record(std::string& out);
  void write_golden(std::FILE* file);
  uint64_t records() const { return records_; }

 private:
  Record draw();
  void append_head(const Record& record, std::string& out);
  void append_tail(const Record& record, std::string& out);
  void count(const Record& record);

  Rng rng_;
  Vocabulary vocabulary_;
  WeightedIndex categories_{kCategoryWeights};
  WeightedIndex models_{kModelWeights};
  WeightedIndex errors_{kErrorWeights};
  std::vector<std::string> apps_;
  std::map<std::string, Group> groups_;
  std::string conversation_;
  std::string user_;
  double time_ = 1735689600.0;
  uint64_t records_ = 0;
};

Generator::Generator(uint64_t seed) : rng_(seed * 0x9e3779b97f4a7c15ULL + 7) {
  for (int i = 0; i < 40; ++i) append_uuid(rng_, apps_.emplace_back());
}

Record Generator::draw() {
  Record r{};
  r.category = categories_.pick(rng_);
  r.model = models_.pick(rng_);
  time_ += -std::log(rng_.uniform() + 1e-18) * 0.9;
  if (conversation_.empty() || rng_.below(3) == 0) {
    conversation_.clear();
    append_uuid(rng_, conversation_);
    user_ = "user-" + std::to_string(static_cast<int>(20000 * std::pow(rng_.uniform(), 2.5)));
  }
  const bool code = r.category == 2 || r.category == 8;
  r.kind = rng_.below(100) < 9 ? TextKind::Chinese : code ? TextKind::Code : TextKind::English;
  // Mean about 1.2 KB, median about 0.7 KB.
  r.query_bytes =
      static_cast<int>(std::min(60000.0, std::max(12.0, std::exp(6.55 + 1.05 * rng_.normal()))));
  r.answer_bytes =
      static_cast<int>(std::min(30000.0, std::max(8.0, std::exp(6.35 + 0.95 * rng_.normal()))));
  const double failure_rate = 0.018 + 0.012 * (r.category % 4) + (r.model == kFailsMore ? 0.03 : 0);
  r.failed = rng_.uniform() < failure_rate;
  const int bytes_per_token = r.kind == TextKind::Chinese ? 3 : 4;
  r.input_tokens = r.query_bytes / bytes_per_token + static_cast<int>(rng_.below(60)) + 20;
  r.output_tokens = r.failed ? 0 : r.answer_bytes / bytes_per_token + 1;
  const Model& model = kModels[r.model];
  if (r.failed && rng_.below(3) == 0) {
    r.latency = 60.0 + rng_.uniform() * 0.5;
  } else {
    const double first = rng_.normal();
    const double second = rng_.normal();
    r.latency = 0.18 + std::exp(-1.2 + 0.6 * first) +
                r.output_tokens / model.tokens_per_second * std::exp(0.25 * second);
  }
  r.latency = std::floor(r.latency * 1000 + .5) / 1000;
  r.price = (r.input_tokens * model.input_price + r.output_tokens * model.output_price) / 1e6;
  return r;
}

void Generator::append_head(const Record& r, std::string& out) {
  const auto seconds = static_cast<time_t>(time_);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[128];
  out += "{\"id\": \"";
  append_uuid(rng_, out);
  out += "\", \"app_id\": \"";
  out += apps_[(static_cast<uint32_t>(r.category) * 7 + rng_.below(4)) % 40];
  out += "\", \"conversation_id\": \"" + conversation_;
  out += "\", \"from_end_user_id\": \"" + user_;
  std::snprintf(text, sizeof text, "\", \"created_at\": \"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                utc.tm_sec, static_cast<int>((time_ - static_cast<double>(seconds)) * 1000));
  out += text;
  out += "\", \"category\": \"";
  out += kCategories[r.category];
  out += "\", \"model_provider\": \"";
  out += kModels[r.model].provider;
  out += "\", \"model\": \"";
  out += kModels[r.model].name;
  out += "\", \"inputs\": {\"lang\": \"";
  out += r.kind == TextKind::Chinese ? "zh" : "en";
  const uint32_t top_k = rng_.below(8) + 1;
  const double temperature = rng_.below(11) / 10.0;
  std::snprintf(text, sizeof text, "\", \"temperature\": %.1f, \"top_k\": %u}", temperature, top_k);
  out += text;
}

void Generator::append_tail(const Record& r, std::string& out) {
  char text[512];
  std::snprintf(text, sizeof text,
                "\", \"message_tokens\": %d, \"answer_tokens\": %d, \"total_tokens\": %d, "
                "\"total_price\": %.7f, \"currency\": \"USD\", \"response_time\": %.3f, "
                "\"status\": \"%s\", \"error\": ",
                r.input_tokens, r.output_tokens, r.input_tokens + r.output_tokens, r.price,
                r.latency, r.failed ? "error" : "success");
  out += text;
  if (r.failed) {
    out += '"';
    out += kErrors[errors_.pick(rng_)];
    out += '"';
  } else {
    out += "null";
  }
  out += ", \"metadata\": {\"usage\": {\"prompt_tokens\": " + std::to_string(r.input_tokens) +
         ", \"completion_tokens\": " + std::to_string(r.output_tokens) +
         "}, \"retriever_resources\": [";
  if (r.category == 3 || r.category == 1) {
    const uint32_t resources = 1 + rng_.below(4);
    for (uint32_t i = 0; i < resources; ++i) {
      if (i > 0) out += ", ";
      const double score = 0.4 + 0.6 * rng_.uniform();
      const uint32_t dataset = rng_.below(30);
      std::snprintf(text, sizeof text,
                    "{\"position\": %u, \"dataset_name\": \"kb-%u\", \"score\": %.4f}", i + 1,
                    dataset, score);
      out += text;
    }
  }
  const uint32_t feedback = rng_.below(100);
  out += "]}, \"feedback\": ";
  out += feedback < 3 ? "\"like\"" : feedback < 4 ? "\"dislike\"" : "null";
  out += '}';
}

void Generator::count(const Record& r) {
  Group& group = groups_[kCategories[r.category]];
  group.succeeded += r.failed ? 0 : 1;
  group.latency_sum += r.latency;
  group.latencies.push_back(r.latency);
  group.models.insert(r.model);
  group.input_tokens += static_cast<uint64_t>(r.input_tokens);
  group.output_tokens += static_cast<uint64_t>(r.output_tokens);
  group.price += r.price;
  ++records_;
}

void Generator::append_record(std::string& out) {
  const Record r = draw();
  append_head(r, out);
  out += ", \"query\": \"";
  vocabulary_.append_text(rng_, static_cast<size_t>(r.query_bytes), r.kind, out);
  out += "\", \"answer\": \"";
  if (!r.failed) {
    vocabulary_.append_text(rng_, static_cast<size_t>(r.answer_bytes), r.kind, out);
  }
  append_tail(r, out);
  count(r);
}

void Generator::write_golden(std::FILE* file) {
  std::fprintf(file, "{\"n\": %llu, \"categories\": {\n",
               static_cast<unsigned long long>(records_));
  const char* separator = "";
  for (auto& [name, group] : groups_) {
    std::sort(group.latencies.begin(), group.latencies.end());
    std::fprintf(file,
                 "%s\"%s\": {\"count\": %zu, \"success\": %llu, \"mean\": %.6f, \"p50_linear\": "
                 "%.6f, \"p95_linear\": %.6f, \"models\": %zu, \"tokens_in\": %llu, "
                 "\"tokens_out\": %llu, \"price\": %.6f}",
                 separator, name.c_str(), group.latencies.size(),
                 static_cast<unsigned long long>(group.succeeded),
                 group.latency_sum / static_cast<double>(group.latencies.size()),
                 linear_quantile(group.latencies, .5), linear_quantile(group.latencies, .95),
                 group.models.size(), static_cast<unsigned long long>(group.input_tokens),
                 static_cast<unsigned long long>(group.output_tokens), group.price);
    separator = ",\n";
  }
  std::fprintf(file, "\n}}\n");
}

int generate(const std::string& prefix, double bytes, uint64_t seed, const std::string& format) {
  const FilePtr lines = format == "array" ? nullptr : open_output(prefix + ".jsonl");
  const FilePtr array = format == "jsonl" ? nullptr : open_output(prefix + ".json");
  Generator generator(seed);
  double written = 0;
  std::string record;
  if (array) std::fputs("[\n", array.get());
  while (written < bytes) {
    record.clear();
    if (array && generator.records() > 0) std::fputs(",\n", array.get());
    generator.append_record(record);
    if (array) std::fwrite(record.data(), 1, record.size(), array.get());
    record += '\n';
    if (lines) std::fwrite(record.data(), 1, record.size(), lines.get());
    written += static_cast<double>(record.size());
  }
  if (array) std::fputs("\n]\n", array.get());
  generator.write_golden(open_output(prefix + ".golden.json").get());
  std::fprintf(stderr, "records=%llu bytes=%.0f\n",
               static_cast<unsigned long long>(generator.records()), written);
  return 0;
}

}  // namespace
}  // namespace sonde

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs(sonde::kUsage, stderr);
    return 2;
  }
  const uint64_t seed = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 42;
  return sonde::generate(argv[1], std::atof(argv[2]), seed, argc > 4 ? argv[4] : "both");
}
