// The least work that answers the benchmark's question from JSONL: simdjson on demand, four fields
// in the order in which they stand, two threads, windows read into bounded buffers. It knows the
// shape of the generated file and checks nothing, so no general program is expected to be faster.
#include <fcntl.h>
#include <simdjson.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "workload.h"

namespace sonde {
namespace {

constexpr size_t kWindowBytes = 1 << 20;
constexpr size_t kRecordBytesMax = 4 << 20;

struct Group {
  std::string category;
  size_t succeeded = 0;
  double latency_sum = 0;
  std::vector<double> latencies;
  std::vector<std::string> models;
};

// A dozen groups and models: comparing lengths first makes a plain scan faster than hashing.
class Groups {
 public:
  void add(std::string_view category, std::string_view model, double latency, bool succeeded) {
    Group& group = find(category);
    group.succeeded += succeeded ? 1 : 0;
    group.latency_sum += latency;
    group.latencies.push_back(latency);
    if (std::find(group.models.begin(), group.models.end(), model) == group.models.end()) {
      group.models.emplace_back(model);
    }
  }

  void merge(Groups&& other) {
    for (Group& from : other.groups_) {
      Group& to = find(from.category);
      to.succeeded += from.succeeded;
      to.latency_sum += from.latency_sum;
      to.latencies.insert(to.latencies.end(), from.latencies.begin(), from.latencies.end());
      to.models.insert(to.models.end(), from.models.begin(), from.models.end());
    }
  }

  std::vector<Group>& all() { return groups_; }

 private:
  Group& find(std::string_view category) {
    for (Group& group : groups_) {
      if (group.category == category) return group;
    }
    return groups_.emplace_back(Group{std::string(category), 0, 0, {}, {}});
  }

  std::vector<Group> groups_;
};

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

size_t read_at(int file, char* to, size_t bytes, size_t offset) {
  size_t got = 0;
  while (got < bytes) {
    const ssize_t n = pread(file, to + got, bytes - got, static_cast<off_t>(offset + got));
    if (n < 0) die("pread");
    if (n == 0) break;
    got += static_cast<size_t>(n);
  }
  return got;
}

// A window owns the records that start in it, and reads on to the end of the last one.
class Reader {
 public:
  explicit Reader(int file)
      : file_(file), buffer_(kWindowBytes + kRecordBytesMax + simdjson::SIMDJSON_PADDING) {}

  void read_window(size_t offset, Groups& groups) {
    const size_t from = offset == 0 ? 0 : offset - 1;
    const size_t wanted = offset + kWindowBytes - from;
    size_t size = read_at(file_, buffer_.data(), wanted, from);
    size_t begin = 0;
    if (offset != 0) begin = line_end(0, size);
    if (size == wanted && buffer_[size - 1] != '\n') size = extend(size, from + size);
    if (begin < size) parse(begin, size, groups);
  }

 private:
  size_t line_end(size_t begin, size_t size) const {
    const void* at = std::memchr(buffer_.data() + begin, '\n', size - begin);
    if (at == nullptr) return size;
    return static_cast<size_t>(static_cast<const char*>(at) - buffer_.data()) + 1;
  }

  size_t extend(size_t size, size_t offset) {
    constexpr size_t kStep = 16 << 10;
    while (size + kStep <= kWindowBytes + kRecordBytesMax) {
      const size_t got = read_at(file_, buffer_.data() + size, kStep, offset);
      const size_t end = line_end(size, size + got);
      if (end < size + got || got < kStep || buffer_[end - 1] == '\n') return end;
      size += got;
      offset += got;
    }
    std::fputs("a record is longer than the buffer\n", stderr);
    std::exit(1);
  }

  void parse(size_t begin, size_t end, Groups& groups) {
    simdjson::ondemand::document_stream documents;
    if (parser_.iterate_many(buffer_.data() + begin, end - begin, kWindowBytes + kRecordBytesMax)
            .get(documents) != simdjson::SUCCESS) {
      die("iterate_many");
    }
    for (auto document : documents) {
      simdjson::ondemand::object record = document.get_object();
      const std::string_view category = record.find_field("category");
      const std::string_view model = record.find_field("model");
      const double latency = record.find_field("response_time");
      const std::string_view status = record.find_field("status");
      groups.add(category, model, latency, status == "success");
    }
  }

  int file_;
  std::vector<char> buffer_;
  simdjson::ondemand::parser parser_;
};

void print(std::vector<Group>& groups) {
  const char* separator = "[";
  for (Group& group : groups) {
    std::sort(group.latencies.begin(), group.latencies.end());
    std::sort(group.models.begin(), group.models.end());
    group.models.erase(std::unique(group.models.begin(), group.models.end()), group.models.end());
    const auto count = static_cast<double>(group.latencies.size());
    std::printf(
        "%s{\"category\": \"%s\", \"count\": %zu, \"success_rate\": %.17g, \"mean\": %.17g, "
        "\"p50\": %.17g, \"p95\": %.17g, \"models\": [",
        separator, group.category.c_str(), group.latencies.size(),
        static_cast<double>(group.succeeded) / count, group.latency_sum / count,
        linear_quantile(group.latencies, .5), linear_quantile(group.latencies, .95));
    for (size_t i = 0; i < group.models.size(); ++i) {
      std::printf("%s\"%s\"", i == 0 ? "" : ", ", group.models[i].c_str());
    }
    std::printf("]}");
    separator = ",\n";
  }
  std::printf("]\n");
}

int run(const char* path, unsigned threads) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) die(path);
  struct stat status {};
  if (fstat(file, &status) != 0) die(path);
  const auto size = static_cast<size_t>(status.st_size);

  std::vector<Groups> parts(threads);
  std::atomic<size_t> next{0};
  {
    std::vector<std::jthread> workers;
    for (Groups& part : parts) {
      workers.emplace_back([&] {
        Reader reader(file);
        for (size_t at = next.fetch_add(kWindowBytes); at < size;
             at = next.fetch_add(kWindowBytes)) {
          reader.read_window(at, part);
        }
      });
    }
  }
  Groups total;
  for (Groups& part : parts) total.merge(std::move(part));
  print(total.all());
  close(file);
  return 0;
}

}  // namespace
}  // namespace sonde

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: roofline FILE.jsonl [THREADS]\n", stderr);
    return 2;
  }
  return sonde::run(argv[1], argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 2);
}
