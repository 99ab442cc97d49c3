#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints what the committed corpora reach, from llvm-cov's summary: each file of parse/, then the other
folders that a fuzz target sees. Fails if less than 90 % of the branches of parse/ are reached."""

import json
import os
import sys

LEAST_PERCENT = 90
ROW = "{:<32}{:>8}{:>9}{:>11}{:>9}"


def percent(part):
    return f"{100 * part[0] / part[1]:.1f} %" if part[1] else "-"


def add(totals, name, summary):
    total = totals.setdefault(name, {"lines": [0, 0], "branches": [0, 0]})
    for kind, sums in total.items():
        sums[0] += summary[kind]["covered"]
        sums[1] += summary[kind]["count"]


def main():
    root = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
    files, folders, parse = {}, {}, {}
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = json.load(file)["data"][0]["files"]
    for row in rows:
        path = os.path.relpath(os.path.realpath(row["filename"]), root)
        if path.startswith(("..", "tests", "build")):
            continue
        folder = os.path.dirname(path)
        if folder == "parse":
            add(files, path, row["summary"])
            add(parse, "parse, all", row["summary"])
        else:
            add(folders, folder, row["summary"])
    print(ROW.format("", "lines", "reached", "branches", "reached"))
    for name, total in sorted(files.items()) + list(parse.items()) + sorted(folders.items()):
        print(ROW.format(name, total["lines"][1], percent(total["lines"]), total["branches"][1],
                         percent(total["branches"])))
    reached = parse["parse, all"]["branches"]
    if 100 * reached[0] < LEAST_PERCENT * reached[1]:
        sys.exit(f"less than {LEAST_PERCENT} % of the branches of parse/ are reached")


main()
