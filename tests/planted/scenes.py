"""Logs with a known truth: what is planted, and nothing else, is there to be found.

Each scene makes a list of records from a random generator. Calls come in sessions whose members are
alike, as real ones are.
"""

import math

CALLS_A_SESSION = 4
SESSION_SPREAD = 0.5  # Standard deviation of a session's log odds.
WORDS = "order parcel refund table chair invoice street number colour date courier account".split()


def question(random):
    return " ".join(random.choice(WORDS) for _ in range(random.randint(3, 9))) + "?"


def succeeds(random, rate, shift):
    odds = math.log(rate / (1 - rate)) + shift
    return random.random() < 1 / (1 + math.exp(-odds))


class Scene:
    """Makes records; `calls` is how many of each variation."""

    def __init__(self, random):
        self.random = random
        self.records = []

    def add(self, calls, *, rate=0.9, seconds=1.5, cost=0.001, **fields):
        """`calls` records whose success, time and cost vary around these. Values of `fields` may be
        functions that make one."""
        random = self.random
        for i in range(calls):
            if i % CALLS_A_SESSION == 0:
                session = f"s{random.getrandbits(48):012x}"
                shift = random.gauss(0, SESSION_SPREAD)
                slow = random.gauss(0, 0.2)
            ok = succeeds(random, rate, shift)
            record = {
                "id": f"r{len(self.records)}",
                "session_id": session,
                "prompt": question(random),
                "answer": "Done." if ok else "",
                "model": "m",
                "category": "support",
                "latency_s": round(seconds * math.exp(slow + random.gauss(0, 0.5)), 4),
                "cost": round(cost * math.exp(random.gauss(0, 0.4)), 7),
                "currency": "USD",
                "status": "success" if ok else "error",
                "error": None if ok else "the provider failed",
                "created_at": 1_780_000_000 + len(self.records) * 37,
            }
            for name, value in fields.items():
                record[name] = value() if callable(value) else value
            self.records.append(record)


def nothing(random):
    """Three models that differ in name only."""
    scene = Scene(random)
    for model in ("a", "b", "c"):
        scene.add(800, model=model)
    return scene.records


def worse_version(random):
    """The second version fails more often: 95 % -> 85 % before sessions blur it."""
    scene = Scene(random)
    scene.add(1500, prompt_name="support", prompt_version="1", rate=0.95)
    scene.add(1500, prompt_name="support", prompt_version="2", rate=0.85)
    return scene.records


def other_work(random):
    """Model b gets the hard questions; on the same questions it is as good as a."""
    scene = Scene(random)
    for model, easy, hard in (("a", 1600, 400), ("b", 400, 1600)):
        scene.add(easy, model=model, category="easy", rate=0.97, seconds=1)
        scene.add(hard, model=model, category="hard", rate=0.75, seconds=3)
    return scene.records


def cheaper_equal(random):
    """Model b costs a third and is as good."""
    scene = Scene(random)
    scene.add(6000, model="a", rate=0.95, cost=0.003)
    scene.add(6000, model="b", rate=0.95, cost=0.001)
    return scene.records


def slower(random):
    """Model b takes 1.3 times as long."""
    scene = Scene(random)
    scene.add(1000, model="a", seconds=1.5)
    scene.add(1000, model="b", seconds=1.95)
    return scene.records


def two_wordings(random):
    """Two wordings of one prompt, unnamed; the second fails more often."""
    scene = Scene(random)
    scene.add(1000, rate=0.95, app_name="Support",
              prompt=lambda: f"Answer the customer politely in one sentence. Question: {question(random)}")
    scene.add(1000, rate=0.80, app_name="Support",
              prompt=lambda: f"You are a support agent. Be brief.\nCustomer: {question(random)}")
    return scene.records


def tiny(random):
    """Too little to say anything."""
    scene = Scene(random)
    scene.add(8, model="a", rate=0.9)
    scene.add(8, model="b", rate=0.5)
    return scene.records
