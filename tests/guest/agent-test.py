#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""silo-agent without a VM: its whole protocol over UNIX sockets. Usage: agent-test.py SILO-AGENT"""

import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile

from agentwire import (ERROR, HELLO, SHUTDOWN, SIGNAL, STARTED, STDIN, STDIN_EOF,
                       STDOUT, Command, Gone, Wire, connect_unix)


class Agent:
    def __init__(self, program, folder):
        self.path = folder + '/agent'
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(folder + '/agent_6000')
        self.listener.listen(4)
        self.listener.settimeout(20)
        with open(folder + '/environment', 'w') as file:
            file.write('FROM_FILE=yes\nnot a line\nLANG=de\n')
        user = ['--user', 'root'] if os.getuid() == 0 else []
        self.process = subprocess.Popen([
            program, *user, '--environment', folder + '/environment', '--listen-unix', self.path,
            '--connect-unix', folder + '/agent_6000'])

    def accept(self):
        return Wire(self.listener.accept()[0])

    def run(self, *argv, **options):
        return Command(connect_unix(self.path), argv, **options)


def test_hello(agent, wire):
    kind, body = wire.receive()
    assert kind == HELLO and len(body) == 40, (kind, body)
    assert body[:4] == struct.pack('<I', 1)
    with open('/proc/sys/kernel/random/boot_id') as file:
        assert body[4:].decode() == file.read().strip()


def test_streams(agent, wire):
    command = agent.run('sh', '-c', 'echo out; echo err >&2; exit 7').finish()
    assert (command.out, command.err, command.status, command.signal) == \
        (b'out\n', b'err\n', 7, 0), vars(command)
    command = agent.run('printf', '%s|', 'a b', '', '$HOME').finish()
    assert command.out == b'a b||$HOME|'


def test_environment(agent, wire):
    out = agent.run('env', env=['FOO=a b', 'LANG=fr']).finish().out.decode().splitlines()
    have = dict(line.split('=', 1) for line in out)
    assert have['FOO'] == 'a b' and have['LANG'] == 'fr' and have['FROM_FILE'] == 'yes'
    assert have['WAYLAND_DISPLAY'] == 'wayland-0' and have['HOME'] and have['PATH']
    assert have['XDG_RUNTIME_DIR'] == '/run/user/%d' % os.getuid()
    assert 'not a line' not in ''.join(out)


def test_session(agent, wire):
    command = agent.run('sh', '-c', 'ps -o pid=,pgid=,sid= -p $$; ls -l /proc/self/fd').finish()
    lines = command.out.decode().splitlines()
    pid, group, session = lines[0].split()
    assert pid == group == session == str(command.pid), lines
    # Nothing but the standard descriptors (and the one that ls reads the folder with).
    assert len(lines) == 1 + 1 + 4, lines


def test_large(agent, wire):
    data = os.urandom(4 << 20)
    command = agent.run('sh', '-c', 'head -c 4194304 /dev/zero; exec cat >&2')
    command.feed(data)
    command.send(STDIN_EOF)
    command.finish()
    assert command.err == data and command.out == bytes(4 << 20) and command.status == 0


def test_slow_reader(agent, wire):
    """Output that the host does not take stops the command, and is whole in the end."""
    command = agent.run('head', '-c', '3000000', '/dev/zero')
    other = agent.run('echo', 'meanwhile').finish()
    assert other.out == b'meanwhile\n'
    command.finish()
    assert len(command.out) == 3000000


def test_signals(agent, wire):
    command = agent.run('sh', '-c', 'sleep 1000 & echo on; wait')
    command.until(STDOUT)
    command.send(SIGNAL, struct.pack('<I', signal.SIGTERM))
    command.finish()
    assert (command.status, command.signal) == (0, signal.SIGTERM)
    # A signal passes unread input.
    command = agent.run('sh', '-c', 'trap "exit 3" INT; echo on; while :; do sleep 1000 & wait; done')
    command.until(STDOUT)
    for _ in range(2):
        command.send(STDIN, b'x' * 32000)
    command.send(SIGNAL, struct.pack('<I', signal.SIGINT))
    command.finish()
    assert command.status == 3


