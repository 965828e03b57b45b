"""sonde backup and restore: what comes back is what was there, and nothing is half there after a failure."""

import unittest

from history_case import HistoryCase

EXIT_USAGE, EXIT_NOT_FOUND, EXIT_UNAVAILABLE = 2, 3, 6


class Backup(HistoryCase):
    def setUp(self):
        super().setUp()
        for number, log in enumerate(("dify/dump", "otlp/traces.jsonl")):
            self.done("import", log, "--project", f"p{number}")

    def test_what_is_restored_is_what_was_there(self):
        made = self.done("backup", self.root / "copy", "--json").json
        self.assertEqual(sorted(made["projects"]), ["p0", "p1"])
        self.assertEqual(made["spans"], sum(made["projects"].values()))
        other = self.root / "other"
        self.assertEqual(self.done("restore", self.root / "copy", "--json", data=other).json["spans"], made["spans"])
        for project in ("p0", "p1"):
            for command in (("export",), ("ledger", "--json")):
                before = self.done(*command, "--project", project).out.replace(str(self.data), "DATA")
                after = self.done(*command, "--project", project, data=other).out.replace(str(other), "DATA")
                self.assertEqual(after, before)
        again = self.done("import", "dify/dump", "--project", "p0", "--json", data=other).json
        self.assertEqual((again["stored"], again["merged"]), (0, 0))

    def test_neither_overwrites_anything(self):
        self.done("backup", self.root / "copy")
        run = self.ask("backup", self.root / "copy")
        self.assertEqual((run.code, "is there already: name a new folder" in run.err), (EXIT_USAGE, True), run.err)
        run = self.ask("restore", self.root / "copy")
        self.assertEqual((run.code, "name another --data-dir" in run.err), (EXIT_USAGE, True), run.err)
        self.done("ledger", "--project", "p0")

    def test_a_damaged_backup_leaves_no_history(self):
        self.done("backup", self.root / "copy")
        other = self.root / "other"
        (self.root / "copy/manifest.json").rename(self.root / "manifest.json")
        run = self.ask("restore", self.root / "copy", data=other)
        self.assertEqual((run.code, "is no backup" in run.err), (EXIT_NOT_FOUND, True), run.err)
        # One span less than the manifest says.
        text = (self.root / "manifest.json").read_text()
        (self.root / "copy/manifest.json").write_text(text.replace('"p1": ', '"p1": 1'))
        run = self.ask("restore", self.root / "copy", data=other)
        self.assertNotEqual(run.code, 0)
        self.assertIn("spans after restoring", run.err)
        # A part of the engine's files is gone.
        (self.root / "copy/manifest.json").write_text(text)
        parts = sorted((self.root / "copy/engine").rglob("*.bin")) or sorted(
            path for path in (self.root / "copy/engine").rglob("*") if path.is_file() and path.stat().st_size > 4096)
        parts[0].unlink()
        run = self.ask("restore", self.root / "copy", data=other)
        self.assertNotEqual(run.code, 0)
        self.assertFalse((other / "catalog.sqlite").exists())
        run = self.ask("analyze", "--project", "p0", data=other)
        self.assertNotEqual(run.code, 0)

    def test_a_folder_that_cannot_be_made_is_said(self):
        run = self.ask("backup", "/proc/self/copy")
        self.assertEqual((run.code, "cannot make" in run.err), (EXIT_UNAVAILABLE, True), run.err)
        missing = self.ask("backup", self.root / "copy", data=self.root / "nothing")
        self.assertEqual((missing.code, "no history in" in missing.err), (EXIT_USAGE, True), missing.err)
        self.assertFalse((self.root / "nothing").exists())


    def test_doctor_names_what_is_wrong(self):
        well = self.done("doctor", "--json").json
        self.assertTrue(well["good"])
        self.assertEqual({f["verdict"] for f in well["findings"]}, {"ok"}, well)
        self.assertIn("project p0: 238 accepted = 238 stored + 0 merged + 0 deduplicated; 238 are there",
                      [f["text"] for f in well["findings"]])
        self.data.chmod(0o755)
        open_to_all = self.done("doctor")
        self.assertIn("chmod 700", open_to_all.out)
        missing = self.ask("doctor", data=self.root / "nothing")
        self.assertEqual((missing.code, "is not there" in missing.out), (EXIT_UNAVAILABLE, True), missing.out)
        no_engine = self.ask("doctor", "--chdb-library", self.root / "no.so", "--json")
        self.assertEqual(no_engine.code, EXIT_UNAVAILABLE)
        self.assertEqual([f["check"] for f in no_engine.json["findings"] if f["verdict"] == "failed"], ["engine"])


if __name__ == "__main__":
    unittest.main()
