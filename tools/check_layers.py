#!/usr/bin/env python3
"""Checks what no compiler does: which layer may include which, and the rules of docs/style.md.

Prints one FILE:LINE: message for each breach; exit 1 when there is one.
"""

import ast
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Each folder of src/, in the order of the data flow, and the folders it may include besides itself.
# replay comes later; its place is kept here.
LAYERS = {
    "base": "",
    "model": "base",
    "stats": "base",
    "filter": "base model",
    "sources": "base model",
    "dialects": "base model",
    "dump": "base",
    "net": "base",
    "notify": "base net",
    "templates": "base model",
    "metrics": "base model stats filter",
    "compare": "base model stats filter metrics templates",
    "analysis": "base model stats templates",
    "report": "base model stats metrics compare analysis sources",
    "store": "base model net",
    "ingest": "base model sources dialects store",
    "query": "base model filter metrics store",
    "replay": "base model query stats store",
    "api": "base model stats filter sources dialects metrics analysis report store ingest query replay",
    "cli": "base model stats filter sources dialects dump net notify templates metrics compare analysis report store ingest query replay api",
}

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
FOLDERS = ["src", "api", "schema", "fuzz", "bench", "tests", "tools", "cmake", "packaging", "docs", "examples", "web"]
CPP = {".h", ".cc", ".cpp"}
CODE = CPP | {".py", ".sh", ".cmake", ".ts", ".tsx"}
REFUSED_NAME = re.compile(r"(^|.*_)(utils?|helpers?)$|^(common|misc)$")
REFUSED_WORD = re.compile(r"\b(TODO|FIXME|XXX)\b")
LOCAL_PATH = re.compile(r"(?<![\w./-])/(work|root|home)/")
INCLUDE = re.compile(r'#include "([^"]+)"')
RAW_STRING = re.compile(r'R"(\w*)\((.*?)\)\1"', re.DOTALL)


def project_files():
    """Every file of the project; not what builds and package managers leave behind."""
    for path in sorted(ROOT.iterdir()):
        if path.is_file() and path.name != ".git":  # A file where git made a second work tree.
            yield path
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and not {"node_modules", "__pycache__"} & set(path.parts):
                yield path


def check_name(path):
    for part in path.relative_to(ROOT).parts:
        if REFUSED_NAME.match(part.split(".")[0]):
            yield 1, f"the name '{part}' says nothing of what is inside"


def check_includes(path, lines):
    layer = path.relative_to(ROOT / "src").parts[0]
    if layer not in LAYERS:
        yield 1, f"src/{layer} is no layer; see LAYERS in tools/check_layers.py"
        return
    allowed = {layer, *LAYERS[layer].split()}
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        if not include:
            continue
        other = include[1].split("/")[0]
        if other not in LAYERS:
            yield number, f'"{include[1]}" is not given from src/ on'
        elif other not in allowed:
            yield number, f"{layer}/ may not include {other}/ (may: {LAYERS[layer] or 'nothing'})"


def cpp_functions(lines, indent=""):
    """(first line, line count) of functions in clang-format's layout: a block is a function when it
    begins with a line at the indentation that has a "(" before its "{", and ends with a bare "}"
    there. Classes end with "};" and are looked into."""
    start = None
    for index, line in enumerate(lines):
        if not line.startswith(indent) or line[len(indent):len(indent) + 1] in ("", " ", "#", "/"):
            continue
        text = line[len(indent):]
        if text == "}" and start is not None:
            head = " ".join(lines[start:index]).split("{")[0]
            if "(" in head:
                yield start + 1, index - start + 1
        elif text == "};" and start is not None:
            for first, count in cpp_functions(lines[start + 1:index], indent + "  "):
                yield start + 1 + first, count
        if text.startswith("}"):
            start = None
        elif start is None or lines[index - 1].endswith((";", "}", "{")) or not lines[index - 1]:
            start = index


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


def check_lengths(path, text, lines):
    if len(lines) > FILE_LINES_MAX:
        yield FILE_LINES_MAX + 1, f"the file has {len(lines)} lines, limit is {FILE_LINES_MAX}"
    functions = ()
    if path.suffix in CPP:
        without_raw = RAW_STRING.sub(lambda raw: '""' + " \n" * raw[0].count("\n"), text)
        functions = cpp_functions(without_raw.split("\n"))
    elif path.suffix == ".py":
        functions = python_functions(text)
    for first, count in functions:
        if count > FUNCTION_LINES_MAX:
            yield first, f"the function has {count} lines, limit is {FUNCTION_LINES_MAX}"


def check_words(path, lines):
    in_code = path.suffix in CODE and path != pathlib.Path(__file__).resolve()
    for number, line in enumerate(lines, 1):
        if in_code and REFUSED_WORD.search(line):
            yield number, "unfinished work belongs in an issue, not in the code"
        if LOCAL_PATH.search(line):
            yield number, "a path of one machine"


def check_dialect_table(path, text):
    if path.parent.name == "dialects" and "constexpr Rule kRules[]" in text:
        if "static_assert(is_sorted_table(kRules))" not in text:
            yield 1, "kRules lacks static_assert(is_sorted_table(kRules))"


def check_file(path):
    yield from check_name(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    lines = text.splitlines()
    if path.suffix in CPP and path.is_relative_to(ROOT / "src"):
        yield from check_includes(path, lines)
        yield from check_dialect_table(path, text)
    if path.suffix in CODE:
        yield from check_lengths(path, text, lines)
    yield from check_words(path, lines)


def check_one_definition():
    """Two types of one name in one namespace: the linker takes either, and the program crashes."""
    seen = {}
    for path in sorted((ROOT / "src").rglob("*.h")):
        if path.name.endswith("_test.h"):
            continue  # Of one test program, which links its own layer and those below.
        namespace = ""
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if opened := re.match(r"namespace ([\w:]+) \{", line):
                namespace = opened[1]
            defined = re.match(r"(?:struct|class|enum class) (\w+)\b(?!::)[^;(]*\{", line)
            if not defined:
                continue
            key = (namespace, defined[1])
            if key in seen and seen[key] != path:
                yield path, number, f"{defined[1]} is defined in {seen[key].relative_to(ROOT)} too"
            seen.setdefault(key, path)


def main():
    breaches = 0
    for path, line, message in check_one_definition():
        print(f"{path.relative_to(ROOT)}:{line}: {message}")
        breaches += 1
    for path in project_files():
        for line, message in check_file(path):
            print(f"{path.relative_to(ROOT)}:{line}: {message}")
            breaches += 1
    if breaches:
        print(f"check_layers: {breaches} breaches", file=sys.stderr)
        return 1
    print("check_layers: the layers and the rules of docs/style.md are kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
