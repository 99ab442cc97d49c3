#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs attacks on compositors: each case first against its control, which must fall (a compositor without defences, or
Silo without the one that the case names), then against Silo, which must hold. With --display or --start against another
compositor, whatever comes of it. tests/hostile/README.md tells more."""

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from worlds import bare_world, command_world, display_world, own_world, silo_world

CASE_TIMEOUT = 60
LOG_LINES = 20
CONTROL_RETRIES = 2


class Case(NamedTuple):
    """One attack, as its program lists it."""
    program: str
    id: str
    control: str
    title: str

    def settings(self):
        """What the session of Silo is set to for it."""
        if self.control == "own":
            return ""
        return subprocess.run([self.program, "--settings", self.id], capture_output=True, text=True,
                              check=True).stdout


class Trial(NamedTuple):
    """What a case is run against: a name, how that is made, and the verdict that is wanted (None: any)."""
    name: str
    make: object
    wanted: str | None


def cases_of(program):
    listing = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout
    return [Case(program, *line.split(" ", 2)) for line in listing.splitlines()]


def trials_of(case, options):
    build = options.build
    if options.display or options.start:
        if case.control == "own":
            return []
        make = (lambda: display_world(options.display)) if options.display else \
            (lambda: command_world(options.start))
        return [Trial(Path((options.display or options.start).split()[0]).name, make, None)]
    if case.control == "own":
        pair = [Trial("control", lambda: own_world(True), "broken"), Trial("silo", lambda: own_world(False), "held")]
    else:
        settings = case.settings()
        held = Trial("silo", lambda: silo_world(build, settings=settings), "held")
        if case.control == "bare":
            pair = [Trial("control", lambda: bare_world(build), "broken"), held]
        else:
            pair = [Trial(f"silo without {case.control}", lambda: silo_world(build, case.control, settings),
                          "broken"), held]
    return pair[1:] if options.no_control else pair


def answer_of(case, world):
    """Runs the case in that world. Returns its verdict and reason."""
    try:
        result = subprocess.run([case.program, "--case", case.id], env=world.attack_environment(),
                                capture_output=True, text=True, timeout=CASE_TIMEOUT)
    except subprocess.TimeoutExpired as late:
        return "failed", f"no end in {CASE_TIMEOUT} s: {late.stderr}"
    try:
        answer = json.loads(result.stdout)
        return answer["verdict"], answer["reason"]
    except (ValueError, KeyError):
        return "failed", result.stderr.strip() or "no answer"


def attack(case, trial):
    """Runs one case in a world of its own. Returns verdict, reason and what was logged."""
    world = trial.make()
    try:
        verdict, reason = answer_of(case, world)
        logs = world.logs()
    finally:
        faults = world.stop()
    if faults:
        verdict, reason = "broken", "; ".join(faults) + f" ({reason})"
    return verdict, reason, logs


def run_case(case, options):
    """Returns whether it went as wanted, its verdicts by the names of what was attacked, and notes."""
    passed, verdicts, notes = True, {}, []
    for trial in trials_of(case, options):
        verdict, reason, logs = attack(case, trial)
        # To fall once is enough to show that the attack works: on a busy machine some floods do not at first.
        for _ in range(CONTROL_RETRIES):
            if trial.wanted == "broken" and verdict != "broken":
                verdict, reason, logs = attack(case, trial)
        verdicts[trial.name] = verdict
        notes.append(f"{trial.name} {verdict}: {reason}")
        if trial.wanted and verdict != trial.wanted:
            passed = False
            notes += [f"expected {trial.wanted}"] + logs.splitlines()[-LOG_LINES:]
    return passed, verdicts, notes


def arguments():
    parser = argparse.ArgumentParser(prog="tests/hostile/run", description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build"), help="build directory (default: build)")
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--display", metavar="NAME", help="attack the compositor at this Wayland socket, which must "
                       "offer ext-image-copy-capture, virtual keyboards and virtual pointers; no control")
    other.add_argument("--start", metavar="COMMAND", help="the same, but start the compositor anew for each case")
    parser.add_argument("--no-control", action="store_true", help="do not show that the control falls")
    parser.add_argument("--case", action="append", help="only this case, such as A3.1; may be repeated")
    parser.add_argument("--jobs", type=int, default=1, help="so many cases at a time (default: 1)")
    parser.add_argument("--repeat", type=int, default=1, help="each case so many times (default: 1)")
    parser.add_argument("--results", type=Path, metavar="FILE", help="write the verdicts there, as JSON")
    parser.add_argument("programs", nargs="*", help="attack programs (default: all of the build)")
    return parser.parse_args()


def main():
    options = arguments()
    programs = options.programs or sorted(str(path) for path in options.build.glob("tests/hostile/attack-*")
                                          if path.is_file())
    cases = [case for program in programs for case in cases_of(program)
             if not options.case or case.id in options.case] * options.repeat
    print(f"1..{len(cases)}", flush=True)
    failed, results = 0, {}
    with ThreadPoolExecutor(options.jobs) as pool:
        answers = pool.map(lambda case: run_case(case, options), cases)
        for number, (case, (passed, verdicts, notes)) in enumerate(zip(cases, answers), 1):
            failed += not passed
            results[case.id] = {"title": case.title, "control": case.control, **verdicts}
            print(f"{'ok' if passed else 'not ok'} {number} - {case.id} {case.title}")
            for note in notes:
                print(f"# {note}")
            sys.stdout.flush()
    if options.results:
        options.results.write_text(json.dumps(results, indent=1) + "\n")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
