# SPDX-License-Identifier: MIT
"""What of a guest's output may reach the terminal of whoever looks at it."""

import re

# What may stand on a terminal: printable text, the newline (the terminal's own \r before it) and the tab.
PLAIN = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]*")
# What a screen program may do beside: colours, cursor movement, modes that do not speak; sequence.c has the list.
SCREEN = re.compile(rb"\x1b\[[0-9;:]*[@A-HJKLMPSTXZ`abdefgm]|\x1b\[\?(1|7|12|25|1049|2004)[hl]|\x1b[78DEMH=>]|[\x07\x08\x0b\x0c\x0e\x0f]")
FORBIDDEN_SCREEN = re.compile(rb"\x1b\[3J")


def is_plain(data):
    text = data.replace(b"\r\n", b"\n").decode()
    return "\r" not in text and PLAIN.fullmatch(text) is not None


def is_harmless_on_a_screen(data):
    return not FORBIDDEN_SCREEN.search(data) and is_plain(SCREEN.sub(b"", data).replace(b"\r", b""))
