# SPDX-License-Identifier: MIT
"""The host's side of the agent protocol (parse/agent.h), for tests."""

import socket
import struct

HELLO, SHUTDOWN, APPLICATIONS = 1, 2, 3
RUN, STDIN, STDIN_EOF, SIGNAL, WINDOW_SIZE = 16, 17, 18, 19, 20
STARTED, STDOUT, STDERR, EXIT, ERROR, STDIN_CREDIT = 32, 33, 34, 35, 36, 37
DATA_MAX = 32 * 1024 - 8
WINDOW = 64 * 1024
ROOT, APPLICATION, TERMINAL, SHELL = 1, 2, 4, 8


class Gone(Exception):
    """The other end closed."""


class Wire:
    """Frames over a connected stream socket."""

    def __init__(self, sock, timeout_s=60):
        self.sock = sock
        self.sock.settimeout(timeout_s)
        self.buffer = b''

    def send(self, kind, body=b''):
        self.sock.sendall(struct.pack('<II', kind, len(body)) + body)

    def take(self, size):
        while len(self.buffer) < size:
            chunk = self.sock.recv(1 << 16)
            if not chunk:
                raise Gone()
            self.buffer += chunk
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def receive(self):
        kind, size = struct.unpack('<II', self.take(8))
        return kind, self.take(size)

    def close(self):
        self.sock.close()


class Command(Wire):
    """One command: collects output, credits and the end."""

    def __init__(self, sock, argv, env=(), root=False, flags=0, window=(0, 0)):
        super().__init__(sock)
        self.out, self.err, self.status, self.signal, self.error = b'', b'', None, None, None
        self.pid, self.credit = None, WINDOW
        strings = b''.join(s.encode() + b'\0' for s in list(argv) + list(env))
        self.send(RUN, struct.pack('<IIIII', flags | int(root), *window, len(argv), len(env)) + strings)

    def step(self):
        """Handles one message; returns its type."""
        kind, body = self.receive()
        if kind == STARTED:
            self.pid, = struct.unpack('<I', body)
        elif kind == STDOUT:
            self.out += body
        elif kind == STDERR:
            self.err += body
        elif kind == STDIN_CREDIT:
            self.credit += struct.unpack('<I', body)[0]
        elif kind == EXIT:
            self.status, self.signal = struct.unpack('<II', body)
        elif kind == ERROR:
            self.status, self.error = struct.unpack('<I', body[:4])[0], body[4:].decode()
        return kind

    def until(self, *kinds):
        while True:
            kind = self.step()
            if kind in kinds:
                return kind

    def feed(self, data):
        """Sends data as standard input, within the window."""
        while data:
            while self.credit == 0:
                self.step()
            size = min(len(data), self.credit, DATA_MAX)
            self.send(STDIN, data[:size])
            self.credit -= size
            data = data[size:]

    def finish(self):
        self.until(EXIT, ERROR)
        self.close()
        return self


def receive_applications(wire):
    """The next whole list, as (id, name, category) strings; the type of each message is checked."""
    listed, flags = [], 0
    while not flags & 2:
        kind, body = wire.receive()
        assert kind == APPLICATIONS, kind
        flags, count = struct.unpack('<II', body[:8])
        assert bool(flags & 1) == (not listed), flags
        strings = [text.decode() for text in body[8:].split(b'\0')[:-1]]
        assert len(strings) == 3 * count, (count, strings)
        listed += zip(strings[::3], strings[1::3], strings[2::3])
    return listed


def connect_unix(path):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.connect(path)
    return sock


def connect_vsock(path, port=5000):
    """Through the device's socket: CONNECT PORT, OK PORT."""
    sock = connect_unix(path)
    sock.settimeout(20)
    sock.sendall(b'CONNECT %d\n' % port)
    answer = b''
    while not answer.endswith(b'\n'):
        byte = sock.recv(1)
        if not byte:
            raise Gone()
        answer += byte
    assert answer.startswith(b'OK '), answer
    return sock
