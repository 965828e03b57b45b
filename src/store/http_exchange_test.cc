#include "store/http_exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "store/http_server_for_test.h"

namespace sonde {
namespace {

using End = HttpAnswer::End;
using Exchange = HttpServerForTest::Exchange;

struct Taken {
  HttpAnswer answer;
  std::string body;
};

class HttpExchangeTest : public testing::Test {
 protected:
  Taken post(const std::string& url, HttpRequest request = {}) {
    Taken taken;
    request.url = url + "/x?y=1";
    taken.answer = exchange_->post(request, [&](const HttpAnswer& head, std::string_view piece) {
      EXPECT_EQ(head.status / 100, 2U);
      taken.body += piece;
      return true;
    });
    return taken;
  }

  std::unique_ptr<HttpExchange> exchange_ = *HttpExchange::create(2);
};

TEST_F(HttpExchangeTest, SendsWhatItIsGivenAndGivesWhatItGets) {
  const HttpServerForTest server([](Exchange& exchange) {
    exchange.answer(201, {{"X-ClickHouse-Query-Id", "7"}, {"Other", "8"}},
                    exchange.target() + " " + exchange.header("A") + " " + exchange.body());
  });
  HttpRequest request;
  request.headers = {"A: b"};
  const std::string body("\0\r\n\xff", 4);
  request.body = body;
  const Taken taken = post(server.url(), request);
  EXPECT_TRUE(taken.answer.is_success()) << taken.answer.problem;
  EXPECT_EQ(taken.body, "/x?y=1 b " + body);
  EXPECT_EQ(taken.answer.header("x-clickhouse-query-id"), "7");
  EXPECT_EQ(taken.answer.headers.size(), 1U);
}

TEST_F(HttpExchangeTest, KeepsItsConnectionUnlessToldNotTo) {
  const HttpServerForTest server([](Exchange& exchange) { exchange.answer(200, {}, "a"); });
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(post(server.url()).answer.is_success());
  EXPECT_EQ(server.connections(), 1U);
  HttpRequest request;
  request.on_new_connection = true;
  EXPECT_TRUE(post(server.url(), request).answer.is_success());
  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(HttpExchangeTest, AnErrorsTextIsKeptUpToALimitAndNeverGiven) {
  const HttpServerForTest server([](Exchange& exchange) {
    exchange.answer(500, {{"X-ClickHouse-Exception-Code", "62"}}, std::string(1 << 20, 'e'));
  });
  const Taken taken = post(server.url());
  EXPECT_EQ(taken.answer.end, End::Whole);
  EXPECT_EQ(taken.answer.status, 500U);
  EXPECT_EQ(taken.answer.error_text, std::string(64 << 10, 'e'));
  EXPECT_EQ(taken.body, "");
}

TEST_F(HttpExchangeTest, ARedirectIsAnAnswer) {
  const HttpServerForTest server([](Exchange& exchange) {
    exchange.answer(302, {{"Location", "/elsewhere"}}, "moved");
  });
  const Taken taken = post(server.url());
  EXPECT_EQ(taken.answer.status, 302U);
  EXPECT_EQ(taken.answer.error_text, "moved");
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(HttpExchangeTest, AnAnswerThatEndsEarlyIsCutHoweverItsEndWasTold) {
  const HttpServerForTest in_pieces([](Exchange& exchange) {
    exchange.begin(200, {});
    exchange.write("begin");
    exchange.cut();
  });
  const HttpServerForTest with_length([](Exchange& exchange) {
    exchange.write_raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegin");
    exchange.cut();
  });
  const HttpServerForTest with_nothing([](Exchange& exchange) {
    exchange.write_raw("HTTP/1.1 200 OK\r\n\r\nbegin");
    exchange.cut();
  });
  for (const auto* server : {&in_pieces, &with_length, &with_nothing}) {
    const Taken taken = post(server->url());
    EXPECT_EQ(taken.answer.end, End::Cut);
    EXPECT_EQ(taken.body, "begin");
    EXPECT_NE(taken.answer.problem, "");
    EXPECT_FALSE(taken.answer.is_success());
  }
}

TEST_F(HttpExchangeTest, AServerThatIsNotThereIsToldFromOneThatHangsUp) {
  EXPECT_EQ(post(unreachable_url_for_test()).answer.end, End::NotConnected);
  const HttpServerForTest server([](Exchange& exchange) { exchange.cut(); });
  EXPECT_EQ(post(server.url()).answer.end, End::Cut);
}

TEST_F(HttpExchangeTest, AServerThatIsSilentTimesOut) {
  const HttpServerForTest server([](Exchange& exchange) { exchange.wait_for_end(); });
  HttpRequest request;
  request.timeout = std::chrono::milliseconds(50);
  EXPECT_EQ(post(server.url(), request).answer.end, End::TimedOut);
}

TEST_F(HttpExchangeTest, TheSinkEndsTheTransfer) {
  std::atomic<bool> is_gone = false;
  const HttpServerForTest server([&](Exchange& exchange) {
    exchange.begin(200, {});
    while (exchange.write(std::string(1 << 16, 'x'))) {
    }
    is_gone = true;
  });
  HttpRequest request;
  request.url = server.url();
  const HttpAnswer answer =
      exchange_->post(request, [](const HttpAnswer&, std::string_view) { return false; });
  EXPECT_EQ(answer.end, End::Stopped);
  while (!is_gone) std::this_thread::yield();
}

// A server with a certificate that nobody signed is never sent the request: this one speaks no TLS
// at all, which the library must not fall back to.
TEST_F(HttpExchangeTest, HttpsIsNeverSpokenInTheClear) {
  std::atomic<int> requests = 0;
  const HttpServerForTest server([&](Exchange& exchange) {
    ++requests;
    exchange.answer(200, {}, "");
  });
  std::string url = server.url();
  url.insert(4, "s");
  EXPECT_EQ(post(url).answer.end, End::NotConnected);
  EXPECT_EQ(requests, 0);
}

TEST_F(HttpExchangeTest, EveryByteOfAnAddressIsEscaped) {
  EXPECT_EQ(exchange_->escaped("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(exchange_->escaped(std::string("\0 +&=%\n\xe4", 8)), "%00%20%2B%26%3D%25%0A%E4");
  EXPECT_EQ(exchange_->escaped(""), "");
}

}  // namespace
}  // namespace sonde
