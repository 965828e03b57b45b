#include "store/key_book.h"

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>

#include "store/catalog_tables.h"
#include "store/sqlite_file.h"

namespace sonde {
namespace {

struct ScopeName {
  Scope scope;
  std::string_view name;
};
constexpr ScopeName kScopes[] = {
    {Scope::Read, "read"},
    {Scope::Write, "write"},
    {Scope::Admin, "admin"},
};

constexpr size_t kProjectBytesMax = 100;
constexpr size_t kPublicBytes = 12;
constexpr size_t kSecretBytes = 32;
// Keeps hashes of secrets from being hashes of anything else.
constexpr std::string_view kHashKey = "sonde: hash of a secret key";

std::string to_base64(const unsigned char* bytes, size_t size) {
  std::string text(sodium_base64_encoded_len(size, sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, size,
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.pop_back();  // The zero byte.
  return text;
}

template <size_t kBytes>
std::string random_text() {
  std::array<unsigned char, kBytes> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return to_base64(bytes.data(), bytes.size());
}

// A secret is 256 random bits (decision 0026), so one pass of BLAKE2b is enough.
std::string hash_of_secret(std::string_view secret) {
  std::array<unsigned char, crypto_generichash_BYTES> hash{};
  crypto_generichash(hash.data(), hash.size(),
                     reinterpret_cast<const unsigned char*>(secret.data()), secret.size(),
                     reinterpret_cast<const unsigned char*>(kHashKey.data()), kHashKey.size());
  return to_base64(hash.data(), hash.size());
}

bool is_same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool is_key_text(std::string_view text) {
  return !text.empty() && text.size() <= kKeyBytesMax &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < 0x7f && c != ':' && c != ','; });
}

class SociKeyBook final : public KeyBook, private SqliteFile {
 public:
  explicit SociKeyBook(const std::string& path) : SqliteFile(path) {}

  Result<> start() {
    CHECK(sodium_init() >= 0);
    bool is_ready = false;
    TRY(run([&] {
      open_file();
      is_ready = number("PRAGMA user_version") >= kCatalogVersion;
    }));
    if (!is_ready) return fail(Code::NotFound, "{} has no tables of keys yet", path_);
    return {};
  }

  Result<> create_project(const std::string& name, int64_t now) override {
    if (!is_project_name(name)) {
      return fail(Code::InvalidInput,
                  "'{}' is no name for a project: give up to {} letters, digits, '.', '_' and '-'",
                  name, kProjectBytesMax);
    }
    bool is_new = false;
    TRY(run([&] {
      soci::transaction transaction(sql_);
      is_new = number("SELECT count(*) FROM projects WHERE name = :n", name) == 0;
      if (is_new) add_project(name, now);
      transaction.commit();
    }));
    if (!is_new) return fail(Code::InvalidInput, "there is a project {} already", name);
    return {};
  }

  Result<std::vector<ProjectRecord>> projects() override {
    std::vector<ProjectRecord> records;
    TRY(run([&] {
      const soci::rowset<soci::row> rows =
          (sql_.prepare << "SELECT name, created_at FROM projects UNION ALL SELECT DISTINCT "
                           "project, -1 FROM imports WHERE project NOT IN (SELECT name FROM "
                           "projects) ORDER BY 1");
      for (const soci::row& row : rows) {
        const long long created = number_of(row, 1);
        records.push_back({row.get<std::string>(0),
                           created < 0 ? std::nullopt : std::optional<int64_t>(created)});
      }
    }));
    return records;
  }

  Result<NewKey> create_key(const std::string& project, Scopes scopes, int64_t now) override {
    NewKey key = {"pk-sonde-" + random_text<kPublicBytes>(),
                  "sk-sonde-" + random_text<kSecretBytes>()};
    bool is_known = false;
    TRY(run([&] {
      soci::transaction transaction(sql_);
      is_known = number(
                     "SELECT (SELECT count(*) FROM projects WHERE name = :n) + (SELECT count(*) "
                     "FROM imports WHERE project = :m)",
                     project, project) > 0;
      if (is_known) write_key(key, project, scopes, now);
      transaction.commit();
    }));
    if (!is_known) {
      return fail(Code::NotFound, "there is no project {}: make it with sonde project create {}",
                  project, project);
    }
    return key;
  }

  Result<> set_key(const NewKey& key, const std::string& project, Scopes scopes,
                   int64_t now) override {
    if (!is_key_text(key.public_key) || !is_key_text(key.secret)) {
      return fail(Code::InvalidInput,
                  "a key is up to {} printable characters without spaces, ':' and ','",
                  kKeyBytesMax);
    }
    if (key.secret.size() < kSecretBytesMin) {
      return fail(Code::InvalidInput, "the secret key has {} characters, and needs at least {}",
                  key.secret.size(), kSecretBytesMin);
    }
    if (!is_project_name(project))
      return fail(Code::InvalidInput, "'{}' is no name for a project", project);
    bool is_taken = false;
    TRY(run([&] {
      soci::transaction transaction(sql_);
      is_taken = number("SELECT count(*) FROM keys WHERE secret_hash = :h AND public_key <> :p",
                        hash_of_secret(key.secret), key.public_key) > 0;
      if (!is_taken) {
        if (number("SELECT count(*) FROM projects WHERE name = :n", project) == 0)
          add_project(project, now);
        change("DELETE FROM keys WHERE public_key = :p", key.public_key);
        write_key(key, project, scopes, now);
      }
      transaction.commit();
    }));
    if (is_taken) return fail(Code::InvalidInput, "the secret key belongs to another public key");
    return {};
  }

