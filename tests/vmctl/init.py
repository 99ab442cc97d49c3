#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""vmctl init, asked on a terminal and not, as TAP: init.py VMCTL"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from terminals import Terminal


class World:
    def __init__(self, vmctl):
        self.vmctl = vmctl
        self.base = Path(tempfile.mkdtemp(prefix="silo-init-"))
        self.manifest = self.base / "config/silo/vms.scfg"
        self.built = self.base / "built"
        tools = self.base / "tools"
        tools.mkdir()
        self.builder = tools / "silo-guest-image"
        self.write_builder(0)
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.base), "TERM": "xterm",
                            "XDG_CONFIG_HOME": str(self.base / "config"), "XDG_DATA_HOME": str(self.base / "data"),
                            "XDG_RUNTIME_DIR": str(self.base)}
        self.words = [vmctl, "--libexec", str(tools), "init"]

    def write_builder(self, status):
        self.builder.write_text(f"#!/bin/sh\necho building 100 % $*; touch {self.built}; exit {status}\n")
        self.builder.chmod(0o755)

    def reset(self):
        shutil.rmtree(self.base / "config", ignore_errors=True)
        self.built.unlink(missing_ok=True)
        self.write_builder(0)

    def run(self, *words):
        return subprocess.run([*self.words, *words], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=30)

    def check(self):
        return subprocess.run([self.vmctl, "check"], env=self.environment, capture_output=True, text=True,
                              timeout=30).returncode

    def argv(self, *words):
        return subprocess.run([self.vmctl, "argv", *words], env=self.environment, capture_output=True, text=True,
                              timeout=30)

    def manifest_lines(self):
        return [line.strip() for line in self.manifest.read_text().splitlines()]


def names_are_taken_as_words(world):
    result = world.run("shop:orange", "mail", "friends:#112233")
    assert result.returncode == 0, result
    lines = world.manifest_lines()
    assert lines[0].startswith("# Silo") and "version 1" in lines, lines
    assert [line for line in lines if line.startswith("vm ")] == ["vm shop {", "vm mail {", "vm friends {"], lines
    assert [line for line in lines if line.startswith("color")] == ["color orange", "color red", 'color "#112233"']
    # The launcher has something to start before a VM has run.
    assert "\n".join(lines).count("application terminal {\nname Terminal\ncommand foot\n}\n") == 3, lines
    assert "emulation allow" not in lines and not world.built.exists()
    assert world.manifest.stat().st_mode & 0o777 == 0o600 and world.check() == 0
    assert "silo-guest-image" in result.stdout and "vmctl run shop foot" in result.stdout, result


def nothing_is_overwritten(world):
    world.run("shop")
    before = world.manifest.read_bytes()
    result = world.run("--yes", "mail")
    assert result.returncode == 1 and "stays as it is" in result.stderr and result.stderr.count("\n") == 1, result
    assert world.manifest.read_bytes() == before and not world.built.exists()
    assert [path.name for path in world.manifest.parent.iterdir()] == ["vms.scfg"]


def mistakes_write_nothing(world):
    for words, said in ((("Shop",), "is no name"), (("all",), "is no name"), (("a", "a"), "two VMs with the name"),
                        (("a:gren",), 'did you mean "green"'), (("a:red", "b:red"), "two VMs with the colour"),
                        (("x" * 99,), "is no name"), (("a:",), "unknown colour"),
                        ([f"vm{n}" for n in range(13)], "at most 12")):
        result = world.run(*words)
        assert result.returncode == 1 and said in result.stderr, (words, result)
        assert not world.manifest.exists()
    result = world.run()
    assert result.returncode == 2 and "name the VMs" in result.stderr, result


def yes_asks_nothing_and_builds(world):
    result = world.run("--yes")
    lines = world.manifest_lines()
    assert result.returncode == 0 and world.built.exists() and "building 100 %" in result.stdout, result
    assert [line for line in lines if line.startswith("vm ")] == ["vm banking {", "vm work {", "vm untrusted {"], lines
    # Only where there is no KVM, and then with a word on it.
    without_kvm = "no usable KVM" in result.stdout
    assert ("emulation allow" in lines) == without_kvm and ("isolates nothing" in " ".join(lines)) == without_kvm
    assert world.check() == 0


def applications_come_with_their_image(world):
    result = world.run("--yes", "--apps", "work")
    lines = world.manifest_lines()
    assert result.returncode == 0 and "building 100 % --apps" in result.stdout, result
    assert "image apps" in lines and "memory 2G" in lines and "command firefox-esr" in lines, lines
    assert "application terminal {" in lines and world.check() == 0
    world.reset()
    result = world.run("--apps", "work")
    assert "silo-guest-image --apps" in result.stdout and not world.built.exists(), result


