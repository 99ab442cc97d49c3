# SPDX-License-Identifier: MIT
"""vmctl on a real terminal: a pseudo-terminal of a given size, what comes out of it, and whether it is left as
it was found."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time


class Terminal:
    """Runs a program on a terminal of its own, as the leader of a session."""

    def __init__(self, words, environment, columns=80, rows=24):
        self.master, self.slave = pty.openpty()
        self.resize(columns, rows)
        self.before = termios.tcgetattr(self.slave)
        self.text = b""
        self.process = subprocess.Popen(words, env=environment, stdin=self.slave, stdout=self.slave, stderr=self.slave,
                                        start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def resize(self, columns, rows):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys):
        os.write(self.master, keys)

    def read(self, timeout=0.0):
        while select.select([self.master], [], [], timeout)[0]:
            self.text += os.read(self.master, 65536)
            timeout = 0.0
        return self.text

    def until(self, pattern, timeout=15):
        """Reads until the pattern stands in what came; returns all of that and forgets it."""
        deadline = time.monotonic() + timeout
        while not (match := re.search(pattern, self.text, re.S)):
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"{pattern!r} did not come: {self.text!r}")
            self.read(left)
        found, self.text = self.text[:match.end()], self.text[match.end():]
        return found

    def is_as_before(self):
        return termios.tcgetattr(self.slave) == self.before

    def end(self, timeout=15):
        """Waits for the program, checks that the terminal is as it was found; returns the exit status."""
        deadline = time.monotonic() + timeout
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()
                raise AssertionError(f"it does not end: {self.text!r}")
            self.read(0.05)
        self.read()
        try:
            assert self.is_as_before(), (self.before, termios.tcgetattr(self.slave))
        finally:
            os.close(self.master)
            os.close(self.slave)
        return self.process.returncode
