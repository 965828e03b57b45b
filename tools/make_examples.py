#!/usr/bin/env python3
"""Writes examples/: small invented logs in every format Sonde reads, and examples/truth.json.

    make_examples.py             write the files
    make_examples.py --check     exit 1 when a committed file differs from what would be written
    make_examples.py --summary   print records per file and failures per kind
"""

import argparse
import gzip
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "examples"))

import console  # noqa: E402
import dump  # noqa: E402
import exports  # noqa: E402
import langfuse  # noqa: E402
import otlp  # noqa: E402
import prose  # noqa: E402
import providers  # noqa: E402
import truth as facts  # noqa: E402
import workshop  # noqa: E402
import world  # noqa: E402


def build():
    """path below examples/ -> text or bytes, and the truth about each."""
    files, truth = {}, {}

    def add(path, made):
        files[path], truth[path] = made

    add("dify/logs.json", workshop.build())
    story = world.build()
    add("dify/flat_messages.jsonl", exports.flat_messages(story))
    for name, made in console.build(story).items():
        add(f"dify/console/{name}", made)
    add_dump(files, truth, story)
    for name, made in exports.feedback_exports(story).items():
        add(f"dify/{name}", made)
    add("dify/app-messages.jsonl.gz", exports.app_messages(story))
    add("providers/openai.jsonl", providers.openai())
    add("providers/anthropic.jsonl", providers.anthropic())
    add("langfuse/trace.json", langfuse.build())
    add("otlp/traces.jsonl", otlp.build())
    files["category-map.toml"] = prose.CATEGORY_MAP
    files["README.md"] = prose.readme(truth)
    files["truth.json"] = json.dumps(truth, ensure_ascii=False, indent=1) + "\n"
    return files, truth


def add_dump(files, truth, story):
    counted = facts.dump(story)
    for name, text in dump.build(story).items():
        path = f"dify/dump/{name}.jsonl"
        files[path] = text
        truth[path] = counted.get(name, {"records": text.count("\n")})
    truth["dify/dump"] = facts.whole_dump(story)


def as_bytes(content):
    return content if isinstance(content, bytes) else content.encode()


def same(path, content):
    """Gzip output may differ between zlib versions, so only what is inside counts."""
    if not path.is_file():
        return False
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes()) == gzip.decompress(content)
    return path.read_bytes() == as_bytes(content)


def summarise(files, truth):
    for path, known in truth.items():
        size = f"{len(as_bytes(files[path]))} bytes, " if path in files else ""
        print(f"{path}: {size}{known['records']} records, "
              f"{known.get('ok', '-')} ok, {known.get('failed', '-')} failed")
        for kind, count in known.get("failed_by_kind", {}).items():
            print(f"    {count:3} {kind}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    parser.add_argument("--summary", action="store_true", help="print what the files hold")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "examples", help="folder to write to")
    options = parser.parse_args()
    files, truth = build()
    if options.summary:
        summarise(files, truth)
        return 0
    if options.check:
        stale = [path for path, content in files.items() if not same(options.out / path, content)]
        for path in stale:
            print(f"{options.out / path} differs: run tools/make_examples.py", file=sys.stderr)
        return 1 if stale else 0
    for path, content in files.items():
        target = options.out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not same(target, content):
            target.write_bytes(as_bytes(content))
    return 0


if __name__ == "__main__":
    sys.exit(main())
