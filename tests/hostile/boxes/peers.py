#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A taken-over VMM or agent child against the supervisor, and silo-vmd behind it, as TAP: peers.py SILO-VMD VMCTL LIBEXEC EVIL

Whatever it says, or does not read: its own VM may end, with a reason; the others run on, everybody is answered at once, and nothing grows."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "vmctl"))
from cases import label  # noqa: E402
import world as worlds  # noqa: E402
from terminals import Terminal  # noqa: E402
from terminal_rules import is_harmless_on_a_screen, is_plain  # noqa: E402

EVIL = sys.argv[4]
# Said on the console, and on standard error: what a test has time for.
IS_SANITIZED = b"__asan_init" in Path(sys.argv[1]).read_bytes()
FLOODS = (["console-1024", "chatty-1024"] if os.environ.get("SILO_TEST_FULL") else
          ["console-64", "chatty-64"] if IS_SANITIZED else ["console-1024", "chatty-256"])
VMS = ["oversize", "deep", "wrong", "stopgo", "undead", *FLOODS, "passing"]
# What is asked of a supervisor, or of silo-vmd, while it is attacked.
PROMPT_S = 3
FLOOD_S = 120
# A ring of 4 MiB, buffers and the rest; what was said is up to 256 times that.
MEMORY_KIB = (512 if IS_SANITIZED else 16) * 1024


def memory_kib(pid):
    text = Path(f"/proc/{pid}/status").read_text()
    return sum(int(value) for value in re.findall(r"Rss(?:Anon|Shmem):\s+(\d+)", text))


def put(world, name, source):
    path = Path(world.libexec) / name
    path.unlink()
    shutil.copy(source, path)


def promptly(world, *words):
    since = time.monotonic()
    result = world.vmctl(*words, timeout=3 * PROMPT_S)
    took = time.monotonic() - since
    assert took < PROMPT_S, f"vmctl {' '.join(words)} took {took:.1f} s"
    return result


def others_are_well(world):
    assert world.status("one")["state"] == "running"
    assert promptly(world, "run", "one", "status", "5").returncode == 5
    assert promptly(world, "list").returncode == 0


def starts(world):
    gather(world)
    world.manifest.write_text(world.manifest.read_text() +
                              "".join(f"vm {name} {{\n\temulation allow\n\tagent-timeout 5s\n}}\n" for name in VMS))
    world.start_vmd()
    world.ok("start", "one")
    put(world, "qemu-system-x86_64", EVIL)


def gather(world):
    folder = world.base / "libexec"
    folder.mkdir()
    for name in ("silo-proxy", "silo-agent-child", "vhost-device-vsock", "qemu-system-x86_64"):
        for source in sys.argv[3].split(":"):
            if (Path(source) / name).exists():
                shutil.copy(Path(source) / name, folder / name)
                break
    world.libexec = str(folder)


def a_line_without_end_ends_it(world):
    for name in ("oversize", "deep"):
        world.vmctl("start", name)
        status = world.wait_state(name, "failed")
        assert "malformed control messages" in status["reason"], status
        others_are_well(world)


def answers_to_nothing_are_nothing(world):
    world.ok("start", "wrong")
    wait_said(world, "wrong")
    assert world.status("wrong")["state"] == "running"
    for words in (("status", "wrong"), ("log", "wrong"), ("list",)):
        said = world.vmctl(*words).stdout
        assert said and is_plain(said), (words, said)
    assert promptly(world, "run", "wrong", "status", "4").returncode == 4
    others_are_well(world)
    assert promptly(world, "stop", "--force", "wrong").returncode == 0


def wait_said(world, name):
    for _ in range(600):
        if "evil has said all" in world.ok("log", name):
            return
        time.sleep(0.05)
    raise AssertionError("it does not come to its end")


def descriptors_with_words_are_closed(world):
    world.ok("start", "passing")
    wait_said(world, "passing")
    pid = world.status("passing")["pids"]["supervisor"]
    assert len(os.listdir(f"/proc/{pid}/fd")) < 60, os.listdir(f"/proc/{pid}/fd")
    world.ok("stop", "--force", "passing")


