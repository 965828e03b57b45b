#include "base/settings.h"

#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/nearest.h"
#include "base/quantity.h"

namespace sonde {
namespace {

namespace fs = std::filesystem;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::vector<std::string_view> split_choices(std::string_view choices) {
  std::vector<std::string_view> parts;
  while (!choices.empty()) {
    const size_t end = std::min(choices.find('|'), choices.size());
    parts.push_back(choices.substr(0, end));
    choices.remove_prefix(std::min(end + 1, choices.size()));
  }
  return parts;
}

std::optional<int64_t> read_whole(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Reads `text` into its member. False when the setting does not take it.
bool assign(Settings& settings, const Setting& setting, const std::string& text) {
  const auto number = [&](int64_t Settings::*member, std::optional<int64_t> value, int64_t min,
                          int64_t max) {
    if (!value || *value < min || *value > max) return false;
    settings.*member = *value;
    return true;
  };
  return std::visit(
      Overloaded{[&](const Whole& v) { return number(v.member, read_whole(text), v.min, v.max); },
                 [&](const Bytes& v) { return number(v.member, parse_bytes(text), v.min, v.max); },
                 [&](const Text& v) {
                   // May be empty where that is the default.
                   static const Settings kDefaults;
                   settings.*v.member = text;
                   return !text.empty() || (kDefaults.*v.member).empty();
                 },
                 [&](const Path& v) {
                   settings.*v.member = text;
                   return true;
                 },
                 [&](const Choice& v) {
                   const auto choices = split_choices(v.choices);
                   settings.*v.member = text;
                   return std::find(choices.begin(), choices.end(), text) != choices.end();
                 }},
      setting.value);
}

Result<> apply(Settings& settings, const Setting& setting, const std::string& text,
               const std::string& origin) {
  if (!assign(settings, setting, text)) {
    return fail(Code::InvalidInput, "{}: {} is '{}', but takes {}", origin, setting.name, text,
                setting_values(setting));
  }
  settings.origins[std::string(setting.name)] = origin;
  return {};
}

tl::unexpected<Error> unknown_key(std::string_view origin, std::string_view kind,
                                  std::string_view key, std::span<const std::string_view> known) {
  const std::string_view near = nearest(key, known);
  if (near.empty()) {
    const std::string remedy = kind == "setting"
                                   ? "`sonde settings` lists them"
                                   : fmt::format("known are {}", fmt::join(known, ", "));
    return fail(Code::InvalidInput, "{}: there is no {} '{}'; {}", origin, kind, key, remedy);
  }
  return fail(Code::InvalidInput, "{}: there is no {} '{}'; did you mean {}?", origin, kind, key,
              near);
}

std::vector<std::string_view> setting_names() {
  std::vector<std::string_view> names;
  for (const Setting& setting : kSettings) names.push_back(setting.name);
  return names;
}

std::string_view form_text(OptionForm form) {
  switch (form) {
    case OptionForm::Text:
      return "a text in quotes";
    case OptionForm::Texts:
      return "texts in quotes, as in [\"...\", \"...\"]";
    case OptionForm::Whole:
      return "a whole number, not below 0";
    case OptionForm::Truth:
      return "true or false";
    case OptionForm::Path:
      return "a path in quotes";
  }
  return "";
}

// One sonde.toml.
class File {
 public:
  File(std::string path, Settings& settings) : path_(std::move(path)), settings_(settings) {}

  Result<> load() {
    std::error_code error;
    if (!fs::exists(path_, error)) return {};
    std::ifstream stream(path_, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream || !text) return fail(Code::Unavailable, "{} cannot be read", path_);
    toml::table table;
    try {
      table = toml::parse(text.str());
    } catch (const toml::parse_error& failure) {
      return fail(Code::InvalidInput, "{}: this is not TOML: {}", at(failure.source()),
                  failure.description());
    }
    for (const auto& [key, node] : table) TRY(read(key.str(), node));
    return {};
  }

 private:
  Result<> read(std::string_view key, const toml::node& node) {
    if (key == "apps") return apps(node);
    if (key == "check") return check(node);
    if (key == "projects") return projects(node);
    const Setting* const setting = find_setting(key);
    if (setting == nullptr) {
      std::vector<std::string_view> known = setting_names();
      known.push_back("apps");
      known.push_back("check");
      known.push_back("projects");
      return unknown_key(at(node.source()), "setting", key, known);
    }
    std::string text = TRY(text_of(*setting, node));
    if (std::holds_alternative<Path>(setting->value) && !text.empty()) {
      text = (fs::path(path_).parent_path() / text).lexically_normal().string();
    }
    return apply(settings_, *setting, text, at(node.source()));
  }

  Result<std::string> text_of(const Setting& setting, const toml::node& node) const {
    if (const auto* const number = node.as_integer()) return std::to_string(number->get());
    if (const auto* const string = node.as_string()) return string->get();
    return fail(Code::InvalidInput, "{}: {} is neither a text nor a whole number, but takes {}",
                at(node.source()), setting.name, setting_values(setting));
  }

  Result<> projects(const toml::node& node) {
    const toml::table* const table = node.as_table();
    if (table == nullptr) return project_form(node);
    for (const auto& [name, entry] : *table) {
      const toml::table* const own_table = entry.as_table();
      if (own_table == nullptr) return project_form(entry);
      for (const auto& [key, value] : *own_table) {
        if (std::ranges::find(kProjectSettings, key.str()) == std::end(kProjectSettings)) {
          return unknown_key(at(value.source()), "setting of a project", key.str(),
                             kProjectSettings);
        }
        const Setting& setting = *find_setting(key.str());
        Settings read;  // Of this value only.
        const std::string text = TRY(text_of(setting, value));
        TRY(apply(read, setting, text, at(value.source())));
        Settings::OwnRetention& own = settings_.projects[std::string(name.str())];
        if (setting.name == kProjectSettings[0]) own.retention_days = read.retention_days;
        if (setting.name == kProjectSettings[1]) own.content_days = read.content_days;
        if (setting.name == kProjectSettings[2]) own.history_bytes_max = read.history_bytes_max;
      }
    }
    return {};
  }

  tl::unexpected<Error> project_form(const toml::node& node) const {
    return fail(Code::InvalidInput,
                "{}: projects is written as [projects.\"NAME\"] with retention-days = 90 below it",
                at(node.source()));
  }

  Result<> apps(const toml::node& node) {
    const toml::table* const table = node.as_table();
    if (table == nullptr) return app_form(node);
    for (const auto& [name, entry] : *table) {
      const toml::table* const app = entry.as_table();
      if (app == nullptr) return app_form(entry);
      for (const auto& [key, value] : *app) {
        constexpr std::string_view kKeys[] = {"success"};
        if (key.str() != kKeys[0]) {
          return unknown_key(at(value.source()), "setting of an app", key.str(), kKeys);
        }
        const auto* const expression = value.as_string();
        if (expression == nullptr || expression->get().empty()) {
          return fail(Code::InvalidInput, "{}: success of app '{}' takes an expression in quotes",
                      at(value.source()), name.str());
        }
        settings_.app_success[std::string(name.str())] = expression->get();
      }
    }
    return {};
  }

  Result<> check(const toml::node& node) {
    const toml::table* const table = node.as_table();
    if (table == nullptr) {
      return fail(Code::InvalidInput,
                  "{}: check is written as [check] with fail-if = [\"...\"] below it",
                  at(node.source()));
    }
    for (const auto& [key, value] : *table) {
      const auto* const option =
          std::find_if(std::begin(kCheckOptions), std::end(kCheckOptions),
                       [&, name = key.str()](const CommandOption& o) { return o.name == name; });
      if (option == std::end(kCheckOptions)) {
        std::vector<std::string_view> known;
        for (const CommandOption& row : kCheckOptions) known.push_back(row.name);
        return unknown_key(at(value.source()), "option of check", key.str(), known);
      }
      settings_.check[std::string(option->name)] = TRY(option_texts(*option, value));
    }
    return {};
  }

  Result<std::vector<OptionText>> option_texts(const CommandOption& option,
                                               const toml::node& node) const {
    const toml::array* const list = node.as_array();
    if (list == nullptr || option.form != OptionForm::Texts) {
      return std::vector{TRY(option_text(option, node))};
    }
    std::vector<OptionText> texts;
    for (const toml::node& entry : *list) texts.push_back(TRY(option_text(option, entry)));
    return texts;
  }

  // The value itself may be a secret, such as the address of `notify`, and is not told.
  Result<OptionText> option_text(const CommandOption& option, const toml::node& node) const {
    const std::string origin = at(node.source());
    const auto* const string = node.as_string();
    switch (option.form) {
      case OptionForm::Whole:
        if (const auto* const number = node.as_integer(); number != nullptr && number->get() >= 0)
          return OptionText{std::to_string(number->get()), origin};
        break;
      case OptionForm::Truth:
        if (const auto* const truth = node.as_boolean())
          return OptionText{truth->get() ? "true" : "false", origin};
        break;
      case OptionForm::Path:
        if (string != nullptr && !string->get().empty()) {
          const fs::path path = fs::path(path_).parent_path() / string->get();
          return OptionText{path.lexically_normal().string(), origin};
        }
        break;
      default:
        if (string != nullptr && !string->get().empty()) return OptionText{string->get(), origin};
    }
    return fail(Code::InvalidInput, "{}: {} of check takes {}", origin, option.name,
                form_text(option.form));
  }

  tl::unexpected<Error> app_form(const toml::node& node) const {
    return fail(Code::InvalidInput,
                "{}: apps is written as [apps.\"NAME\"] with success = \"...\" below it",
                at(node.source()));
  }

  std::string at(const toml::source_region& source) const {
    return fmt::format("{}:{}", path_, source.begin.line);
  }

  std::string path_;
  Settings& settings_;  // The caller's; outlives the file.
};

std::string config_home(const std::map<std::string, std::string>& environment) {
  const auto variable = [&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  };
  // The XDG specification has relative paths ignored.
  if (std::string xdg = variable("XDG_CONFIG_HOME"); xdg.starts_with('/')) return xdg;
  const std::string home = variable("HOME");
  return home.empty() ? "" : home + "/.config";
}

}  // namespace

const std::string& Settings::success_of(std::string_view app) const {
  const auto found = app_success.find(app);
  return found == app_success.end() ? success : found->second;
}

Retention Settings::retention_of(std::string_view name) const {
  Retention rule{retention_days, content_days, 0};
  const auto own = projects.find(name);
  if (own == projects.end()) return rule;
  rule.retention_days = own->second.retention_days.value_or(rule.retention_days);
  rule.content_days = own->second.content_days.value_or(rule.content_days);
  rule.history_bytes_max = own->second.history_bytes_max.value_or(0);
  return rule;
}

const Setting* find_setting(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kSettings), std::end(kSettings),
                                         [&](const Setting& s) { return s.name == name; });
  return found == std::end(kSettings) ? nullptr : found;
}

