#!/usr/bin/env python3
"""Writes the pages of docs/ that the program prints from its tables. Needs build/release/sonde.

    make_docs.py             write the pages
    make_docs.py --check     exit 1 when a committed page differs from what would be written
"""

import argparse
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SONDE = ROOT / "build" / "release" / "sonde"

# Page below docs/, and what to ask the program for it.
PAGES = {
    "settings.md": ["settings", "--markdown"],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed pages")
    options = parser.parse_args()
    if not SONDE.is_file():
        print(f"{SONDE.relative_to(ROOT)} is absent: run make build", file=sys.stderr)
        return 1
    stale = []
    for page, arguments in PAGES.items():
        path = ROOT / "docs" / page
        done = subprocess.run([SONDE, *arguments], stdout=subprocess.PIPE, check=False)
        if done.returncode != 0:
            print(f"sonde {' '.join(arguments)} failed: docs/{page} not made", file=sys.stderr)
            return 1
        if path.is_file() and path.read_bytes() == done.stdout:
            continue
        if options.check:
            stale.append(page)
        else:
            path.write_bytes(done.stdout)
    for page in stale:
        print(f"docs/{page} is stale: run make docs and commit the change", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
