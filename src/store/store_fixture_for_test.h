// A store for the tests of one suite, opened once.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "store/backend_for_test.h"
#include "store/store.h"

namespace sonde {

// A suite that fills its store first does so in a SetUpTestSuite() of its own, which calls this.
class StoreFixture : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    backend_ = new BackendForTest();
    store_ = backend_->open();
  }
  static void TearDownTestSuite() {
    store_.reset();
    delete backend_;
  }
  // Each test may have a project of its own.
  static std::string project() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  static inline BackendForTest* backend_ = nullptr;
  static inline std::unique_ptr<Store> store_;
};

}  // namespace sonde