std::string environment_name(std::string_view setting) {
  std::string name = "SONDE_";
  for (const char c : setting) name += c == '-' ? '_' : static_cast<char>(c - 'a' + 'A');
  return name;
}

std::string variable_of(std::string_view text) {
  const auto is_name = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  if (!text.starts_with('$') || !std::all_of(text.begin() + 1, text.end(), is_name)) return {};
  return std::string(text.substr(1));
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = std::min(text.find('='), text.size());
    variables.emplace(text.substr(0, equals),
                      equals < text.size() ? text.substr(equals + 1) : std::string_view());
  }
  return variables;
}

Result<Settings> load_settings(const LoadOptions& options) {
  Settings settings;
  if (const std::string home = config_home(options.environment); !home.empty()) {
    TRY(File(home + "/sonde/sonde.toml", settings).load());
  }
  TRY(File((fs::path(options.working_dir) / "sonde.toml").lexically_normal().string(), settings)
          .load());
  for (const Setting& setting : kSettings) {
    const std::string variable = environment_name(setting.name);
    const auto found = options.environment.find(variable);
    if (found == options.environment.end() || found->second.empty()) continue;
    TRY(apply(settings, setting, found->second, variable));
  }
  for (const auto& [name, text] : options.flags) {
    const Setting* const setting = find_setting(name);
    if (setting == nullptr) return unknown_key("--" + name, "setting", name, setting_names());
    TRY(apply(settings, *setting, text, "--" + name));
  }
  if (options.flags.contains("success") ||
      (settings.origins.contains("success") && settings.origins["success"] == "SONDE_SUCCESS")) {
    settings.app_success.clear();
  }
  return settings;
}

