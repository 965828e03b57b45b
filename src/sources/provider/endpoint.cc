#include "sources/provider/endpoint.h"

#include <algorithm>
#include <charconv>

namespace sonde {
namespace {

struct Named {
  std::string_view part;
  std::string_view provider;
};

// Part of a host name.
constexpr Named kHosts[] = {
    {".openai.azure.com", "azure.ai.openai"},
    {"aiplatform.googleapis.com", "gcp.vertex_ai"},
    {"api.anthropic.com", "anthropic"},
    {"api.cohere.", "cohere"},
    {"api.deepseek.com", "deepseek"},
    {"api.groq.com", "groq"},
    {"api.mistral.ai", "mistral_ai"},
    {"api.moonshot.", "moonshot_ai"},
    {"api.openai.com", "openai"},
    {"api.perplexity.ai", "perplexity"},
    {"api.portkey.ai", "portkey"},
    {"api.replicate.com", "replicate"},
    {"api.together.", "together"},
    {"api.writer.com", "writer"},
    {"api.x.ai", "x_ai"},
    {"bedrock", "aws.bedrock"},
    {"dashscope.aliyuncs.com", "dashscope"},
    {"generativelanguage.googleapis.com", "gcp.gemini"},
    {"inference.ai.azure.com", "azure.ai.inference"},
    {"ml.cloud.ibm.com", "ibm.watsonx.ai"},
    {"openrouter.ai", "openrouter"},
    {"sagemaker", "aws.sagemaker"},
};

// Start of a model's name.
constexpr Named kModels[] = {
    {"chatgpt", "openai"},     {"claude", "anthropic"},    {"command", "cohere"},
    {"deepseek-", "deepseek"}, {"gemini", "gcp.gemini"},   {"gpt-", "openai"},
    {"grok-", "x_ai"},         {"mistral-", "mistral_ai"}, {"o1", "openai"},
    {"o3", "openai"},          {"o4-", "openai"},          {"text-embedding-", "openai"},
};

constexpr std::string_view kAdministration[] = {
    "/apply",       "/assistants", "/audio/",        "/cachedContents", "/count_tokens",
    "/fine_tuning", "/files",      "/graphql",       "/images/",        "/indexes/",
    "/moderations", "/objects",    "/rerank",        "/schema",         "/threads",
    "/traces",      "/uploads",    "/vector_stores", ":countTokens",
};

// What precedes and follows a model in a path.
struct Place {
  std::string_view before;
  std::string_view after;
};
constexpr Place kModelPlaces[] = {
    {"/models/", ":"},      {"/models/", "/predictions"}, {"/model/", "/"},
    {"/deployments/", "/"}, {"/endpoints/", "/"},
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string percent_decoded(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      const char* const digits = text.data() + i + 1;
      if (std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
        result += static_cast<char>(value);
        i += 2;
        continue;
      }
    }
    result += text[i];
  }
  return result;
}

bool is_id(std::string_view segment) {
  const bool digits =
      std::any_of(segment.begin(), segment.end(), [](char c) { return c >= '0' && c <= '9'; });
  // Models have dots or colons in their names more often than ids do.
  return digits && segment.size() >= 10 && segment.find_first_of(".:") == std::string_view::npos;
}

}  // namespace

std::string_view provider_of_host(std::string_view host) {
  for (const Named& row : kHosts) {
    if (contains(host, row.part)) return row.provider;
  }
  return {};
}

std::string_view provider_of_model(std::string_view model) {
  for (const Named& row : kModels) {
    if (model.starts_with(row.part)) return row.provider;
  }
  return {};
}

bool is_administration(std::string_view path) {
  return std::any_of(std::begin(kAdministration), std::end(kAdministration),
                     [&](std::string_view part) { return contains(path, part); });
}

bool is_embedding(std::string_view path) { return contains(path, "embed"); }

bool is_agent(std::string_view path) { return contains(path, "/agents/"); }

std::string model_in_path(std::string_view path) {
  for (const Place& place : kModelPlaces) {
    const size_t at = path.find(place.before);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = path.substr(at + place.before.size());
    const size_t end = rest.find(place.after);
    if (end == std::string_view::npos || end == 0) continue;
    return percent_decoded(rest.substr(0, end));
  }
  return {};
}

std::string generic_path(std::string_view path) {
  std::string result;
  path = path.substr(0, path.find('?'));
  while (!path.empty()) {
    const size_t end = path.find('/');
    const std::string_view segment = path.substr(0, end);
    result += is_id(segment) ? "{id}" : segment;
    if (end == std::string_view::npos) break;
    result += '/';
    path.remove_prefix(end + 1);
  }
  return result;
}

Address split_url(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {{}, url};
  url.remove_prefix(scheme + 3);
  const size_t slash = url.find('/');
  if (slash == std::string_view::npos) return {url, {}};
  return {url.substr(0, slash), url.substr(slash)};
}

}  // namespace sonde
