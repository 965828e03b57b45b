"""What is run against what, and which ratio must hold. One function a scene, one row a target."""

import dataclasses
import os
import shutil

import prepare
import verify
from measure import Command

THREADS = 2
MB = 1_000_000
SUBJECT = "sonde"
LARGE_GROWTH = 10


@dataclasses.dataclass
class Line:
    """A target. `value` takes the costs of one round by name; None when a program is missing.

    With `from_memory` it takes those of the polled run, otherwise it can say `is_noisy(costs)`.
    """

    name: str
    limit: float
    at_least: bool
    value: object
    unit: str = "x"
    from_memory: bool = False

    def met(self, value):
        return value >= self.limit if self.at_least else value <= self.limit

    def target(self):
        if self.limit == float("inf"):
            return "stated"
        return f"{'>=' if self.at_least else '<='} {self.limit:g} {self.unit}"


@dataclasses.dataclass
class Scene:
    name: str
    title: str
    commands: list
    lines: list
    rounds_min: int = 0
    notes: list = dataclasses.field(default_factory=list)


class WallRatio:
    """Wall time of one program over the best of the others."""

    def __init__(self, of, *peers):
        self.of, self.peers = of, peers

    def __call__(self, costs):
        walls = [costs[peer].wall for peer in self.peers if peer in costs]
        return costs[self.of].wall / min(walls) if self.of in costs and walls else None

    def is_noisy(self, costs):
        return any(costs[name].noisy() for name in (self.of, *self.peers) if name in costs)


def stated(name, value, unit="x"):
    """A figure without a target."""
    return Line(name, float("inf"), False, value, unit)


class Wall(WallRatio):
    """Wall time alone, in seconds."""

    def __call__(self, costs):
        return costs[self.of].wall if self.of in costs else None


def memory_mb(of, field):
    return lambda costs: getattr(costs[of], field) / MB if of in costs else None


def to_mb(size):
    """`256MB`, `1GiB` in units of 10^6 bytes."""
    units = {"MB": 1, "MIB": 2**20 / MB, "GB": 1000, "GIB": 2**30 / MB}
    digits = size.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")
    return float(digits) * units[size[len(digits) :].strip().upper()]


class Plan:
    """Paths and options from which the scenes are made."""

    def __init__(self, options):
        self.options = options
        self.cache = options.cache
        self.sonde = options.sonde
        self.peers = os.path.join(prepare.BENCH, "peers")
        self.modules = prepare.install_peers(options.cache)

    def subject(self, name, arguments, check):
        return Command(name, [self.sonde, *arguments], check)

    def analyze(self, path, golden, name=SUBJECT):
        arguments = ["analyze", path, "--by", "category", "--format", "json"]
        arguments += ["--threads", str(THREADS)]
        return self.subject(name, arguments, verify.sonde_answer(golden))

    def node(self, name, script, *arguments, golden):
        argv = ["node", os.path.join(self.peers, script), *arguments]
        return Command(name, argv, verify.peer_answer(golden), {"NODE_PATH": self.modules})

    def duckdb(self, path, how, golden):
        return self.node("duckdb", "duckdb.cjs", path, str(THREADS), how, golden=golden)

    def chdb(self, path, golden):
        return self.node("chdb", "chdb.cjs", path, str(THREADS), golden=golden)

    def python(self, name, path, how, golden):
        argv = ["python3", os.path.join(self.peers, "python_json.py"), path, how]
        return Command(name, argv, verify.peer_answer(golden))

    def jq(self, path, array, golden):
        program = os.path.join(self.peers, "summary.jq")
        argv = ["jq", "-c", "--argjson", "array", array, "-n", "-f", program, path]
        return Command("jq", argv, verify.peer_answer(golden))

    def logs(self, size, formats="both"):
        return prepare.make_logs(self.cache, size, self.options.seed, formats)


