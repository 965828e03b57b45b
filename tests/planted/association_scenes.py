"""Logs in which one association is planted, for `sonde optimize`. See scenes.py."""

import json

from scenes import WORDS, Scene, question


def in_any_order(random, records):
    """The records shuffled, one every 37 seconds, so that no time stands for what is compared."""
    random.shuffle(records)
    for i, record in enumerate(records):
        record["created_at"] = 1_780_000_000 + i * 37
    return records


def wild_user(random):
    """One user of many fails in 40 % of the calls, all others in 5 %."""
    scene = Scene(random)
    scene.add(2400, rate=0.95, user_id=lambda: f"u{random.randrange(40)}")
    scene.add(120, rate=0.60, user_id="u-wild")
    for record in scene.records:
        del record["session_id"]
    return in_any_order(random, scene.records)


def outage_hour(random):
    """In one hour of a week half of the calls fail."""
    scene = Scene(random)
    scene.add(3000, rate=0.95)
    for i, record in enumerate(scene.records):
        record["created_at"] = 1_780_000_200 + i * 201
        hour = record["created_at"] // 3600
        if hour == 1_780_300_800 // 3600 and random.random() < 0.6:
            record.update(status="error", error="the provider failed", answer="")
    extra = Scene(random)
    extra.add(80, rate=0.4)
    for i, record in enumerate(extra.records):
        record.update(id=f"x{i}", created_at=1_780_300_800 - 1_780_300_800 % 3600 + i * 40)
    return scene.records + extra.records


def hot_temperature(random):
    """Calls at temperature 1.2 fail in 20 % of the cases, those at 0.2 in 6 %."""
    scene = Scene(random)
    scene.add(1200, rate=0.94, temperature=0.2)
    scene.add(1200, rate=0.80, temperature=1.2)
    return in_any_order(random, scene.records)


def bad_document(random):
    """Answers that cite prices.pdf are disliked in 50 % of the cases, others in 10 %."""
    scene = Scene(random)
    scene.add(2000, rate=0.97)
    for record in scene.records:
        documents = random.sample(["faq.md", "terms.pdf", "returns.md", "shipping.md"], 2)
        if random.random() < 0.15:
            documents[0] = "prices.pdf"
        disliked = random.random() < (0.5 if "prices.pdf" in documents else 0.1)
        record.update(documents=documents, feedback="dislike" if disliked else "like")
    return scene.records


def empty_retrieval(random):
    """Where retrieval found nothing 30 % fail, else 5 %."""
    scene = Scene(random)
    scene.add(1500, rate=0.95, documents=["faq.md"])
    scene.add(400, rate=0.70, documents=list)
    return in_any_order(random, scene.records)


def rate_limit_burst(random):
    """Rate limit errors in three bursts of a minute."""
    scene = Scene(random)
    scene.add(2000, rate=0.98)
    for burst in range(3):
        start = 1_780_010_000 + burst * 20_000
        for i in range(25):
            scene.records.append(dict(scene.records[0], id=f"b{burst}-{i}", session_id=f"b{burst}-{i}",
                                      prompt=question(random), created_at=start + i // 2, answer="",
                                      status="error", error="429 rate limit reached"))
    return scene.records


def retry_storm(random):
    """Twenty calls that are sent five times within seconds, failing each time but the last."""
    scene = Scene(random)
    scene.add(1500, rate=0.98)
    for storm in range(20):
        for i in range(5):
            failed = i < 4
            scene.records.append(dict(
                scene.records[0], id=f"s{storm}-{i}", session_id=f"storm{storm}", prompt=f"Storm {storm}?",
                created_at=1_780_005_000 + storm * 1000 + i * 2, latency_s=0.5,
                answer="" if failed else "Done.", status="error" if failed else "success",
                error="connection reset" if failed else None))
    return scene.records


def double_submit(random):
    """One call in ten is made again two seconds later, though it was answered."""
    scene = Scene(random)
    scene.add(1500, rate=0.99)
    twice = [dict(r, id=r["id"] + "x", created_at=r["created_at"] + 2)
             for r in scene.records[::10] if r["status"] == "success"]
    return scene.records + twice


def long_prompts_time_out(random):
    """Prompts of 3,000 tokens or more time out in 20 % of the cases, shorter ones in 1 %."""
    scene = Scene(random)
    scene.add(1600, rate=0.99)
    for record in scene.records:
        tokens = random.choice((300, 600, 1200, 3000, 3500))
        record["input_tokens"] = tokens
        record["output_tokens"] = 50
        if random.random() < (0.2 if tokens >= 3000 else 0.01):
            record.update(status="error", error="request timed out", answer="")
    return scene.records


def shorter_wording(random):
    """Two versions of a prompt, as good, one of them a third as long."""
    scene = Scene(random)
    scene.add(6000, rate=0.96, prompt_name="support", prompt_version="long", input_tokens=900, output_tokens=20)
    scene.add(6000, rate=0.96, prompt_name="support", prompt_version="short", input_tokens=300, output_tokens=20)
    return in_any_order(random, scene.records)


def clock_in_front(random):
    """A system prompt of 1,500 tokens that begins with the time of day."""
    scene = Scene(random)
    rules = " ".join(f"Rule {i}: answer questions about item {i * 7} from the handbook, page {i * 3}." for i in range(100))
    for i in range(60):
        scene.add(1, rate=0.99, system_prompt=f"It is 2026-07-{i % 28 + 1:02d} {i % 24:02d}:15.\nYou are the support agent. {rules}")
    return scene.records


def example_twice(random):
    """The same worked example stands twice in the prompt."""
    scene = Scene(random)
    example = "Example: a customer asks for an invoice.\nAnswer: It is on its way.\n\n"
    scene.add(200, rate=0.99, system_prompt="You answer customers.\n\n" + example + example + "Be brief.")
    return scene.records


