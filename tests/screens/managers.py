#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Other ways to the screens than a login on a console with logind: a greeter (greetd with agreety), which starts what the
entry in wayland-sessions says, and seatd in logind's place. In the emulated machine, without guests; a minute.

usage: SILO_TEST_FULL=1 managers.py BUILD [DIRECTORY-FOR-PICTURES]"""

import os
import sys

import screens
from disks import PASSWORD
from screens import SLOW, TEXT, USER, tap

ENTRY = '/usr/local/share/wayland-sessions/silo.desktop'


def wait_console(world, number, text):
    """Waits for words on a console, which need not be there yet."""
    world.screen().wait(lambda _: text in world.machine.shell.run('cat /dev/vcs%d' % number, check=False), SLOW,
                        'console %d: %s' % (number, text))


def is_desktop(screen):
    return screen.width == 1280 and all(screen.pixel(640, y) not in (0, -1) for y in (5, 600))


def a_greeter_starts_the_session_of_the_list(world):
    machine = world.machine
    command = machine.shell.run("sed -n 's/^Exec=//p' " + ENTRY).strip()
    machine.shell.run("printf '[terminal]\\nvt = 7\\n[default_session]\\ncommand = \"/usr/sbin/agreety --cmd %s\"\\n"
                      "user = \"_greetd\"\\n' >/etc/greetd/config.toml && systemctl start greetd" % command)
    wait_console(world, 7, 'login:')
    machine.type(USER + '\n')
    wait_console(world, 7, 'assword:')
    world.keep('greeter')
    machine.type(PASSWORD + '\n')
    machine.wait_journal('silo', 'ready on WAYLAND_DISPLAY')
    world.screen().wait(is_desktop, SLOW, 'the desktop')
    world.keep('greeted')


def the_session_is_the_users(world):
    machine = world.machine
    session = machine.shell.run("loginctl show-user %s --value -p Display" % USER).strip()
    shown = machine.shell.run('loginctl show-session %s -p Type -p Class -p State -p VTNr -p Service' % session)
    for line in ('Class=user', 'State=active', 'VTNr=7', 'Service=greetd'):
        assert line in shown.split(), shown
    machine.wait_journal('systemd', 'Reached target silo-session.target')


def the_greeter_comes_back(world):
    machine = world.machine
    machine.press('meta_l', 'shift', 'e')
    wait_console(world, 7, 'login:')
    assert machine.shell.run('pgrep -x silo', check=False) == ''
    world.keep('greeter-again')
    machine.shell.run('systemctl stop greetd')


def seatd_gives_screens_and_keys(world):
    machine = world.machine
    machine.shell.run('rm /etc/systemd/system/seatd.service && gpasswd -a %s video >/dev/null && systemctl daemon-reload && '
                      'systemctl start seatd' % USER)
    machine.press('ctrl', 'alt', 'f2')
    wait_console(world, 2, 'login:')
    machine.type(USER + '\n')
    wait_console(world, 2, 'assword:')
    machine.type(PASSWORD + '\n')
    wait_console(world, 2, '$')
    machine.type('LIBSEAT_BACKEND=seatd exec silo-session\n')
    world.screen().wait(is_desktop, SLOW, 'the desktop')
    world.keep('seatd')
    held = machine.shell.run('ls -l /proc/$(pgrep -x seatd)/fd')
    assert '/dev/dri/card0' in held and '/dev/input/event' in held, held


def consoles_change_with_seatd(world):
    machine = world.machine
    machine.press('ctrl', 'alt', 'f1')
    world.screen().wait(lambda s: s.count(TEXT) > 50 and not is_desktop(s), SLOW, 'the first console')
    machine.press('ctrl', 'alt', 'f2')
    world.screen().wait(is_desktop, SLOW, 'the desktop again')
    machine.press('meta_l', 'shift', 'e')
    world.screen().wait(lambda s: s.count(TEXT) > 50 and not is_desktop(s), SLOW, 'the login prompt')


CASES = [
    screens.the_machine_boots_to_a_login,
    a_greeter_starts_the_session_of_the_list,
    the_session_is_the_users,
    the_greeter_comes_back,
    seatd_gives_screens_and_keys,
    consoles_change_with_seatd,
]

if __name__ == '__main__':
    if os.environ.get('SILO_TEST_FULL') != '1':
        print('1..0 # SKIP only with SILO_TEST_FULL=1')
        sys.exit(0)
    sys.exit(tap.run(screens.World(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None), CASES,
                     screens.the_machine_is_switched_off))
