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

std::string escaped_param(std::string_view value) {
  std::string text;
  text.reserve(value.size());
  for (const char c : value) {
    switch (c) {
      case '\\':
        text += "\\\\";
        break;
      case '\t':
        text += "\\t";
        break;
      case '\n':
        text += "\\n";
        break;
      case '\r':
        text += "\\r";
        break;
      case '\0':
        text += "\\0";
        break;
      default:
        text += c;
    }
  }
  return text;
}

}  // namespace sonde
