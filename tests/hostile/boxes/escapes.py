#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A guest attacks the terminal of whoever looks at its output, as TAP: escapes.py SILO-VMD VMCTL LIBEXEC qemu

Every attack is said by a guest's command, whole and byte by byte, to a real terminal under `vmctl run`, and on its console, to one under
`vmctl console` and `vmctl log`. With --raw first, where each must arrive as it was sent, then without. Into a pipe every byte arrives."""

import os
import select
import subprocess
import sys
import termios
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "vmctl"))
from cases import label  # noqa: E402
from terminal_rules import PLAIN, is_harmless_on_a_screen, is_plain
from terminals import Terminal  # noqa: E402
from world import run_cases  # noqa: E402

ESC, ST, BEL = b"\x1b", b"\x1b\\", b"\x07"
# What a terminal would do, and what makes it do that.
ATTACKS = {
    "the clipboard is set (OSC 52)": ESC + b"]52;c;ZXZpbAo=" + BEL,
    "the clipboard is asked for (OSC 52)": ESC + b"]52;c;?" + ST,
    "the primary selection is set": ESC + b"]52;p;ZXZpbAo=" + ST,
    "the title is set": ESC + b"]0;Your bank" + BEL,
    "the title is said back (CSI 21 t)": ESC + b"[21t",
    "the title is stacked": ESC + b"[22;0t",
    "the window is moved": ESC + b"[3;0;0t",
    "the window's size is told": ESC + b"[18t",
    "a setting is said back (DECRQSS)": ESC + b"P$q\"p" + ST,
    "keys are defined (DECUDK)": ESC + b"P0;1|17/6c730d" + ST,
    "terminfo is asked for (XTGETTCAP)": ESC + b"P+q544e" + ST,
    "a picture is drawn (sixel)": ESC + b"Pq#0;2;0;0;0#0~~" + ST,
    "what it is is answered (DA)": ESC + b"[c",
    "what it is is answered (DA2)": ESC + b"[>c",
    "what it is is answered (DA3)": ESC + b"[=c",
    "its version is answered (XTVERSION)": ESC + b"[>0q",
    "how it is is answered (DSR)": ESC + b"[5n",
    "where the cursor is is answered (CPR)": ESC + b"[6n",
    "a mode is answered (DECRQM)": ESC + b"[?2004$p",
    "its answerback is sent (ENQ)": b"\x05",
    "the mouse is reported": ESC + b"[?1003h" + ESC + b"[?1006h",
    "the focus is reported": ESC + b"[?1004h",
    "a paste ends early": ESC + b"[201~rm -rf ~\r",
    "keys are told in other words (kitty)": ESC + b"[>1u",
    "keys are told in other words (xterm)": ESC + b"[>4;2m",
    "a file is opened by a link (OSC 8)": ESC + b"]8;;file:///etc/passwd" + ST + b"link" + ESC + b"]8;;" + ST,
    "a notice is shown (OSC 9)": ESC + b"]9;evil" + BEL,
    "a notice is shown (OSC 777)": ESC + b"]777;notify;a;b" + BEL,
    "a file is sent (OSC 1337)": ESC + b"]1337;File=inline=1:ZXZpbA==" + BEL,
    "colours are asked for (OSC 4, 10)": ESC + b"]4;0;?" + BEL + ESC + b"]10;?" + ST,
    "the working directory is set (OSC 7)": ESC + b"]7;file:///evil" + ST,
    "a picture is drawn (kitty, APC)": ESC + b"_Ga=T,f=32;AAAA" + ST,
    "a private message is sent (PM, SOS)": ESC + b"^evil" + ST + ESC + b"Xevil" + ST,
    "a printer is switched on": ESC + b"[5i",
    "the screen is printed": ESC + b"[i",
    "what has scrolled away is erased": ESC + b"[3J",
    "the terminal is reset (RIS)": ESC + b"c",
    "the screen is filled (DECALN)": ESC + b"#8",
    "characters are repeated without end": b"x" + ESC + b"[2000000000b",
    "lights are switched, keys locked": ESC + b"[2h" + ESC + b"[1;2q",
    "C1: a control sequence": b"\x9b6n",
    "C1: a string": b"\x9d52;c;ZXZpbAo=\x9c",
    "C1: a device's string": b"\x90$q\"p\x9c",
    "C1 in UTF-8: a control sequence": b"\xc2\x9b6n",
    "C1 in UTF-8: a string": b"\xc2\x9d52;c;ZXZpbAo=\xc2\x9c",
    "C1 in UTF-8: a device's string": b"\xc2\x90$q\"p\xc2\x9c",
    "8 bits are asked for (S8C1T)": ESC + b" G",
    "another encoding is asked for": ESC + b"%@",
    "a sequence in a sequence": ESC + b"[3" + ESC + b"]52;c;ZXZpbAo=" + BEL + b"1m",
    "a string that is cut by a newline": ESC + b"]52;c;ZXZp\nbAo=" + BEL,
    "text runs backwards": "\u202egnp.exe\u2066".encode(),
    "letters that are not seen": "a\u200b\u2060\ufeffb".encode(),
    "UTF-8 that is none": b"\xc0\x9b6n\xe0\x82\x9b6n\xf5\x80\x80\x80",
    "a byte of a character, then an escape": b"\xe2\x82" + ESC + b"[6n",
}
def said_on_a_terminal(world, payload, *options):
    """What `vmctl run one cat` writes to a terminal, given payload on a pipe, byte by byte."""
    shown, terminal = os.openpty()
    # The terminal's own changes are none of vmctl's.
    attributes = termios.tcgetattr(terminal)
    attributes[1] = 0
    termios.tcsetattr(terminal, 0, attributes)
    process = subprocess.Popen([world.vmctl_program, "run", *options, "one", "cat"], env=world.environment,
                               stdin=subprocess.PIPE, stdout=terminal, stderr=terminal)
    os.close(terminal)
    data = b""
    for byte in payload if len(payload) < 64 else [payload]:
        process.stdin.write(bytes([byte]) if isinstance(byte, int) else byte)
        process.stdin.flush()
    process.stdin.close()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if not select.select([shown], [], [], 20)[0]:
            break
        try:
            chunk = os.read(shown, 65536)
        except OSError:
            break
        if not chunk:
            break
        data += chunk
    os.close(shown)
    assert process.wait(20) == 0, data
    return data


def starts(world):
    world.start_vmd()
    world.ok("start", "one")


def a_command_reaches_a_raw_terminal(world):
    """The control: what is attacked is there. All in one, between marks."""
    payload = b"".join(b"<" + attack + b">" for attack in ATTACKS.values())
    assert said_on_a_terminal(world, payload, "--raw") == payload


def a_command_does_nothing_to_a_terminal(world):
    for name, attack in ATTACKS.items():
        shown = said_on_a_terminal(world, b"<" + attack + ESC + ST + b"\n|after>\n")
        assert is_plain(shown) and b"|after>" in shown, (name, shown)
    whole = said_on_a_terminal(world, b"\n".join(ATTACKS.values()) + b"\n|after>\n")
    assert is_plain(whole) and b"|after>" in whole, whole


def a_command_into_a_pipe_is_byte_for_byte(world):
    payload = b"".join(ATTACKS.values()) + bytes(range(256)) * 64
    result = world.vmctl("run", "one", "cat", stdin=payload)
    assert result.returncode == 0 and result.stdout == payload, len(result.stdout)


def on_console(world, *options):
    """The console of a machine that says back, with controls of its own, what is typed; on a terminal."""
    environment = dict(world.environment, TERM="xterm")
    return Terminal([world.vmctl_program, "console", *options, "one"], environment)


def type_all(world, console, wanted):
    for name, attack in ATTACKS.items():
        console.type(attack + ESC + ST + b"|.")
        shown = console.until(rb"\|\.>")
        assert wanted(shown), (name, shown)
    console.type(b"\x1d")
    console.end()
    return console.text


def the_console_attacks_a_raw_terminal(world):
    console = on_console(world, "--raw")
    console.until(rb"leaves.*\n")
    console.type(ATTACKS["the clipboard is set (OSC 52)"] + b"|.")
    assert b"\x1b]52;c;ZXZpbAo=\x07" in console.until(rb"\|\.>")
    console.type(b"\x1d")
    console.end()


def the_console_does_nothing_to_a_terminal(world):
    console = on_console(world)
    console.until(rb"leaves.*\n")
    type_all(world, console, is_harmless_on_a_screen)


def the_log_attacks_a_raw_terminal(world):
    log = world.vmctl("log", "--raw", "one").stdout
    assert b"\x1b]52;c;" in log and b"\xc2\x9b6n" in log and b"\x1b[5i" in log, log[-400:]


def the_log_does_nothing_to_a_terminal(world):
    terminal = Terminal([world.vmctl_program, "log", "one"], dict(world.environment, TERM="xterm"), 2000)
    assert terminal.end() == 0
    assert b"|." in terminal.text and is_plain(terminal.text), PLAIN.sub("", terminal.text.decode())[:80]
    # Nor to whoever reads it through a pipe: it is for people.
    assert is_plain(world.vmctl("log", "one").stdout)


CASES = [starts, a_command_reaches_a_raw_terminal, a_command_does_nothing_to_a_terminal,
         a_command_into_a_pipe_is_byte_for_byte, the_console_attacks_a_raw_terminal,
         the_console_does_nothing_to_a_terminal, the_log_attacks_a_raw_terminal, the_log_does_nothing_to_a_terminal]

if __name__ == "__main__":
    sys.exit(run_cases(lambda world: CASES, label(__file__)))
