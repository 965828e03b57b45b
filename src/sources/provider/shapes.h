// The table of response shapes.
#pragma once

#include <span>

#include "sources/provider/answer.h"

namespace sonde {

// In the order in which they are tried.
std::span<const AnswerShape> answer_shapes();

}  // namespace sonde
