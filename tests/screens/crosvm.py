#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A guest under a real crosvm, in the emulated machine, whose processor has SVM: the VM is booted by nested KVM, its
window and console take typing, it is paused, reset, stopped and killed, and its end is told. Debian has no crosvm: the
program is given (meson option "crosvm"), and without one this is no test. Takes minutes.

usage: crosvm.py BUILD CROSVM [DIRECTORY-FOR-PICTURES]"""

import json
import os
import secrets
import sys

import screens
from machine import Machine
from screens import HOME, SLOW, USER, tap

# A guest in an emulated machine, on a busy one.
VERY_SLOW = 300
IMAGE = os.path.join(os.environ.get('XDG_DATA_HOME') or os.path.expanduser('~/.local/share'), 'silo', 'images', 'default')
# The grounds of the guest's foot, as its image sets it, and of the host's that shows the console.
FOOT, CONSOLE = 0x1c1e22, 0x204060
# No word of crosvm: where it is, it is chosen. Root is for resets and panics.
MANIFEST = 'version 1\nvm one {\n\troot allow\n\tmemory 640M\n\tagent-timeout 4m\n}\n'


class World(screens.World):
    def __init__(self, build, crosvm, pictures):
        self.machine = Machine(build, 3584, IMAGE, 'max,+svm', [crosvm])
        self.pictures = pictures
        self.background = None

    def status(self):
        return json.loads(self.run('vmctl status one --json'))

    def start(self):
        self.run('vmctl start one', VERY_SLOW)
        return self.status()

    def wait_failure(self, reason):
        self.machine.wait_journal('silo-vm-one.service', 'failed: ' + reason.replace("'", '.'), SLOW)
        status = self.status()
        assert status['state'] == 'failed' and status['reason'].startswith(reason), status

    def click_on(self, color):
        x, y = screens.corner_of_window(self.screen(), color)
        self.machine.move_to(x + 60, y + 60, 1280, 800)
        self.machine.click()

    def typed(self, command):
        """Types a command; returns what it said to a pipe in the guest."""
        self.run("vmctl run one sh -c 'rm -f /tmp/typed; mkfifo /tmp/typed'")
        self.machine.type(command + ' >/tmp/typed\n')
        return self.run('timeout 60 vmctl run one cat /tmp/typed').strip()


def the_machine_has_kvm_and_a_guests_image(world):
    folder = HOME + '/.local/share/silo/images/default'
    world.machine.shell.run('modprobe kvm-amd && udevadm settle; mkdir -p %s %s/.config/silo && mount -o ro /dev/vdc %s'
                            % (folder, HOME, folder))
    world.machine.shell.run("printf '%s' >%s/.config/silo/vms.scfg && chmod 644 %s/.config/silo/vms.scfg && "
                            "cd %s && chown %s: .config .config/silo .config/silo/vms.scfg .local .local/share "
                            ".local/share/silo .local/share/silo/images && test -r %s/kernel"
                            % (MANIFEST.replace('\n', '\\n').replace('\t', '\\t'), HOME, HOME, HOME, USER, folder))


def silo_session_shows_the_desktop(world):
    world.machine.type('exec silo-session\n')
    world.machine.wait_journal('silo', 'ready on WAYLAND_DISPLAY')
    world.machine.wait_journal('silo', 'ready, 1 VM')


def crosvm_is_chosen_and_boots_the_guest(world):
    status = world.start()
    assert (status['state'], status['vmm'], status['accelerator'], status['boots']) == ('running', 'crosvm', 'kvm', 1)
    assert status['jail'] == 'full', status
    print('# %d ms from start to the agent' % status['ready_ms'])


def commands_run_in_it(world):
    assert world.run('vmctl run one cat /proc/sys/kernel/hostname').strip() == 'one'
    assert world.run("sh -c 'vmctl run one sh -c \"exit 7\"; echo $?'").strip() == '7'


def its_window_takes_typing(world):
    world.machine.as_user('vmctl run one foot', '/run/foot.log')
    world.screen().wait(lambda s: s.count(FOOT) > 50000, VERY_SLOW, 'the terminal')
    word = secrets.token_hex(4)
    assert world.typed('echo ' + word) == word
    world.keep('window')


def it_stands_still_and_goes_on(world):
    world.run('vmctl pause one')
    assert world.status()['state'] == 'paused'
    world.run('vmctl resume one')
    assert world.typed('tty') == '/dev/pts/0'
    world.keep('resumed')


def its_console_takes_typing(world):
    world.machine.as_user('foot -o colors-dark.background=%06x vmctl console one' % CONSOLE, '/run/console.log')
    world.screen().wait(lambda s: s.count(CONSOLE) > 30000, SLOW, "the console's terminal")
    world.click_on(CONSOLE)
    world.machine.type('\n')
    assert world.typed('tty') == '/dev/ttyS0'
    world.keep('console')


def windows_come_after_the_gpu_is_reset(world):
    # Its render node must be free, else the next has another number.
    world.machine.shell.run("pkill -f 'vmctl run one foot'")
    world.screen().wait(lambda s: s.count(FOOT) < 1000, SLOW, 'the end of the terminal')
    # crosvm keeps the mapping of the blobs' window where QEMU drops it.
    world.run("vmctl run --root one sh -c 'cd /sys/bus/virtio/drivers/virtio_gpu; for d in virtio*; do "
              "echo $d >unbind; echo $d >bind; done; chown user /dev/dri/renderD128'")
    world.machine.as_user('vmctl run one foot', '/run/foot.log')
    world.screen().wait(lambda s: s.count(FOOT) > 50000, SLOW, 'a terminal again')
    world.click_on(FOOT)
    assert world.typed('tty') == '/dev/pts/0'
    world.keep('reset')


def a_reset_boots_it_again(world):
    before = world.status()
    world.run("vmctl run --root one sh -c 'echo b >/proc/sysrq-trigger'", check=False)
    assert world.run('vmctl run one cat /proc/sys/kernel/hostname', VERY_SLOW).strip() == 'one'
    after = world.status()
    assert after['boots'] == 2 and after['boot_id'] != before['boot_id'], (before, after)


def a_panic_is_told(world):
    world.run("vmctl run --root one sh -c 'echo c >/proc/sysrq-trigger'", check=False)
    world.wait_failure("the guest's kernel panicked")


def it_stops(world):
    pids = world.start()['pids']
    world.run('vmctl stop one')
    status = world.status()
    assert (status['state'], status['reason']) == ('stopped', ''), status
    left = world.machine.shell.run('ls -d %s 2>/dev/null; pgrep -x crosvm'
                                   % ' '.join('/proc/%d' % pid for pid in pids.values() if pid), check=False)
    assert left == '', left


def it_stops_by_force(world):
    world.start()
    world.run('vmctl stop --force one')
    assert world.status()['state'] == 'stopped'


def a_killed_crosvm_is_told(world):
    world.machine.shell.run('kill -9 %d' % world.start()['pids']['vmm'])
    world.wait_failure('crosvm was killed')


CASES = [
    screens.the_machine_boots_to_a_login,
    the_machine_has_kvm_and_a_guests_image,
    screens.a_person_logs_in_on_a_console,
    silo_session_shows_the_desktop,
    crosvm_is_chosen_and_boots_the_guest,
    commands_run_in_it,
    its_window_takes_typing,
    it_stands_still_and_goes_on,
    its_console_takes_typing,
    windows_come_after_the_gpu_is_reset,
    a_reset_boots_it_again,
    a_panic_is_told,
    it_stops,
    it_stops_by_force,
    a_killed_crosvm_is_told,
]

if __name__ == '__main__':
    sys.exit(tap.run(World(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None), CASES,
                     screens.the_machine_is_switched_off))
