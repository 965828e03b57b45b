"""Ground rules of the invented company: ids, clock, models, prices, tokens, JSON text.

Every choice is a hash of a readable key, so that a file changes only where its story does.
"""

import hashlib
import json
import re
import uuid
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

FIRST_DAY = datetime(2026, 7, 6)  # A Monday; the story lasts two weeks.


def unit(key):
    """A number in [0, 1) that depends on the key alone."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:7], "big") / 2**56


def between(key, low, high):
    return low + int(unit(key) * (high - low + 1))


def pick(key, options):
    return options[between(key, 0, len(options) - 1)]


def shuffled(key, items):
    order = sorted(range(len(items)), key=lambda i: unit(f"{key}/{i}"))
    return [items[i] for i in order]


def uid(key):
    return str(uuid.UUID(bytes=hashlib.sha256(("harbor " + key).encode()).digest()[:16], version=4))


def hex_id(key, digits):
    return hashlib.sha256(("harbor " + key).encode()).hexdigest()[:digits]


# name -> (provider id in Dify, unit price in, unit price out, price unit, currency,
#          seconds to the first token, tokens a second)
MODELS = {
    "gpt-4o-mini": ("langgenius/openai/openai", "0.15", "0.6", "0.000001", "USD", 0.45, 78),
    "gpt-4o": ("langgenius/openai/openai", "2.5", "10", "0.000001", "USD", 0.62, 52),
    "claude-sonnet-4": ("langgenius/anthropic/anthropic", "3", "15", "0.000001", "USD", 0.95, 46),
    "deepseek-chat": ("langgenius/deepseek/deepseek", "0.27", "1.1", "0.000001", "USD", 1.1, 33),
    "qwen-max": ("langgenius/tongyi/tongyi", "0.0024", "0.0096", "0.001", "RMB", 0.7, 41),
}


def tokens(text):
    """A plausible count: about four Latin letters, or one Chinese sign, to a token."""
    weight = 0.0
    for char in text:
        code = ord(char)
        if code < 0x250:
            weight += 0.25
        elif 0x2E80 <= code <= 0xD7FF or code > 0x1F000:
            weight += 0.9
        else:
            weight += 0.5
    return max(1, round(weight)) if text else 0


def prompt_tokens(messages):
    return sum(tokens(m["text"]) + 4 for m in messages) + 3 if messages else 0


def money(count, price, price_unit):
    exact = Decimal(count) * Decimal(price) * Decimal(price_unit)
    return exact.quantize(Decimal("0.0000001"), ROUND_HALF_UP)


def plain(amount):
    """Decimal text as usage blocks print it: no exponent, no trailing zeros."""
    text = format(amount, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def usage(model, tokens_in, tokens_out, latency, first_token=None):
    """Dify's usage block (prices as decimal strings, times in seconds)."""
    _, price_in, price_out, price_unit, currency, _, _ = MODELS[model]
    cost_in = money(tokens_in, price_in, price_unit)
    cost_out = money(tokens_out, price_out, price_unit)
    return {
        "prompt_tokens": tokens_in,
        "prompt_unit_price": price_in,
        "prompt_price_unit": price_unit,
        "prompt_price": plain(cost_in),
        "completion_tokens": tokens_out,
        "completion_unit_price": price_out,
        "completion_price_unit": price_unit,
        "completion_price": plain(cost_out),
        "total_tokens": tokens_in + tokens_out,
        "total_price": plain(cost_in + cost_out),
        "currency": currency,
        "latency": latency,
        "time_to_first_token": first_token,
        "time_to_generate": None if first_token is None else round(latency - first_token, 3),
    }


def timing(key, model, tokens_out):
    """(latency, time to first token) in seconds."""
    *_, first, speed = MODELS[model]
    first = round(first * (0.8 + 0.7 * unit(key + "/first")), 3)
    spread = 0.85 + 0.4 * unit(key + "/speed")
    return round(first + tokens_out / speed * spread, 3), first


def moment(day, hour, minute, key):
    """A moment of the story; the key fills in seconds and microseconds."""
    second = unit(key + "/second") * 60
    at = FIRST_DAY + timedelta(days=day, hours=hour, minutes=minute, seconds=second)
    return at.replace(microsecond=at.microsecond or 1)


# Weekdays carry far more traffic than the weekend, office hours more than the evening.
DAYS = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 12, 13]
HOURS = [7, 8, 8, 9, 9, 9, 10, 10, 10, 11, 11, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 18, 20, 21]


def working_moments(key, count):
    """`count` moments in rising order that follow the company's week."""
    at = []
    for i in range(count):
        name = f"{key}/{i}"
        day = DAYS[(i * len(DAYS)) // count]
        at.append(moment(day, pick(name + "/hour", HOURS), between(name + "/minute", 0, 59), name))
    return sorted(at)


def iso(at):
    return at.isoformat(timespec="milliseconds") + "Z"


def sql_time(at):
    """A PostgreSQL timestamp without time zone, as row_to_json prints it."""
    return at.isoformat(timespec="microseconds")


def epoch(at):
    return int(at.replace(tzinfo=timezone.utc).timestamp())


def nanos(at):
    whole = epoch(at.replace(microsecond=0)) * 10**9
    return str(whole + at.microsecond * 1000)


def number(text):
    """A number whose digits must survive (numeric columns keep trailing zeros)."""
    return f"@number:{text}@"


def numeric(amount, places):
    return number(format(Decimal(amount).quantize(Decimal(1).scaleb(-places)), "f"))


def _numbers(text):
    return re.sub(r'"@number:([-0-9.]+)@"', r"\1", text)


def compact(value):
    return _numbers(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def spaced(value):
    """JSON as Python's own json.dumps writes it, which is what Dify stores in text columns."""
    return json.dumps(value, ensure_ascii=False)


def pretty(value):
    return _numbers(json.dumps(value, ensure_ascii=False, indent=2)) + "\n"


def lines(rows):
    return "".join(compact(row) + "\n" for row in rows)