def test_hang_up(agent, wire):
    """The command and its children get SIGHUP."""
    fifo = os.path.dirname(agent.path) + '/fifo'
    os.mkfifo(fifo)
    command = agent.run('sh', '-c', 'sleep 1000 > "$0" & echo on; wait', fifo)
    with open(fifo, 'rb') as alive:
        command.until(STDOUT)
        command.close()
        assert alive.read() == b''  # end of file: nobody holds the fifo any more


def test_background(agent, wire):
    """What outlives the command does not keep it from ending."""
    command = agent.run('sh', '-c', 'sleep 1000 & echo $!').finish()
    assert command.status == 0
    os.kill(int(command.out), signal.SIGKILL)


def test_early_end(agent, wire):
    """Input for a command that does not read it."""
    command = agent.run('true')
    command.finish()
    command = agent.run('sh', '-c', 'exec <&-; read x; echo gone; sleep 1000')
    command.until(STDOUT)
    command.feed(bytes(200000))
    command.send(SIGNAL, struct.pack('<I', signal.SIGKILL))
    command.finish()
    assert command.signal == signal.SIGKILL


def test_errors(agent, wire):
    command = agent.run('no-such-program').finish()
    assert command.error == 'Cannot run no-such-program: No such file or directory', command.error
    command = agent.run('/').finish()
    assert 'Permission denied' in command.error, command.error
    if os.getuid() != 0:
        assert 'does not run as root' in agent.run('id', root=True).finish().error
    for attack in (b'\x10\0\0\0\xff\xff\xff\xff', struct.pack('<II', STDIN, 1) + b'x',
                   struct.pack('<II', 99, 0), struct.pack('<IIIII', 16, 14, 0, 9, 9) + b'a\0'):
        raw = Wire(connect_unix(agent.path))
        raw.sock.sendall(attack)
        kind, body = raw.receive()
        assert kind == ERROR and b'The host sent' in body
        raw.close()
    command = agent.run('sleep', '1000')
    command.until(STARTED)
    command.send(99)
    command.finish()
    assert 'unexpected' in command.error


def test_many(agent, wire):
    commands = [agent.run('cat') for _ in range(64)]
    for command in commands:
        command.until(STARTED)
    assert 'Too many' in agent.run('true').finish().error
    for command in commands:
        command.send(STDIN_EOF)
    for command in commands:
        assert command.finish().status == 0
    assert agent.run('true').finish().status == 0


def test_idle(agent, wire):
    """Nothing left over: no descriptor, no zombie, no wake-up."""
    pid = agent.process.pid
    fds = len(os.listdir('/proc/%d/fd' % pid))
    assert fds <= 9, fds
    with open('/proc/%d/task/%d/children' % (pid, pid)) as file:
        assert file.read() == ''


def test_reconnect(agent, wire):
    wire.close()
    again = agent.accept()
    test_hello(agent, again)
    again.send(99)
    try:
        again.receive()
        raise AssertionError('a malformed message was accepted')
    except Gone:
        pass
    last = agent.accept()
    test_hello(agent, last)
    last.send(SHUTDOWN)
    assert agent.process.wait(20) == 0


def main():
    with tempfile.TemporaryDirectory() as folder:
        agent = Agent(sys.argv[1], folder)
        try:
            wire = agent.accept()
            names = [name for name in globals() if name.startswith('test_')]
            print('1..%d' % len(names), flush=True)
            for i, name in enumerate(names):
                globals()[name](agent, wire)
                print('ok %d - %s' % (i + 1, name), flush=True)
        finally:
            if agent.process.poll() is None:
                agent.process.kill()
                agent.process.wait()


main()
