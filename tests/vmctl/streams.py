#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Commands in a VM, shells and the console: streams, signals, terminals, ends, as TAP:
streams.py SILO-VMD VMCTL LIBEXEC qemu|crosvm"""

import os
import signal
import subprocess
import sys

from terminals import Terminal
from world import run_cases


def starts(world):
    world.start_vmd()
    world.ok("start", "one")


def ends_with_the_commands_status(world):
    for status in (1, 126, 127):
        result = world.vmctl("run", "one", "fail", str(status))
        assert result.returncode == status and result.stderr == b"vmctl: Cannot run it\n", result


def relays_streams(world):
    text = os.urandom(300000).hex().encode()
    assert world.ok("run", "--raw", "one", "cat", stdin=text) == text.decode()
    assert world.ok("run", "one", "flood") == "z" * (1 << 20)
    # A terminal is shown text; a file or another program gets the bytes as they are.
    text = b"a\033]52;c;x\007b\0\377\n"
    assert world.vmctl("run", "one", "cat", stdin=text).stdout == text
    for words, shown in (([], rb"ab..?.?\r\n"), (["--raw"], rb"a\x1b\]52")):
        terminal = Terminal(["sh", "-c", 'printf "$0" | "$@"', text.decode("latin1").replace("\0", "\\0")
                             .replace("\377", "\\377"), world.vmctl_program, "run", *words, "one", "cat"],
                            world.environment)
        terminal.until(shown)
        assert terminal.end() == 0


def a_guest_that_breaks_the_protocol_loses_its_command(world):
    result = world.vmctl("run", "one", "garbage")
    assert result.returncode == 1 and result.stderr.startswith(b"vmctl: "), result
    assert world.vmctl("run", "one", "true").returncode == 0


def a_caller_that_hangs_up_frees_the_command(world):
    for _ in range(70):
        caller = subprocess.Popen([world.vmctl_program, "run", "one", "hang"], env=world.environment,
                                  stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        caller.kill()
        caller.wait()
        caller.stdin.close()
    assert world.vmctl("run", "one", "true").returncode == 0


def passes_signals_on(world):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        caller = subprocess.Popen([world.vmctl_program, "run", "one", "hang"], env=world.environment,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert caller.stdout.read(8) == b"hanging\n"
        caller.send_signal(number)
        said = caller.communicate(timeout=10)
        assert caller.returncode == 128 + number and said == (b"", b""), (number, caller.returncode, said)


def booting_is_told_on_a_terminal(world):
    for words, status in ((("run", "two", "status", "4"), 4), (("start", "two"), 0), (("shell", "two", "fail", "126"), 126)):
        for said in (b"vmctl: two boots\r\n", b""):
            terminal = Terminal([world.vmctl_program, *words], dict(world.environment, TERM="xterm"))
            assert terminal.end() == status and terminal.text.startswith(said), terminal.text
            assert terminal.text.count(b"boots") == (said != b""), terminal.text
        world.ok("stop", "two")
    assert world.vmctl("run", "two", "true").stderr == b""
    world.ok("stop", "two")


def a_command_is_typed_to(world):
    terminal = Terminal([world.vmctl_program, "run", "one", "cat"], world.environment)
    terminal.type(b"hello\n")
    # The terminal's echo, and the command's.
    terminal.until(rb"hello\r\nhello\r\n")
    terminal.type(b"\x04")
    assert terminal.end() == 0, terminal.text
    terminal = Terminal([world.vmctl_program, "run", "one", "hang"], world.environment)
    terminal.until(rb"hanging\r\n")
    terminal.type(b"\x03")
    assert terminal.end() == 130 and terminal.text == b"^C", terminal.text
    terminal = Terminal([world.vmctl_program, "run", "one", "hang"], world.environment)
    terminal.until(rb"hanging\r\n")
    terminal.type(b"\x1c")
    assert terminal.end() == 131, terminal.text


def a_connection_that_breaks_is_told(world):
    caller = subprocess.Popen([world.vmctl_program, "run", "one", "hang"], env=world.environment,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert caller.stdout.read(8) == b"hanging\n"
    shell = open_shell(world, "one")
    shell.until(rb"80x24")
    world.stop_vmd(signal.SIGKILL)
    said = caller.communicate(timeout=10)
    assert (caller.returncode, said) == (1, (b"", b"vmctl: silo-vmd hung up\n")), (caller.returncode, said)
    assert shell.end() == 1 and b"vmctl: silo-vmd hung up\r\n" in shell.text, shell.text
    world.start_vmd()
    assert world.vmctl("run", "one", "status", "7").returncode == 7


def closed_streams_do_no_harm(world):
    script = f'exec {world.vmctl_program} run one "$@"'
    for streams in ("<&-", "<&- 2>&-"):
        result = subprocess.run(["sh", "-c", f"{script} {streams}", "sh", "cat"], env=world.environment,
                                stdout=subprocess.PIPE, timeout=10)
        assert result.returncode == 0 and result.stdout == b"", (streams, result)
    result = subprocess.run(["sh", "-c", f"{script} >&-", "sh", "status", "6"], env=world.environment, timeout=10)
    assert result.returncode == 6, result
    # Nobody reads any more: quiet, and at once.
    script = f'{{ {world.vmctl_program} run one flood; echo $? >&2; }} | head -c 10'
    result = subprocess.run(["sh", "-c", script], env=world.environment, capture_output=True, timeout=10)
    assert result.stdout == b"z" * 10 and result.stderr == b"141\n", result


def the_console_is_shown_and_typed_on(world):
    result = world.vmctl("console", "one")
    assert result.returncode == 1 and b"needs a terminal" in result.stderr, result

    def console(name):
        return Terminal([world.vmctl_program, "console", name], dict(world.environment, TERM="xterm"))

    assert (stopped := console("two")).end() == 1, stopped.text
    assert stopped.text == b'vmctl: vm "two" does not run; start it with: vmctl start two\r\n', stopped.text
    one, other = console("one"), console("one")
    one.until(rb"Ctrl\+\] leaves.*\n")
    other.until(rb"Ctrl\+\] leaves.*\n")
    # Both see it, and the log has it; nothing but colours comes through. It may not be attached yet.
    for _ in range(100):
        one.type(b"k")
        if b">" in other.read(0.1):
            break
    one.type(b"root\x03")
    shown = other.until(rb"<root>.*\r\n")
    assert b"\x1b[1m\r\n" in shown and b"\x1b[c" not in shown and b"\x1b]" not in shown, shown
    assert "<root" in world.ok("log", "one")
    one.type(b"\x1d")
    assert one.end() == 0 and b"you left" in one.text, one.text
    for _ in range(5):
        more = [console("one") for _ in range(4)]
        for terminal in more:
            terminal.until(rb"leaves.*\n|too many")
            terminal.type(b"\x1d")
            terminal.end()
    world.ok("restart", "one")
    assert other.end() == 0


def open_shell(world, *words, **size):
    return Terminal([world.vmctl_program, "shell", *words], dict(world.environment, TERM="xterm-test"), **size)


def a_shell_is_on_a_terminal(world):
    result = world.vmctl("shell", "one")
    assert result.returncode == 1 and b"needs a terminal" in result.stderr, result
    shell = open_shell(world, "one", columns=100, rows=40)
    shell.until(rb"100x40 TERM=xterm-test\r\n")
    assert not shell.is_as_before()
    shell.resize(120, 50)
    shell.until(rb"120x50 ")
    # Every byte goes to the guest, Ctrl+C too, and a tilde that begins no way out.
    shell.type(b"\x03x\x04\r~~\r~y")
    shell.until(rb"x\r~\r~y")
    shell.type(b"q")
    assert shell.end() == 9, shell.text


def a_shells_output_cannot_attack(world):
    shell = open_shell(world, "one", "vi")
    shell.until(rb"80x24 TERM=xterm-test\r\nvi")
    shell.type(b"e")
    shown = shell.until(rb"\|\r\n")
    assert shown == b"\x1b[31mred\x1b[?1049h\x1b[2;5H|\r\n", shown
    shell.type(b"q")
    assert shell.end() == 9
    # What it left behind is taken back.
    assert shell.text == b"\x1b[0m\x1b[?1049l", shell.text


def a_shell_ends_in_many_ways(world):
    shell = open_shell(world, "one")
    shell.until(rb"80x24")
    shell.type(b"a\r~.")
    assert shell.end() == 1 and b"you left" in shell.text, shell.text
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        shell = open_shell(world, "one")
        shell.until(rb"80x24")
        shell.process.send_signal(number)
        assert shell.end() == 128 + number, number
    shell = open_shell(world, "one")
    shell.until(rb"80x24")
    os.kill(world.status("one")["pids"]["agent"], signal.SIGKILL)
    assert shell.end() == 1 and b"the command was lost" in shell.text, shell.text
    shell = open_shell(world, "one", "fail", "127")
    assert shell.end() == 127 and b"Cannot run it" in shell.text, shell.text
    shell = open_shell(world, "won")
    assert shell.end() == 1 and b"did you mean" in shell.text, shell.text
    assert world.vmctl("run", "one", "true").returncode == 0


CASES = [
    starts, ends_with_the_commands_status, relays_streams, a_guest_that_breaks_the_protocol_loses_its_command,
    a_caller_that_hangs_up_frees_the_command, passes_signals_on, booting_is_told_on_a_terminal, a_command_is_typed_to, a_connection_that_breaks_is_told, closed_streams_do_no_harm,
    the_console_is_shown_and_typed_on, a_shell_is_on_a_terminal, a_shells_output_cannot_attack,
    a_shell_ends_in_many_ways,
]

if __name__ == "__main__":
    sys.exit(run_cases(lambda world: CASES))