def a_pause_that_ends_and_begins_is_told_once(world):
    world.ok("start", "stopgo")
    pids = world.status("stopgo")["pids"]
    world.vmd_says()
    try:
        world.vmctl("pause", "stopgo", timeout=20)
        before = ticks(world.vmd.pid)
        time.sleep(1)
        said = world.vmd_says()
        assert said.count("\n") < 20, f"{said.count(chr(10))} lines: {said[:300]}"
        others_are_well(world)
        used = ticks(world.vmd.pid) - before
        assert used < 50, f"silo-vmd worked for {used} hundredths of a second"
        assert memory_kib(pids["supervisor"]) < MEMORY_KIB
        assert promptly(world, "stop", "--force", "stopgo").returncode == 0
        world.wait_end(pids)
    finally:
        end_at_once(world, pids)


def end_at_once(world, pids):
    """A supervisor that hangs, or talks without end, would not end with the test."""
    if Path(f"/proc/{pids['supervisor']}").exists():
        os.kill(pids["supervisor"], signal.SIGKILL)
    world.vmd_says()


def ticks(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def who_says_it_shuts_down_does(world):
    world.ok("start", "undead")
    pids = world.status("undead")["pids"]
    world.wait_end(pids)
    status = world.wait_state("undead", "stopped", "failed")
    assert "did not end" in status["reason"] or status["state"] == "stopped", status


def output_without_end_is_bounded(world):
    """Memory, and the log on the disk, at any time; and somebody looks at the console meanwhile."""
    for name in FLOODS:
        world.ok("start", name)
        pid = world.status(name)["pids"]["supervisor"]
        kept = world.base / f"state/silo/{name}/log"
        console = Terminal([world.vmctl_program, "console", name], dict(world.environment, TERM="xterm"))
        console.until(rb"leaves.*\n")
        most, largest, since = 0, 0, time.monotonic()
        while "evil has said all" not in world.vmctl("log", name).stdout.decode():
            assert time.monotonic() < since + FLOOD_S, "it does not come to its end"
            others_are_well(world)
            most = max(most, memory_kib(pid))
            largest = max(largest, sum(path.stat().st_size for path in kept.parent.glob("log*")))
        took = time.monotonic() - since
        assert promptly(world, "run", name, "status", "6").returncode == 6
        assert most < MEMORY_KIB, f"{most} KiB"
        assert largest <= 4 << 20, largest
        console.type(b"\x1d")
        console.end()
        assert is_harmless_on_a_screen(console.text), console.text[-400:]
        world.ok("stop", "--force", name)
        at_end = kept.stat().st_size
        assert 1 << 20 < at_end <= 4 << 20, at_end
        print(f"# {name} MiB: {took:.1f} s, {most} KiB of memory, {at_end} bytes of log kept", flush=True)


def an_agent_child_that_never_reads_blocks_nobody(world):
    put(world, "silo-agent-child", EVIL)
    put(world, "qemu-system-x86_64", Path(sys.argv[3].split(":")[0]) / "qemu-system-x86_64")
    world.ok("start", "two")
    pids = world.status("two")["pids"]
    runs = [subprocess.Popen([world.vmctl_program, "run", "two", "echo", "x" * 50000], env=world.environment,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for _ in range(20)]
    try:
        time.sleep(0.3)
        assert promptly(world, "log", "two").returncode == 0
        others_are_well(world)
        for run in runs:
            run.send_signal(signal.SIGTERM)
        assert promptly(world, "stop", "--force", "two").returncode == 0
        for run in runs:
            run.communicate(timeout=10)
        world.wait_end(pids)
    finally:
        for run in runs:
            run.kill()
            run.communicate()
        end_at_once(world, pids)
    put(world, "silo-agent-child", Path(sys.argv[3].split(":")[1]) / "silo-agent-child")


def the_others_ran_on(world):
    others_are_well(world)
    assert world.status("one")["boots"] == 1


CASES = [starts, a_line_without_end_ends_it, answers_to_nothing_are_nothing, descriptors_with_words_are_closed,
         a_pause_that_ends_and_begins_is_told_once, who_says_it_shuts_down_does, output_without_end_is_bounded,
         an_agent_child_that_never_reads_blocks_nobody, the_others_ran_on]

if __name__ == "__main__":
    sys.argv[4:] = ["qemu"]
    sys.exit(worlds.run_cases(lambda world: CASES, label(__file__)))
