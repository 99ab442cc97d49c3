#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The lists of system calls of our boxed programs against what these call, as TAP: calls.py BUILD LIST-CALLS PROGRAM [-v]

Each program runs through tests that use all of it, under strace. What it calls after it has locked itself down must be
on its list, or it would have been ended; what is on its list must be called by somebody, or have its reason there."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BUILD, LIST, PROGRAM = Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3]
TESTS = Path(__file__).resolve().parents[2]
# What lockdown_enter() allows to everybody.
ALWAYS = {"mmap", "mprotect", "newfstatat", "tgkill"}
# The second front end's whole life: buffers, pools, pipes of copies and drags, floods, and clients that break the rules.
ATTACKS = ["a01-transparent", "a17-cursors", "c01-selections", "c09-drags", "d07-oracles", "e01-malformed", "e05-floods"]
# On stand-ins for the guest: ends, words, terminals, megabytes, lists.
STAND_INS = ["streams.py", "lists.py"]


def wrapper(path, program, directory):
    """A program that runs another under strace, whose child it is not."""
    path.write_text(f"#!/bin/sh\nexec strace -D -f -ff -q -o {directory}/t {program} \"$@\"\n")
    path.chmod(0o755)


def run_proxy(place):
    """A build directory that is the true one but for one program."""
    fake = place / "build"
    (fake / "proxy").mkdir(parents=True)
    for entry in BUILD.iterdir():
        if entry.name != "proxy":
            (fake / entry.name).symlink_to(entry)
    for entry in (BUILD / "proxy").iterdir():
        if entry.name != PROGRAM:
            (fake / "proxy" / entry.name).symlink_to(entry)
    wrapper(fake / "proxy" / PROGRAM, BUILD / "proxy" / PROGRAM, place)
    programs = [str(BUILD / "tests/hostile" / f"attack-{name}") for name in ATTACKS]
    yield "attacks", [sys.executable, TESTS / "hostile/run.py", "--build", fake, "--no-control", *programs]


def run_agent_child(place):
    vmd = place / "silo-vmd"
    wrapper(vmd, BUILD / "vmctl/silo-vmd", place)
    for name in STAND_INS:
        yield name, [sys.executable, TESTS / "vmctl" / name, vmd, BUILD / "vmctl/vmctl",
                     f"{BUILD}/tests/vmctl/fake:{BUILD}/vmctl", "qemu"]


LOADS = {"silo-proxy": run_proxy, "silo-agent-child": run_agent_child}


def calls_of(place):
    """What the program called after its last seccomp(), and the calls that ended it."""
    called, processes = set(), 0
    for path in place.glob("t.*"):
        text = path.read_text(errors="replace")
        start = text.rfind(f"/{PROGRAM}\", [")
        locked = text.rfind("seccomp(SECCOMP_SET_MODE_FILTER", start)
        if start < 0 or locked < start:
            continue
        processes += 1
        called |= set(re.findall(r"^(\w+)\(", text[text.index("\n", locked) + 1:], re.M))
    return called, processes


def read_list():
    allowed, refused = {}, set()
    for line in subprocess.run([LIST], capture_output=True, text=True, check=True).stdout.splitlines():
        program, what, call, reason = (line + " ").split(" ", 3)
        if program == PROGRAM and what == "allowed":
            allowed[call] = reason.strip()
        elif program == PROGRAM:
            refused.add(call)
    return allowed, refused


def main():
    if shutil.which("strace") is None:
        print("1..0 # SKIP strace is not there")
        return 0
    place = Path(tempfile.mkdtemp(prefix="silo-calls-"))
    results = []
    for name, command in LOADS[PROGRAM](place):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=170)
        results.append((done.returncode == 0, f"{PROGRAM} passes {name} under strace",
                        "\n".join(line for line in done.stdout.splitlines() if line.startswith("not ok"))))
    called, processes = calls_of(place)
    allowed, refused = read_list()
    results.append((processes > 0, f"{processes} processes were looked at", ""))
    unknown = called - set(allowed) - refused - ALWAYS
    results.append((not unknown, "it calls nothing that is not on its list", " ".join(sorted(unknown))))
    unseen = {call for call, reason in allowed.items() if not reason} - called
    results.append((not unseen, "each call of its list is called", " ".join(sorted(unseen))))
    print(f"1..{len(results)}")
    for number, (passed, text, note) in enumerate(results, 1):
        print(f"{'ok' if passed else 'not ok'} {number} - {text}" + "".join(f"\n# {line}" for line in note.splitlines()))
    print(f"# called: {' '.join(sorted(called))}\n# refused, and tried: {' '.join(sorted(called & refused))}")
    shutil.rmtree(place, ignore_errors=True)
    return 0 if all(passed for passed, _, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