std::string setting_text(const Settings& settings, const Setting& setting) {
  return std::visit(Overloaded{[&](const Whole& v) { return std::to_string(settings.*v.member); },
                               [&](const Bytes& v) { return format_bytes(settings.*v.member); },
                               [&](const auto& v) { return settings.*v.member; }},
                    setting.value);
}

std::string setting_values(const Setting& setting) {
  return std::visit(Overloaded{[](const Whole& v) {
                                 return fmt::format("a whole number from {} to {}", v.min, v.max);
                               },
                               [](const Bytes& v) {
                                 return fmt::format("a size from {} to {}, such as 64MiB or 64MB",
                                                    format_bytes(v.min), format_bytes(v.max));
                               },
                               [](const Text&) { return std::string("a text"); },
                               [](const Path&) { return std::string("a path"); },
                               [](const Choice& v) {
                                 std::string list;
                                 const auto choices = split_choices(v.choices);
                                 for (size_t i = 0; i < choices.size(); ++i) {
                                   if (i > 0) list += i + 1 == choices.size() ? " or " : ", ";
                                   list += choices[i];
                                 }
                                 return list;
                               }},
                    setting.value);
}

std::string settings_markdown() {
  std::string page =
      "# Settings\n\n"
      "Generated from `kSettings` in `src/base/settings.h`.\n\n"
      "A setting is taken from, in this order: the flag `--NAME`, the variable `SONDE_NAME` "
      "(upper\n"
      "case, `_` for `-`), `sonde.toml` in the working folder, `sonde/sonde.toml` in\n"
      "`$XDG_CONFIG_HOME` (default `~/.config`), the default. `sonde settings` prints each value\n"
      "and where it came from. A path in a file is relative to that file.\n\n"
      "| setting | default | takes | meaning |\n|---|---|---|---|\n";
  const Settings defaults;
  for (const Setting& setting : kSettings) {
    const std::string value = setting_text(defaults, setting);
    page += fmt::format("| `{}` | {} | {} | {} |\n", setting.name,
                        value.empty() ? "" : "`" + value + "`", setting_values(setting),
                        setting.description);
  }
  page +=
      "\nWhat counts as success can differ by app; only `sonde.toml` takes this:\n\n"
      "```toml\n"
      "success = \"status = ok\"\n\n"
      "[apps.\"Harbor Support\"]\n"
      "success = \"status = ok and feedback != dislike\"\n"
      "```\n\n"
      "`--success` or `SONDE_SUCCESS` holds for all apps instead.\n\n"
      "How long things are kept can differ by project; only `sonde.toml` takes this, and it holds "
      "whatever\n"
      "is said for all projects:\n\n"
      "```toml\n"
      "retention-days = 400\n\n"
      "[projects.\"support\"]\n"
      "retention-days = 90\n"
      "content-days = 14\n"
      "history-bytes-max = \"20GiB\"  # Of this project alone.\n"
      "```\n\n"
      "`[check]` holds options of `sonde check` under their own names; one that is typed holds "
      "instead\n"
      "([check.md](check.md)):\n\n"
      "| option | takes |\n|---|---|\n";
  for (const CommandOption& option : kCheckOptions)
    page += fmt::format("| `{}` | {} |\n", option.name, form_text(option.form));
  return page;
}

}  // namespace sonde
