"""Files that are damaged as a whole: cut, compressed badly, empty, in another encoding, out of balance."""

import gzip
import json
import os
import random
import subprocess
import unittest

from corpus import FORMATS
from sonde_program import analyze, record, sonde, write_file

TIMEOUT_SECONDS = 20


def read(*arguments, command="analyze"):
    return sonde(command, *arguments, "--json", timeout=TIMEOUT_SECONDS)


class Files(unittest.TestCase):
    def counts(self, data, *arguments, name="log.json"):
        run = read(write_file(self, data, name), *arguments)
        self.assertEqual(run.code, 0, run.err)
        return run.json["total"]["count"], run.json["rejected"]

    def refused(self, data, said=""):
        run = read(write_file(self, data))
        self.assertEqual((run.code, run.raw), (2, b""), run.err)
        self.assertIn(said, run.err)
        self.assertLess(len(run.err), 1000)

    def test_without_a_record_are_named(self):
        for data in (b"", b"\n", b"   \n\t\r\n  ", b"[]", b"[\n]\n", b"\xef\xbb\xbf", b"\x00" * 5000, gzip.compress(b"")):
            with self.subTest(data[:10]):
                self.refused(data, "no records in it")

    def test_of_another_kind_are_refused(self):
        noise = random.Random(7).randbytes(200_000)
        for data in (noise, b"\x7fELF" + noise, b"%PDF-1.7\n" + noise, b"null", b"42\n", b'"text"\n', b"true\nfalse\n", b"{}",
                     b"[1, 2, 3]", b"<html><body>hello</body></html>", b"key: value\nother: 5\n",
                     b"a,b,c\n1,2,3\n", b"{" * 100_000, b"[" * 100_000, b'"' * 99_999, b"\\" * 50_000, b"}" * 50_000):
            with self.subTest(data[:12]):
                self.refused(data)

    def test_in_sixteen_bits_are_refused(self):
        self.refused(json.dumps([record(i) for i in range(9)]).encode("utf-16"))

    def test_with_a_byte_order_mark_or_carriage_returns_are_whole(self):
        rows = [json.dumps(record(i)) for i in range(9)]
        for data in ("\ufeff" + "\n".join(rows), "\r\n".join(rows) + "\r\n", "\ufeff[" + ",\r\n".join(rows) + "]\r\n",
                     "\ufeff\r\n\r\n" + "\r\n\r\n".join(rows), "\n\n\n" + "\n \n".join(rows), "\ufeff" + rows[0] + "\n" + rows[1]):
            self.assertEqual(self.counts(data)[1], 0, data[:20])

    def test_cut_anywhere_keep_what_is_whole(self):
        for indent, form in ((None, "array"), (2, "array"), (None, "lines"), (2, "documents")):
            rows = [json.dumps(record(i, prompt='quoted "text", [brackets] {braces}'), indent=indent) for i in range(8)]
            text = "[" + ",\n".join(rows) + "]" if form == "array" else "\n".join(rows)
            begins = [text.index(row) for row in rows]
            for cut in range(len(rows[0]) + 2, len(text), 37):
                whole = sum(begin + len(row) <= cut for begin, row in zip(begins, rows))
                inside = any(begin < cut < begin + len(row) for begin, row in zip(begins, rows))
                self.assertEqual(self.counts(text[:cut]), (whole, int(inside)), (form, indent, cut))

    def test_arrays_out_of_balance_lose_one_element(self):
        for maker in FORMATS.values():
            rows = [json.dumps(maker(i)) for i in range(9)]
            for broken in (rows[4][:-9], rows[4].replace('"}', "}", 1), rows[4][:-1], rows[4].replace('": ', " ", 1),
                           rows[4] + "}"):
                if broken == rows[4]:
                    continue
                with self.subTest(format=maker.__name__, broken=broken[-20:]):
                    text = "[\n" + ",\n".join(rows[:4] + [broken] + rows[5:]) + "\n]\n"
                    count, rejected = self.counts(text)
                    # With a brace too many, the record is whole and the brace is what is rejected.
                    self.assertEqual(count, 9 if broken.startswith(rows[4]) else 8)
                    self.assertIn(rejected, (1, 2))

    def test_an_unclosed_string_in_a_printed_array_loses_one_element(self):
        rows = [record(i) for i in range(9)]
        text = json.dumps(rows, indent=2).replace('"Question 4?"', '"Question 4?')
        self.assertEqual(self.counts(text), (8, 1))

    def test_a_missing_comma_between_elements_loses_nothing(self):
        rows = [json.dumps(record(i)) for i in range(9)]
        self.assertEqual(self.counts("[" + "\n".join(rows) + "]"), (9, 0))
        self.assertEqual(self.counts("[" + " ".join(rows) + "]"), (9, 0))

    def test_an_array_that_never_ends_or_ends_twice(self):
        rows = ",".join(json.dumps(record(i)) for i in range(9))
        self.assertEqual(self.counts("[" + rows), (9, 0))
        self.assertEqual(self.counts("[" + rows + ","), (9, 0))
        self.assertEqual(self.counts("[" + rows + "]]")[0], 9)
        self.assertEqual(self.counts("[" + rows + "]" + "[" + rows + "]")[0], 18)

    def test_nul_bytes_between_records_are_passed_over(self):
        rows = [json.dumps(record(i)).encode() for i in range(9)]
        count, rejected = self.counts(b"\n".join(rows[:4]) + b"\n" + b"\x00" * 4096 + b"\n" + b"\n".join(rows[4:]))
        self.assertEqual(count, 9)
        self.assertLessEqual(rejected, 1)

    def test_places_are_right_far_into_a_file(self):
        rows = [json.dumps(record(i, prompt="word " * (i % 50))) for i in range(30_000)]
        bad = {777: "{oops", 12_345: '{"prompt": }', 29_999: "[" * 20}
        for number, text in bad.items():
            rows[number] = text
        data = "\n".join(rows) + "\n"
        for threads in (1, 4):
            report = read(write_file(self, data), "--threads", threads).json
            self.assertEqual(report["total"]["count"], 30_000 - len(bad))
            found = [(reject["line"], reject["byte"]) for reject in report["rejects"]]
            self.assertEqual(found, [(number + 1, data.index("\n" + text) + 1) for number, text in bad.items()])

    def test_places_are_those_of_the_text_inside_gzip(self):
        rows = [json.dumps(record(i)) for i in range(4)] + ["{oops"] + [json.dumps(record(9))]
        report = read(write_file(self, gzip.compress("\n".join(rows).encode()))).json
        self.assertEqual((report["rejects"][0]["line"], report["rejects"][0]["byte"]), (5, len("\n".join(rows[:4])) + 1))

    def test_rows_of_csv_that_do_not_fit(self):
        text = "prompt,answer,model,latency_ms,success\n" + "".join(f"q{i},a{i},m,{i},true\n" for i in range(9))
        self.assertEqual(self.counts(text, name="log.csv"), (9, 0))
        for odd in ("only one\n", "q,a,m,5,true,more,and more\n", '"never closed,a,m,5,true\n', "\n\n\n"):
            count, rejected = self.counts(text + odd, name="log.csv")
            self.assertGreaterEqual(count, 9, odd)
            self.assertLessEqual(count + rejected, 10, odd)

    def test_damaged_compression_keeps_what_came_before(self):
        rows = "".join(json.dumps(record(i)) + "\n" for i in range(5000)).encode()
        packed = gzip.compress(rows)
        broken = packed[: len(packed) // 2] + b"\x00" * 50 + packed[len(packed) // 2 + 50:]
        for data in (packed[: len(packed) // 2], packed[:-4], broken):
            log = write_file(self, data, "log.jsonl.gz")
            run = read(log)
            self.assertEqual(run.code, 0, run.err)
            file = run.json["files"][0]
            self.assertTrue(file["error"])
            self.assertGreater(run.json["total"]["count"], 1000)
            self.assertEqual(read(log, "--strict").code, 2)

    def test_compression_that_is_none_is_refused(self):
        for data in (b"\x1f\x8b\x08\x00", b"\x1f\x8b" + b"junk" * 100, b"\x28\xb5\x2f\xfd" + b"junk" * 100):
            run = read(write_file(self, data, "log.gz"))
            self.assertIn(run.code, (2, 6), run.err)
            self.assertEqual(run.raw, b"")

    def test_cut_zstd_keeps_what_came_before(self):
        rows = "".join(json.dumps(record(i, answer=os.urandom(200).hex())) + "\n" for i in range(5000)).encode()
        packed = subprocess.run(["zstd", "-c"], input=rows, check=True, capture_output=True).stdout
        run = read(write_file(self, packed[: len(packed) // 2], "log.zst"))
        self.assertEqual(run.code, 0, run.err)
        self.assertGreater(run.json["total"]["count"], 500)
        self.assertTrue(run.json["files"][0]["error"])

    def test_a_bomb_of_zeros_ends(self):
        self.refused(gzip.compress(b"\x00" * 50_000_000))

    def test_a_folder_is_read_past_what_is_broken(self):
        log = write_file(self, [record(i) for i in range(5)], "a.jsonl")
        (log.parent / "b.json").write_bytes(b"\xff\xfe\x00 noise")
        (log.parent / "c.json").write_bytes(b"")
        (log.parent / "d.json.gz").write_bytes(b"\x1f\x8bnoise")
        report = analyze(log.parent)
        self.assertEqual(report["total"]["count"], 5)
        self.assertEqual(len(report["files"]), 4)


class Noise(unittest.TestCase):
    """Changed bytes anywhere in good files: always an answer, never a crash."""

    def test_changes_of_good_files(self):
        chance = random.Random(20260706)
        for maker in FORMATS.values():
            whole = "\n".join(json.dumps(maker(i), indent=chance.choice((None, 1))) for i in range(12)).encode()
            for _ in range(25):
                data = bytearray(whole)
                for _ in range(chance.randint(1, 6)):
                    at = chance.randrange(len(data))
                    if chance.random() < 0.3:
                        del data[at:at + chance.randint(1, 40)]
                    else:
                        data[at] = chance.choice(b'"\\{}[],:\x00\xff\n 0e-')
                log = write_file(self, bytes(data))
                for command in ("analyze", "optimize"):
                    run = read(log, command=command)
                    self.assertIn(run.code, (0, 2), bytes(data))
                    if run.code == 0:
                        json.loads(run.raw)


if __name__ == "__main__":
    unittest.main()
