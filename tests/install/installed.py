#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a person does with an installed Silo, without a checkout, as TAP: installed.py PREFIX, or
installed.py --from BUILD PREFIX, which installs BUILD into a folder of its own first.

A fresh home and runtime directory; only the cache of packages is the user's own. `vmctl init` describes two
machines and builds their system, silo-session starts the desktop without a screen, a program runs in one machine
and shows its window."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path


class Skipped(Exception):
    """The machine lacks what the case needs; the text says what."""


class World:
    def __init__(self, prefix):
        self.prefix = Path(prefix)
        # Sockets lie below it, and a path of theirs has 107 bytes.
        self.base = Path(tempfile.mkdtemp(prefix="silo-installed-", dir="/tmp"))
        for name in ("home", "run"):
            (self.base / name).mkdir(mode=0o700)
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        self.environment = {"PATH": f"{self.prefix}/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                            "HOME": str(self.base / "home"), "XDG_RUNTIME_DIR": str(self.base / "run"),
                            "XDG_CACHE_HOME": cache, "LC_ALL": "C.UTF-8", "TERM": "dumb",
                            "WLR_BACKENDS": "headless", "WLR_RENDERER": "pixman"}
        self.session = None
        self.log = self.base / "session.log"

    def run(self, *words, timeout=60, **options):
        return subprocess.run(words, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", timeout=timeout, cwd=self.base / "home", **options)

    def ok(self, *words, **options):
        done = self.run(*words, **options)
        assert done.returncode == 0, (words, done.returncode, done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout

    def compositor(self, method):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(20)
            sock.connect(str(self.base / "run/silo/io.silo.Compositor"))
            sock.sendall(json.dumps({"method": f"io.silo.Compositor.{method}"}).encode() + b"\0")
            text = b""
            while not text.endswith(b"\0"):
                data = sock.recv(1 << 16)
                assert data, "the compositor hung up"
                text += data
        return json.loads(text[:-1])["parameters"]

    def said(self):
        """The last words of the session and of silo."""
        texts = [path.read_text(errors="replace")[-2000:]
                 for path in (self.log, self.base / "home/.local/state/silo/session.log") if path.exists()]
        return "\n".join(texts)

    def wait(self, what, seconds, is_so):
        """For what nothing tells of; a person would look again, too."""
        deadline = time.monotonic() + seconds
        while not (result := is_so()):
            assert self.session.poll() is None, ("the session ended", self.said())
            assert time.monotonic() < deadline, (what, self.said())
            time.sleep(0.2)
        return result

    def finish(self):
        if self.session is not None and self.session.poll() is None:
            self.run("vmctl", "stop", "--force", "--all", timeout=120)
            os.killpg(self.session.pid, signal.SIGTERM)
            try:
                self.session.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.session.pid, signal.SIGKILL)
        shutil.rmtree(self.base, ignore_errors=True)


def pages_are_found(world):
    if shutil.which("man") is None:
        raise Skipped("no man in PATH")
    for page in ("vmctl", "silo", "silo-vms", "silo-vmd", "silo-session", "silo-guest-image"):
        path = world.ok("man", "-M", str(world.prefix / "share/man"), "-w", page).strip()
        assert Path(path).is_file(), (page, path)


def words_are_completed(world):
    script = (f'source {world.prefix}/share/bash-completion/completions/vmctl; COMP_WORDS=(vmctl rel); COMP_CWORD=1; '
              '_vmctl; echo "${COMPREPLY[@]}"')
    assert world.ok("bash", "-c", script).split() == ["reload"]


def what_is_missing_is_said_in_one_line(world):
    done = world.run("vmctl", "list")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "silo-vmd" in done.stderr, done


def init_builds_the_system_and_tells_how_far_it_is(world):
    done = world.run("vmctl", "init", "--yes", "bank:green", "play:red", timeout=1500)
    assert done.returncode == 0, (done.stdout, done.stderr[-3000:])
    steps = re.findall("^silo: guest image: .*$", done.stderr, re.M)
    # More than the last where nothing of it was in the cache.
    assert steps and steps[-1].startswith("silo: guest image: ready: "), done.stderr
    images = json.loads(world.ok("vmctl", "--json", "images"))
    assert [(image["name"], image["complete"]) for image in images] == [("default", True)], images
    assert "Next: " in done.stdout and (world.base / "home/.config/silo/vms.scfg").is_file(), done.stdout
    world.ok("vmctl", "check")
    # Again: it is up to date, and at once.
    before = time.monotonic()
    done = world.run("silo-guest-image", timeout=120)
    assert done.returncode == 0 and "up to date" in done.stderr, done.stderr
    assert time.monotonic() - before < 30


def the_session_starts_the_manager_and_the_shell(world):
    with open(world.log, "wb") as log:
        world.session = subprocess.Popen(["silo-session", "touch", str(world.base / "started")],
                                         env=world.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                         cwd=world.base / "home", start_new_session=True)
    world.wait("the command of silo-session runs", 30, (world.base / "started").exists)
    world.wait("silo-vmd serves", 30, lambda: world.run("vmctl", "list").returncode == 0)
    assert [vm["name"] for vm in json.loads(world.ok("vmctl", "--json", "list"))] == ["bank", "play"]


def a_program_runs_in_a_machine(world):
    assert world.ok("vmctl", "run", "bank", "uname", timeout=200) == "Linux\n"
    status = json.loads(world.ok("vmctl", "--json", "status", "bank"))
    assert status["state"] == "running" and status["domain"], status


def a_window_is_shown(world):
    listed = json.loads(world.ok("vmctl", "--json", "applications", "bank"))
    terminal = [entry["id"] for entry in listed if entry["source"] == "manifest"]
    assert terminal, listed
    caller = subprocess.Popen(["vmctl", "run", "--application", terminal[0], "bank"], env=world.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        windows = world.wait("a window of bank", 60, lambda: world.compositor("ListWindows")["windows"])
        assert any(window.get("domain") == "bank" for window in windows), windows
    finally:
        caller.terminate()
        caller.wait(20)


def it_ends_in_order(world):
    world.ok("vmctl", "stop", "--all", timeout=120)
    os.killpg(world.session.pid, signal.SIGTERM)
    status = world.session.wait(20)
    assert status in (0, -signal.SIGTERM, 128 + signal.SIGTERM), (status, world.said())
    assert not (world.base / "run/silo/bank").exists()


CASES = [pages_are_found, words_are_completed, what_is_missing_is_said_in_one_line,
         init_builds_the_system_and_tells_how_far_it_is, the_session_starts_the_manager_and_the_shell,
         a_program_runs_in_a_machine, a_window_is_shown, it_ends_in_order]


def install(build, prefix, into):
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet"], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, env=dict(os.environ, DESTDIR=into))
    return Path(into) / prefix.lstrip("/")


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--from":
        with tempfile.TemporaryDirectory(prefix="silo-prefix-") as into:
            return test(World(install(sys.argv[2], sys.argv[3], into)))
    return test(World(sys.argv[1]))


def test(world):
    print(f"1..{len(CASES)}", flush=True)
    failed, broken = 0, False
    try:
        for number, case in enumerate(CASES, 1):
            try:
                assert not broken, "not tried: what it stands on failed"
                case(world)
                print(f"ok {number} - {case.__name__}", flush=True)
            except Skipped as reason:
                print(f"ok {number} - {case.__name__} # SKIP {reason}", flush=True)
            except (AssertionError, OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
                failed += 1
                broken = broken or number > 3
                print(f"not ok {number} - {case.__name__}\n# " +
                      f"{type(error).__name__}: {error}".replace("\n", "\n# "), flush=True)
    finally:
        world.finish()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
