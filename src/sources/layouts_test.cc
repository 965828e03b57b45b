// However a log is laid out and however many threads read it, its spans are the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <isa-l/igzip_lib.h>
#include <sys/stat.h>
#include <zstd.h>

#include <fstream>
#include <set>
#include <thread>

#include "sources/log_reading.h"

namespace sonde {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Record i, compact or over several lines.
std::string record(size_t i, bool pretty = false) {
  const std::string space = pretty ? "\n    " : "";
  const std::string end = pretty ? "\n  }" : "}";
  std::string text = "{" + space + R"("prompt":"Translate {)" + std::to_string(i) +
                     R"(} into \"Greek\" \\ é", )" + space + R"("response_time_ms":)" +
                     std::to_string(100 + i) + "," + space;
  text +=
      R"("meta":)" + std::string(pretty ? "{ \"k\" : [1, 2] }" : R"({"k":[1,2]})") + "," + space;
  text += R"("success":)" + std::string(i % 3 == 0 ? "false" : "true") + end;
  return text;
}

std::string joined(size_t count, std::string_view head, std::string_view between,
                   std::string_view tail, bool pretty = false) {
  std::string text(head);
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) text += between;
    text += record(i, pretty);
  }
  return text + std::string(tail);
}

std::string gzipped(std::string_view text) {
  std::string out(text.size() + text.size() / 100 + 1024, '\0');
  isal_zstream stream;
  isal_deflate_stateless_init(&stream);
  stream.gzip_flag = IGZIP_GZIP;
  stream.end_of_stream = 1;
  stream.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uint32_t>(text.size());
  stream.next_out = reinterpret_cast<uint8_t*>(out.data());
  stream.avail_out = static_cast<uint32_t>(out.size());
  EXPECT_EQ(isal_deflate_stateless(&stream), COMP_OK);
  out.resize(stream.total_out);
  return out;
}

std::string zstd_compressed(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

constexpr size_t kMany = 8'000;  // About 1 MB: several blocks of 512 KB.

TEST(Layouts, AllGiveTheSameSpans) {
  const std::string lines = joined(kMany, "", "\n", "\n");
  const auto wanted = read_log(lines).lines;
  ASSERT_THAT(wanted, SizeIs(kMany));
  const std::pair<const char*, std::string> layouts[] = {
      {"no newline at the end", joined(kMany, "", "\n", "")},
      {"CRLF", joined(kMany, "", "\r\n", "\r\n")},
      {"byte order mark", "\xEF\xBB\xBF" + lines},
      {"blank lines", joined(kMany, "\n\n", "\n\n", "\n")},
      {"array", joined(kMany, "[", ",", "]")},
      {"array, one a line", joined(kMany, "[\n", ",\n", "\n]\n")},
      {"array with a mark", "\xEF\xBB\xBF" + joined(kMany, "[", ",", "]")},
      {"pretty array", joined(kMany, "[\n  ", ",\n  ", "\n]\n", true)},
      {"concatenated", joined(kMany, "", "", "")},
      {"pretty, concatenated", joined(kMany, "\n", "\n", "\n", true)},
      {"gzip lines", gzipped(lines)},
      {"gzip members", gzipped(lines.substr(0, 444'444)) + gzipped(lines.substr(444'444))},
      {"gzip array", gzipped(joined(kMany, "[", ",", "]"))},
      {"zstd lines", zstd_compressed(lines)},
      {"zstd array", zstd_compressed(joined(kMany, "[", ",", "]"))},
  };
  for (const auto& [name, text] : layouts) {
    for (const unsigned threads : {1U, 4U}) {
      const LogReading reading = read_log(text, threads);
      EXPECT_EQ(reading.lines.size(), wanted.size()) << name;
      EXPECT_TRUE(reading.lines == wanted) << name << " with " << threads << " threads";
      EXPECT_EQ(reading.report.rejected, 0U) << name;
      EXPECT_EQ(reading.report.documents, kMany) << name;
      ASSERT_THAT(reading.report.files, SizeIs(1));
      EXPECT_EQ(reading.report.files[0].error, "") << name;
    }
  }
}

TEST(Layouts, CompressedFilesOfEverySizeEndWhereTheyEnd) {
  for (size_t count = 1; count < 200; count += 3) {
    const std::string text = joined(count, "", "\n", "");
    for (const std::string& bytes :
         {gzipped(text), zstd_compressed(text), gzipped(text) + gzipped("\n" + text)}) {
      const LogReading reading = read_log(bytes);
      EXPECT_EQ(reading.report.files[0].error, "") << count;
      EXPECT_THAT(reading.lines, SizeIs(testing::AnyOf(count, 2 * count)));
    }
  }
}

TEST(Layouts, CompressedFilesOfEveryBlockSizeEndWhereTheyEnd) {
  // The decoder still holds output when the file has been read to its end.
  for (size_t size = (512 << 10) - 40; size < (512 << 10) + 40; size += 3) {
    const std::string text =
        R"({"prompt":")" + std::string(size, 'x') + R"(","success":true})" + "\n";
    for (const std::string& bytes : {gzipped(text), zstd_compressed(text)}) {
      const LogReading reading = read_log(bytes);
      ASSERT_EQ(reading.report.files.size(), 1U) << reading.error;
      EXPECT_EQ(reading.report.files[0].error, "") << size;
      ASSERT_THAT(reading.spans, SizeIs(1)) << size;
      EXPECT_EQ(reading.spans[0].input.size(), size);
    }
  }
}

TEST(Layouts, APipeGivesTheSameSpansAsAFile) {
  const std::string text = joined(kMany, "", "\n", "\n");
  const std::string path = testing::TempDir() + "sonde-pipe-" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(path, std::ios::binary) << text; });
  const LogReading reading = read_log_file(path, 4);
  writer.join();
  std::remove(path.c_str());
  EXPECT_TRUE(reading.lines == read_log(text).lines);
}

