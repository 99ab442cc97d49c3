#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What bash completes for vmctl, in bash, as TAP: completion.py VMCTL COMPLETION-FILE"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from terminals import Terminal

# Stands in for vmctl: the same columns. $SILO_VMD unset: silo-vmd does not run.
STUB = """#!/bin/sh
case "$1 $2" in
"list ") [ -n "$SILO_VMD" ] || exit 1; printf 'banking    running  -\\nwork       stopped  -\\n' ;;
"check ") printf 'banking  Banking  #337745\\nunstarted  x  #337745\\n' ;;
"applications work") printf 'work  mail  My Mail  -  agent\\n' ;;
"applications ") printf 'work     mail            My Mail  -  agent\\nbanking  org.gnome.Maps  $(touch hit)  -  agent\\n' ;;
*) exit 1 ;;
esac
"""

SCRIPT = """
source "$1"; shift
complete -p vmctl >/dev/null || exit 3
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_vmctl
printf '%s\\n' "${COMPREPLY[@]}"
"""


class World:
    def __init__(self, vmctl, completion):
        self.vmctl, self.completion = vmctl, completion
        self.base = Path(tempfile.mkdtemp(prefix="silo-completion-"))
        self.stub = self.base / "vmctl"
        self.stub.write_text(STUB)
        self.stub.chmod(0o755)

    def complete(self, *words, vmd="1"):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.base)}
        if vmd:
            environment["SILO_VMD"] = vmd
        done = subprocess.run(["bash", "--norc", "-uc", SCRIPT, "bash", self.completion, str(self.stub), *words],
                              env=environment, cwd=self.base, capture_output=True, text=True, timeout=20)
        assert done.returncode == 0 and done.stderr == "", done
        return done.stdout.split()


def commands_are_those_of_the_help(world):
    helped = subprocess.run([world.vmctl, "--help"], capture_output=True, text=True, timeout=20).stdout
    commands = set(re.findall(r"^  ([a-z]+)", helped.split("Options:")[0], re.M))
    assert set(world.complete("")) == commands, (world.complete(""), commands)
    assert world.complete("st") == ["start", "status", "stop"]
    assert world.complete("--h") == ["--help"]
    assert set(world.complete("--")) == {"--help", "--version"}
    for command in commands:
        own = subprocess.run([world.vmctl, command, "--help"], capture_output=True, text=True, timeout=20).stdout
        options = set(re.findall(r"^  (--[a-z]+)", own, re.M)) | {"--help"}
        assert set(world.complete(command, "--")) == options, (command, options)


def vms_come_from_vmd_or_the_manifest(world):
    assert world.complete("start", "") == ["banking", "work"]
    assert world.complete("run", "w") == ["work"]
    assert world.complete("stop", "--force", "b") == ["banking"]
    assert world.complete("start", "", vmd="") == ["banking", "unstarted"]
    assert world.complete("list", "") == [] and world.complete("start", "work", "") == []


def applications_are_completed_by_id(world):
    assert world.complete("run", "--application", "") == ["mail", "org.gnome.Maps"]
    assert world.complete("run", "--application", "o") == ["org.gnome.Maps"]
    assert world.complete("run", "--application", "mail", "") == ["banking", "work"]
    # A guest's name is never run, whatever it is.
    assert not (world.base / "hit").exists()


def what_follows_the_vm_is_the_guests(world):
    (world.base / "file").touch()
    assert world.complete("run", "work", "") == [] and world.complete("run", "work", "--") == []
    assert world.complete("shell", "work", "f") == []
    assert world.complete("check", "--manifest", "f") == ["file"]
    assert world.complete("argv", "--vmm", "") == ["crosvm", "qemu"]


def it_works_at_a_prompt(world):
    (world.base / "my vms.scfg").touch()
    shell = Terminal(["bash", "--norc", "-i"],
                     {"PATH": f"{world.base}:{os.environ['PATH']}", "HOME": str(world.base), "SILO_VMD": "1",
                      "TERM": "dumb", "PS1": "> ", "HISTFILE": ""})
    shell.until(rb"> ")
    shell.type(f"cd {world.base}; source {world.completion}\r".encode())
    shell.until(rb"> $")
    for typed, completed in (("vmctl sto", "p "), ("vmctl run wo", "rk "), ("vmctl pause b", "anking "),
                             ("vmctl run --appl", "ication "), ("vmctl run --application org.g", "nome.Maps "),
                             ("vmctl check --manifest my", "\\\\ vms.scfg ")):
        shell.type(f"{typed}\t".encode())
        shell.until(f"{typed}{completed}".encode())
        shell.type(b"\x15")
    shell.type(b"exit\r")
    shell.end()


CASES = [commands_are_those_of_the_help, vms_come_from_vmd_or_the_manifest, applications_are_completed_by_id,
         what_follows_the_vm_is_the_guests, it_works_at_a_prompt]


def main():
    if shutil.which("bash") is None:
        print("1..0 # SKIP no bash")
        return 0
    world = World(*sys.argv[1:3])
    print(f"1..{len(CASES)}", flush=True)
    failed = 0
    for number, case in enumerate(CASES, 1):
        try:
            case(world)
            print(f"ok {number} - {case.__name__}", flush=True)
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            failed += 1
            print(f"not ok {number} - {case.__name__}\n# {type(error).__name__}: {error}", flush=True)
    shutil.rmtree(world.base)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
