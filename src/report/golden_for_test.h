// Compares with a reviewed file of tests/golden/report; UPDATE_GOLDEN=1 rewrites it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace sonde {

inline void expect_golden(const std::string& name, const std::string& actual) {
  const std::string path = std::string(SONDE_SOURCE_DIR) + "/tests/golden/report/" + name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  std::stringstream wanted;
  wanted << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(actual, wanted.str()) << "UPDATE_GOLDEN=1 rewrites " << path;
}

}  // namespace sonde
