#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The kill matrix, end to end: each process of the system is killed while two machines run. What must be
lost is lost, nothing else is, the state is told in plain words, and no process is left behind.

usage: kill_matrix.py BUILD"""

import os
import secrets
import signal
import sys
import time

import tap
from session import Watch
from world import World, await_end, equal, expect, open_terminal

OTHER = {"banking": "untrusted", "untrusted": "banking"}


def life(world, vm):
    """What stays the same while a machine lives on: its boot and its VMM."""
    return world.boot_id(vm), world.pids(vm)["vmm"]


def type_into(world, vm):
    """Types a fresh word into the terminal of vm and reads it back from the guest."""
    nonce = secrets.token_hex(8)
    world.focus(vm)
    fifo = f"/tmp/nonce-{nonce}"
    world.guest(vm, "mkfifo", fifo)
    world.probe.ask(f"type echo {nonce} > {fifo}")
    world.probe.ask("key Return")
    equal(world.guest(vm, "cat", fifo, timeout=60).strip(), nonce, f"typed into {vm}")


def two_machines_show_a_terminal_each(world):
    world.start()
    world.boot("banking", "untrusted")
    for vm in ("banking", "untrusted"):
        open_terminal(world, vm)


def ends_alone(world, vm, kill, what, reason):
    """After kill(): the machine has failed and says why, nothing of it is left, the other one is as
    it was, and it starts again."""
    other = OTHER[vm]
    before = life(world, other)
    handles = {name: os.pidfd_open(pid) for name, pid in world.pids(vm).items()}
    kill()
    world.session.wait_gone(vm, 30)
    for name, handle in handles.items():
        await_end(handle, 15, f"{name} of {vm} after the end of its {what}")
    status = world.session.status(vm)
    equal(status["state"], "failed", f"{vm} after the end of its {what}")
    expect(reason in status["reason"], f"the reason given is: {status['reason']}")
    equal(life(world, other), before, other)
    world.window(other)
    open_terminal(world, vm)


def process_ends_alone(world, vm, role, reason):
    pid = world.pids(vm)[role]
    ends_alone(world, vm, lambda: os.kill(pid, signal.SIGKILL), role, reason)


def a_kernel_that_panics_ends_its_machine_only(world):
    # The command never ends: its machine does.
    ends_alone(world, "banking",
               lambda: world.session.run_in_vm("--root", "banking", "sh", "-c", "echo c > /proc/sysrq-trigger",
                                               name="panic"),
               "kernel", "the guest's kernel panicked")


def a_rebooting_machine_comes_back(world):
    before = world.boot_id("banking")
    vmm = os.pidfd_open(world.pids("banking")["vmm"])
    world.session.vmctl("run", "--root", "banking", "sh", "-c", "kill -INT 1", check=False)
    await_end(vmm, 60, "the VMM")
    world.session.wait_gone("banking", 60)
    expect(world.boot_id("banking") != before, "the boot id did not change")
    open_terminal(world, "banking")


def a_killed_vmm_ends_its_machine_only(world):
    process_ends_alone(world, "banking", "vmm", "VMM was killed")


def a_killed_proxy_ends_its_machine_only(world):
    process_ends_alone(world, "untrusted", "proxy", "silo-proxy was killed")


def a_killed_vsock_device_ends_its_machine_only(world):
    process_ends_alone(world, "untrusted", "vsock", "vsock device was killed")


def a_killed_supervisor_ends_its_machine_only(world):
    process_ends_alone(world, "banking", "supervisor", "the supervisor was killed")


def a_killed_agent_child_loses_its_commands_only(world):
    before = life(world, "banking")
    fifo = f"/tmp/started-{secrets.token_hex(4)}"
    world.guest("banking", "mkfifo", fifo)
    running = world.session.run_in_vm("banking", "sh", "-c", f"echo up > {fifo}; exec sleep 1000", name="lost")
    equal(world.guest("banking", "cat", fifo).strip(), "up", "the command")
    child = world.pids("banking")["agent"]
    handle = os.pidfd_open(child)
    os.kill(child, signal.SIGKILL)
    await_end(handle, 15, "the agent child")
    expect(running.wait(30) != 0, "a lost command ended well")
    expect("the command was lost" in world.session.log_tail("lost.out"), world.session.log_tail("lost.out"))
    equal(life(world, "banking"), before, "banking")
    expect(world.pids("banking")["agent"] not in (0, child), "no new agent child")
    type_into(world, "banking")


def a_killed_agent_in_the_guest_is_started_again(world):
    before = life(world, "banking")
    world.session.vmctl("run", "--root", "banking", "pkill", "-KILL", "-x", "silo-agent", check=False)
    # A command that meets it dying is lost, and says so; the next one waits for the new one.
    lost = world.session.vmctl("run", "banking", "true", check=False)
    expect(lost.returncode == 0 or "the guest" in lost.stderr, lost.stderr)
    equal(life(world, "banking"), before, "banking")
    type_into(world, "banking")


def a_killed_bridge_loses_its_windows_only(world):
    before = life(world, "untrusted")
    world.guest("untrusted", "pkill", "-KILL", "-x", "silo-bridge", check=False)
    world.session.wait_gone("untrusted", 30)
    equal(life(world, "untrusted"), before, "untrusted")
    open_terminal(world, "untrusted")
    type_into(world, "untrusted")


def renewed_manager(world, end):
    """A new manager comes after end(), without a trace on the machines."""
    before = {vm: life(world, vm) for vm in OTHER}
    old = world.session.manager_pid()
    watch = Watch(world.session.runtime / "silo")
    end(old)
    # silo starts a new one, which makes its socket anew.
    expect(watch.wait("io.silo.Manager", time.monotonic() + 20), "no new manager came")
    watch.close()
    for vm, was in before.items():
        world.window(vm)
        status = world.session.status(vm)
        equal((status["state"], status["domain"]), ("running", True), vm)
        equal(life(world, vm), was, vm)
    expect(world.session.manager_pid() not in (None, old), "the manager is the old one")


def a_killed_manager_loses_nothing(world):
    renewed_manager(world, lambda pid: os.kill(pid, signal.SIGKILL))


def renewed_compositor(world, number, status):
    """silo ends and comes back: windows are lost, machines are not; new windows come and take typing."""
    before = {vm: life(world, vm) for vm in OTHER}
    manager = world.session.manager_pid()
    equal(world.session.end_silo(number), status, "silo's exit status")
    for vm, was in before.items():
        state = world.session.status(vm)
        equal((state["state"], state["domain"]), ("running", False), f"{vm} without a compositor")
        equal(life(world, vm), was, f"{vm} without a compositor")
    # Its window comes with the compositor.
    waiting = world.session.run_in_vm("banking", "foot", "--title=waiting", name="waiting")
    world.session.start_silo()
    world.probe = world.session.open_probe()
    world.window("waiting")
    for vm, was in before.items():
        if vm != "banking":
            open_terminal(world, vm)
        type_into(world, vm)
        equal(life(world, vm), was, f"{vm} after the compositor came back")
        equal(world.session.status(vm)["domain"], True, f"{vm} is shown")
    equal(world.session.manager_pid(), manager, "the manager")
    equal(waiting.poll(), None, "the terminal that waited")


def a_killed_compositor_loses_windows_only(world):
    renewed_compositor(world, signal.SIGKILL, -signal.SIGKILL)


def a_compositor_asked_to_end_loses_windows_only(world):
    renewed_compositor(world, signal.SIGTERM, 0)


def a_manager_that_the_compositor_found_is_started_again_too(world):
    renewed_manager(world, lambda pid: os.kill(pid, signal.SIGKILL))
    for vm in OTHER:
        type_into(world, vm)


INK, SURFACE = "#eceae6", "#1f2225"
# On the screen of 1920x1080: the panel's mark, and the launcher's first row.
MARK, FIRST_ROW = (6, 1080 - 22), (318, 1080 - 44 - 648 + 110)


def pixel_turns(world, point, color):
    world.probe.ask(f"wait-pixel {point[0]} {point[1]} {color} 20")


def open_launcher(world):
    """Opens the launcher, and returns a handle of its process when the strip and it are there."""
    world.probe.ask("pointer 1500 500")
    world.session.call("io.silo.Compositor.ToggleLauncher")
    pixel_turns(world, MARK, INK)
    pixel_turns(world, FIRST_ROW, INK)
    return world.session.find_process("silo-launcher")


def kill(pid, what):
    handle = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    await_end(handle, 15, what)


def a_killed_launcher_gives_everything_back(world):
    before = {vm: life(world, vm) for vm in OTHER}
    kill(open_launcher(world), "the launcher")
    pixel_turns(world, MARK, SURFACE)
    for vm in OTHER:
        type_into(world, vm)
        equal(life(world, vm), before[vm], vm)
    # It opens again, and closes by its own key.
    open_launcher(world)
    world.probe.ask("key Escape")
    pixel_turns(world, MARK, SURFACE)
    type_into(world, "banking")


def a_launcher_killed_while_a_machine_boots_from_it_takes_nothing_along(world):
    before = life(world, "banking")
    world.session.vmctl("stop", "--force", "untrusted")
    world.session.wait_gone("untrusted", 30)
    pid = open_launcher(world)
    world.probe.ask("type untrusted foot")
    pixel_turns(world, FIRST_ROW, INK)
    # It stays open, and so is there to be killed.
    world.probe.ask("key ctrl+Return")
    watch = Watch(world.session.runtime / "silo")
    if not (world.session.runtime / "silo/untrusted").exists():
        expect(watch.wait("untrusted", time.monotonic() + 20), "untrusted does not boot")
    watch.close()
    kill(pid, "the launcher")
    pixel_turns(world, MARK, SURFACE)
    # Its window comes with the keyboard all the same, as nothing else was used meanwhile.
    window = world.window("untrusted", 120)
    equal(window["focused"], True, "the keyboard of untrusted's window")
    for vm in OTHER:
        type_into(world, vm)
    equal(life(world, "banking"), before, "banking")
    equal(world.session.status("untrusted")["state"], "running", "untrusted")


def a_killed_panel_comes_back(world):
    before = {vm: life(world, vm) for vm in OTHER}
    old = world.session.find_process("silo-panel")
    world.session.call("io.silo.Compositor.Notify", kind="message", title="Still here", seconds=60, tag="t")
    kill(old, "the panel")
    for vm in OTHER:
        type_into(world, vm)
        equal(life(world, vm), before[vm], vm)
    pixel_turns(world, (20, 1080 - 4), SURFACE)
    expect(world.session.find_process("silo-panel") not in (None, old), "no new panel")
    # What there was to tell hangs from the strip again.
    pixel_turns(world, (960, 28 + 4), "#282b2f")
    world.session.call("io.silo.Compositor.WithdrawNotice", tag="t")


def nothing_is_left_behind(world):
    left = world.session.stop()
    equal(left, {}, "processes that had to be killed")
    world.session.remove()


CASES = [
    two_machines_show_a_terminal_each,
    a_killed_agent_child_loses_its_commands_only,
    a_killed_agent_in_the_guest_is_started_again,
    a_killed_bridge_loses_its_windows_only,
    a_killed_launcher_gives_everything_back,
    a_launcher_killed_while_a_machine_boots_from_it_takes_nothing_along,
    a_killed_panel_comes_back,
    a_killed_manager_loses_nothing,
    a_killed_compositor_loses_windows_only,
    a_compositor_asked_to_end_loses_windows_only,
    a_manager_that_the_compositor_found_is_started_again_too,
    a_rebooting_machine_comes_back,
    a_kernel_that_panics_ends_its_machine_only,
    a_killed_vmm_ends_its_machine_only,
    a_killed_proxy_ends_its_machine_only,
    a_killed_vsock_device_ends_its_machine_only,
    a_killed_supervisor_ends_its_machine_only,
]

if __name__ == "__main__":
    sys.exit(tap.run(World(sys.argv[1], panel=True), CASES, nothing_is_left_behind))
