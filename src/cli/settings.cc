#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/pages.h"

namespace sonde {
namespace {

std::string origin_of(const Settings& settings, const Setting& setting) {
  const auto found = settings.origins.find(setting.name);
  return found == settings.origins.end() ? "default" : found->second;
}

std::string as_json(const Settings& settings) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer writer(buffer);
  writer.StartArray();
  for (const Setting& setting : kSettings) {
    writer.StartObject();
    const auto member = [&writer](const char* key, const std::string& value) {
      writer.Key(key);
      writer.String(value);
    };
    member("name", std::string(setting.name));
    member("value", setting_text(settings, setting));
    member("origin", origin_of(settings, setting));
    member("takes", setting_values(setting));
    member("environment", environment_name(setting.name));
    member("description", std::string(setting.description));
    writer.EndObject();
  }
  writer.EndArray();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

std::string as_text(const Settings& settings) {
  std::string text;
  for (const Setting& setting : kSettings) {
    const std::string value = setting_text(settings, setting);
    text += fmt::format("{:<22} {:<16} {:<12} {}\n", setting.name, value.empty() ? "-" : value,
                        origin_of(settings, setting), setting.description);
  }
  for (const auto& [app, success] : settings.app_success) {
    text += fmt::format("success of \"{}\": {}\n", app, success);
  }
  for (const auto& [option, values] : settings.check) {
    for (const OptionText& value : values) {
      const bool is_secret = option == "notify" && variable_of(value.text).empty();
      text += fmt::format("{} of check: {} ({})\n", option, is_secret ? "(an address)" : value.text,
                          value.origin);
    }
  }
  return text;
}

Result<int> run(const Arguments& arguments, const std::string& page) {
  if (!page.empty()) {
    const std::string text = TRY(documentation_page(page));
    TRY(write_output(arguments, text));
    return 0;
  }
  const Settings settings = TRY(settings_of(arguments));
  TRY(write_output(arguments, arguments.json ? as_json(settings) : as_text(settings)));
  return 0;
}

}  // namespace

std::function<Result<int>()> declare_settings(CLI::App& command) {
  const auto arguments = std::make_shared<Arguments>();
  const auto page = std::make_shared<std::string>();
  command.add_flag("--json", arguments->json, "as JSON");
  command.add_option(
      "--markdown", *page,
      "print a page of the reference instead: settings, fields, metrics or dialects");
  add_settings(command, *arguments);
  return [arguments, page] { return run(*arguments, *page); };
}

}  // namespace sonde
