#include "api/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "store/catalog.h"
#include "store/folder_for_test.h"

namespace sonde {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

Result<Response> say(const ApiCall& call) {
  std::string text = call.grant.project;
  for (const auto& [name, value] : call.params) text += " " + name + "=" + value;
  return json_answer(text);
}

Result<Response> fall(const ApiCall&) { return fail(Code::Overloaded, "too much"); }

constexpr Route kRoutes[] = {
    {"GET", "/free", Access::Anybody, ErrorForm::Sonde, say, false},
    {"POST", "/in-too", Access::Write, ErrorForm::Langfuse, say, true},
    {"GET", "/read/{id}", Access::Read, ErrorForm::Sonde, say, false},
    {"DELETE", "/read/{id}", Access::Write, ErrorForm::Sonde, say, false},
    {"POST", "/otlp", Access::Write, ErrorForm::Otlp, fall, false},
};

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    catalog_ = *Catalog::open(folder_.path());
    book_ = *KeyBook::open(folder_.path());
    EXPECT_TRUE(book_->create_project("a", 1));
    EXPECT_TRUE(book_->create_project("b", 1));
    a_ = *book_->create_key("a", kAllScopes, 1);
    b_ = *book_->create_key("b", kAllScopes, 1);
    reader_ = *book_->create_key("a", static_cast<Scopes>(Scope::Read), 1);
  }

  Response ask(std::string method, std::string path, std::string secret = "",
               HttpHeaders headers = {}) {
    Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.id = "r1";
    request.headers = std::move(headers);
    if (!secret.empty()) request.headers.emplace_back("authorization", "Bearer " + secret);
    return Router(kRoutes, *book_, nullptr).handle(request);
  }

  FolderForTest folder_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<KeyBook> book_;
  NewKey a_;
  NewKey b_;
  NewKey reader_;
};

TEST_F(RouterTest, FindsARouteAndItsParameters) {
  EXPECT_EQ(ask("GET", "/read/x%2Fy", a_.secret).body, "a id=x/y");
  EXPECT_EQ(ask("HEAD", "//read//1/", a_.secret).status, 200u);
  EXPECT_EQ(ask("GET", "/free").status, 200u);
}

TEST_F(RouterTest, SaysWhatIsNotThereAndWhatIsAskedWrongly) {
  EXPECT_EQ(ask("GET", "/read", a_.secret).status, 404u);
  EXPECT_EQ(ask("GET", "/read/1/2", a_.secret).status, 404u);
  EXPECT_EQ(ask("GET", "/read/%zz", a_.secret).status, 400u);
  const Response wrong = ask("POST", "/read/1", a_.secret);
  EXPECT_EQ(wrong.status, 405u);
  EXPECT_THAT(wrong.headers, Contains(Pair("Allow", "GET, DELETE")));
}

TEST_F(RouterTest, LetsNobodyInWithoutAKey) {
  const Response none = ask("GET", "/read/1");
  EXPECT_EQ(none.status, 401u);
  EXPECT_THAT(none.headers, Contains(Pair("WWW-Authenticate", HasSubstr("Basic"))));
  EXPECT_THAT(none.body, HasSubstr("\"request_id\":\"r1\""));
  EXPECT_EQ(ask("GET", "/read/1", "sk-wrong").status, 401u);
  EXPECT_EQ(ask("GET", "/read/1", a_.public_key).status, 401u);
  ASSERT_TRUE(book_->revoke_key(a_.public_key, 2));
  EXPECT_EQ(ask("GET", "/read/1", a_.secret).status, 401u);
}

TEST_F(RouterTest, KeepsAKeyToItsScopes) {
  EXPECT_EQ(ask("GET", "/read/1", reader_.secret).status, 200u);
  EXPECT_EQ(ask("DELETE", "/read/1", reader_.secret).status, 403u);
  EXPECT_EQ(ask("POST", "/in-too", reader_.secret).status, 403u);
}

TEST_F(RouterTest, KeepsAKeyToItsProject) {
  EXPECT_EQ(ask("POST", "/in/a/in-too", a_.secret).body, "a");
  EXPECT_EQ(ask("POST", "/in/b/in-too", a_.secret).status, 403u);
  EXPECT_EQ(ask("POST", "/in/a/in-too", b_.secret).status, 403u);
  EXPECT_EQ(ask("GET", "/in/a/read/1", a_.secret).status, 404u);
}

TEST_F(RouterTest, WordsErrorsAsTheRoutesClientsReadThem) {
  EXPECT_EQ(ask("POST", "/in-too").body.find("{\"message\":"), 0u);
  const Response json = ask("POST", "/otlp", a_.secret);
  EXPECT_EQ(json.status, 429u);
  EXPECT_EQ(json.body, "{\"code\":8,\"message\":\"too much\"}\n");
  EXPECT_THAT(json.headers, Contains(Pair("Retry-After", "1")));
  const Response protobuf =
      ask("POST", "/otlp", a_.secret, {{"content-type", "application/x-protobuf"}});
  EXPECT_EQ(protobuf.body, "\x08\x08\x12\x08too much");
  EXPECT_EQ(protobuf.content_type, "application/x-protobuf");
}

TEST(CredentialsOf, ReadsEveryFormThatClientsSend) {
  const auto of = [](std::string name, std::string value) {
    Request request;
    request.headers = {{std::move(name), std::move(value)}};
    const Credentials found = credentials_of(request);
    return found.public_key + "|" + found.secret;
  };
  EXPECT_EQ(of("authorization", "Basic cGs6c2s="), "pk|sk");
  EXPECT_EQ(of("authorization", "basic cGs6c2s"), "pk|sk");
  EXPECT_EQ(of("authorization", "Bearer sk"), "|sk");
  EXPECT_EQ(of("authorization", "sk"), "|sk");
  EXPECT_EQ(of("x-api-key", "sk"), "|sk");
  EXPECT_EQ(of("authorization", "Basic %%%"), "|");
  EXPECT_EQ(of("cookie", "sk"), "|");
}

TEST(AllRoutes, AreInOrderAndNoneComesTwice) {
  const auto routes = all_routes();
  for (size_t i = 1; i < routes.size(); ++i) {
    EXPECT_LT(std::pair(routes[i - 1].path, routes[i - 1].method),
              std::pair(routes[i].path, routes[i].method));
  }
}

// The paths and methods of api/openapi.yaml, by their indentation.
std::set<std::pair<std::string, std::string>> documented_routes() {
  std::ifstream file(SONDE_SOURCE_DIR "/api/openapi.yaml");
  std::set<std::pair<std::string, std::string>> routes;
  std::string path;
  bool is_in_paths = false;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] != ' ') is_in_paths = line == "paths:";
    if (!is_in_paths) continue;
    const size_t indent = line.find_first_not_of(' ');
    const std::string name = line.substr(indent, line.find(':') - indent);
    if (indent == 2) path = name;
    if (indent == 4) routes.emplace(path, name);
  }
  return routes;
}

TEST(AllRoutes, AreThoseThatTheContractDescribes) {
  std::set<std::pair<std::string, std::string>> routes;
  for (const Route& route : all_routes()) {
    std::string method(route.method);
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    routes.emplace(std::string(route.path), method);
  }
  EXPECT_EQ(routes, documented_routes());
}

}  // namespace
}  // namespace sonde
