"""Builds what the benchmark needs: its programs, the peers' packages, the data."""

import json
import os
import shutil
import subprocess
import sys

BENCH = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(BENCH)

PROGRAMS = {
    "gen_dify": (["gen_dify.cpp", "workload.cc"], []),
    "gen_dump": (["gen_dump.cpp", "dump_row.cc", "workload.cc"], []),
    "roofline": (["roofline.cc", "workload.cc"], ["-lsimdjson", "-pthread"]),
}
HEADERS = ["workload.h", "dump_row.h"]
FLAGS = ["-std=c++20", "-O3", "-march=native"]


def say(text):
    print(text, file=sys.stderr, flush=True)


def is_newer(path, sources):
    return os.path.exists(path) and all(
        os.path.getmtime(path) >= os.path.getmtime(source) for source in sources
    )


def build_program(cache, name):
    os.makedirs(cache, exist_ok=True)
    sources, libraries = PROGRAMS[name]
    paths = [os.path.join(BENCH, source) for source in sources]
    program = os.path.join(cache, name)
    if not is_newer(program, paths + [os.path.join(BENCH, header) for header in HEADERS]):
        say(f"building {name}")
        compiler = os.environ.get("CXX", "g++")
        subprocess.run([compiler, *FLAGS, *paths, "-o", program, *libraries], check=True)
    return program


def install_peers(cache):
    """Installs the pinned packages below the cache; returns the folder for NODE_PATH."""
    folder = os.path.join(cache, "peers")
    modules = os.path.join(folder, "node_modules")
    lock = os.path.join(BENCH, "package-lock.json")
    if not is_newer(os.path.join(modules, ".package-lock.json"), [lock]):
        say("installing the peers with npm")
        os.makedirs(folder, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(os.path.join(BENCH, name), folder)
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return modules


def load_golden(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def make_logs(cache, size, seed, formats="both"):
    """Returns (path without extension, golden answer); `size` in bytes."""
    generator = build_program(cache, "gen_dify")
    prefix = os.path.join(cache, f"dify-{size}-{seed}-{formats}")
    golden = prefix + ".golden.json"
    if not is_newer(golden, [generator]):
        say(f"generating {prefix}")
        subprocess.run([generator, prefix, str(size), str(seed), formats], check=True)
    return prefix, load_golden(golden)


def make_dump(cache, size, seed):
    """Returns (folder, golden answer); `size` in bytes."""
    generator = build_program(cache, "gen_dump")
    folder = os.path.join(cache, f"dump-{size}-{seed}")
    golden = folder + ".golden.json"
    if not is_newer(golden, [generator]):
        say(f"generating {folder}")
        subprocess.run([generator, folder, str(size), str(seed)], check=True)
    return folder, load_golden(golden)


def first_line(argv):
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=ROOT)
    except (OSError, subprocess.CalledProcessError):
        return "absent"
    return done.stdout.strip().split("\n")[0]


def describe_machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": models[0] if models else os.uname().machine,
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "kernel": f"{os.uname().sysname} {os.uname().release}",
    }


def describe_versions(sonde):
    packages = load_golden(os.path.join(BENCH, "package.json"))["dependencies"]
    return {
        "sonde": first_line([sonde, "--version"]),
        "commit": first_line(["git", "rev-parse", "--short", "HEAD"]),
        **packages,
        "node": first_line(["node", "--version"]),
        "python": sys.version.split()[0],
        "jq": first_line(["jq", "--version"]),
        "compiler": first_line([os.environ.get("CXX", "g++"), "--version"]),
    }
