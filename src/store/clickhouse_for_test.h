// What speaks ClickHouse's HTTP interface in tests: as much of it as clickhouse_store.cc uses, with
// a Store that executes. It refuses what a server would refuse: a setting that the engine does not
// have, a value or an address that is too long, a wrong password.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "store/http_server_for_test.h"
#include "store/store.h"

namespace sonde {

class ClickhouseForTest {
 public:
  enum class Fault : uint8_t {
    None,
    Busy,             // 503 of something in front of the server.
    Overloaded,       // The server's exception 202.
    ReadOnly,         // Its exception 242.
    RefuseAnswer,     // Cuts the connection before it executes anything.
    LoseAnswer,       // Executes, and cuts the connection before it answers.
    CutInside,        // Cuts the connection after the first rows.
    ExceptionInside,  // Fails after the first rows, in the frame for that.
    Stall,            // Answers nothing until the client has gone.
    Redirect,
    EchoHeaders,  // Fails with a text that has the request's password in it.
  };

  struct Request {
    std::map<std::string, std::string> params;  // Of the address and of a form, decoded.
    std::map<std::string, std::string> headers;
    std::string statement;
  };

  // `store` outlives this and has the database sonde.
  explicit ClickhouseForTest(Store& store);

  std::string url() const { return server_.url(); }
  unsigned connections() const { return server_.connections(); }
  // For the requests to come, one each.
  void fail_next(std::vector<Fault> faults);
  std::vector<Request> requests() const;  // Since the beginning or forget_requests().
  void forget_requests();

  static constexpr char kUser[] = "sonde-test";
  static constexpr char kPassword[] = "secret & 'word' 世";

 private:
  using Exchange = HttpServerForTest::Exchange;

  void handle(Exchange& exchange);
  void execute(Exchange& exchange, const Request& request, Fault fault);
  void read(Exchange& exchange, const Request& request, Fault fault);
  void write(Exchange& exchange, const Request& request, Fault fault);
  Fault next_fault();

  Store& store_;
  std::set<std::string> settings_;  // Names that the engine has.
  mutable std::mutex mutex_;
  std::deque<Fault> faults_;
  std::vector<Request> requests_;
  HttpServerForTest server_;  // Last: it calls handle().
};

}  // namespace sonde
