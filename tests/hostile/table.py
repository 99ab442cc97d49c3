#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the tables of docs/security.md from the attacks that there are and from the recorded results of other
compositors; --check only says what is missing or too much, as TAP."""

import argparse
import json
import re
import sys
from pathlib import Path

from run import cases_of

sys.path.insert(0, str(Path(__file__).resolve().parent / "boxes"))
from cases import faults as boxes_faults, ids  # noqa: E402

BEGIN, END = "<!-- attacks on promise {}: made by tests/hostile/table.py -->", "<!-- end -->"
# The threat list: how many items each class has.
ITEMS = {"A": 20, "B": 11, "C": 11, "D": 9, "E": 15}
# Which promise of the design a class of attacks is on. The sixth is attacked by boxes/, which has a list of its own.
PROMISES = {"A": 1, "D": 2, "B": 3, "C": 4, "E": 5}
BOXES = 6
# Columns: recorded with run --results.
COMPARED = [("sway", "sway 1.12"), ("labwc", "labwc 0.20")]
WORDS = {"held": "held", "broken": "**broken**", "cannot": "–", "failed": "no verdict"}


def item_of(case):
    return case.split(".")[0]


def order(case):
    kind, number, variant = re.fullmatch(r"([A-Z])(\d+)\.(\d+)", case).groups()
    return kind, int(number), int(variant)


def promise_of(case):
    return PROMISES.get(case[0])


def falls_on(control):
    if control == "bare":
        return "bare compositor"
    return "its own control" if control == "own" else "Silo without " + control.replace(",", ", ")


def table(cases, compared):
    lines = ["| | attack | falls | Silo | " + " | ".join(title for _, title in COMPARED) + " |",
             "| --- | --- | --- | --- |" + " --- |" * len(COMPARED)]
    for case in cases:
        others = []
        for name, _ in COMPARED:
            verdict = compared[name].get(case.id, {}).get(name)
            # What only Silo has cannot be attacked elsewhere.
            others.append(WORDS[verdict] if verdict and case.control == "bare" else "–")
        lines.append(f"| {case.id} | {case.title} | {falls_on(case.control)} | held | {' | '.join(others)} |")
    return "\n".join(lines)


def boxes_table():
    lines = ["| | attack | test |", "| --- | --- | --- |"]
    return "\n".join(lines + [f"| {identity} | {title} | {', '.join(f'`{test}`' for test in tests)} |"
                              for identity, title, tests in sorted(ids(), key=lambda row: order(row[0]))])


def with_boxes(text):
    """The page with the sixth promise's table made anew."""
    begin = BEGIN.format(BOXES)
    pattern = re.compile(re.escape(begin) + r".*?" + re.escape(END), re.S)
    if not pattern.search(text):
        sys.exit(f"docs/security.md has no line {begin}")
    return pattern.sub(lambda _: f"{begin}\n\n{boxes_table()}\n\n{END}", text)


def written(text, cases, compared):
    """The page with its tables made anew."""
    for promise in sorted(set(PROMISES.values())):
        begin = BEGIN.format(promise)
        pattern = re.compile(re.escape(begin) + r".*?" + re.escape(END), re.S)
        if not pattern.search(text):
            sys.exit(f"docs/security.md has no line {begin}")
        mine = sorted((case for case in cases if promise_of(case.id) == promise), key=lambda case: order(case.id))
        body = f"{begin}\n\n{table(mine, compared)}\n\n{END}"
        text = pattern.sub(lambda _, body=body: body, text)
    return with_boxes(text)


def faults(text, cases):
    """What the page must say and does not, or says and must not."""
    yield from boxes_faults()
    if with_boxes(text) != text:
        yield "docs/security.md has another table of what boxes/ tries: run tests/hostile/table.py"
    theirs = {identity for identity, _, _ in ids()}
    listed = [case for case in re.findall(r"^\| ([A-Z]\d+\.\d+) \|", text, re.M) if case not in theirs]
    there = [case.id for case in cases]
    for case in sorted(theirs.intersection(there), key=order):
        yield f"two attacks are called {case}"
    for case in sorted(set(there), key=order):
        if there.count(case) > 1:
            yield f"two attacks are called {case}"
        if case not in listed:
            yield f"docs/security.md lacks {case}: run tests/hostile/table.py"
    for case in listed:
        if case not in there:
            yield f"docs/security.md lists {case}, which no program has: run tests/hostile/table.py"
    excused = set(re.findall(r"^\| ([A-Z]\d+) \|", text, re.M))
    for kind, number in ITEMS.items():
        for item in (f"{kind}{i}" for i in range(1, number + 1)):
            if item not in excused and not any(item_of(case) == item for case in [*there, *theirs]):
                yield f"{item} has neither an attack nor a reason in docs/security.md"
    for case in there:
        if promise_of(case) is None:
            yield f"{case}: its class is in no promise (tests/hostile/table.py)"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("programs", nargs="+", help="attack programs")
    options = parser.parse_args()
    here = Path(__file__).resolve().parent
    page = here.parents[1] / "docs/security.md"
    cases = [case for program in options.programs for case in cases_of(program)]
    if options.check:
        found = list(faults(page.read_text(), cases))
        print("1..1")
        print(f"{'not ok' if found else 'ok'} 1 - docs/security.md lists every attack and every item of the threat list")
        for fault in found:
            print(f"# {fault}")
        return
    compared = {name: json.loads((here / f"compared/{name}.json").read_text()) for name, _ in COMPARED}
    page.write_text(written(page.read_text(), cases, compared))


if __name__ == "__main__":
    main()
