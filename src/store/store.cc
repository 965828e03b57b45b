#include "store/store.h"

namespace sonde {

std::string quoted_list(const std::vector<std::string>& values) {
  std::string text = "[";
  for (const std::string& value : values) {
    if (text.size() > 1) text += ',';
    text += '\'';
    for (const char c : value) {
      if (c == '\\' || c == '\'') text += '\\';
      if (c == '\0') {
        text += "\\0";
      } else {
        text += c;
      }
    }
    text += '\'';
  }
  return text + "]";
}

}  // namespace sonde
