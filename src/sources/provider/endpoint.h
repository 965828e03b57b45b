// What a request's address says: the provider, the model, and whether it is a model call at all.
#pragma once

#include <string>
#include <string_view>

namespace sonde {

// OpenTelemetry's name of the provider behind a host, else the one known by the model's name;
// empty when neither tells.
std::string_view provider_of_host(std::string_view host);
std::string_view provider_of_model(std::string_view model);

// True for what providers serve beside prompts: files, threads, images, indexes, schemas.
bool is_administration(std::string_view path);
bool is_embedding(std::string_view path);
bool is_agent(std::string_view path);

// The model named by /model/X/invoke, /models/X:generateContent, /deployments/X/, /endpoints/X/;
// empty when there is none. Percent signs are decoded.
std::string model_in_path(std::string_view path);

// The path with ids replaced: /v1/threads/{id}/runs.
std::string generic_path(std::string_view path);

// Host and path of a URL; a path alone has no host.
struct Address {
  std::string_view host;
  std::string_view path;
};
Address split_url(std::string_view url);

}  // namespace sonde
