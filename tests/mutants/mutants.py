#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Mutants: patches that each take one defence out of Silo, and name what catches them. Each is applied to a copy of
the sources, what has changed is built, and only the named test is run: it must fail. See docs/internal/testing.md."""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

HEADER = re.compile(r"Removes: (?P<removes>.+)\nCaught by: (?P<caught>.+)\n")
CASE = re.compile(r"[A-Z][0-9]+\.[0-9]+")
UNIT = re.compile(r"(unit|wire|compositor|golden|hostile) [\w-]+")
ATTACKS = "tests/hostile/attacks"
TIMEOUT = 180


class Fault(Exception):
    """What is wrong with a mutant, in words."""


class Mutant:
    """One patch: its name, what it removes, and what must catch it: a case, or a suite and a test."""

    def __init__(self, path):
        self.path = path
        self.name = path.stem
        header = HEADER.match(path.read_text())
        if not header:
            raise Fault(f"{path.name}: its first lines must be \"Removes: what\" and \"Caught by: A3.1\"")
        self.removes, self.caught = header["removes"], header["caught"]
        if not CASE.fullmatch(self.caught) and not UNIT.fullmatch(self.caught):
            raise Fault(f"{path.name}: caught by neither a case nor a suite and a test: {self.caught}")
        if not self.name.startswith(self.caught.split()[0] + "-"):
            raise Fault(f"{path.name}: its name must begin with {self.caught.split()[0]}-")

    @property
    def is_case(self):
        return CASE.fullmatch(self.caught) is not None

    def apply(self, source, *options):
        """Applies it to the tree at source, which git must not take for a part of a repository."""
        result = subprocess.run(["git", "apply", *options, str(self.path)], cwd=source, capture_output=True, text=True,
                                env={**os.environ, "GIT_CEILING_DIRECTORIES": str(source.parent)})
        if result.returncode != 0:
            raise Fault(f"does not apply: {result.stderr.strip()}")


def program_of(source, case):
    """The name of the attack program that has a case, as tests/hostile/meson.build knows it; None: no such case."""
    for path in sorted((source / ATTACKS).iterdir()):
        if re.search(rf"[\"']{re.escape(case)}[\"']", path.read_text()):
            return path.stem
    return None


def read_all(source):
    return [Mutant(path) for path in sorted((source / "tests/mutants").glob("*.patch"))]


def copy_sources(checkout, target):
    """Brings the copy to the checkout's state and leaves alone what is the same, so that it is not built again."""
    listed = subprocess.run(["git", "-C", checkout, "ls-files", "-co", "--exclude-standard", "-z"], check=True,
                            capture_output=True, text=True).stdout.split("\0")
    wanted = {name for name in listed if name and (checkout / name).is_file()}
    for name in wanted:
        old, new = checkout / name, target / name
        if new.is_file() and new.read_bytes() == old.read_bytes():
            continue
        new.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(old, new)
    for path in [path for path in target.rglob("*") if path.is_file()]:
        if str(path.relative_to(target)) not in wanted:
            path.unlink()


