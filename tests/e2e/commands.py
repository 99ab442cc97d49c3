#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""End to end: commands, shells and the console of a real guest, as somebody types them.

usage: commands.py BUILD"""

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time

import tap
from world import World, equal, expect

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vmctl"))
from terminals import Terminal

VM = "banking"
MIB = 1 << 20
MEGABYTES = 100 if os.environ.get("SILO_TEST_FULL") == "1" else 16


def begin(world, *words, **streams):
    return subprocess.Popen([world.session.program("vmctl"), "run", VM, *words], env=world.session.environment,
                            **({"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                                "stderr": subprocess.PIPE} | streams))


def on_terminal(world, *words):
    return Terminal([world.session.program("vmctl"), *words], dict(world.session.environment, TERM="xterm"))


def none_is_left(world, name):
    """No such program runs in the guest, and its agent has closed every connection but two: its control
    connection, and that of the command that counts."""
    script = f"pgrep -x {name}; ls -l /proc/$(pgrep -x silo-agent)/fd | grep -c socket; true"
    for _ in range(100):
        said = world.session.vmctl("run", "--root", VM, "sh", "-c", script).stdout.split()
        if len(said) == 1 and int(said[0]) <= world.sockets:
            return
        time.sleep(0.1)
    raise AssertionError(f"in the guest go on: {said}, {world.sockets} sockets are usual")


def a_machine_boots(world):
    world.start()
    world.boot(VM)
    count = "ls -l /proc/$(pgrep -x silo-agent)/fd | grep -c socket"
    world.sockets = int(world.session.vmctl("run", "--root", VM, "sh", "-c", count).stdout)


def every_end_is_the_commands_own(world):
    for status in (0, 1, 2, 100, 125, 126, 127, 128, 254, 255):
        result = world.session.vmctl("run", VM, "sh", "-c", f"exit {status}", check=False)
        equal((result.returncode, result.stdout, result.stderr), (status, "", ""), "exit")
    for number in (1, 9, 15):
        result = world.session.vmctl("run", VM, "sh", "-c", f"kill -{number} $$", check=False)
        equal(result.returncode, 128 + number, f"signal {number}")
    for word, status in (("no-such-program", 127), ("/etc/passwd", 126), ("/", 126)):
        result = world.session.vmctl("run", VM, word, check=False)
        equal(result.returncode, status, word)
        expect(result.stderr.startswith("vmctl: ") and result.stderr.count("\n") == 1, result.stderr)


def words_arrive_as_they_are(world):
    words = ["", " ", "two words", "ä€😀", "'\"$HOME\\", "-x", "--", "line\nbreak", "*", "é" * 20000]
    said = world.session.vmctl("run", VM, "--", "printf", "%s\\0", *words).stdout
    equal(said.split("\0")[:-1], words, "words")
    result = world.session.vmctl("run", VM, "true", *["x" * 1000] * 100, check=False)
    equal(result.returncode, 1, "too long a command")
    expect("too long" in result.stderr and result.stderr.count("\n") == 1, result.stderr)


def what_goes_in_comes_back_unharmed(world):
    """A hundred megabytes in the full run."""
    block = random.Random(1).randbytes(MIB)
    began = time.monotonic()
    echo = begin(world, "cat", stdin=subprocess.PIPE)

    def feed():
        with echo.stdin:
            for _ in range(MEGABYTES):
                echo.stdin.write(block)

    feeder = threading.Thread(target=feed)
    feeder.start()
    digest, count = hashlib.sha256(), 0
    while part := echo.stdout.read1(MIB):
        digest.update(part)
        count += len(part)
    equal((echo.wait(30), echo.stderr.read()), (0, b""), "cat")
    wanted = hashlib.sha256()
    for _ in range(MEGABYTES):
        wanted.update(block)
    equal((count, digest.digest()), (MEGABYTES * MIB, wanted.digest()), "what came back")
    print(f"# {MEGABYTES / (time.monotonic() - began):.1f} MB/s each way")
    feeder.join()


def streams_end_as_in_a_shell(world):
    vmctl, environment = world.session.program("vmctl"), world.session.environment
    for script, wanted in ((f"{vmctl} run {VM} yes | head -n 1", b"y\n"),
                           (f"printf a | {vmctl} run {VM} sh -c 'cat; cat'", b"a"),
                           (f"{vmctl} run {VM} sh -c 'echo out; echo err >&2' 2>/dev/null", b"out\n"),
                           (f"{vmctl} run {VM} sh -c 'exec <&-; echo on' </dev/zero", b"on\n"),
                           (f"{vmctl} run {VM} printf '\\377\\033]0;x\\007\\0' | od -An -tx1 | tr -d ' \\n'",
                            b"ff1b5d303b780700")):
        done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, timeout=60)
        equal((done.returncode, done.stdout, done.stderr), (0, wanted, b""), script)
    # What nobody reads any more ends in the guest, too.
    none_is_left(world, "yes")


def signals_reach_the_command(world):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        command = begin(world, "sh", "-c", "echo on; exec sleep 100")
        equal(command.stdout.readline(), b"on\n", "first line")
        command.send_signal(number)
        equal((command.wait(20), command.stderr.read()), (128 + number, b""), number)
    command = begin(world, "sh", "-c", "trap 'echo caught; exit 3' INT; echo on; while :; do sleep 0.1; done")
    equal(command.stdout.readline(), b"on\n", "first line")
    command.send_signal(signal.SIGINT)
    equal((command.stdout.read(), command.wait(20)), (b"caught\n", 3), "a trap")
    terminal = on_terminal(world, "run", VM, "sh", "-c", "echo on; exec sleep 100")
    terminal.until(rb"on\r\n")
    terminal.type(b"\x03")
    equal(terminal.end(), 130, "Ctrl+C")


def callers_that_hang_up_harm_nobody(world):
    """At any moment: before the vsock device has answered, too."""
    before = world.pids(VM)
    for number in range(60):
        command = begin(world, "sleep", "100")
        time.sleep(number * 0.002)
        command.kill()
        command.communicate()
    equal(world.guest(VM, "echo", "well"), "well\n", "after callers hung up")
    equal(world.pids(VM), before, "processes")
    none_is_left(world, "sleep")


def the_agent_child_may_die_at_any_moment(world):
    before = world.pids(VM)
    for number in range(4):
        world.guest(VM, "true")
        commands = [begin(world, "sleep", "0.1") for _ in range(4)]
        time.sleep(number * 0.01)
        child = world.pids(VM)["agent"]
        expect(child > 1, "there is no agent child")
        os.kill(child, signal.SIGKILL)
        for command in commands:
            said = command.communicate(timeout=60)[1]
            expect(command.returncode in (0, 1) and said.count(b"\n") == command.returncode, said)
    equal(world.guest(VM, "echo", "well"), "well\n", "after the agent child died")
    equal({**world.pids(VM), "agent": 0}, {**before, "agent": 0}, "processes")
    none_is_left(world, "sleep")


def a_shell_is_a_terminal(world):
    shell = on_terminal(world, "shell", VM)
    shell.type(b"stty size; echo $((6*7))\r")
    shell.until(rb"24 80\r\n.*42\r\n")
    shell.resize(132, 43)
    shell.type(b"stty size\r")
    shell.until(rb"43 132\r\n")
    shell.type(b"sleep 100\r")
    time.sleep(0.5)
    shell.type(b"\x03echo $?\r")
    shell.until(rb"130\r\n")
    shell.type(b"\x04")
    equal(shell.end(), 0, "the shell's end")
    for number in (signal.SIGTERM, signal.SIGHUP):
        shell = on_terminal(world, "shell", VM)
        shell.type(b"echo $((6*7))\r")
        shell.until(rb"42\r\n")
        shell.process.send_signal(number)
        equal(shell.end(), 128 + number, "after a signal")
    shell = on_terminal(world, "shell", VM, "sh", "-c", "exit 9")
    equal(shell.end(), 9, "a command's end")


def the_console_is_a_terminal(world):
    console = on_terminal(world, "console", VM)
    console.until(rb"leaves.*\n")
    console.type(b"\r")
    console.until(rb"[#$] ")
    console.type(b"echo $((6*7))\r")
    console.until(rb"42\r\n")
    console.type(b"\x1d")
    equal(console.end(), 0, "the console's end")


def its_disk_is_kept_and_stays_raw(world):
    """A guest that gives its own disk the mark of another format does not boot again, and the user learns what to do."""
    vmctl = world.session.vmctl
    vmctl("run", "--root", VM, "sh", "-c", "printf kept | dd of=/dev/vdb bs=512 seek=8 2>/dev/null && sync")
    vmctl("stop", VM)
    world.boot(VM)
    equal(vmctl("run", "--root", VM, "sh", "-c", "dd if=/dev/vdb bs=512 skip=8 count=1 2>/dev/null | head -c 4").stdout,
          "kept", "the disk after a boot")
    vmctl("run", "--root", VM, "sh", "-c", "printf 'QFI\\373' | dd of=/dev/vdb bs=512 conv=notrunc 2>/dev/null && sync")
    vmctl("stop", VM)
    refused = vmctl("start", VM, check=False)
    equal(refused.returncode, 1, "a start with the disk")
    expect("begins like a qcow2 image" in refused.stderr and refused.stderr.count("\n") == 1, refused.stderr)


def nothing_is_left(world):
    left = world.session.stop()
    expect(not left, f"left over: {left}")
    world.session.remove()


CASES = [
    a_machine_boots, every_end_is_the_commands_own, words_arrive_as_they_are, what_goes_in_comes_back_unharmed,
    streams_end_as_in_a_shell, signals_reach_the_command, callers_that_hang_up_harm_nobody,
    the_agent_child_may_die_at_any_moment, a_shell_is_a_terminal, the_console_is_a_terminal,
    its_disk_is_kept_and_stays_raw,
]

if __name__ == "__main__":
    sys.exit(tap.run(World(sys.argv[1]), CASES, nothing_is_left))
