"""Runs one command and says what it cost: wall and CPU seconds, peak memory, and who else was busy."""

import dataclasses
import os
import threading
import time

POLL_SECONDS = 0.002
TIMEOUT_SECONDS = 1800
MACHINE_CORES = os.cpu_count() or 1
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")

# A run is noisy when others took more than these shares of the machine, beyond what two ticks of the
# kernel's clock may misplace.
OTHERS_MAX = 0.10
STEAL_MAX = 0.02
TICKS_GRACE = 2


class Failed(Exception):
    """A command ended with an error."""


@dataclasses.dataclass
class Command:
    name: str
    argv: list
    check: object = None  # Takes the output, returns what is wrong with it.
    env: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Cost:
    wall: float  # Seconds.
    cpu: float  # User and system seconds.
    rss: int = 0  # Peak resident bytes, mapped files included.
    anonymous: int = 0  # Peak anonymous bytes; 0 when not polled.
    others: float = 0  # CPU seconds of other processes meanwhile.
    steal: float = 0  # CPU seconds that the hypervisor gave to others.

    def noisy(self):
        machine = self.wall * MACHINE_CORES
        grace = TICKS_GRACE / TICKS_PER_SECOND
        return (
            self.others > OTHERS_MAX * machine + grace or self.steal > STEAL_MAX * machine + grace
        )


def spawn(command, output):
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, output, flags, 0o644),
        (os.POSIX_SPAWN_OPEN, 2, output + ".err", flags, 0o644),
    ]
    env = {**os.environ, **command.env}
    return os.posix_spawnp(command.argv[0], command.argv, env, file_actions=actions)


def finish(command, output, status):
    if os.waitstatus_to_exitcode(status) != 0:
        with open(output + ".err", encoding="utf-8", errors="replace") as file:
            raise Failed(f"{command.name}: {' '.join(command.argv)}: {file.read()[-2000:]}")
    with open(output, encoding="utf-8") as file:
        text = file.read()
    wrong = command.check(text) if command.check else None
    if wrong:
        raise Failed(f"{command.name} answers wrongly: {wrong}")


def busy_seconds():
    """CPU seconds since boot: (of processes that are not ours, stolen by the hypervisor)."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, irq, softirq, steal = map(int, file.readline().split()[1:9])
    times = os.times()
    own = times.user + times.system + times.children_user + times.children_system
    busy = (user + nice + system + irq + softirq) / TICKS_PER_SECOND
    return busy - own, steal / TICKS_PER_SECOND


def run_timed(command, output):
    """Runs undisturbed. The peak of resident memory comes from the kernel's accounting."""
    others, steal = busy_seconds()
    start = time.perf_counter()
    pid = spawn(command, output)
    timer = threading.Timer(TIMEOUT_SECONDS, os.kill, (pid, 9))
    timer.start()
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    timer.cancel()
    others_end, steal_end = busy_seconds()
    finish(command, output, status)
    return Cost(
        wall,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss * 1024,
        others=max(0.0, others_end - others),
        steal=steal_end - steal,
    )


def status_bytes(text, field):
    at = text.find(field)
    return int(text[at + len(field) : text.index("kB", at)]) * 1024 if at >= 0 else 0


def run_polled(command, output):
    """Runs while reading its memory from /proc every few milliseconds, which disturbs the time."""
    start = time.perf_counter()
    pid = spawn(command, output)
    cost = Cost(0, 0)
    while True:
        try:
            with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
                text = file.read()
            cost.anonymous = max(cost.anonymous, status_bytes(text, "RssAnon:"))
            cost.rss = max(cost.rss, status_bytes(text, "VmHWM:"))
        except OSError:
            pass
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            break
        if time.perf_counter() - start > TIMEOUT_SECONDS:
            os.kill(pid, 9)
        time.sleep(POLL_SECONDS)
    cost.wall = time.perf_counter() - start
    cost.cpu = usage.ru_utime + usage.ru_stime
    finish(command, output, status)
    return cost
