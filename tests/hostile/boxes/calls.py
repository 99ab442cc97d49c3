#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The lists of system calls of our boxed programs against what these call, as TAP: calls.py BUILD LIST-CALLS PROGRAM [-v]

Each program runs through tests that use all of it, under strace. What it calls after it has locked itself down must be
on its list, or it would have been ended; what is on its list must be called by somebody, or have its reason there."""

import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from cases import label

BUILD, LIST, PROGRAM = Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3]
TESTS = Path(__file__).resolve().parents[2]
# What lockdown_enter() allows to everybody.
ALWAYS = {"mmap", "mprotect", "newfstatat", "tgkill"} | ({"openat"} if PROGRAM == "silo-text" else set())
# The second front end's whole life: buffers, pools, pipes of copies and drags, floods, and clients that break the rules.
ATTACKS = ["a01-transparent", "a17-cursors", "c01-selections", "c09-drags", "d07-oracles", "e01-malformed", "e05-floods"]
# On stand-ins for the guest: ends, words, terminals, megabytes, lists.
STAND_INS = ["streams.py", "lists.py"]
# A piece of every script there is, in sizes of which the last is too large.
TITLES = ["Silo", "\u202eolis", "a\u0301\u0302", "\U0001f600", "\U0001d518", ""]
TITLES += [chr(first) * 20 for first in [*range(0x100, 0xd800, 0x80), *range(0xe000, 0x20000, 0x100)]]
SIZES = [8, 11, 14, 22, 33, 64, 1 << 20]


def wrapper(path, program, directory):
    """A program that runs another under strace, whose child it is not."""
    path.write_text(f"#!/bin/sh\nexec strace -D -f -ff -q -o {directory}/t {program} \"$@\"\n")
    path.chmod(0o755)


def attacked(place, folder, program, attacks):
    """Attacks, with a build directory that is the true one but for one program."""
    fake = place / "build"
    (fake / folder).mkdir(parents=True)
    for entry in BUILD.iterdir():
        if entry.name != folder:
            (fake / entry.name).symlink_to(entry)
    for entry in (BUILD / folder).iterdir():
        if entry.name != program:
            (fake / folder / entry.name).symlink_to(entry)
    wrapper(fake / folder / program, BUILD / folder / program, place)
    programs = [str(BUILD / "tests/hostile" / f"attack-{name}") for name in attacks]
    return run("attacks", [sys.executable, TESTS / "hostile/run.py", "--build", fake, "--no-control", *programs])


def run(name, command):
    """A line of the report."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=170)
    return (done.returncode == 0, f"{PROGRAM} passes {name} under strace",
            "\n".join(line for line in done.stdout.splitlines() if line.startswith("not ok")))


def run_proxy(place):
    yield attacked(place, "proxy", PROGRAM, ATTACKS)


def run_agent_child(place):
    vmd = place / "silo-vmd"
    wrapper(vmd, BUILD / "vmctl/silo-vmd", place)
    for name in STAND_INS:
        yield run(name, [sys.executable, TESTS / "vmctl" / name, vmd, BUILD / "vmctl/vmctl",
                         f"{BUILD}/tests/vmctl/fake:{BUILD}/vmctl", "qemu"])


def run_text(place):
    """In its box under silo, and alone, where each of its threads is to be held by the list."""
    yield attacked(place, "compositor", "silo", ["a10-titles", "a22-reveal"])
    wrapped = place / PROGRAM
    wrapper(wrapped, BUILD / "decorations" / PROGRAM, place)
    ours, theirs = socket.socketpair()
    text = subprocess.Popen([wrapped, "--fd", str(theirs.fileno())], pass_fds=[theirs.fileno()])
    theirs.close()
    told = ours.makefile("rb")
    asked = [(size, title) for size in SIZES for title in TITLES]
    answered, free = 0, None
    for number, (size, title) in enumerate(asked):
        words = title.encode()[:320]
        ours.sendall(struct.pack("=III320s", number, size, len(words), words))
        reply = told.read(20)
        if len(reply) < 20:
            break
        answer, width, height, _, _ = struct.unpack("=IIIII", reply)
        answered += answer == number and len(told.read(width * height)) == width * height
    if answered == len(asked):
        tasks = [path.read_text() for path in Path(f"/proc/{text.pid}/task").glob("*/status")]
        free = [re.search(r"Name:\t(.*)", task)[1] for task in tasks if "\nSeccomp_filters:\t1\n" not in task]
    ours.close()
    told.close()
    yield text.wait(20) == 0 and answered == len(asked), f"{PROGRAM} sets titles in all scripts under strace", \
        f"{answered} of {len(asked)}"
    yield free == [] and len(tasks) > 1, "the list holds each of its threads", f"not: {free}"


LOADS = {"silo-proxy": run_proxy, "silo-agent-child": run_agent_child, "silo-text": run_text}


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
    results = list(LOADS[PROGRAM](place))
    called, processes = calls_of(place)
    allowed, refused = read_list()
    results.append((processes > 0, f"{processes} processes were looked at", ""))
    unknown = called - set(allowed) - refused - ALWAYS
    results.append((not unknown, "it calls nothing that is not on its list", " ".join(sorted(unknown))))
    unseen = {call for call, reason in allowed.items() if not reason} - called
    results.append((not unseen, "each call of its list is called", " ".join(sorted(unseen))))
    name = label(__file__)(PROGRAM)
    print(f"1..{len(results)}")
    for number, (passed, text, note) in enumerate(results, 1):
        print(f"{'ok' if passed else 'not ok'} {number} - {name}: {text}" + "".join(f"\n# {line}" for line in note.splitlines()))
    print(f"# called: {' '.join(sorted(called))}\n# refused, and tried: {' '.join(sorted(called & refused))}")
    shutil.rmtree(place, ignore_errors=True)
    return 0 if all(passed for passed, _, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