def a_build_that_fails_is_told(world):
    world.write_builder(1)
    result = world.run("--yes", "mail")
    assert result.returncode == 1 and "try again with:" in result.stderr and world.manifest.exists(), result


def it_asks_on_a_terminal(world):
    terminal = Terminal(world.words, world.environment)
    shown = terminal.until(rb"untrusted:red\]: ")
    assert b"plum" in shown, shown
    terminal.type(b"Mail\n")
    terminal.until(rb"is no name.*untrusted:red\]: ")
    terminal.type(b"mail, shop:teal\n")
    terminal.until(rb"applications.*\[y/N\] ")
    terminal.type(b"\n")
    shown = terminal.until(rb"\[(y/N|Y/n)\] ")
    without_kvm = b"isolates nothing" in shown
    if without_kvm:
        terminal.type(b"y\n")
        terminal.until(rb"\[Y/n\] ")
    terminal.type(b"\n")
    terminal.until(rb"building 100 %.*vmctl run mail foot")
    assert terminal.end() == 0
    lines = world.manifest_lines()
    assert "vm mail {" in lines and "color teal" in lines and ("emulation allow" in lines) == without_kvm, lines
    assert world.check() == 0


def no_is_no(world):
    terminal = Terminal([*world.words, "mail"], world.environment)
    terminal.until(rb"applications.*\[y/N\] ")
    terminal.type(b"n\n")
    shown = terminal.until(rb"\[(y/N|Y/n)\] ")
    if b"isolates nothing" in shown:
        terminal.type(b"\n")
        terminal.until(rb"\[Y/n\] ")
        assert "# emulation allow" in world.manifest_lines()
    terminal.type(b"n\n")
    assert terminal.end() == 0 and not world.built.exists()
    world.reset()
    # Who leaves before anything is decided finds nothing changed.
    terminal = Terminal(world.words, world.environment)
    terminal.until(rb"untrusted:red\]: ")
    terminal.type(b"\x04")
    assert terminal.end() == 1 and b"nothing was written" in terminal.text and not world.manifest.exists()


def a_fresh_manifests_command_lines_are_shown(world):
    # Each with its status and what it says, in one line.
    before = world.argv("shop")
    assert (before.returncode, before.stderr) == (1, "vmctl: no VM is described yet; do so with: vmctl init\n"), before
    assert world.run("shop", "mail").returncode == 0
    for words in (["shop", "--vmm", "crosvm", "--json"], ["--json", "--vmm=crosvm", "shop"]):
        result = world.argv(*words)
        line = json.loads(result.stdout)
        assert result.stderr == "" and line[1] == "--extended-status" and line[line.index("--name") + 1] == "shop", line
    line = world.argv("mail", "--vmm", "qemu").stdout.splitlines()
    assert "-nodefaults" in line and line[line.index("-name") + 1] == "mail", line
    for words, status, said in (
            (["shp"], 1, 'there is no vm "shp" in the manifest; did you mean "shop"?'),
            (["friends"], 1, 'there is no vm "friends" in the manifest; vmctl check lists all'),
            ([], 2, "usage: vmctl argv VM; see: vmctl argv --help"),
            (["shop", "mail"], 2, "usage: vmctl argv VM; see: vmctl argv --help"),
            (["shop", "--vmm"], 2, "--vmm needs a value; see: vmctl argv --help"),
            (["shop", "--vmm", "bochs"], 2, '"bochs" is no VMM; write --vmm auto, crosvm or qemu'),
            (["shop", "--jsom"], 2, 'unknown option "--jsom"; see: vmctl argv --help'),
            (["--json=yes", "shop"], 2, 'unknown option "--json=yes"; see: vmctl argv --help'),
            (["-fx", "shop"], 2, 'unknown option "-x"; see: vmctl argv --help')):
        result = world.argv(*words)
        assert (result.returncode, result.stdout, result.stderr) == (status, "", f"vmctl: {said}\n"), result


CASES = [names_are_taken_as_words, nothing_is_overwritten, mistakes_write_nothing, yes_asks_nothing_and_builds,
         applications_come_with_their_image, a_build_that_fails_is_told,
         a_fresh_manifests_command_lines_are_shown, it_asks_on_a_terminal, no_is_no]


def main():
    world = World(sys.argv[1])
    print(f"1..{len(CASES)}", flush=True)
    failed = 0
    try:
        for number, case in enumerate(CASES, 1):
            world.reset()
            try:
                case(world)
                print(f"ok {number} - {case.__name__}", flush=True)
            except (AssertionError, OSError, subprocess.SubprocessError) as error:
                failed += 1
                print(f"not ok {number} - {case.__name__}\n# {type(error).__name__}: {error}", flush=True)
    finally:
        shutil.rmtree(world.base)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