def jsonl(plan):
    prefix, golden = plan.logs(plan.options.bytes)
    path = prefix + ".jsonl"
    roofline = prepare.build_program(plan.cache, "roofline")
    commands = [
        plan.analyze(path, golden),
        plan.subject(
            "sonde, default report",
            ["analyze", path, "--threads", str(THREADS)],
            verify.sonde_report(golden),
        ),
        plan.duckdb(path, "newline_delimited", golden),
        Command("roofline", [roofline, path, str(THREADS)], verify.peer_answer(golden)),
    ]
    if not plan.options.skip_slow:
        commands.append(plan.python("python per line", path, "lines", golden))
    lines = [
        Line("JSONL: wall over DuckDB", 0.45, False, WallRatio(SUBJECT, "duckdb")),
        Line("JSONL: wall over the roofline", 1.6, False, WallRatio(SUBJECT, "roofline")),
        Line(
            "JSONL, default report: wall over DuckDB",
            0.45,
            False,
            WallRatio("sonde, default report", "duckdb"),
        ),
        Line(
            "JSONL, default report: wall over the roofline",
            1.6,
            False,
            WallRatio("sonde, default report", "roofline"),
        ),
        Line(
            "JSONL: times faster than python3 per line",
            12,
            True,
            WallRatio("python per line", SUBJECT),
        ),
        Line(
            "JSONL: peak anonymous memory",
            64,
            False,
            memory_mb(SUBJECT, "anonymous"),
            "MB",
            from_memory=True,
        ),
    ]
    lines += [
        stated("JSONL: DuckDB over the roofline", WallRatio("duckdb", "roofline")),
        stated("JSONL: python3 per line over DuckDB", WallRatio("python per line", "duckdb")),
    ]
    return Scene("jsonl", f"JSONL of {plan.options.bytes / MB:g} MB", commands, lines)


def has_memory_for_json_load(size):
    """json.load takes about 4.6 bytes for each byte of the file."""
    with open("/proc/meminfo", encoding="ascii") as file:
        for row in file:
            if row.startswith("MemAvailable:"):
                return int(row.split()[1]) * 1024 > 6 * size
    return False


def array(plan):
    prefix, golden = plan.logs(plan.options.bytes)
    path = prefix + ".json"
    commands = [
        plan.analyze(path, golden),
        plan.duckdb(path, "array", golden),
        plan.chdb(path, golden),
    ]
    notes = []
    if not has_memory_for_json_load(plan.options.bytes):
        notes.append("json.load left out: too little free memory")
    elif not plan.options.skip_slow:
        commands.append(plan.python("json.load", path, "load", golden))
    lines = [
        Line(
            "array: wall over the better of DuckDB and chDB",
            0.5,
            False,
            WallRatio(SUBJECT, "duckdb", "chdb"),
        ),
        Line("array: times faster than json.load", 25, True, WallRatio("json.load", SUBJECT)),
        Line(
            "array: peak anonymous memory",
            64,
            False,
            memory_mb(SUBJECT, "anonymous"),
            "MB",
            from_memory=True,
        ),
    ]
    lines += [
        stated("array: DuckDB over chDB", WallRatio("duckdb", "chdb")),
        stated("array: json.load over chDB", WallRatio("json.load", "chdb")),
    ]
    return Scene(
        "array", f"one JSON array of {plan.options.bytes / MB:g} MB", commands, lines, notes=notes
    )


def small(plan, name, extension, is_array):
    if not shutil.which("jq"):
        return Scene(name, "1 MB", [], [], notes=["jq is absent: apt-get install jq"])
    prefix, golden = plan.logs(MB)
    path = prefix + extension
    commands = [plan.analyze(path, golden), plan.jq(path, is_array, golden)]
    kind = extension[1:].upper()
    lines = [Line(f"1 MB {kind}: wall over jq", 0.5, False, WallRatio(SUBJECT, "jq"))]
    return Scene(name, f"{kind} of 1 MB", commands, lines, rounds_min=21)


