// Measures the hints, and two of the defects, on tests/labelled.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <fstream>
#include <functional>
#include <string>

#include "analysis/check.h"
#include "analysis/repeated_call.h"
#include "model/error_class.h"

namespace sonde {
namespace {

constexpr double kPrecisionMin = 0.8;

using Row = rapidjson::Document;

std::vector<Row> read_rows(const std::string& name) {
  std::ifstream file(std::string(SONDE_SOURCE_DIR) + "/tests/labelled/" + name);
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    Row row;
    row.Parse(line.c_str());
    EXPECT_FALSE(row.HasParseError()) << line;
    rows.push_back(std::move(row));
  }
  return rows;
}

struct Score {
  uint32_t right = 0;
  uint32_t flagged = 0;
  uint32_t labelled = 0;
  uint32_t rows = 0;
  std::string wrong;

  void add(bool label, bool flag, std::string_view text) {
    ++rows;
    labelled += label ? 1 : 0;
    flagged += flag ? 1 : 0;
    right += label && flag ? 1 : 0;
    if (label != flag) wrong += fmt::format("  {}: {}\n", flag ? "false alarm" : "missed", text);
  }
  double precision() const { return flagged == 0 ? 0 : static_cast<double>(right) / flagged; }
};

void expect_good(const Score& score, const Check& check, std::string_view part) {
  const std::string figures =
      fmt::format("{} ({}): precision {}/{}, recall {}/{}, n={}", check.id, part, score.right,
                  score.flagged, score.right, score.labelled, score.rows);
  testing::Test::RecordProperty(std::string(check.id) + "-" + std::string(part), figures);
  EXPECT_GE(score.precision(), kPrecisionMin) << figures << "\n" << score.wrong;
  // A check that flags next to nothing is precise and useless.
  EXPECT_GE(score.right * 2, score.labelled) << figures << "\n" << score.wrong;
}

void expect_printed(const Score& score, const Check& check) {
  EXPECT_EQ(score.right, check.precision.right) << check.id << "\n" << score.wrong;
  EXPECT_EQ(score.flagged, check.precision.flagged) << check.id << "\n" << score.wrong;
  EXPECT_EQ(score.rows, check.precision.examples) << check.id;
}

bool is_flagged(const Check& check, const std::string& prompt, const std::string& answer = "") {
  Span span;
  span.kind = Kind::Llm;
  span.input = prompt;
  span.input_form = Form::Text;
  span.output = answer;
  span.output_form = answer.empty() ? Form::None : Form::Text;
  return check.run(Execution(span, Outcome::Failed)).has_value();
}

void measure_hint(const Check& check, const char* label) {
  Score whole;
  Score held_out;
  for (const Row& row : read_rows("hints.jsonl")) {
    const std::string prompt = row["prompt"].GetString();
    const bool flag = is_flagged(check, prompt);
    whole.add(row[label].GetBool(), flag, prompt);
    if (row["set"].GetString() == std::string_view("held-out"))
      held_out.add(row[label].GetBool(), flag, prompt);
  }
  expect_good(held_out, check, "held-out");
  expect_good(whole, check, "all");
  expect_printed(whole, check);
}

TEST(Labelled, VagueWordingIsPreciseAndPrintsItsPrecision) { measure_hint(kVagueWording, "vague"); }

TEST(Labelled, ContradictoryInstructionsArePreciseAndPrintTheirPrecision) {
  measure_hint(kContradictoryInstructions, "contradictory");
}

TEST(Labelled, RefusalIsPrecise) {
  Score score;
  for (const Row& row : read_rows("refusals.jsonl")) {
    const std::string answer = row["answer"].GetString();
    score.add(row["refusal"].GetBool(), is_flagged(kRefusal, "Write it.", answer), answer);
  }
  expect_good(score, kRefusal, "all");
  expect_printed(score, kRefusal);
}

TEST(Labelled, LanguageMismatchIsPrecise) {
  Score score;
  for (const Row& row : read_rows("languages.jsonl")) {
    const std::string prompt = row["prompt"].GetString();
    score.add(row["mismatch"].GetBool(),
              is_flagged(kLanguageMismatch, prompt, row["answer"].GetString()), prompt);
  }
  expect_good(score, kLanguageMismatch, "all");
  expect_printed(score, kLanguageMismatch);
}

TEST(Labelled, RepeatedCallIsPreciseAndPrintsItsPrecision) {
  Score score;
  for (const Row& row : read_rows("repeats.jsonl")) {
    const std::string first = row["calls"][0]["prompt"].GetString();
    Repeats repeats;
    for (const auto& call : row["calls"].GetArray()) {
      const std::string error = call["error"].GetString();
      if (call["prompt"].GetString() != first) continue;
      ++repeats.calls;
      if (error != "ok" && !is_transient(classify_error(error))) ++repeats.failures;
    }
    score.add(row["repeated"].GetBool(), observe_repeats(repeats).has_value(), first);
  }
  expect_good(score, kRepeatedCall, "all");
  expect_printed(score, kRepeatedCall);
}

}  // namespace
}  // namespace sonde
