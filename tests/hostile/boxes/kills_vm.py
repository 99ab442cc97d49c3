#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""E14, as TAP: each process of a machine killed in the middle of what the user does with it: kills_vm.py SILO-VMD
VMCTL LIBEXEC qemu

While a command runs, as somebody is at its console, as it is paused, as it stops, and as soon as it has started. The
machine ends with a reason in `vmctl status` that names who was killed (the agent child costs the commands that ran, and nothing
else), whoever waits for it is told at once, it can be started again, and the other machine notices nothing."""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "vmctl"))
from terminals import Terminal  # noqa: E402
from world import World  # noqa: E402

REASONS = {"vmm": "VMM was killed", "proxy": "silo-proxy was killed", "vsock": "vsock device was killed",
           "supervisor": "the supervisor was killed", "agent": None}
# The other three numbers of E14 are kills.py's and kills_desk.py's.
FIRST = 22


def spawn(world, *words, stdin=subprocess.DEVNULL):
    return subprocess.Popen([world.vmctl_program, *words], env=world.environment, stdin=stdin, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def kill(world, role):
    pids = world.status("two")["pids"]
    os.kill(pids[role], signal.SIGKILL)
    return pids


def a_command_runs(world, role):
    """It has said something already, and would go on for ever."""
    command = spawn(world, "run", "two", "cat", stdin=subprocess.PIPE)
    command.stdin.write(b"said\n")
    command.stdin.flush()
    assert command.stdout.readline() == b"said\n"
    pids = kill(world, role)
    # Its input does not end before.
    command.wait(20)
    _, said = command.communicate()
    assert command.returncode != 0 and said.count(b"\n") == 1, (command.returncode, said)
    return pids


def somebody_is_at_its_console(world, role):
    console = Terminal([world.vmctl_program, "console", "two"], dict(world.environment, TERM="xterm"))
    console.until(rb"leaves.*\n")
    pids = kill(world, role)
    if REASONS[role] is None:
        console.type(b"\x1d")
    console.end()
    return pids


def it_is_paused(world, role):
    world.ok("pause", "two")
    pids = kill(world, role)
    if REASONS[role] is None:
        world.ok("resume", "two")
    return pids


def it_stops(world, role):
    """Whoever asked for that gets an answer."""
    stop = spawn(world, "stop", "two")
    try:
        pids = kill(world, role)
    except (ProcessLookupError, KeyError):
        pids = {}
    stop.communicate(timeout=30)
    return pids


def it_has_just_started(world, role):
    return kill(world, role)


MOMENTS = [a_command_runs, somebody_is_at_its_console, it_is_paused, it_stops, it_has_just_started]


def judge(world, moment, role, pids):
    if moment is it_stops:
        world.wait_end(pids)
        world.wait_state("two", "stopped", "failed")
    elif REASONS[role] is None:
        deadline = time.monotonic() + 10
        while (status := world.wait_state("two", "running"))["pids"]["agent"] in (0, pids["agent"]):
            assert time.monotonic() < deadline, "no new agent child"
            select.select([], [], [], 0.02)
        assert status["boots"] == 1, status
        assert {name: pid for name, pid in status["pids"].items() if name != "agent"} == \
            {name: pid for name, pid in pids.items() if name != "agent"}, "others were started again"
        # By a new one.
        assert world.vmctl("run", "two", "status", "7").returncode == 7
        world.ok("stop", "two")
    else:
        world.wait_end(pids)
        status = world.wait_state("two", "failed")
        assert REASONS[role] in status["reason"], status
    world.ok("start", "two")
    assert world.vmctl("run", "two", "status", "8").returncode == 8
    world.ok("stop", "two")


def main():
    world = World(*sys.argv[1:5])
    print(f"1..{len(MOMENTS) * len(REASONS)}", flush=True)
    number, failed = 0, 0
    try:
        world.start_vmd()
        world.ok("start", "one")
        before = world.status("one")
        for index, moment in enumerate(MOMENTS):
            for role in REASONS:
                number, fault = number + 1, ""
                try:
                    world.ok("start", "two")
                    judge(world, moment, role, moment(world, role))
                    now = world.status("one")
                    assert (now["state"], now["pids"]) == (before["state"], before["pids"]), (before, now)
                    assert world.vmctl("run", "one", "status", "5").returncode == 5
                except (AssertionError, OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
                    fault = f"\n# {type(error).__name__}: {error}"
                    world.vmctl("stop", "--force", "two")
                failed += bool(fault)
                print(f"{'not ok' if fault else 'ok'} {number} - E14.{FIRST + index} {moment.__name__}: {role}{fault}",
                      flush=True)
    finally:
        world.finish()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
