"""What the tests of a history have in common: a data folder of their own, and sonde on it."""

import pathlib
import tempfile
import unittest

from sonde_program import sonde


class HistoryCase(unittest.TestCase):
    """`data` is the data folder, which is not there yet, below `root`."""

    variables = {}  # Of the environment, in which sonde runs besides.
    place = None  # Where `root` is: the system's folder for what is temporary.

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sonde-history-", dir=self.place)
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.data = self.root / "data"

    def ask(self, *arguments, data=None, **options):
        return sonde(*arguments, SONDE_DATA_DIR=str(data or self.data), **(self.variables | options))

    def done(self, *arguments, data=None, **options):
        run = self.ask(*arguments, data=data, **options)
        self.assertEqual(run.code, 0, run.err)
        return run
