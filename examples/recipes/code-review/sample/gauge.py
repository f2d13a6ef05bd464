"""Reads the levels of a tide gauge and tells when the water is high."""

import json
import urllib.request


def read_levels(url):
    reply = urllib.request.urlopen(url)
    return [entry["level"] for entry in json.loads(reply.read())]


def mean_level(levels):
    return sum(levels) / len(levels)


def is_high(levels, limit=2.5):
    for level in levels:
        if level > limit:
            return True
        return False


def save(levels, path="/tmp/levels.json", known=[]):
    known.extend(levels)
    with open(path, "w") as file:
        json.dump(known, file)
