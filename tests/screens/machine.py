# SPDX-License-Identifier: MIT
"""The machine on whose screens Silo is tested: QEMU with a graphics card of two heads, a keyboard, a mouse and a
tablet, booted from the disks of disks.py. Keys and the mouse go in through QMP, pictures come out over RFB
(screen.py), and a root shell on a console of its own answers questions."""

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import disks
from screen import Screen, Timeout

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)

# Characters of a US keyboard: QEMU's name of the key, with Shift if True.
CHARACTERS = {' ': ('spc', False), '\n': ('ret', False), '-': ('minus', False), '=': ('equal', False),
              '/': ('slash', False), '.': ('dot', False), ',': ('comma', False), ';': ('semicolon', False),
              "'": ('apostrophe', False), '_': ('minus', True), '+': ('equal', True), '>': ('dot', True),
              '<': ('comma', True), ':': ('semicolon', True), '"': ('apostrophe', True), '|': ('backslash', True),
              '&': ('7', True), '$': ('4', True), '~': ('grave_accent', True), '*': ('8', True), '?': ('slash', True),
              '(': ('9', True), ')': ('0', True), '#': ('3', True), '%': ('5', True)}


def key_of(character):
    if character in CHARACTERS:
        return CHARACTERS[character]
    return character.lower(), character.isupper()


class Qmp:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(60)
        self.socket.connect(path)
        self.file = self.socket.makefile('rw')
        self.file.readline()
        self.ask('qmp_capabilities')

    def ask(self, command, **arguments):
        self.file.write(json.dumps({'execute': command, 'arguments': arguments}) + '\n')
        self.file.flush()
        while True:
            line = self.file.readline()
            if not line:
                raise AssertionError('QEMU has ended')
            answer = json.loads(line)
            if 'return' in answer:
                return answer['return']
            if 'error' in answer:
                raise AssertionError('%s: %s' % (command, answer['error']['desc']))


