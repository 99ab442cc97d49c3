# SPDX-License-Identifier: MIT
"""One head of the machine's graphics card. Pictures are QEMU's screendumps; that something has changed, and
whether a monitor is plugged in and how large it is, goes over RFB (RFC 6143)."""

import os
import select
import socket
import struct
import time

RAW, DESKTOP_SIZE, EXTENDED_DESKTOP_SIZE = 0, -223, -308
# QEMU sends no update for a change of the screen's size that it has told of once; so long is looked again.
LOOK_AGAIN_S = 1


class Timeout(AssertionError):
    pass


class Monitor:
    """The cable: an RFB client that looks at one pixel only, to be told of changes."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(30)
        self.socket.connect(path)
        self._read(12)
        self.socket.sendall(b'RFB 003.008\n')
        self._read(self._read(1)[0])
        self.socket.sendall(b'\1')
        if self._read(4) != bytes(4):
            raise AssertionError('QEMU refuses the screen')
        self.socket.sendall(b'\1')
        self._read(20)
        self._read(struct.unpack('>I', self._read(4))[0])
        self.socket.sendall(struct.pack('>BxHiii', 2, 3, RAW, DESKTOP_SIZE, EXTENDED_DESKTOP_SIZE))

    def _read(self, length):
        data = bytearray()
        while len(data) < length:
            part = self.socket.recv(length - len(data))
            if not part:
                raise AssertionError('QEMU has closed the screen')
            data += part
        return bytes(data)

    def ask(self):
        self.socket.sendall(struct.pack('>BBHHHH', 3, 1, 0, 0, 16384, 16384))

    def wait(self, timeout):
        """Waits until something changes, at most timeout seconds; forgets what."""
        self.ask()
        if select.select([self.socket], [], [], timeout)[0]:
            while select.select([self.socket], [], [], 0)[0]:
                if not self.socket.recv(1 << 20):
                    raise AssertionError('QEMU has closed the screen')

    def plug(self, width, height):
        """A monitor of this size is there; 0, 0: none."""
        self.socket.sendall(struct.pack('>BxHHBxIHHHHI', 251, width, height, 1, 0, 0, 0, width, height, 0))


class Screen:
    def __init__(self, qmp, head, path):
        self.qmp, self.head = qmp, head
        self.monitor = Monitor(path)
        self.file = path + '.ppm'
        self.width = self.height = 0
        self.pixels = b''

    def plug(self, width, height):
        self.monitor.plug(width, height)

    def look(self):
        """Takes a picture."""
        self.qmp.ask('screendump', filename=self.file, device='gpu', head=self.head)
        with open(self.file, 'rb') as file:
            data = file.read()
        os.unlink(self.file)
        kind, size, _, self.pixels = data.split(b'\n', 3)
        if kind != b'P6':
            raise AssertionError('QEMU writes another kind of picture: %r' % kind)
        self.width, self.height = map(int, size.split())
        return self

    def wait(self, is_reached, timeout=60, what='the picture'):
        """Looks until is_reached(self), again whenever pixels have changed."""
        deadline = time.monotonic() + timeout
        while not is_reached(self.look()):
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise Timeout('head %d: waited %d s for %s' % (self.head, timeout, what))
            self.monitor.wait(min(remaining, LOOK_AGAIN_S))

    def pixel(self, x, y):
        """0xRRGGBB of the last picture; -1 outside."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            return -1
        at = (y * self.width + x) * 3
        return int.from_bytes(self.pixels[at:at + 3], 'big')

    def count(self, color):
        """How many pixels of the last picture have the colour 0xRRGGBB."""
        wanted, found, at = color.to_bytes(3, 'big'), 0, -1
        while (at := self.pixels.find(wanted, at + 1)) >= 0:
            found += at % 3 == 0
        return found

    def save(self, path):
        self.qmp.ask('screendump', filename=path, device='gpu', head=self.head, format='png')

    def close(self):
        self.monitor.socket.close()