def json_without_schema(random):
    """JSON is asked for; without a schema 15 % of the answers are none."""
    scene = Scene(random)
    for schema, broken in ((True, 0.01), (False, 0.15)):
        for _ in range(700):
            scene.add(1, rate=0.999, system_prompt="Return the order as a JSON object.")
            record = scene.records[-1]
            record["answer"] = "Sure, the order is 12." if random.random() < broken else json.dumps({"order": 12})
            if schema:
                record["response_format"] = {"type": "json_object"}
    return in_any_order(random, scene.records)


def nothing_in_a_rich_log(random):
    """Everything is logged and nothing is planted: models, users, temperatures, versions, documents,
    feedback and lengths are all dealt out by chance."""
    scene = Scene(random)
    scene.add(1500, rate=0.93)
    for record in scene.records:
        record.update(
            model=random.choice(("a", "b")), user_id=f"u{random.randrange(30)}",
            temperature=random.choice((0.2, 0.7)), prompt_name="support",
            prompt_version=random.choice(("1", "2")), app_name=random.choice(("Shop", "Desk")),
            documents=random.sample(["faq.md", "terms.pdf", "returns.md"], random.randrange(3)),
            feedback=random.choice(("like", "like", "dislike")),
            input_tokens=random.randrange(100, 3000), output_tokens=60)
    return scene.records


def nothing_from_few_prompts(random):
    """The same few prompts over and over, by chance: no call is made twice for no reason."""
    scene = Scene(random)
    prompts = [question(random) for _ in range(12)]
    scene.add(1200, rate=0.93, prompt=lambda: random.choice(prompts))
    return scene.records


def chat(random, examples, turns=()):
    """A prompt as a list of messages: worked examples, what was said before, and a question."""
    messages = [{"role": "system", "content": "Say which department a message is for."}]
    for user, assistant in (*examples, *turns):
        messages += [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]
    return [*messages, {"role": "user", "content": question(random)}]


def chat_examples(count):
    return [(f"Message {i}: my {WORDS[i]} did not arrive, and nobody has answered my letters of last week "
             f"about the {WORDS[i + 1]}, so I ask once more.", f"Department {i % 3}.") for i in range(count)]


def needless_chat_examples(random):
    """Eight worked examples as chat messages do no better than two."""
    scene = Scene(random)
    scene.add(5000, rate=0.96, prompt=lambda: chat(random, chat_examples(8)))
    scene.add(5000, rate=0.96, prompt=lambda: chat(random, chat_examples(2)))
    return in_any_order(random, scene.records)


def conversations(random):
    """Conversations of four calls, each with all that was said before, which begin alike in many sessions;
    longer ones fail no more than short ones."""
    scene = Scene(random)
    scene.add(2000, rate=0.95)
    turns = []
    for i, record in enumerate(scene.records):
        if i % 4 == 0:
            turns = []
        asked = random.choice(("Hi", "Hello", question(random))) if i % 4 == 0 else question(random)
        messages = [{"role": "system", "content": "You are a support agent."}]
        for user, assistant in turns:
            messages += [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]
        record["prompt"] = [*messages, {"role": "user", "content": asked}]
        answer = "Hello! How can I help you?" if asked in ("Hi", "Hello") else f"It is about the {question(random)}"
        if record["status"] == "success":
            record["answer"] = answer
            turns.append((asked, answer))
        if i % 8 < 4:
            del record["session_id"]  # Half of the conversations do not say that they are one.
    return scene.records


def same_inputs(random, inputs, sides, **gets):
    """Each of the inputs runs on every side (a dict of fields), in an order of its own. One in ten is
    too hard for all; besides, `gets` (side by "a", "b") fails so much by itself, one after the other."""
    scene = Scene(random)
    hard = {}
    for number in range(inputs):
        hard[f"{question(random)} Case {number}."] = random.random() < 0.1
    for name, fields in sides.items():
        prompts = iter(random.sample(list(hard), len(hard)))
        scene.add(inputs, rate=0.999999, prompt=lambda: next(prompts), **fields)
        for record in scene.records[-inputs:]:
            if hard[record["prompt"]] or random.random() < gets[name]:
                record.update(status="error", error="the provider failed", answer="")
    return scene.records


def cheaper_on_the_same_inputs(random, worse=0.0, cost=0.001):
    """Model b costs a third. On the inputs that are not too hard for both, each fails in 1 %, and b in
    `worse` more of all."""
    sides = {"a": {"model": "a", "cost": 0.003}, "b": {"model": "b", "cost": cost}}
    return in_any_order(random, same_inputs(random, 1200, sides, a=0.01, b=0.01 + worse / 0.9))


def too_much_worse_on_the_same_inputs(random):
    """Model b costs a third, and fails as much more as is too much: 2 points."""
    return cheaper_on_the_same_inputs(random, worse=0.02)


def worse_version_on_the_same_inputs(random):
    """The second version fails 5 points more."""
    sides = {"a": {"prompt_name": "support", "prompt_version": "1"},
             "b": {"prompt_name": "support", "prompt_version": "2"}}
    return same_inputs(random, 800, sides, a=0.01, b=0.01 + 0.05 / 0.9)


def nothing_on_the_same_inputs(random):
    """Two versions and two models, of which all inputs saw either version, and nothing differs."""
    sides = {"a": {"prompt_name": "support", "prompt_version": "1", "model": lambda: random.choice("xy")},
             "b": {"prompt_name": "support", "prompt_version": "2", "model": lambda: random.choice("xy")}}
    return same_inputs(random, 500, sides, a=0.02, b=0.02)
