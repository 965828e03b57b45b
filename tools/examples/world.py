"""The company's two weeks: messages of the basic apps, plus the runs of flows.py."""

from datetime import timedelta
from decimal import Decimal

import dify_texts as texts
from core import MODELS, moment, money, prompt_tokens, timing, tokens, uid, usage


class World:
    def __init__(self):
        self.messages, self.runs, self.feedbacks = [], [], []

    def message(self, **fields):
        self.messages.append(fields)
        return fields

    def feedback(self, message, given):
        if given is None:
            return
        rating, content, source = given
        delay = 20 + len(self.feedbacks) * 7 % 90
        self.feedbacks.append({"id": uid(f"feedback {message['id']}"), "message": message, "rating": rating,
                               "content": content, "source": source,
                               "at": message["at"] + timedelta(seconds=message["latency"] + delay)})


def app_id(app):
    return uid(f"app {app}")


def user_id(session):
    return uid(f"user {session}")


def prompt_version(app, at):
    """1-based version of the pre_prompt in force, and its text."""
    saved = [(n + 1, text) for n, (day, hour, text) in enumerate(texts.PRE_PROMPTS[app])
             if moment(day, hour, 0, "x").replace(second=0, microsecond=0) <= at]
    return saved[-1]


def fill(template, values):
    for name, value in values.items():
        if value:  # Dify leaves a placeholder alone when its input is missing.
            template = template.replace("{{" + name + "}}", value)
    return template


def said(role, text):
    return {"role": role, "text": text, "files": []}


def basic(world, key, app, conversation, session, channel, at, inputs, query, prompt, answer, kind, parent=None):
    """One message of a chat or completion app. A failed one keeps Dify's initial zeros."""
    mode, model, parameters = texts.APPS[app]
    failed = answer is None
    tokens_in = 0 if failed else prompt_tokens(prompt)
    tokens_out = 0 if failed else tokens(answer)
    if kind == "cut_off":
        tokens_out = parameters["max_tokens"]
    spent = texts.FAILED_AFTER[kind] if failed else timing(key, model, tokens_out)[0]
    latency = 0 if failed else round(spent + 0.08, 3)
    provider, price_in, price_out, price_unit, currency, _, _ = MODELS[model]
    cost = Decimal(0) if failed else money(tokens_in, price_in, price_unit) + money(tokens_out, price_out, price_unit)
    return world.message(
        id=uid(f"message {key}"), key=key, app=app, mode=mode, model=model, provider=provider,
        conversation=conversation, session=session, channel=channel, at=at, spent=spent, inputs=inputs, query=query,
        prompt="" if failed else prompt, rendered=prompt, answer=answer or "", tokens_in=tokens_in, tokens_out=tokens_out,
        prices=("0", "0", "0") if failed else (price_in, price_out, price_unit), cost=cost,
        currency="USD" if failed else currency, latency=latency, status="error" if failed else "normal",
        error=texts.ERRORS[kind] if failed else None, kind=kind, parent=parent, run=None,
        usage=None if failed else usage(model, tokens_in, tokens_out, round(spent, 3)))


def support(world):
    app = "Harbor Support"
    for c, (session, channel, day, hour, minute, turns) in enumerate(texts.SUPPORT):
        conversation, history, parent = uid(f"support conversation {c}"), [], None
        for t, (query, answer, given, kind) in enumerate(turns):
            key = f"support/{c}/{t}"
            at = moment(day, hour, minute + 2 * t, key)
            prompt = [said("system", prompt_version(app, at)[1]), *history, said("user", query)]
            made = basic(world, key, app, conversation, session, channel, at, {}, query, prompt, answer, kind, parent)
            world.feedback(made, given)
            history += [said("user", query), said("assistant", answer)]
            parent = made["id"]


def trips(world):
    app = "Trip planner"
    for n, (session, day, hour, minute, city, days, travellers, answer, given, kind) in enumerate(texts.TRIPS):
        key = f"trip/{n}"
        at = moment(day, hour, minute, key)
        inputs = {"city": city, "days": days, "travellers": travellers}
        prompt = [said("user", fill(prompt_version(app, at)[1], inputs))]
        made = basic(world, key, app, uid(f"conversation {key}"), session, "web-app", at, inputs, "", prompt, answer, kind)
        world.feedback(made, given)


def translations(world):
    app = "Polyglot"
    for n, (session, day, hour, minute, language, text, answer, given, kind) in enumerate(texts.TRANSLATIONS):
        key = f"translation/{n}"
        at = moment(day, hour, minute, key)
        inputs = {"target_language": language, "text": text}
        prompt = [said("user", fill(prompt_version(app, at)[1], inputs))]
        made = basic(world, key, app, uid(f"conversation {key}"), session, "service-api", at, inputs, "", prompt, answer, kind)
        world.feedback(made, given)


def tries(world):
    for n, (app, day, hour, asked, answer) in enumerate(texts.DEBUG_TRIES):
        key = f"try/{n}"
        at = moment(day, hour, 10 + n, key)
        inputs, query = (asked, "") if isinstance(asked, dict) else ({}, asked)
        template = fill(prompt_version(app, at)[1], inputs)
        prompt = [said("system", template), said("user", query)] if query else [said("user", template)]
        basic(world, key, app, uid(f"conversation {key}"), None, "debugger", at, inputs, query, prompt, answer, None)


def add_admin_ratings(world):
    """An agent of the shop reviewed a few answers herself."""
    rated = {"support/4/0": ("dislike", "Refusal was wrong, bed bugs are a product question.", "admin"),
             "support/13/0": ("like", None, "admin"), "order/0": ("like", "Exactly the tone we want.", "admin")}
    for message in list(world.messages):
        if message["key"] in rated:
            before = len(world.feedbacks)
            world.feedback(message, rated[message["key"]])
            world.feedbacks[before]["id"] = uid(f"admin feedback {message['id']}")


def build():
    import flows
    world = World()
    support(world)
    trips(world)
    translations(world)
    tries(world)
    flows.orders(world)
    flows.invoices(world)
    flows.digests(world)
    add_admin_ratings(world)
    world.messages.sort(key=lambda m: m["at"])
    world.runs.sort(key=lambda r: r.at)
    return world
