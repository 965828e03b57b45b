#include "store/key_book.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "store/catalog.h"
#include "store/folder_for_test.h"

namespace sonde {
namespace {

class KeyBookTest : public testing::Test {
 protected:
  KeyBookTest() {
    catalog_ = *Catalog::open(folder_.path());
    book_ = *KeyBook::open(folder_.path());
  }

  std::optional<Grant> find(std::string_view public_key, std::string_view secret) {
    return *book_->find(public_key, secret);
  }

  FolderForTest folder_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<KeyBook> book_;
};

TEST_F(KeyBookTest, FindsWhomASecretBelongsToWithOrWithoutItsPublicKey) {
  ASSERT_TRUE(book_->create_project("a", 1));
  const NewKey key = *book_->create_key("a", kAllScopes, 2);
  for (const std::string& public_key : {key.public_key, std::string()}) {
    const auto grant = find(public_key, key.secret);
    ASSERT_TRUE(grant);
    EXPECT_EQ(grant->project, "a");
    EXPECT_EQ(grant->scopes, kAllScopes);
  }
}

TEST_F(KeyBookTest, KnowsNoOtherPair) {
  ASSERT_TRUE(book_->create_project("a", 1));
  const NewKey one = *book_->create_key("a", kAllScopes, 2);
  const NewKey two = *book_->create_key("a", kAllScopes, 3);
  EXPECT_FALSE(find(one.public_key, two.secret));
  EXPECT_FALSE(find(one.public_key, ""));
  EXPECT_FALSE(find("", one.public_key));
  EXPECT_FALSE(find(one.public_key, one.secret + "x"));
  EXPECT_NE(one.secret, two.secret);
}

TEST_F(KeyBookTest, NoLongerFindsARevokedKey) {
  ASSERT_TRUE(book_->create_project("a", 1));
  const NewKey key = *book_->create_key("a", kAllScopes, 2);
  ASSERT_TRUE(book_->revoke_key(key.public_key, 3));
  EXPECT_FALSE(find(key.public_key, key.secret));
  EXPECT_EQ(book_->keys("a")->front().revoked_at, 3);
  EXPECT_EQ(book_->revoke_key("pk-none", 3).error().code, Code::NotFound);
}

TEST_F(KeyBookTest, WritesNoSecretToTheDisk) {
  ASSERT_TRUE(book_->create_project("a", 1));
  const NewKey key = *book_->create_key("a", kAllScopes, 2);
  std::string bytes;
  for (const char* const name : {"/catalog.sqlite", "/catalog.sqlite-wal"}) {
    std::ifstream file(folder_.path() + name, std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
  }
  EXPECT_NE(bytes.find(key.public_key), std::string::npos);
  EXPECT_EQ(bytes.find(key.secret), std::string::npos);
}

TEST_F(KeyBookTest, TakesAPairOfTheOperatorAndItsChanges) {
  const NewKey key = {"pk-lf-mine", "sk-lf-0123456789abcdef"};
  ASSERT_TRUE(book_->set_key(key, "a", kAllScopes, 1));
  EXPECT_EQ(find(key.public_key, key.secret)->project, "a");
  ASSERT_TRUE(book_->set_key({"pk-lf-mine", "sk-lf-another-secret"}, "a", kAllScopes, 2));
  EXPECT_FALSE(find(key.public_key, key.secret));
  EXPECT_TRUE(find("pk-lf-mine", "sk-lf-another-secret"));
  EXPECT_FALSE(book_->set_key({"pk-lf-other", "sk-lf-another-secret"}, "b", kAllScopes, 3));
  EXPECT_FALSE(book_->set_key({"pk-lf-mine", "short"}, "a", kAllScopes, 3));
}

TEST_F(KeyBookTest, ListsProjectsWithThoseOfImports) {
  ASSERT_TRUE(book_->create_project("b", 5));
  ASSERT_TRUE(catalog_->begin_import("a", 1));
  const auto projects = *book_->projects();
  ASSERT_EQ(projects.size(), 2u);
  EXPECT_EQ(projects[0].name, "a");
  EXPECT_FALSE(projects[0].created_at);
  EXPECT_EQ(projects[1].created_at, 5);
  EXPECT_TRUE(book_->create_key("a", kAllScopes, 1));
  EXPECT_EQ(book_->create_key("c", kAllScopes, 1).error().code, Code::NotFound);
  EXPECT_FALSE(book_->create_project("b", 6));
  EXPECT_FALSE(book_->create_project("a/b", 6));
}

TEST(Scopes, AreReadAndWrittenInOneOrder) {
  EXPECT_EQ(scopes_text(*parse_scopes("write,read")), "read,write");
  EXPECT_FALSE(parse_scopes("read,all"));
  EXPECT_FALSE(parse_scopes(""));
}

}  // namespace
}  // namespace sonde