class Range:
    """The copy, its build, and what is known of its tests."""

    def __init__(self, checkout, directory):
        self.checkout, self.source, self.build = checkout, directory / "source", directory / "build"
        self.source.mkdir(parents=True, exist_ok=True)
        copy_sources(checkout, self.source)
        if not (self.build / "build.ninja").exists():
            self.call("meson", "setup", "-Doptimization=0", "-Ddebug=false", str(self.build), str(self.source))
        # So that what is introspected below is of these sources.
        self.call("ninja", "-C", str(self.build), "build.ninja")
        self.tests = {test["name"]: test for test in self.introspect("--tests")}
        self.targets = {target["id"]: target for target in self.introspect("--targets")}

    @staticmethod
    def call(*arguments):
        result = subprocess.run(arguments, capture_output=True, text=True)
        if result.returncode != 0:
            lines = (result.stdout + result.stderr).splitlines()
            errors = [line for line in lines if "error" in line or "FAILED" in line] or lines
            raise Fault("\n".join([f"{' '.join(arguments[:2])} failed"] + errors[-10:]))

    def introspect(self, what):
        return json.loads(subprocess.run(["meson", "introspect", what, str(self.build)], check=True,
                                         capture_output=True, text=True).stdout)

    def test_of(self, mutant):
        name = mutant.caught.split()[-1]
        if mutant.is_case:
            name = f"hostile-{program_of(self.source, mutant.caught)}"
        if name not in self.tests:
            raise Fault(f"there is no test {name}")
        return self.tests[name]

    def files_of(self, mutant):
        """What its test needs built. The weakened programs serve controls only."""
        names = []
        for target in self.test_of(mutant)["depends"]:
            names += self.targets[target]["filename"]
        return [os.path.relpath(name, self.build) for name in names if not name.endswith("-weak")]

    def make(self, files):
        self.call("ninja", "-C", str(self.build), *sorted(set(files)))

    def run(self, mutant):
        """Runs what catches it. Returns whether that passed, and what it said."""
        test = self.test_of(mutant)
        options = ["--no-control", "--case", mutant.caught] if mutant.is_case else []
        try:
            result = subprocess.run(test["cmd"] + options, env={**os.environ, **test["env"]}, cwd=test["workdir"] or self.build,
                                    capture_output=True, text=True, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            raise Fault(f"{mutant.caught} does not end") from None
        if not mutant.is_case:
            said = next((line for line in result.stdout.splitlines() if line.startswith("not ok")), "")
            return result.returncode == 0, said
        verdict = re.search(r"^# silo (held|broken|cannot|failed): (.*)", result.stdout, re.M)
        if not verdict or verdict[1] in ("cannot", "failed"):
            raise Fault(f"{mutant.caught} gives no verdict: {(result.stdout + result.stderr)[-300:]}")
        return verdict[1] == "held", verdict[2]

    def restore(self, mutant):
        for name in re.findall(r"^\+\+\+ b/(\S+)", mutant.path.read_text(), re.M):
            shutil.copy(self.checkout / name, self.source / name)


def run_one(place, mutant):
    """Returns what caught it, or raises a Fault."""
    mutant.apply(place.source)
    try:
        place.make(place.files_of(mutant))
        passed, said = place.run(mutant)
    finally:
        place.restore(mutant)
    if passed:
        raise Fault(f"{mutant.caught} does not catch it: {said}")
    return said


def run_all(checkout, directory, mutants):
    started = time.monotonic()
    print(f"{len(mutants)} mutants in {directory}", file=sys.stderr, flush=True)
    place = Range(checkout, directory)
    place.make([name for mutant in mutants for name in place.files_of(mutant)])
    failed = 0
    healthy = {}
    for mutant in mutants:
        since = time.monotonic()
        try:
            # Else it would catch anything.
            if mutant.caught not in healthy:
                place.make(place.files_of(mutant))
                healthy[mutant.caught] = place.run(mutant)
            passed, said = healthy[mutant.caught]
            if not passed:
                raise Fault(f"{mutant.caught} fails without a mutant: {said}")
            word, said = "caught", run_one(place, mutant)
        except Fault as fault:
            failed += 1
            word, said = "FAILED", str(fault)
        print(f"{word:6} {mutant.name:44} {time.monotonic() - since:4.0f} s  {said}", flush=True)
    print(f"{len(mutants) - failed} passed, {failed} failed, in {time.monotonic() - started:.0f} s")
    return failed > 0


def main():
    parser = argparse.ArgumentParser(prog="tools/test --mutants", description=__doc__)
    parser.add_argument("--checkout", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--directory", type=Path, help="where the copy and its build stay (default: build/mutants)")
    parser.add_argument("names", nargs="*", help="only mutants whose names begin so")
    options = parser.parse_args()
    checkout = options.checkout.resolve()
    try:
        mutants = [mutant for mutant in read_all(checkout)
                   if not options.names or mutant.name.startswith(tuple(options.names))]
        if not mutants:
            raise Fault("no mutant has such a name: see tests/mutants")
        return run_all(checkout, (options.directory or checkout / "build/mutants").resolve(), mutants)
    except Fault as fault:
        print(f"mutants: {fault}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