TEST(Layouts, RecordsLargerThanABlockAreWhole) {
  for (const size_t size : {600'000U, 2'000'000U}) {
    const std::string big = R"({"prompt":")" + std::string(size, 'x') + R"(","success":true})";
    const std::string small = R"({"prompt":"y","success":true})";
    for (const std::string& text : {small + "\n" + big + "\n" + small + "\n" + big + "\n",
                                    "[" + small + "," + big + "," + small + "," + big + "]"}) {
      for (const unsigned threads : {1U, 4U}) {
        const LogReading reading = read_log(text, threads);
        EXPECT_THAT(reading.spans, SizeIs(4));
        EXPECT_EQ(reading.report.rejected, 0U);
        size_t characters = 0;
        for (const Span& span : reading.spans) characters += span.input.size();
        EXPECT_EQ(characters, 2 * size + 2);
      }
    }
  }
}

TEST(Layouts, ARecordBeyondTheLimitCostsOnlyItself) {
  // With quotes and braces inside, and long enough for the limit to fall into it several times.
  std::string inside;
  while (inside.size() < 3'000'000) inside += R"(x \"{\" {\"prompt\":\"no\",\"success\":true} )";
  const std::string big =
      R"({"prompt":")" + inside + R"(","list":[{"prompt":"no","success":true}],"success":true})";
  const std::string small = R"({"prompt":"y","success":true})";
  ReadOptions options;
  options.document_bytes_max = 1'000'000;
  const std::string lines = small + "\n" + big + "\n" + small + "\n" + small + "\n";
  const std::string array =
      "[\n  " + small + ",\n  " + big + ",\n  " + small + ",\n  " + small + "]";
  for (const std::string& text : {lines, array, gzipped(lines), gzipped(array)}) {
    const LogReading reading = read_log(text, 1, options);
    EXPECT_THAT(reading.spans, SizeIs(3));
    for (const Span& span : reading.spans) EXPECT_EQ(span.input, "y");
    ASSERT_THAT(reading.report.rejects, SizeIs(1));
    EXPECT_EQ(reading.report.rejects[0].reason, "larger than 1000000 bytes (document-bytes-max)");
    EXPECT_EQ(reading.report.rejects[0].line,
              text.starts_with('[') || text == gzipped(array) ? 3U : 2U);
  }
}

TEST(Layouts, RejectsNameLineAndByte) {
  const std::string bad = R"({"prompt":"x" "success":true})";
  const std::string unknown = R"({"colour":"red"})";
  const auto in = [&](std::string_view head, std::string_view between, std::string_view tail) {
    std::string text(head);
    for (size_t i = 0; i < 8'000; ++i) {
      if (i > 0) text += between;
      text += i == 7 || i == 7'900 ? bad : i == 5'000 ? unknown : record(i);
    }
    return text + std::string(tail);
  };
  const std::string layouts[] = {
      in("", "\n", "\n"),          in("\xEF\xBB\xBF", "\r\n", ""), in("[", ",\n", "]"),
      in("[\n  ", ",\n  ", "\n]"), in("[\n  ", ",\n\n  ", "\n]"),
  };
  for (const std::string& text : layouts) {
    const size_t places[] = {text.find(bad), text.find(unknown), text.rfind(bad)};
    for (const std::string& bytes : {text, gzipped(text)}) {
      for (const unsigned threads : {1U, 4U}) {
        const LogReading reading = read_log(bytes, threads);
        EXPECT_THAT(reading.spans, SizeIs(8'000 - 3));
        ASSERT_THAT(reading.report.rejects, SizeIs(3));
        for (size_t i = 0; i < 3; ++i) {
          const Reject& reject = reading.report.rejects[i];
          EXPECT_EQ(reject.byte, places[i]);
          EXPECT_EQ(
              reject.line,
              1U + static_cast<uint64_t>(std::count(
                       text.begin(), text.begin() + static_cast<std::ptrdiff_t>(places[i]), '\n')));
        }
      }
    }
  }
}

TEST(Layouts, ADamagedFileKeepsWhatCameBeforeAndIsNamed) {
  const std::string text = joined(kMany, "", "\n", "\n");
  for (const bool is_array : {false, true}) {
    const std::string whole = is_array ? joined(kMany, "[", ",", "]") : text;
    for (const std::string& bytes : {gzipped(whole), zstd_compressed(whole)}) {
      for (const size_t cut : {bytes.size() / 2, bytes.size() - 1}) {
        const LogFile file(bytes.substr(0, cut));
        const LogReading reading = read_log_file(file.path());
        ASSERT_THAT(reading.report.files, SizeIs(1)) << reading.error;
        EXPECT_THAT(reading.report.files[0].error, HasSubstr(file.path()));
        EXPECT_THAT(reading.report.files[0].error, HasSubstr("ends too early"));
        EXPECT_GT(reading.spans.size(), cut == bytes.size() - 1 ? kMany - 2000 : kMany / 4);
      }
    }
  }
}

TEST(Layouts, AWrongChecksumKeepsTheRecordsAndIsNamed) {
  for (const size_t count : {5U, 8'000U}) {
    std::string bytes = gzipped(joined(count, "", "\n", "\n"));
    bytes[bytes.size() - 6] = static_cast<char>(~bytes[bytes.size() - 6]);
    const LogReading reading = read_log(bytes);
    ASSERT_THAT(reading.report.files, SizeIs(1)) << reading.error;
    EXPECT_THAT(reading.report.files[0].error, HasSubstr("damaged"));
    EXPECT_THAT(reading.spans, SizeIs(count));
  }
}

TEST(Layouts, AFileThatCannotBeOpenedIsNamedAndTheOthersAreRead) {
  const LogFile first(joined(3, "", "\n", "\n"));
  const LogFile last(joined(4, "", "\n", "\n"));
  ReadRequest request;
  request.paths = {"/nowhere/a.json", first.path(), "/nowhere/b.json", last.path()};
  const LogReading reading = read_log_with(request, 2);
  EXPECT_THAT(reading.spans, SizeIs(7));
  ASSERT_THAT(reading.report.files, SizeIs(4));
  EXPECT_THAT(reading.report.files[0].error, HasSubstr("/nowhere/a.json"));
  EXPECT_EQ(reading.report.files[1].error, "");
  EXPECT_EQ(reading.report.files[1].documents, 3U);
  EXPECT_THAT(reading.report.files[2].error, HasSubstr("/nowhere/b.json"));
  EXPECT_EQ(reading.report.files[3].error, "");
  EXPECT_EQ(reading.report.files[3].documents, 4U);
}

// Record 5 of 40 loses its last brace, a quote, or both ends; it alone must be lost.
TEST(Recovery, ABrokenRecordCostsOnlyItself) {
  const auto broken = [](std::string text, int how) {
    if (how == 0) text.pop_back();                            // The brace.
    if (how == 1) text.erase(text.find(R"(", )"), 1);         // A closing quote.
    if (how == 2) text.erase(text.find(R"(":"Tr)") + 2, 1);   // An opening quote.
    if (how == 3) text.resize(text.size() / 2);               // Cut in the middle.
    if (how == 4) text.insert(text.find("\"response"), "{");  // A brace too many.
    return text;
  };
  struct Form {
    const char *name, *head, *between, *tail;
    bool pretty;
  };
  const Form forms[] = {
      {"lines", "", "\n", "\n", false},
      {"array, one a line", "[\n", ",\n", "\n]", false},
      {"indented array", "[\n  ", ",\n  ", "\n]", false},
      {"array, tight", "[", ",\n", "]", false},
      {"pretty array", "[\n  ", ",\n  ", "\n]", true},
  };
  for (const Form& form : forms) {
    for (int how = 0; how < 5; ++how) {
      for (const size_t victim : {0U, 5U, 39U}) {
        std::string text = form.head;
        size_t line = 0;
        for (size_t i = 0; i < 40; ++i) {
          if (i > 0) text += form.between;
          if (i == victim)
            line = 1U + static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
          text += i == victim ? broken(record(i, form.pretty), how) : record(i, form.pretty);
        }
        text += form.tail;
        const LogReading reading = read_log(text);
        EXPECT_THAT(reading.spans, SizeIs(39)) << form.name << ' ' << how << ' ' << victim;
        EXPECT_EQ(reading.report.documents, 39U) << form.name << ' ' << how << ' ' << victim;
        ASSERT_THAT(reading.report.rejects, SizeIs(1)) << form.name << ' ' << how << ' ' << victim;
        EXPECT_EQ(reading.report.rejects[0].line, line) << form.name << ' ' << how << ' ' << victim;
      }
    }
  }
}

TEST(Recovery, ALostBraceInALongArrayIsFoundAtTheLimit) {
  std::string text = "[\n  ";
  for (size_t i = 0; i < 12'000; ++i) {
    std::string next = record(i);
    if (i == 9) next.pop_back();
    text += (i > 0 ? ",\n  " : "") + next;
  }
  text += "\n]\n";
  ReadOptions options;
  options.document_bytes_max = 700'000;
  const LogReading reading = read_log(text, 1, options);
  EXPECT_THAT(reading.spans, SizeIs(11'999));
  EXPECT_THAT(reading.report.rejects, SizeIs(1));
}

TEST(Layouts, ALogThatNoSourceKnowsSaysWhatItHas) {
  const LogReading reading = read_log("{\"colour\":\"red\"}\n{\"colour\":\"blue\"}\n");
  EXPECT_THAT(reading.error, HasSubstr(":1: not a log format sonde knows: it has the keys colour"));
  EXPECT_THAT(reading.error, HasSubstr("1 more"));
}

TEST(Layouts, EqualRecordsHaveDifferentIdsInAnyOrder) {
  const std::string a = R"({"prompt":"a","success":true})";
  const std::string b = R"({"prompt":"b","success":true})";
  const auto ids = [](const std::string& text) {
    std::vector<std::string> list;
    for (const Span& span : read_log(text).spans) list.push_back(span.span_id);
    std::sort(list.begin(), list.end());
    return list;
  };
  const auto once = ids(a + "\n" + a + "\n" + b + "\n" + a + "\n");
  EXPECT_EQ(once, ids("[" + b + "," + a + ",  " + a + ", " + a + "]"));
  EXPECT_EQ(std::set<std::string>(once.begin(), once.end()).size(), 4U);
}

TEST(Layouts, RejectedRecordsAreWrittenOutAsValidJson) {
  const LogFile log("{\"prompt\":\"a\",\"success\":true}\n{\"bad\":\"\xFF\xC3\"\n");
  const LogFile rejects("");
  ReadRequest request;
  request.paths = {log.path()};
  request.rejects_path = rejects.path();
  EXPECT_THAT(read_log_with(request).spans, SizeIs(1));
  std::ifstream in(rejects.path());
  const std::string line((std::istreambuf_iterator<char>(in)), {});
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  ASSERT_EQ(parser.parse(line).get(element), simdjson::SUCCESS) << line;
  EXPECT_EQ(uint64_t(element["line"]), 2U);
  EXPECT_EQ(uint64_t(element["byte"]), 30U);
  EXPECT_EQ(std::string(element["record"].get_c_str()), "{\"bad\":\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(Csv, QuotedNewlinesAndCommasStayInTheirField) {
  const LogReading reading = read_log(
      "prompt,answer,response_time_ms,success\r\n"
      "\"Hi, \"\"you\"\"\",\"line 1\nline 2, still\",120,true\r\n"
      "\r\n"
      "Bye,,80,false\r\n");
  ASSERT_THAT(reading.spans, SizeIs(2)) << reading.error;
  EXPECT_EQ(reading.spans[0].input, "Hi, \"you\"");
  EXPECT_EQ(reading.spans[0].output, "line 1\nline 2, still");
  EXPECT_EQ(reading.spans[0].duration, 120'000);
  EXPECT_EQ(reading.spans[0].status, Status::Ok);
  EXPECT_EQ(reading.spans[1].input, "Bye");
  EXPECT_EQ(reading.spans[1].status, Status::Error);
}

TEST(Csv, RejectsNameTheLineOfTheRow) {
  const LogReading reading = read_log("a,\"b\n2\"\n1,\"x\ny\nz\"\n\n3,4\n");
  EXPECT_THAT(reading.error, HasSubstr(":3: not a log format"));
}

}  // namespace
}  // namespace sonde
