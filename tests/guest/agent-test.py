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

from agentwire import (APPLICATION, ERROR, HELLO, SHELL, SHUTDOWN, SIGNAL, STARTED, STDIN, STDIN_EOF,
                       STDOUT, TERMINAL, WINDOW_SIZE, Command, Gone, Wire, connect_unix, receive_applications)


class Agent:
    def __init__(self, program, folder):
        self.path = folder + '/agent'
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(folder + '/agent_6000')
        self.listener.listen(4)
        self.listener.settimeout(20)
        with open(folder + '/environment', 'w') as file:
            file.write('FROM_FILE=yes\nnot a line\nLANG=de\n'
                       f'XDG_DATA_HOME={folder}/own\nXDG_DATA_DIRS={folder}/a:{folder}/b\n')
        self.folder = folder
        os.makedirs(folder + '/a/applications/vendor')
        self.install('a/applications/plain.desktop', Name='Plain  Text', Exec='echo plain "two  words" %f %c 100%%',
                     Categories='Foo;Utility;Game;')
        self.install('a/applications/vendor/below.desktop', Name='Below', Exec='echo below')
        self.install('a/applications/hidden.desktop', Name='Hidden', Exec='echo', NoDisplay='true')
        self.install('a/applications/only.desktop', Name='Only', Exec='echo', OnlyShowIn='GNOME;')
        self.install('a/applications/link.desktop', Name='Link', Exec='echo', Type='Link')
        self.install('a/applications/missing.desktop', Name='Missing', Exec='echo', TryExec='no-such-program')
        self.install('a/applications/open.desktop', Name='Open', Exec='echo "open')
        self.install('a/applications/bad name.desktop', Name='Evil\u202eTxt\x1b[2J', Exec='echo odd')
        self.install('a/applications/gone.desktop', Name='Gone', Exec='/no/such/program')
        os.mkfifo(folder + '/a/applications/fifo.desktop')
        os.symlink('/dev/zero', folder + '/a/applications/zero.desktop')
        user = ['--user', 'root'] if os.getuid() == 0 else []
        self.process = subprocess.Popen([
            program, *user, '--environment', folder + '/environment', '--listen-unix', self.path,
            '--connect-unix', folder + '/agent_6000'])

    def install(self, path, **keys):
        with open(f'{self.folder}/{path}', 'w') as file:
            file.write('# comment\n[Desktop Entry]\n')
            for key, value in {'Type': 'Application', **keys}.items():
                file.write(f'{key}={value}\n')
            file.write('[Desktop Action x]\nName=Not this\nExec=false\n')

    def accept(self):
        return Wire(self.listener.accept()[0])

    def run(self, *argv, **options):
        return Command(connect_unix(self.path), argv, **options)


def test_hello(agent, wire):
    kind, body = wire.receive()
    assert kind == HELLO and len(body) == 40, (kind, body)
    assert body[:4] == struct.pack('<I', 2)
    with open('/proc/sys/kernel/random/boot_id') as file:
        assert body[4:].decode() == file.read().strip()


def test_applications(agent, wire):
    listed = receive_applications(wire)
    odd = next(entry for entry in listed if entry[0].startswith('app-'))
    assert odd[1:] == ('Evil' 'Txt[2J', ''), odd
    rest = [entry for entry in listed if entry != odd]
    assert rest == [('vendor-below', 'Below', ''), ('gone', 'Gone', ''), ('plain', 'Plain Text', 'Utility')], rest

    def run(name):
        return agent.run(name, flags=APPLICATION).finish()

    command = run('plain')
    assert command.out == b'plain two  words Plain Text 100%\n' and command.status == 0, vars(command)
    assert run('vendor-below').out == b'below\n' and run(odd[0]).out == b'odd\n'
    for name in ('no-such', 'hidden', 'only', 'fifo', 'zero'):
        command = run(name)
        assert command.status == 127 and 'Cannot find the application' in command.error, vars(command)
    assert run('gone').status == 127
    # The user's own entry hides the system's, also when it hides itself; the folder was not there yet.
    os.makedirs(agent.folder + '/own/applications')
    agent.install('own/applications/plain.desktop', Name='Own', Exec='echo own')
    agent.install('own/applications/gone.desktop', Name='Gone', Exec='echo', Hidden='true')
    while [entry[1] for entry in receive_applications(wire)] != ['Below', odd[1], 'Own']:
        pass
    assert run('plain').out == b'own\n'
    os.unlink(agent.folder + '/own/applications/plain.desktop')
    assert ('plain', 'Plain Text', 'Utility') in receive_applications(wire)