class Shell:
    """A root shell in the machine. Its lines end with a mark and the exit status."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.pending = b''
        self.serial = 0
        self.is_ready = False

    def run(self, command, timeout=60, check=True):
        """Runs a command; returns what it printed."""
        if not self.is_ready:
            # What is sent before the shell has the console to itself is lost.
            self._receive_until(b'=ready=', 90)
            self.is_ready = True
        self.serial += 1
        mark = b'=done %d=' % self.serial
        self.socket.sendall(b"{ %s\n} </dev/null 2>&1; echo '=done' %d= $?\n" % (command.encode(), self.serial))
        text = self._receive_until(mark, timeout, command).decode(errors='replace').replace('\r', '')
        status = int(self._receive_until(b'\n', timeout, command))
        if check and status != 0:
            raise AssertionError('%s ended with %d: %s' % (command, status, text[-600:]))
        return text

    def _receive_until(self, mark, timeout, command='its boot'):
        deadline = time.monotonic() + timeout
        while True:
            head, found, tail = self.pending.partition(mark)
            if found:
                self.pending = tail
                return head
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not select.select([self.socket], [], [], remaining)[0]:
                raise Timeout('the machine did not answer within %d s: %s (%s)'
                              % (timeout, command, self.pending[-300:]))
            self.pending += self.socket.recv(65536)


class Machine:
    """Boots on creation. images: a folder of guest images for the machine's user, or None; programs: further ones for
    /usr/local/bin; devices: further ones of QEMU's."""

    def __init__(self, build, memory_mb=1536, images=None, cpu='max', programs=(), devices=()):
        self.folder = tempfile.mkdtemp(prefix='silo-screens-')
        self.qemu = None
        self.screens = []
        system = disks.system()
        silo = disks.silo(build, self.folder, programs)
        further = [disks.images(images, self.folder)] if images is not None else []
        log = open(self.folder + '/qemu.log', 'wb')
        words = ['qemu-system-x86_64', '-nodefaults', '-no-user-config', '-machine', 'q35,usb=off,vmport=off',
                 '-accel', 'tcg,thread=multi', '-cpu', cpu, '-smp', '2', '-m', '%dM' % memory_mb, '-no-reboot',
                 '-kernel', system + '/kernel', '-initrd', system + '/initrd',
                 '-append', 'console=ttyS0 console=tty0 quiet cryptomgr.notests panic=-1 '
                 'systemd.show_status=0 systemd.tty.term.console=dumb vt.global_cursor_default=0'
                 # Large pages for guests' memory: each fault of theirs is dear here.
                 + (' transparent_hugepage_shmem=always' if images is not None else ''),
                 '-serial', 'file:' + self.folder + '/console',
                 '-device', 'virtio-gpu-pci,id=gpu,max_outputs=2,xres=1280,yres=800',
                 '-device', 'virtio-keyboard-pci', '-device', 'virtio-mouse-pci', '-device', 'virtio-tablet-pci',
                 '-device', 'virtio-rng-pci', '-device', 'virtio-serial-pci',
                 '-chardev', 'socket,id=shell,path=%s/shell,server=on,wait=off' % self.folder,
                 '-device', 'virtconsole,chardev=shell',
                 '-qmp', 'unix:%s/qmp,server=on,wait=off' % self.folder, '-display', 'none']
        for device in devices:
            words += ['-device', device]
        for head in range(2):
            words += ['-vnc', 'unix:%s/head%d,display=gpu,head=%d' % (self.folder, head, head)]
        for number, path in enumerate([system + '/root.erofs', silo, *further]):
            words += ['-drive', 'if=none,id=disk%d,file=%s,format=raw,readonly=on' % (number, path),
                      '-device', 'virtio-blk-pci,drive=disk%d' % number]
        self.keyboard = {}
        self.started = time.monotonic()
        # A test that is killed, for its time is over, takes its machine along.
        self.qemu = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                     preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
        log.close()
        self.qmp = Qmp(self._listening('qmp'))
        self.shell = Shell(self._listening('shell'))
        self.screens = [Screen(self.qmp, head, self._listening('head%d' % head)) for head in range(2)]

    def _listening(self, name):
        """QEMU makes its sockets before it serves QMP; the first needs a moment."""
        path = os.path.join(self.folder, name)
        deadline = time.monotonic() + 20
        while not os.path.exists(path):
            if self.qemu.poll() is not None or time.monotonic() > deadline:
                with open(self.folder + '/qemu.log') as file:
                    raise AssertionError('QEMU does not start: ' + file.read()[-500:])
            time.sleep(0.01)
        return path

    def _events(self, *events):
        self.qmp.ask('input-send-event', events=list(events))

    @contextlib.contextmanager
    def on(self, display):
        """Keys meanwhile are those of the keyboard that is bound to that display."""
        self.keyboard = {'device': display, 'head': 0}
        yield
        self.keyboard = {}

    def _key(self, name, down):
        self.qmp.ask('input-send-event', **self.keyboard, events=[
            {'type': 'key', 'data': {'down': down, 'key': {'type': 'qcode', 'data': name}}}])

    def press(self, *names):
        """Presses keys (QEMU's names) one upon the other, and lets them go."""
        for name in names:
            self._key(name, True)
        for name in reversed(names):
            self._key(name, False)

    def type(self, text):
        for character in text:
            name, is_shifted = key_of(character)
            self.press(*(['shift'] if is_shifted else []), name)

    def move_to(self, x, y, width, height):
        """Moves the tablet's pen to a point of a layout of that size."""
        self._events({'type': 'abs', 'data': {'axis': 'x', 'value': x * 32767 // width}},
                     {'type': 'abs', 'data': {'axis': 'y', 'value': y * 32767 // height}})

    def button(self, down):
        self._events({'type': 'btn', 'data': {'button': 'left', 'down': down}})

    def click(self):
        self.button(True)
        self.button(False)

    def _wait_line(self, source, pattern, timeout):
        return self.shell.run("exec 8< <(exec %s 2>/dev/null); pid=$!; timeout %d grep -m1 -e '%s' <&8; "
                              "status=$?; kill $pid; exec 8<&-; [ $status = 0 ]" % (source, timeout, pattern),
                              timeout + 15)

    def wait_journal(self, tag, pattern, timeout=90):
        """Waits for a line of the journal, also one that is there already."""
        return self._wait_line('journalctl -f -n all -o cat -t ' + tag, pattern, timeout)

    def wait_file(self, path, pattern, timeout=60):
        """Waits for a line of a file that grows."""
        return self._wait_line('tail -n +1 -f ' + path, pattern, timeout)

    def as_user(self, command, log):
        """Starts a program of the user's session in the background."""
        self.shell.run('cd /; setsid setpriv --reuid %s --regid %s --init-groups env HOME=/home/%s '
                       'XDG_RUNTIME_DIR=/run/user/1000 WAYLAND_DISPLAY=wayland-0 stdbuf -oL %s >%s 2>&1 &'
                       % (disks.USER, disks.USER, disks.USER, command, log))

    def console(self):
        with open(self.folder + '/console', errors='replace') as file:
            return file.read()

    def finish(self):
        for screen in self.screens:
            screen.close()
        if self.qemu is not None and self.qemu.poll() is None:
            self.qemu.send_signal(signal.SIGTERM)
            try:
                self.qemu.wait(10)
            except subprocess.TimeoutExpired:
                self.qemu.kill()
                self.qemu.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
