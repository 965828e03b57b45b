// Random numbers and text shared by the two generators. Everything is deterministic: the same seed
// and the same compiler flags give the same bytes. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sonde {

// splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
class Rng {
 public:
  explicit Rng(uint64_t state) : state_(state) {}
  uint64_t next();
  double uniform();              // [0, 1)
  double normal();               // Mean 0, deviation 1 (Box-Muller).
  uint32_t below(uint32_t end);  // [0, end)

 private:
  uint64_t state_;
};

// Draws an index in proportion to its weight in constant time (Vose's alias method).
class WeightedIndex {
 public:
  explicit WeightedIndex(const std::vector<double>& weights);
  int pick(Rng& rng) const;

 private:
  std::vector<double> keep_;
  std::vector<int> alias_;
};

enum class TextKind { English, Chinese, Code };

// 12,000 words with a Zipf-like frequency and 2,500 Chinese characters. The same for every seed.
class Vocabulary {
 public:
  Vocabulary();

  // Appends about `bytes` bytes of text, already escaped for use inside a JSON string.
  void append_text(Rng& rng, size_t bytes, TextKind kind, std::string& out) const;

 private:
  const std::string& word(Rng& rng) const;
  void append_chinese(Rng& rng, size_t end, std::string& out) const;
  void append_code(Rng& rng, std::string& out) const;
  void append_separator(Rng& rng, std::string& out) const;

  std::vector<std::string> words_;
  std::vector<std::string> characters_;
  WeightedIndex frequency_;
};

// Appends a random version 4 UUID.
void append_uuid(Rng& rng, std::string& out);

// The percentile definition of numpy's default: linear interpolation between order statistics.
// `sorted` is not empty; `p` lies in [0, 1].
double linear_quantile(const std::vector<double>& sorted, double p);

}  // namespace sonde
