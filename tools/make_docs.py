#!/usr/bin/env python3
"""Writes the pages of docs/ that the program prints from its tables, and the outputs that README.md
shows: every ```console block there is a command after "$ " and what it printed. Needs
build/release/sonde.

    make_docs.py             write the pages
    make_docs.py --check     exit 1 when a committed page differs from what would be written
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SONDE = ROOT / "build" / "release" / "sonde"

# Page below docs/, and what to ask the program for it.
PAGES = {
    "dialects.md": ["settings", "--markdown", "dialects"],
    "fields.md": ["settings", "--markdown", "fields"],
    "metrics.md": ["settings", "--markdown", "metrics"],
    "settings.md": ["settings", "--markdown", "settings"],
}


CONSOLE = re.compile(r"(```console\n\$ ([^\n]+)\n)(.*?)(```)", re.DOTALL)


def freshen(path, text, check, stale):
    if path.is_file() and path.read_text() == text:
        return
    if check:
        stale.append(path.relative_to(ROOT))
    else:
        path.write_text(text)


def run_console(match):
    """The block again, with what its command prints today."""
    environment = {**os.environ, "COLUMNS": "100", "PATH": f"{SONDE.parent}:{os.environ['PATH']}"}
    environment = {k: v for k, v in environment.items() if not k.startswith("SONDE_")}
    done = subprocess.run(["bash", "-c", match[2]], cwd=ROOT, env=environment, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return match[1] + done.stdout.rstrip("\n") + "\n" + match[4]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed pages")
    options = parser.parse_args()
    if not SONDE.is_file():
        print(f"{SONDE.relative_to(ROOT)} is absent: run make build", file=sys.stderr)
        return 1
    stale = []
    for page, arguments in PAGES.items():
        done = subprocess.run([SONDE, *arguments], stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            print(f"sonde {' '.join(arguments)} failed: docs/{page} not made", file=sys.stderr)
            return 1
        freshen(ROOT / "docs" / page, done.stdout, options.check, stale)
    readme = ROOT / "README.md"
    freshen(readme, CONSOLE.sub(run_console, readme.read_text()), options.check, stale)
    for page in stale:
        print(f"{page} is stale: run make docs and commit the change", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
