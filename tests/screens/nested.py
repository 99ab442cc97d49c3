#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The whole way of a person, in the emulated machine: vmctl init and silo-session on a console, the launcher's key, a
program of a VM picked in it, the VM booted inside the machine, and words typed into the program. Takes minutes:
only with SILO_TEST_FULL=1.

usage: nested.py BUILD [DIRECTORY-FOR-PICTURES]"""

import os
import secrets
import sys

import screens
from machine import Machine
from screens import TEXT, USER, tap

VERY_SLOW = 150
IMAGES = os.path.join(os.environ.get('XDG_DATA_HOME') or os.path.expanduser('~/.local/share'), 'silo', 'images')
HOME = '/home/' + USER


class World(screens.World):
    def __init__(self, build, pictures):
        self.machine = Machine(build, 4096, IMAGES, 'max,+svm')
        self.pictures = pictures
        self.background = None
        self.word = secrets.token_hex(4)

    def as_user(self, command, timeout=screens.SLOW):
        return self.machine.shell.run('cd %s; setpriv --reuid 1000 --regid 1000 --init-groups env HOME=%s '
                                      'XDG_RUNTIME_DIR=/run/user/1000 %s' % (HOME, HOME, command), timeout)


def guests_images_are_there(world):
    world.machine.shell.run('modprobe kvm-amd; d=%s/.local/share/silo/images; mkdir -p $d && '
                            'mount -o ro /dev/vdc $d && chown %s: %s/.local %s/.local/share %s/.local/share/silo'
                            % (HOME, USER, HOME, HOME, HOME))


def vmctl_init_describes_a_vm(world):
    world.machine.type('vmctl init --yes banking && exec silo-session\n')
    world.machine.wait_journal('silo', 'ready on WAYLAND_DISPLAY')
    world.screen().wait(lambda s: s.pixel(640, 600) not in (0, -1) and s.pixel(640, 5) not in (0, -1), screens.SLOW,
                        'the desktop')
    world.machine.wait_journal('silo', 'ready, 1 VM')


def the_key_opens_the_launcher(world):
    before = bytes(world.screen().look().pixels)
    world.machine.press('meta_l')
    world.screen().wait(lambda s: s.pixels != before and s.pixel(640, 300) != int.from_bytes(
        before[(300 * 1280 + 640) * 3:][:3], 'big'), screens.SLOW, 'the launcher')
    world.keep('launcher')


def a_program_is_picked(world):
    world.machine.type('term')
    world.machine.press('ret')


def what_is_typed_comes_to_the_program(world):
    # foot's ground is a colour of its own, in the image's settings.
    world.screen().wait(lambda s: s.count(0x1c1e22) > 50000, VERY_SLOW, 'the terminal')
    world.machine.type('echo %s >word\n' % world.word)
    for _ in range(20):
        if world.word in world.as_user("sh -c 'vmctl run banking cat word || true'", VERY_SLOW):
            break
    else:
        raise AssertionError('the word did not come to the VM')
    world.keep('typed')


def the_session_ends_by_its_keys(world):
    world.machine.press('meta_l', 'shift', 'e')
    world.screen().wait(lambda s: s.count(TEXT) > 50, screens.SLOW, 'the console')


CASES = [
    screens.the_machine_boots_to_a_login,
    guests_images_are_there,
    screens.a_person_logs_in_on_a_console,
    vmctl_init_describes_a_vm,
    the_key_opens_the_launcher,
    a_program_is_picked,
    what_is_typed_comes_to_the_program,
    the_session_ends_by_its_keys,
]

if __name__ == '__main__':
    if os.environ.get('SILO_TEST_FULL') != '1':
        print('1..0 # SKIP takes minutes: SILO_TEST_FULL=1')
        sys.exit(0)
    sys.exit(tap.run(World(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None), CASES,
                     screens.the_machine_is_switched_off))
