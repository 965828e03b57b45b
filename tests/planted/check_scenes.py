"""Windows of a log with known truth, for `sonde check`: the success rate and the 95th percentile of
response times of the process are exactly as asked, and calls are alike within sessions or spells.
"""

import math
import statistics

START = 1_780_000_000
NORMAL = statistics.NormalDist()

MEDIAN_MS = 1000
CALL_SPREAD = 0.5  # Standard deviation of the logarithm of times, within a session
SESSION_SPREAD = 0.3  # and between sessions.

# A service that is well for three hours and more, then ill for ten minutes, both by chance.
ILL_SHARE = 0.05
ILL_SECONDS = 600
ILL_FAILS = 0.5
ILL_SLOWER = math.log(3)


def write(outcomes):
    """Records from (second, succeeded, ms, session)."""
    records = []
    for i, (second, ok, ms, session) in enumerate(outcomes):
        record = {"id": f"r{i}", "model": "m", "created_at": START + second, "latency_ms": round(ms, 3),
                  "status": "success" if ok else "error"}
        records.append(record | ({"session_id": session} if session else {}))
    return records


def sessions(random, *, calls, seconds, rate, size=4, alike=0.2, slower=1):
    """Sessions of `size` calls whose success rates are Beta distributed around `rate`, with the intraclass
    correlation `alike`."""
    outcomes = []
    odds = 1 / alike - 1
    for number in range(calls // size):
        mine = random.betavariate(rate * odds, (1 - rate) * odds) if 0 < rate < 1 else rate
        slow = random.gauss(0, SESSION_SPREAD)
        start = random.random() * seconds
        for call in range(size):
            ms = slower * MEDIAN_MS * math.exp(slow + random.gauss(0, CALL_SPREAD))
            outcomes.append((start + 20 * call, random.random() < mine, ms, f"s{number}"))
    return write(outcomes)


SESSIONS_P95_MS = MEDIAN_MS * math.exp(NORMAL.inv_cdf(0.95) * math.hypot(CALL_SPREAD, SESSION_SPREAD))


def spells(random, *, calls, seconds, rate, slower=1):
    """Calls without sessions, evenly in time, of a service that is ill by spells. A call fails with
    ILL_FAILS in a spell, and otherwise as often as it takes for `rate` in the long run."""
    well_fails = (1 - rate - ILL_SHARE * ILL_FAILS) / (1 - ILL_SHARE)
    assert 0 <= well_fails <= 1
    ill = random.random() < ILL_SHARE
    lasts = {True: ILL_SECONDS, False: ILL_SECONDS * (1 - ILL_SHARE) / ILL_SHARE}
    until = random.expovariate(1 / lasts[ill])
    outcomes = []
    for call in range(calls):
        second = call * seconds / calls
        while second > until:
            ill = not ill
            until += random.expovariate(1 / lasts[ill])
        fails = ILL_FAILS if ill else well_fails
        ms = slower * MEDIAN_MS * math.exp(random.gauss(ILL_SLOWER if ill else 0, CALL_SPREAD))
        outcomes.append((second, random.random() >= fails, ms, None))
    return write(outcomes)


def _spells_p95_ms():
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        above = ILL_SHARE * NORMAL.cdf((ILL_SLOWER - middle) / CALL_SPREAD) + (1 - ILL_SHARE) * NORMAL.cdf(
            -middle / CALL_SPREAD)
        low, high = (middle, high) if above > 0.05 else (low, middle)
    return MEDIAN_MS * math.exp(low)


SPELLS_P95_MS = _spells_p95_ms()


def outage(random, *, calls, seconds, fails):
    """A window in which `fails` of the calls fail, whenever they are made; no sessions."""
    return write([(call * seconds / calls, random.random() >= fails,
                   MEDIAN_MS * math.exp(random.gauss(0, CALL_SPREAD)), None) for call in range(calls)])