def test_many_applications(agent, wire):
    os.makedirs(agent.folder + '/many')
    for number in range(600):
        agent.install(f'many/n{number:03}.desktop', Name=f'{number:03} ' + 'long ' * 40, Exec='echo %c')
    os.rename(agent.folder + '/many', agent.folder + '/own/applications/many')
    listed = receive_applications(wire)
    assert len(listed) == 500 and len({entry[0] for entry in listed}) == 500, len(listed)
    assert max(len(entry[1]) for entry in listed) <= 127
    os.rename(agent.folder + '/own/applications/many', agent.folder + '/many')
    assert len(receive_applications(wire)) < 10


def test_terminal(agent, wire):
    command = agent.run('sh', '-c', 'tty; stty size; echo err >&2; exit 3', flags=TERMINAL, window=(100, 40)).finish()
    out = command.out.replace(b'\r\n', b'\n').splitlines()
    assert out[0].startswith(b'/dev/pts/') and out[1:] == [b'40 100', b'err'], command.out
    assert command.err == b'' and command.status == 3, vars(command)
    # A new size is told; an interrupt character interrupts.
    command = agent.run('sh', '-c', 'trap "stty size; exit 4" WINCH; echo on; while :; do sleep 1; done',
                        flags=TERMINAL, window=(80, 24))
    command.until(STDOUT)
    command.send(WINDOW_SIZE, struct.pack('<II', 120, 50))
    assert command.finish().status == 4 and b'50 120' in command.out, vars(command)
    # (Of cat's own: a shell may swallow what comes between two of its commands.)
    command = agent.run('cat', flags=TERMINAL, window=(80, 24))
    command.feed(b'x\n')
    while command.out.count(b'x') < 2:
        command.until(STDOUT)
    command.feed(b'\x03')
    command.finish()
    assert command.signal == signal.SIGINT, vars(command)
    # All of a long output, though something else keeps the terminal open.
    command = agent.run('sh', '-c', 'trap "" HUP; sleep 5 & seq 20000', flags=TERMINAL, window=(80, 24)).finish()
    assert command.out.splitlines()[-1] == b'20000' and command.out.count(b'\n') == 20000, command.out[-99:]
    command = agent.run('no-such-program', flags=TERMINAL, window=(80, 24)).finish()
    assert command.status == 127, vars(command)


def test_shell(agent, wire):
    command = agent.run(flags=TERMINAL | SHELL, window=(80, 24), env=['TERM=dumb'])
    command.until(STARTED)
    command.feed(b'echo "[$0 $TERM]"; exit 6\n')
    command.finish()
    assert b'sh dumb]' in command.out and b'[-' in command.out and command.status == 6, vars(command)


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
    assert command.status == 127
    command = agent.run('/').finish()
    assert 'Permission denied' in command.error and command.status == 126, vars(command)
    if os.getuid() != 0:
        assert 'does not run as root' in agent.run('id', root=True).finish().error
    for attack in (b'\x10\0\0\0\xff\xff\xff\xff', struct.pack('<II', STDIN, 1) + b'x',
                   struct.pack('<II', 99, 0), struct.pack('<IIIIIII', 16, 22, 0, 0, 0, 9, 9) + b'a\0'):
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
    assert fds <= 12, fds
    with open('/proc/%d/task/%d/children' % (pid, pid)) as file:
        assert file.read() == ''


def test_reconnect(agent, wire):
    wire.close()
    again = agent.accept()
    test_hello(agent, again)
    assert len(receive_applications(again)) > 0
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
