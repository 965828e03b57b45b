// Projects, and the keys that let clients of the server write to and read from them: tables of
// catalog.sqlite, which may be changed while a server runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sonde {

// What a key may do. A set of bits.
enum class Scope : uint8_t { Read = 1, Write = 2, Admin = 4 };
using Scopes = uint8_t;
inline constexpr Scopes kAllScopes = 7;
constexpr bool has_scope(Scopes scopes, Scope scope) {
  return (scopes & static_cast<uint8_t>(scope)) != 0;
}
// "read,write"
std::string scopes_text(Scopes scopes);
// Fails with InvalidInput, naming the scopes there are.
Result<Scopes> parse_scopes(std::string_view text);

struct KeyRecord {
  std::string public_key;
  std::string project;
  Scopes scopes = 0;
  int64_t created_at = 0;  // Microseconds since the epoch.
  std::optional<int64_t> revoked_at;
};

// The secret is in this struct alone: the file holds its hash, from which it cannot be got.
struct NewKey {
  std::string public_key;
  std::string secret;
};

// What a client may do: found by its key.
struct Grant {
  std::string public_key;
  std::string project;
  Scopes scopes = 0;
};

struct ProjectRecord {
  std::string name;
  std::optional<int64_t> created_at;  // Null for one that only imports know.
};

// Thread-safe. Every call fails with Unavailable when the file cannot be read or written.
class KeyBook {
 public:
  // Of a catalog that was opened before, which makes the tables (store/catalog.h): fails with
  // NotFound otherwise.
  static Result<std::unique_ptr<KeyBook>> open(const std::string& data_folder);
  virtual ~KeyBook() = default;

  // Fails with InvalidInput when the name is none (see is_project_name()) or taken.
  virtual Result<> create_project(const std::string& name, int64_t now) = 0;
  // With those that imports know, in order of their names.
  virtual Result<std::vector<ProjectRecord>> projects() = 0;

  // A random pair. Fails with NotFound when there is no such project.
  virtual Result<NewKey> create_key(const std::string& project, Scopes scopes, int64_t now) = 0;
  // A pair that the operator chose; said again with another secret, project or scopes it is
  // changed, and no longer revoked. Makes the project where there is none. Fails with InvalidInput
  // when the secret is shorter than kSecretBytesMin or belongs to another key.
  virtual Result<> set_key(const NewKey& key, const std::string& project, Scopes scopes,
                           int64_t now) = 0;
  // Of all projects when the name is empty, oldest first.
  virtual Result<std::vector<KeyRecord>> keys(const std::string& project) = 0;
  // Fails with NotFound.
  virtual Result<> revoke_key(const std::string& public_key, int64_t now) = 0;

  // Whom a secret belongs to, with `public_key` unless that is empty. Null when nobody, or when the
  // key was revoked. The time it takes says nothing of the secrets that are known.
  virtual Result<std::optional<Grant>> find(std::string_view public_key,
                                            std::string_view secret) = 0;
};
inline constexpr size_t kSecretBytesMin = 16;
inline constexpr size_t kKeyBytesMax = 200;  // Of either half.

// 1 to 100 letters, digits, '.', '_', '-' or bytes beyond ASCII, not beginning with '.': fit for a
// path of the server.
bool is_project_name(std::string_view name);

}  // namespace sonde