def small_jsonl(plan):
    return small(plan, "small_jsonl", ".jsonl", "false")


def small_array(plan):
    return small(plan, "small_array", ".json", "true")


def optimize(plan):
    prefix, golden = plan.logs(plan.options.bytes)
    path = prefix + ".jsonl"
    commands = [
        plan.analyze(path, golden),
        plan.subject("optimize", ["optimize", path, "--format", "json"], verify.sonde_findings),
    ]
    lines = [
        Line("optimize: wall over analyze", 5, False, WallRatio("optimize", SUBJECT)),
        Line(
            "optimize: peak resident memory",
            1000,
            False,
            memory_mb("optimize", "rss"),
            "MB",
            from_memory=True,
        ),
    ]
    return Scene("optimize", f"optimize, JSONL of {plan.options.bytes / MB:g} MB", commands, lines)


def compare(plan):
    prefix, golden = plan.logs(plan.options.bytes)
    path = prefix + ".jsonl"
    commands = [plan.analyze(path, golden)]
    lines = []
    for by in ("model", "prompt"):
        name = f"by {by}"
        arguments = ["compare", path, "--by", by, "--format", "json", "--threads", str(THREADS)]
        commands.append(plan.subject(name, arguments, verify.sonde_comparison(golden)))
        lines.append(
            Line(f"compare {name}: wall over analyze", 5, False, WallRatio(name, SUBJECT))
        )
        lines.append(
            Line(
                f"compare {name}: peak resident memory",
                1000,
                False,
                memory_mb(name, "rss"),
                "MB",
                from_memory=True,
            )
        )
    return Scene("compare", f"compare, JSONL of {plan.options.bytes / MB:g} MB", commands, lines)


def dump(plan):
    size = plan.options.dump_bytes
    folder, golden = prepare.make_dump(plan.cache, size, plan.options.seed)
    limit = ["--memory-max", plan.options.memory_max, "--format", "json"]
    commands = [
        plan.subject(
            SUBJECT, ["analyze", folder, "--by", "model", *limit], verify.dump_answer(golden)
        ),
        plan.subject(
            "by message",
            ["analyze", folder, "--level", "message", "--by", "app", *limit],
            verify.counted(golden["messages"]),
        ),
        plan.subject(
            "by run",
            ["analyze", folder, "--level", "run", "--by", "app", *limit],
            verify.counted(golden["runs"]),
        ),
    ]
    bound = to_mb(plan.options.memory_max)
    memory = memory_mb(SUBJECT, "rss")
    lines = [
        stated("Dify dump: wall, s", Wall(SUBJECT), "s"),
        Line("Dify dump: peak resident memory", bound, False, memory, "MB", from_memory=True),
    ]
    title = f"Dify dump of {size / MB:g} MB, joined, --memory-max {plan.options.memory_max}"
    return Scene("dump", title, commands, lines)


def growth(plan):
    if not plan.options.growth:
        return None
    size = plan.options.bytes
    small_prefix, small_golden = plan.logs(size)
    large_prefix, large_golden = plan.logs(LARGE_GROWTH * size, "jsonl")
    commands = [
        plan.analyze(small_prefix + ".jsonl", small_golden),
        plan.analyze(large_prefix + ".jsonl", large_golden, "ten times as much"),
    ]

    def ratio(costs):
        if len(costs) < 2:
            return None
        return costs["ten times as much"].anonymous / costs[SUBJECT].anonymous

    lines = [
        Line("growth: anonymous memory, 10 times the bytes", 1.1, False, ratio, from_memory=True)
    ]
    return Scene(
        "growth", f"JSONL of {size / MB:g} and {LARGE_GROWTH * size / MB:g} MB", commands, lines
    )


ALL = {
    "jsonl": jsonl,
    "array": array,
    "small_jsonl": small_jsonl,
    "small_array": small_array,
    "optimize": optimize,
    "compare": compare,
    "dump": dump,
    "growth": growth,
}
