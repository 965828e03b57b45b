// The folder that holds everything Sonde stores on this machine, and the right to it: one process
// at a time.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace sonde {

// Holds the folder for as long as it lives. Not copyable or movable; used by one thread.
class DataFolder {
 public:
  // Makes the folder when it is not there (readable by its owner only) and takes its lock.
  // Fails with Unavailable when another process holds it (its id and command are named), and when
  // the folder cannot be made or written. A process that died holds nothing.
  static Result<std::unique_ptr<DataFolder>> open(const std::string& path);

  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

  const std::string& path() const { return path_; }  // Absolute.
  std::string engine_path() const { return path_ + "/engine"; }

 private:
  DataFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;  // File descriptor of PATH/lock.
};

}  // namespace sonde
