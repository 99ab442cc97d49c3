#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The guest image, booted under software emulation: ready in time, commands, shutdown.
Usage: image-test.py [IMAGE]"""

import hashlib
import os
import sys
import time

from agentwire import (APPLICATION, SHELL, SHUTDOWN, STARTED, STDIN_EOF, TERMINAL, Gone,
                       receive_applications)
from vm import VM

READY_MAX_S = float(os.environ.get('SILO_READY_MAX_S', '30'))


def test_ready(vm):
    vm.wire, vm.boot_id = vm.accept()
    took = time.monotonic() - vm.started
    print('# agent ready after %.2f s' % took)
    assert took < READY_MAX_S, took


def test_commands(vm):
    command = vm.run('uname', '-a').finish()
    assert command.status == 0 and b'Linux' in command.out, vars(command)
    print('# ' + command.out.decode().strip())
    command = vm.run('sh', '-c', 'id -un; pwd; cat /proc/sys/kernel/random/boot_id; echo $WAYLAND_DISPLAY;'
                     'exit 42').finish()
    assert command.out.decode().split() == ['user', '/home/user', vm.boot_id, 'wayland-0'], command.out
    assert command.status == 42
    assert vm.run('id', '-u', root=True).finish().out == b'0\n'
    assert 'No such file' in vm.run('no-such-program').finish().error


def test_applications(vm):
    listed = receive_applications(vm.wire)
    names = {entry[0]: entry[1] for entry in listed}
    assert 'Foot' in names.values(), listed
    print('# ' + ', '.join(names))
    assert vm.run('no-such-application', flags=APPLICATION).finish().status == 127


def test_terminal(vm):
    command = vm.run('sh', '-c', 'stty size; stat -c %U $(tty)', flags=TERMINAL, window=(100, 40)).finish()
    assert command.out.split() == [b'40', b'100', b'user'], vars(command)
    command = vm.run(flags=TERMINAL | SHELL, window=(80, 24))
    command.until(STARTED)
    command.feed(b'id -un; exit 5\n')
    assert command.finish().status == 5 and b'user' in command.out, vars(command)


def test_bulk(vm):
    data = os.urandom(1 << 22)
    began = time.monotonic()
    command = vm.run('sh', '-c', 'tee /tmp/x | sha256sum >&2; exec cat /tmp/x')
    command.feed(data)
    command.send(STDIN_EOF)
    command.finish()
    assert command.err.split()[0].decode() == hashlib.sha256(data).hexdigest()
    assert command.out == data and command.status == 0
    print('# 4 MiB in and out: %.2f s' % (time.monotonic() - began))


def test_system(vm):
    script = '''
        set -e
        test "$(hostname)" = tester
        test "$(stat -c %a:%U "$XDG_RUNTIME_DIR")" = 700:user
        touch ~/x /tmp/x; ! touch /etc/x 2>/dev/null
        test "$(stat -c %U /etc/passwd)" = root
        test "$(cat /sys/class/net/lo/operstate)" = unknown
        ! ps -o stat= -A | grep -q '^Z'
        foot --version
        ! ls /dev/dri/card0 2>/dev/null
    '''
    command = vm.run('sh', '-c', script).finish()
    assert command.status == 0, (command.status, command.err)


def test_agent_restarts(vm):
    killer = vm.run('sh', '-c', 'kill -9 $PPID', root=True)
    try:
        vm.wire.receive()
        raise AssertionError('the agent is still there')
    except Gone:
        pass
    killer.close()
    vm.wire, boot_id = vm.accept()
    assert boot_id == vm.boot_id


def test_shutdown(vm):
    began = time.monotonic()
    vm.wire.send(SHUTDOWN)
    assert vm.vmm.wait(30) == 0
    print('# powered off in %.2f s' % (time.monotonic() - began))
    assert 'power off' in vm.console()


def main():
    data = os.environ.get('XDG_DATA_HOME') or os.path.expanduser('~/.local/share')
    image = sys.argv[1] if len(sys.argv) > 1 else os.path.join(data, 'silo/images/default')
    if not os.path.exists(os.path.join(image, 'image.json')):
        print('1..0 # SKIP no image; run tools/guest-image')
        return
    vm = VM(image, parameters='silo.hostname=tester')
    try:
        names = [name for name in globals() if name.startswith('test_')]
        print('1..%d' % len(names), flush=True)
        for i, name in enumerate(names):
            globals()[name](vm)
            print('ok %d - %s' % (i + 1, name), flush=True)
    except BaseException:
        print(''.join('# ' + line for line in vm.console().splitlines(True)[-30:]))
        raise
    finally:
        vm.finish()


main()
