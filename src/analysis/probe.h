// Builds executions for the tests of the checks.
#pragma once

#include <optional>
#include <string>

#include "analysis/check.h"

namespace sonde::probe {

// A failed call of a model with a text prompt.
inline Span failed_call(std::string prompt, std::string system = "") {
  Span span;
  span.kind = Kind::Llm;
  span.status = Status::Error;
  span.input = std::move(prompt);
  span.input_form = Form::Text;
  span.system = std::move(system);
  return span;
}

inline Span with_answer(Span span, std::string answer, std::string finish_reason = "stop") {
  span.output = std::move(answer);
  span.output_form = Form::Text;
  span.finish_reason = std::move(finish_reason);
  return span;
}

inline Span with_error(Span span, std::string message) {
  span.status_message = std::move(message);
  return span;
}

inline std::optional<Observation> run(const Check& check, const Span& span,
                                      Outcome outcome = Outcome::Failed) {
  return check.run(Execution(span, outcome));
}

// The evidence, or empty when the check saw nothing.
inline std::string evidence(const Check& check, const Span& span,
                            Outcome outcome = Outcome::Failed) {
  const auto observation = run(check, span, outcome);
  return observation ? observation->evidence : std::string();
}

inline std::string patch(const Check& check, const Span& span, Outcome outcome = Outcome::Failed) {
  const auto observation = run(check, span, outcome);
  return observation ? observation->patch.text : std::string();
}

}  // namespace sonde::probe
