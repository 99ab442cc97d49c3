#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What vmctl says to who asks for help or is mistaken, without a silo-vmd, as TAP: usage.py VMCTL"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from terminals import Terminal


class World:
    def __init__(self, vmctl):
        self.program = vmctl
        self.base = Path(tempfile.mkdtemp(prefix="silo-usage-"))
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.base), "XDG_RUNTIME_DIR": str(self.base),
                            "XDG_CONFIG_HOME": str(self.base), "TERM": "xterm"}
        self.commands = re.findall(r"^  ([a-z]+)", self.vmctl("--help").stdout.split("Options:")[0], re.M)

    def vmctl(self, *words):
        return subprocess.run([self.program, *words], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=20)

    def refused(self, words, said, status=2):
        result = self.vmctl(*words)
        assert result.returncode == status and said in result.stderr, (words, result)
        assert result.stdout == "" and result.stderr.count("\n") == 1, (words, result)
        assert result.stderr.startswith("vmctl: "), (words, result)


def without_a_command_it_helps(world):
    result, helped = world.vmctl(), world.vmctl("--help")
    assert (result.returncode, result.stdout, result.stderr) == (2, "", helped.stdout), result
    for words in (["-h"], ["help"], ["--json", "--help"]):
        assert world.vmctl(*words).stdout == helped.stdout, words
    assert all(len(line) < 100 and line == line.rstrip() for line in helped.stdout.splitlines()), helped


def every_command_has_its_help(world):
    everything = world.vmctl("--help").stdout
    told = set()
    for name in world.commands:
        helped = world.vmctl(name, "--help")
        assert helped.returncode == 0 and helped.stdout.startswith(f"usage: vmctl {name}"), helped
        assert helped.stdout == world.vmctl("--help", name).stdout == world.vmctl(name, "-h").stdout, name
        options = set(re.findall(r"^  (--[a-z]+)", helped.stdout, re.M))
        for option in options:
            assert re.search(rf"^  {option} .*\b{name}\b.*:( |$)", everything, re.M), (name, option)
        told |= options
    assert told | {"--help", "--version"} == set(re.findall(r"^  (--[a-z]+)", everything, re.M)), told


def mistakes_are_told_in_a_line(world):
    world.refused(["lsit"], 'unknown command "lsit"; did you mean "list"?')
    world.refused(["frobnicate"], "vmctl --help lists all")
    world.refused([""], "vmctl --help lists all")
    world.refused(["--jsno"], 'unknown option "--jsno"; see: vmctl --help')
    world.refused(["list", "-x"], 'unknown option "-x"; see: vmctl list --help')
    world.refused(["list", "--all"], "list takes no --all; see: vmctl list --help")
    world.refused(["--force", "list"], "list takes no --force")
    world.refused(["argv", "--vmm"], "--vmm needs a value")
    world.refused(["argv", "--vmm", "bochs", "one"], '"bochs" is no VMM')
    for words in (["start"], ["start", "a", "b"], ["stop"], ["stop", "--all", "a"], ["restart"], ["pause"], ["resume"],
                  ["run"], ["run", "a"], ["run", "--application", "x"], ["run", "--application", "x", "a", "b"],
                  ["shell"], ["console"], ["log"], ["argv"], ["list", "a"], ["status", "a", "b"], ["check", "a"],
                  ["images", "a"], ["applications", "a", "b"]):
        world.refused(words, f"usage: vmctl {words[0]}")


def options_may_come_last(world):
    for words in (["--json", "check"], ["check", "--json"]):
        assert world.vmctl(*words).stdout.startswith("{"), words
    # What is behind the VM of run is the guest's.
    world.refused(["run", "one", "ls", "--json", "--no-such"], "silo-vmd is not running", 1)
    world.refused(["run", "--json", "one", "ls"], "run takes no --json")


def without_the_manager_each_says_who_starts_it(world):
    for words in (["list"], ["status"], ["status", "a"], ["applications"], ["start", "a"], ["stop", "a"],
                  ["stop", "--all"], ["restart", "a"], ["pause", "a"], ["resume", "a"], ["run", "a", "true"],
                  ["log", "a"]):
        world.refused(words, "silo-vmd is not running", 1)
    for words in (["shell", "a"], ["console", "a"]):
        world.refused(words, "needs a terminal", 1)
        terminal = Terminal([world.program, *words], world.environment)
        assert terminal.end() == 1 and b"silo-vmd is not running" in terminal.text, terminal.text


def a_full_disk_is_not_taken_for_success(world):
    for words in ("--help", "check --json", "images --json", "run --help"):
        done = subprocess.run(["sh", "-c", f"{world.program} {words} >/dev/full"], env=world.environment,
                              capture_output=True, text=True, timeout=20)
        assert done.returncode == 1 and "could be written" in done.stderr, (words, done)


CASES = [without_a_command_it_helps, every_command_has_its_help, mistakes_are_told_in_a_line, options_may_come_last,
         without_the_manager_each_says_who_starts_it, a_full_disk_is_not_taken_for_success]


def main():
    world = World(sys.argv[1])
    print(f"1..{len(CASES)}")
    for number, case in enumerate(CASES, 1):
        try:
            case(world)
            print(f"ok {number} - {case.__name__}")
        except (AssertionError, OSError, ValueError, subprocess.TimeoutExpired) as error:
            print(f"not ok {number} - {case.__name__}\n# {type(error).__name__}: {error}")
    shutil.rmtree(world.base)


if __name__ == "__main__":
    main()
