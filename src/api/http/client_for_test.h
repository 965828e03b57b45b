// For tests: a connection to 127.0.0.1 that writes bytes as they are given and reads answers.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

namespace sonde {

struct AnswerForTest {
  unsigned status = 0;  // 0: the connection ended without one.
  std::string head;     // With the status line.
  std::string body;
};

class ClientForTest {
 public:
  explicit ClientForTest(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    is_open_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~ClientForTest() { ::close(socket_); }
  ClientForTest(const ClientForTest&) = delete;
  ClientForTest& operator=(const ClientForTest&) = delete;

  bool is_open() const { return is_open_; }

  // False when the server has closed the connection.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }

  // The next answer. `method` says whether a body follows.
  AnswerForTest receive(std::string_view method = "GET") {
    AnswerForTest answer;
    size_t end = 0;
    while ((end = held_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return answer;
    }
    answer.head = held_.substr(0, end + 2);
    held_.erase(0, end + 4);
    answer.status = static_cast<unsigned>(std::atoi(answer.head.c_str() + 9));
    const size_t at = answer.head.find("Content-Length: ");
    if (at == std::string::npos || method == "HEAD") return answer;
    const auto size = static_cast<size_t>(std::atoll(answer.head.c_str() + at + 16));
    while (held_.size() < size) {
      if (!read_more()) return answer;
    }
    answer.body = held_.substr(0, size);
    held_.erase(0, size);
    return answer;
  }

  AnswerForTest ask(std::string_view bytes) {
    send(bytes);
    return receive(bytes.substr(0, bytes.find(' ')));
  }

  // True when the server ended the connection, and nothing is left to read.
  bool is_ended() { return held_.empty() && !read_more(); }

 private:
  bool read_more() {
    char piece[65536];
    const ssize_t count = ::recv(socket_, piece, sizeof(piece), 0);
    if (count <= 0) return false;
    held_.append(piece, static_cast<size_t>(count));
    return true;
  }

  int socket_;
  bool is_open_ = false;
  std::string held_;
};

}  // namespace sonde