  Result<std::vector<KeyRecord>> keys(const std::string& project) override {
    std::vector<KeyRecord> records;
    TRY(run([&] {
      const soci::rowset<soci::row> rows =
          (sql_.prepare << "SELECT public_key, project, scopes, created_at, coalesce(revoked_at, "
                           "-1) FROM keys WHERE :p = '' OR project = :p ORDER BY created_at, "
                           "public_key",
           soci::use(project, "p"));
      for (const soci::row& row : rows) {
        KeyRecord record;
        record.public_key = row.get<std::string>(0);
        record.project = row.get<std::string>(1);
        record.scopes = parse_scopes(row.get<std::string>(2)).value_or(0);
        record.created_at = number_of(row, 3);
        if (const long long revoked = number_of(row, 4); revoked >= 0) record.revoked_at = revoked;
        records.push_back(std::move(record));
      }
    }));
    return records;
  }

  Result<> revoke_key(const std::string& public_key, int64_t now) override {
    bool is_known = false;
    TRY(run([&] {
      soci::transaction transaction(sql_);
      is_known = number("SELECT count(*) FROM keys WHERE public_key = :p", public_key) > 0;
      change("UPDATE keys SET revoked_at = :t WHERE public_key = :p AND revoked_at IS NULL",
             static_cast<long long>(now), public_key);
      transaction.commit();
    }));
    if (!is_known) return fail(Code::NotFound, "there is no key {}", public_key);
    return {};
  }

  Result<std::optional<Grant>> find(std::string_view public_key, std::string_view secret) override {
    std::optional<Grant> grant;
    if (secret.empty() || secret.size() > kKeyBytesMax) return grant;
    // What is looked up is the hash: how far it agrees with a stored one says nothing of a secret.
    const std::string hash = hash_of_secret(secret);
    TRY(run([&] {
      const soci::rowset<soci::row> rows =
          (sql_.prepare << "SELECT public_key, project, scopes, secret_hash FROM keys WHERE "
                           "secret_hash = :h AND revoked_at IS NULL",
           soci::use(hash));
      for (const soci::row& row : rows) {
        const std::string owner = row.get<std::string>(0);
        if (!is_same(row.get<std::string>(3), hash)) continue;
        if (!public_key.empty() && !is_same(owner, public_key)) continue;
        grant = Grant{owner, row.get<std::string>(1),
                      parse_scopes(row.get<std::string>(2)).value_or(0)};
      }
    }));
    return grant;
  }

 private:
  void add_project(const std::string& name, int64_t now) {
    change("INSERT INTO projects VALUES (:n, :t)", name, static_cast<long long>(now));
  }
  void write_key(const NewKey& key, const std::string& project, Scopes scopes, int64_t now) {
    change("INSERT INTO keys VALUES (:p, :o, :s, :h, :t, NULL)", key.public_key, project,
           scopes_text(scopes), hash_of_secret(key.secret), static_cast<long long>(now));
  }
};

}  // namespace

std::string scopes_text(Scopes scopes) {
  std::string text;
  for (const ScopeName& row : kScopes) {
    if (!has_scope(scopes, row.scope)) continue;
    if (!text.empty()) text += ',';
    text += row.name;
  }
  return text;
}

Result<Scopes> parse_scopes(std::string_view text) {
  Scopes scopes = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    const std::string_view name = text.substr(0, end);
    const auto row = std::find_if(std::begin(kScopes), std::end(kScopes),
                                  [&](const ScopeName& known) { return known.name == name; });
    if (row == std::end(kScopes))
      return fail(Code::InvalidInput, "'{}' is no scope: known are read, write and admin", name);
    scopes = static_cast<Scopes>(scopes | static_cast<uint8_t>(row->scope));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (scopes == 0) return fail(Code::InvalidInput, "a key needs a scope: read, write or admin");
  return scopes;
}

bool is_project_name(std::string_view name) {
  return !name.empty() && name.size() <= kProjectBytesMax && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
         });
}

Result<std::unique_ptr<KeyBook>> KeyBook::open(const std::string& data_folder) {
  const std::string path = data_folder + "/catalog.sqlite";
  if (::access(path.c_str(), F_OK) != 0) return fail(Code::NotFound, "there is no {} yet", path);
  auto book = std::make_unique<SociKeyBook>(path);
  TRY(book->start());
  return std::unique_ptr<KeyBook>(std::move(book));
}

}  // namespace sonde
