#include "api/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <random>
#include <stdexcept>
#include <thread>

#include "api/http/client_for_test.h"

namespace sonde {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

// Says what it was asked.
Response echo(const Request& request) {
  Response response;
  response.content_type = "text/plain";
  response.body = request.method + " " + request.path + " " + request.query + " " + request.body;
  return response;
}

std::unique_ptr<HttpServer> start(HttpOptions options = {}, HttpHandler handler = echo) {
  auto server = HttpServer::start(std::move(options), std::move(handler));
  EXPECT_TRUE(server) << server.error().message;
  return *std::move(server);
}

std::string post(std::string_view body, std::string_view headers = "") {
  return fmt::format("POST /v1 HTTP/1.1\r\nHost: a\r\n{}Content-Length: {}\r\n\r\n{}", headers,
                     body.size(), body);
}

AnswerForTest ask_once(const HttpServer& server, std::string_view bytes) {
  return ClientForTest(server.port()).ask(bytes);
}

TEST(HttpServer, KeepsAConnectionForOneRequestAfterTheOther) {
  const auto server = start();
  ClientForTest client(server->port());
  EXPECT_EQ(client.ask("GET /a?b=1 HTTP/1.1\r\nHost: a\r\n\r\n").body, "GET /a b=1 ");
  EXPECT_EQ(client.ask(post("xyz")).body, "POST /v1  xyz");
}

TEST(HttpServer, AnswersRequestsThatCameTogetherInTheirOrder) {
  const auto server = start();
  ClientForTest client(server->port());
  client.send(post("one") + post("two"));
  EXPECT_EQ(client.receive().body, "POST /v1  one");
  EXPECT_EQ(client.receive().body, "POST /v1  two");
}

TEST(HttpServer, ReadsChunkedBodies) {
  const auto server = start();
  const AnswerForTest answer = ask_once(*server,
                                        "POST /v1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                                        "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(answer.body, "POST /v1  abcde");
}

TEST(HttpServer, GivesHeadTheLengthWithoutTheBody) {
  const auto server = start();
  ClientForTest client(server->port());
  const AnswerForTest head = client.ask("HEAD /abc HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(head.status, 200u);
  EXPECT_THAT(head.head, HasSubstr("Content-Length: 11\r\n"));
  EXPECT_EQ(client.ask("GET /b HTTP/1.1\r\n\r\n").body, "GET /b  ");
}

TEST(HttpServer, ClosesWhenTheClientAsksForIt) {
  const auto server = start();
  ClientForTest client(server->port());
  EXPECT_EQ(client.ask("GET / HTTP/1.1\r\nConnection: close\r\n\r\n").status, 200u);
  EXPECT_TRUE(client.is_ended());
}

TEST(HttpServer, AsksForTheBodyOfAClientThatExpectsIt) {
  const auto server = start();
  ClientForTest client(server->port());
  client.send("POST /v1 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100u);
  EXPECT_EQ(client.ask("ab").body, "POST /v1  ab");
  EXPECT_EQ(ask_once(*server, "POST / HTTP/1.1\r\nExpect: more\r\n\r\n").status, 417u);
}

TEST(HttpServer, RepeatsAPlainRequestIdAndNoOther) {
  const auto server = start();
  EXPECT_THAT(ask_once(*server, "GET / HTTP/1.1\r\nX-Request-Id: a-1.b\r\n\r\n").head,
              HasSubstr("X-Request-Id: a-1.b\r\n"));
  EXPECT_THAT(ask_once(*server, "GET / HTTP/1.1\r\nX-Request-Id: a b\r\n\r\n").head,
              Not(HasSubstr("a b")));
}

TEST(HttpServer, RefusesLengthsThatContradictEachOther) {
  const auto server = start();
  for (const std::string_view lengths :
       {"Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length: 3, 4\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Content-Length: -1\r\n",
        "Content-Length: 99999999999999999999\r\n"}) {
    ClientForTest client(server->port());
    EXPECT_EQ(client.ask(fmt::format("POST / HTTP/1.1\r\n{}\r\nabcd", lengths)).status, 400u)
        << lengths;
    EXPECT_TRUE(client.is_ended()) << lengths;
  }
}

TEST(HttpServer, RefusesWhatIsNoHttp) {
  const auto server = start();
  for (const std::string_view bytes :
       {"\r\n\x16\x03\x01 hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET x HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    EXPECT_EQ(ask_once(*server, bytes).status, 400u) << bytes;
  }
}

TEST(HttpServer, RefusesALargeHeaderWithTheLimitsName) {
  HttpOptions options;
  options.header_bytes_max = 1024;
  const auto server = start(options);
  const AnswerForTest answer =
      ask_once(*server, "GET / HTTP/1.1\r\nA: " + std::string(2000, 'a') + "\r\n\r\n");
  EXPECT_EQ(answer.status, 431u);
  EXPECT_THAT(answer.body, HasSubstr("header-bytes-max"));
}

TEST(HttpServer, RefusesALargeBodyAndTheClientSeesWhy) {
  HttpOptions options;
  options.body_bytes_max = 1000;
  const auto server = start(options);
  const std::string large(500'000, 'a');
  const AnswerForTest sized = ask_once(*server, post(large));
  EXPECT_EQ(sized.status, 413u);
  EXPECT_THAT(sized.body, HasSubstr("body-bytes-max"));
  const AnswerForTest chunked = ask_once(
      *server,
      fmt::format("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
                  large.size(), large));
  EXPECT_EQ(chunked.status, 413u);
  EXPECT_EQ(ask_once(*server, post(std::string(1000, 'a'))).status, 200u);
}

TEST(HttpServer, RefusesUnknownEncodings) {
  const auto server = start();
  EXPECT_EQ(ask_once(*server, post("abc", "Content-Encoding: br\r\n")).status, 415u);
  EXPECT_EQ(ask_once(*server, post("abc", "Content-Encoding: gzip\r\n")).status, 400u);
  EXPECT_EQ(ask_once(*server, post("abc", "Content-Encoding: Identity\r\n")).body, "POST /v1  abc");
}

TEST(HttpServer, TellsSlowClientsSo) {
  HttpOptions options;
  options.header_timeout = 50ms;
  options.body_timeout = 50ms;
  const auto server = start(options);
  EXPECT_EQ(ask_once(*server, "GET / HTTP/1.1\r\nA: b").status, 408u);
  EXPECT_EQ(ask_once(*server, "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab").status, 408u);
}

TEST(HttpServer, ClosesIdleConnectionsWithoutAWord) {
  HttpOptions options;
  options.idle_timeout = 50ms;
  const auto server = start(options);
  ClientForTest client(server->port());
  EXPECT_TRUE(client.is_ended());
}

TEST(HttpServer, AnswersWhatAHandlerThrowsSoThatItIsSentAgain) {
  const auto server = start({}, [](const Request&) -> Response { throw std::runtime_error("no"); });
  const AnswerForTest answer = ask_once(*server, post("abc"));
  EXPECT_EQ(answer.status, 503u);
  EXPECT_THAT(answer.head, HasSubstr("Retry-After: 1\r\n"));
}

TEST(HttpServer, RefusesConnectionsBeyondTheLimit) {
  HttpOptions options;
  options.connections_max = 1;
  const auto server = start(options);
  ClientForTest first(server->port());
  EXPECT_EQ(first.ask("GET / HTTP/1.1\r\n\r\n").status, 200u);
  const AnswerForTest second = ask_once(*server, "GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(second.status, 503u);
  EXPECT_THAT(second.head, HasSubstr("Retry-After: 1\r\n"));
}

TEST(HttpServer, RefusesRequestsAndBytesBeyondTheLimitAndRecovers) {
  HttpOptions options;
  options.requests_max = 1;
  options.handlers = 1;
  options.held_bytes_max = 300'000;
  std::promise<void> begun;
  std::promise<void> release;
  auto released = release.get_future().share();
  const auto server = start(options, [&](const Request& request) {
    if (request.path == "/wait") {
      begun.set_value();
      released.wait();
    }
    return echo(request);
  });
  ClientForTest first(server->port());
  first.send("GET /wait HTTP/1.1\r\n\r\n");
  begun.get_future().wait();
  ClientForTest second(server->port());
  EXPECT_EQ(second.ask(post("abc")).status, 503u);
  EXPECT_EQ(ask_once(*server, post(std::string(400'000, 'a'))).status, 503u);
  release.set_value();
  EXPECT_EQ(first.receive().status, 200u);
  EXPECT_EQ(second.ask(post("abc")).status, 200u);
}

TEST(HttpServer, DrainsRequestsThatHaveBegun) {
  std::promise<void> begun;
  std::promise<void> release;
  auto released = release.get_future().share();
  const auto server = start({}, [&](const Request& request) {
    begun.set_value();
    released.wait();
    return echo(request);
  });
  ClientForTest idle(server->port());
  ClientForTest busy(server->port());
  busy.send("GET /x HTTP/1.1\r\n\r\n");
  begun.get_future().wait();
  auto drained = std::async(std::launch::async, [&] { return server->drain(20s); });
  EXPECT_TRUE(idle.is_ended());
  release.set_value();
  const AnswerForTest answer = busy.receive();
  EXPECT_EQ(answer.body, "GET /x  ");
  EXPECT_THAT(answer.head, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(drained.get());
  EXPECT_FALSE(ClientForTest(server->port()).is_open());
}

TEST(HttpServer, RefusesAPortThatSomebodyListensOn) {
  const auto server = start();
  HttpOptions options;
  options.port = server->port();
  const auto second = HttpServer::start(options, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::Unavailable);
  options.address = "nowhere";
  EXPECT_EQ(HttpServer::start(options, echo).error().code, Code::InvalidInput);
}

TEST(HttpServer, ServesManyConnectionsAtATime) {
  const auto server = start();
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      ClientForTest client(server->port());
      for (int n = 0; n < 50; ++n) {
        const std::string body = fmt::format("{}-{}", i, n);
        right += client.ask(post(body)).body == "POST /v1  " + body;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, 400);
  EXPECT_EQ(server->counts().requests, 400u);
}

// Requests that are cut, doubled and changed at random: each is answered or the connection ends,
// and a good one after it is answered as ever.
TEST(HttpServer, SurvivesWhateverIsSent) {
  HttpOptions options;
  options.header_timeout = 20ms;
  options.body_timeout = 20ms;
  const auto server = start(options);
  std::mt19937 chance(7);
  const std::string good =
      post("{\"a\":1}", "Transfer-Encoding: gzip\r\nExpect: x\r\nA: b\r\n") +
      "POST /v1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (int i = 0; i < 500; ++i) {
    std::string bytes = good.substr(chance() % good.size());
    for (unsigned changes = chance() % 4; changes > 0; --changes)
      bytes[chance() % bytes.size()] = static_cast<char>(chance());
    if (chance() % 3 == 0) bytes.insert(chance() % bytes.size(), good);
    ClientForTest client(server->port());
    client.send(bytes);
    if (i % 10 == 0) client.receive();
  }
  EXPECT_EQ(ask_once(*server, post("abc")).body, "POST /v1  abc");
  EXPECT_TRUE(server->drain(20s));
}

TEST(Unescape, UndoesEscapesAndRefusesOthers) {
  EXPECT_EQ(unescape("a%20b%2Fc"), "a b/c");
  EXPECT_EQ(unescape("%E4%BD%A0"), "\xE4\xBD\xA0");
  for (const std::string_view text : {"%", "%2", "%zz", "a%00"}) {
    EXPECT_FALSE(unescape(text)) << text;
  }
}

TEST(QueryValue, FindsAParameterAndUndoesItsEscapes) {
  constexpr std::string_view kQuery = "a=1&where=model+%3D+m%26n&b&a=2";
  EXPECT_EQ(query_value(kQuery, "a"), "1");
  EXPECT_EQ(query_value(kQuery, "where"), "model = m&n");
  EXPECT_EQ(query_value(kQuery, "b"), "");
  EXPECT_FALSE(query_value(kQuery, "here"));
  EXPECT_FALSE(query_value("", "a"));
}

}  // namespace
}  // namespace sonde
