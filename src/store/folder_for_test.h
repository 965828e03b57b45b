// A data folder for a test, deleted with it.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "base/settings.h"

namespace sonde {

class FolderForTest {
 public:
  FolderForTest() {
    std::string path = std::filesystem::temp_directory_path() / "sonde-store-XXXXXX";
    CHECK(::mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  ~FolderForTest() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  FolderForTest(const FolderForTest&) = delete;
  FolderForTest& operator=(const FolderForTest&) = delete;

  const std::string& path() const { return path_; }
  Settings settings() const {
    Settings settings;
    settings.data_dir = path_ + "/data";
    settings.store_memory_bytes_max = int64_t{1} << 30;
    return settings;
  }

 private:
  std::string path_;
};

}  // namespace sonde
