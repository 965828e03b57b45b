"""What a crash does to sonde, at a moment that can be named: file_faults.cc is loaded into it.

SONDE_TEST_KILLS is the number of times that each test of a crash kills (a few by itself); SONDE_TEST_SEED
repeats the moments of a run.
"""

import os
import pathlib
import random
import subprocess

from sonde_program import BINARY, environment

LIBRARY = pathlib.Path(os.environ.get("FILE_FAULTS", pathlib.Path(BINARY).parent / "libfile_faults.so"))
KILLED = -9
# What a killed process had written is with the kernel: a disk of memory keeps it as well as a real one, and is
# not waited for.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# Of changes (file_faults.cc), any, or one that tells more: the engine puts a part in its place by a rename.
KINDS = ("", "", "", "rename", "rename", "write", "open", "sync", "remove", "mkdir")


def kills(few):
    return int(os.environ.get("SONDE_TEST_KILLS", few))


def loaded(data, **variables):
    """The environment in which file_faults.cc sees the changes below a data folder."""
    return {"LD_PRELOAD": str(LIBRARY), "FILE_FAULTS_FOLDER": str(data)} | variables


class Moments:
    """Moments within a command, drawn at random: in place of which change of a file it dies."""

    def __init__(self):
        seed = int(os.environ.get("SONDE_TEST_SEED", random.randrange(1 << 32)))
        self.chance = random.Random(seed)
        self.seed = seed
        self.changes = {}

    def run(self, command, data, **variables):
        """Runs it on a data folder to its end, or till it is killed; returns its exit code."""
        return subprocess.run([BINARY, *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=120, check=False,
                              env=environment(SONDE_DATA_DIR=str(data), **loaded(data, **variables))).returncode

    def count(self, command, data, **variables):
        """Runs it to its end, and remembers how many changes it makes, from which kill() draws."""
        file = pathlib.Path(f"{data}.changes")
        code = self.run(command, data, FILE_FAULTS_COUNT=str(file), **variables)
        assert code == 0, f"exit code {code}"
        lines = (line.split() for line in file.read_text().splitlines())
        self.changes = {kind: int(number) for kind, number in lines if int(number) > 0}
        assert self.changes, f"{LIBRARY} counted nothing"
        self.changes[""] = sum(self.changes.values())

    def kill(self, command, data):
        """Kills it at a moment, told as it can be repeated; returns also whether that was before the end."""
        kind = self.chance.choice(KINDS)
        number = self.chance.randint(1, self.changes.get(kind, 1))
        code = self.run(command, data, FILE_FAULTS_CALL=kind, FILE_FAULTS_KILL=str(number))
        assert code in (0, KILLED), f"exit code {code}"
        return f"{kind or 'change'} {number} of {self.changes.get(kind)} (SONDE_TEST_SEED={self.seed})", code == KILLED
