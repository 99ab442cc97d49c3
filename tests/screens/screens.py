#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Silo on real screens: a Debian machine with logind, a graphics card of two heads and a keyboard, under
emulation. A person logs in on a console, starts the session, types, changes consoles, plugs a monitor in and pulls it out.

usage: screens.py BUILD [DIRECTORY-FOR-PICTURES]"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))

import tap  # noqa: E402
from disks import PASSWORD, USER  # noqa: E402
from machine import Machine  # noqa: E402

TEXT = 0xaaaaaa
# The colour of the test client's window; nothing of Silo's has it.
FLAT = 0x12e0b4
LOG = '/run/test-window'
# Emulation on a busy machine.
SLOW = 120
HOME = '/home/' + USER


class World:
    def __init__(self, build, pictures):
        self.machine = Machine(build)
        self.pictures = pictures
        self.background = None

    def screen(self, head=0):
        return self.machine.screens[head]

    def keep(self, name, head=0):
        if self.pictures is not None:
            self.screen(head).save(os.path.join(self.pictures, name + '.png'))

    def run(self, command, timeout=SLOW, check=True):
        """Runs a command as the person would in another terminal; returns what it printed."""
        return self.machine.shell.run('cd %s; setpriv --reuid 1000 --regid 1000 --init-groups env HOME=%s '
                                      'XDG_RUNTIME_DIR=/run/user/1000 PATH=/usr/local/bin:/usr/bin:/bin %s'
                                      % (HOME, HOME, command), timeout, check)

    def type_until(self, character, line):
        """Types a character until the window has it: after a fast change of consoles and back the keyboard is
        gone for a moment, and what is typed meanwhile is nobody's."""
        for _ in range(SLOW):
            self.machine.type(character)
            try:
                self.machine.wait_file(LOG, line, 1)
                return
            except AssertionError:
                pass
        raise AssertionError('the keyboard does not come back')

    def diagnosis(self):
        try:
            self.keep('failed')
            return self.machine.shell.run('journalctl -b -n 25 -o short-monotonic', 20)
        except (AssertionError, OSError) as error:
            return '%s\n%s' % (error, self.machine.console()[-1500:])


def the_machine_boots_to_a_login(world):
    world.machine.shell.run('true', SLOW)
    world.screen().wait(lambda s: s.width == 1280 and s.count(TEXT) > 100, SLOW, 'the login prompt')
    print('# %s' % world.machine.shell.run('cat /proc/uptime').split()[0], 's after power-on')


def a_person_logs_in_on_a_console(world):
    before = world.screen().look().count(TEXT)
    world.machine.type(USER + '\n')
    world.screen().wait(lambda s: s.count(TEXT) > before + 300, SLOW, 'the password prompt')
    world.machine.type(PASSWORD + '\n')
    world.machine.wait_journal('systemd-logind', 'New session .* of user .*%s' % USER)


def silo_session_shows_the_desktop(world):
    world.machine.type('exec silo-session\n')
    world.machine.wait_journal('silo', 'ready on WAYLAND_DISPLAY')
    # The wallpaper is where the console was black.
    world.screen().wait(lambda s: s.width == 1280 and s.pixel(640, 600) not in (0, -1) and
                        s.pixel(640, 5) not in (0, -1), SLOW, 'the desktop')
    world.background = world.screen().pixel(640, 600)
    world.keep('desktop')


def the_session_is_known_to_systemd(world):
    world.machine.wait_journal('systemd', 'Reached target silo-session.target')
    environment = world.machine.shell.run(
        'setpriv --reuid 1000 --regid 1000 --init-groups env XDG_RUNTIME_DIR=/run/user/1000 '
        'systemctl --user show-environment')
    for line in ('XDG_CURRENT_DESKTOP=silo:wlroots', 'XDG_SESSION_TYPE=wayland', 'WAYLAND_DISPLAY=wayland-0'):
        assert line in environment, environment


def keys_reach_a_client(world):
    world.machine.as_user('test-window --color %06x --size 500x300' % FLAT, LOG)
    world.machine.wait_file(LOG, 'keyboard-enter')
    world.screen().wait(lambda s: s.count(FLAT) > 100000, SLOW, 'the window')
    world.machine.type('a')
    world.machine.wait_file(LOG, 'key 30 pressed')
    world.keep('window')


def corner_of_window(screen, color=FLAT):
    """The top left pixel of the client's area."""
    pixels, wanted, at = screen.look().pixels, color.to_bytes(3, 'big'), -1
    while (at := pixels.find(wanted, at + 1)) % 3 != 0:
        pass
    return at // 3 % screen.width, at // 3 // screen.width


def the_mouse_reaches_a_client(world):
    x, y = corner_of_window(world.screen())
    world.machine.move_to(x + 100, y + 100, 1280, 800)
    world.machine.wait_file(LOG, 'pointer-enter')
    world.machine.click()
    world.machine.wait_file(LOG, 'button 272 released')


def another_console_takes_screen_and_keys(world):
    world.machine.press('ctrl', 'alt', 'f2')
    world.screen().wait(lambda s: s.count(FLAT) == 0 and s.count(TEXT) > 50, SLOW, 'the second console')
    world.keep('console')
    world.machine.type('b')
    world.screen().wait(lambda s: s.count(TEXT) > 50, SLOW)
    world.machine.press('ctrl', 'alt', 'f1')
    world.screen().wait(lambda s: s.count(FLAT) > 100000 and s.pixel(640, 600) == world.background, SLOW,
                        'the desktop again')
    world.type_until('c', 'key 46 pressed')
    log = world.machine.shell.run('cat ' + LOG)
    assert 'key 48' not in log, 'a key of another console came to the window'
    # Nothing hangs: what was held down when the consoles changed has been let go.
    assert log.splitlines()[-1].startswith('key 46'), log[-300:]


def a_second_screen_is_plugged_in(world):
    status = world.machine.shell.run('cat /sys/class/drm/card0-Virtual-2/status')
    assert status.strip() == 'disconnected', status
    world.screen(1).plug(1024, 768)
    world.screen(1).wait(lambda s: s.width == 1024 and s.height == 768 and s.pixel(512, 600) not in (0, -1) and
                         s.pixel(512, 5) not in (0, -1), SLOW, 'the desktop on the second screen')
    world.keep('second', 1)


def a_window_is_carried_over(world):
    x, y = corner_of_window(world.screen())
    layout = (1280 + 1024, 800)
    world.machine.move_to(x + 60, y - 12, *layout)
    world.machine.button(True)
    world.machine.move_to(x + 700, y + 100, *layout)
    world.machine.move_to(x + 1380, y + 100, *layout)
    world.machine.button(False)
    world.screen(1).wait(lambda s: s.count(FLAT) > 100000, SLOW, 'the window on the second screen')
    world.keep('carried', 1)


def windows_keep_their_screens_while_another_console_is_shown(world):
    world.machine.press('ctrl', 'alt', 'f2')
    world.screen(1).wait(lambda s: s.count(FLAT) == 0, SLOW, 'the second console')
    world.machine.press('ctrl', 'alt', 'f1')
    world.screen(1).wait(lambda s: s.count(FLAT) > 100000, SLOW, 'the window on the second screen again')
    world.screen().wait(lambda s: s.pixel(640, 600) == world.background and s.count(FLAT) == 0, SLOW,
                        'the first screen without it')
    world.keep('carried-again', 1)


def nothing_is_lost_by_changing_consoles_fast(world):
    for character, code in zip('stuv', (31, 20, 22, 47)):
        world.machine.press('ctrl', 'alt', 'f2')
        world.screen(1).wait(lambda s: s.count(FLAT) == 0, SLOW, 'the second console')
        world.machine.press('ctrl', 'alt', 'f1')
        world.screen(1).wait(lambda s: s.count(FLAT) > 100000, SLOW, 'the window on the second screen again')
        world.type_until(character, 'key %d pressed' % code)


def windows_come_back_from_a_screen_that_goes(world):
    world.screen(1).plug(0, 0)
    world.screen().wait(lambda s: s.count(FLAT) > 20000, SLOW, 'the window on the first screen')
    world.keep('back')
    world.machine.type('d')
    world.machine.wait_file(LOG, 'key 32 pressed')


def read_settings(world, text):
    """Writes them as the person's own, and has them read by the chord for it."""
    folder = '/home/%s/.config/silo' % USER
    world.machine.shell.run("install -d -o %s -g %s %s %s && printf '%s' > %s/config && chown %s: %s/config"
                            % (USER, USER, os.path.dirname(folder), folder, text, folder, USER, folder))
    world.machine.press('meta_l', 'shift', 'r')


def changed_settings_change_the_screen(world):
    read_settings(world, 'output Virtual-1 {\\n\\tmode 1024x768\\n\\tscale 1\\n}\\n')
    world.screen().wait(lambda s: s.width == 1024 and s.height == 768 and s.count(FLAT) > 20000 and
                        s.pixel(512, 5) not in (0, -1), SLOW, 'the desktop in the mode that was chosen')
    world.keep('mode')
    # One that the card does not have changes nothing, and is told.
    read_settings(world, 'output Virtual-1 {\\n\\tmode 1021x767\\n}\\n')
    world.machine.wait_journal('silo', 'output Virtual-1 has no mode 1021x767')
    assert (world.screen().look().width, world.screen().look().height) == (1024, 768), 'another mode'
    read_settings(world, '')
    world.screen().wait(lambda s: s.width == 1280 and s.pixel(640, 600) == world.background, SLOW,
                        'the desktop in its own mode')
    world.machine.type('e')
    world.machine.wait_file(LOG, 'key 18 pressed')


def the_session_ends_by_its_keys(world):
    world.machine.press('meta_l', 'shift', 'e')
    world.screen().wait(lambda s: s.count(TEXT) > 50 and s.count(FLAT) == 0, SLOW, 'the console')
    left = world.machine.shell.run('pgrep -x silo', check=False)
    assert left == '', left


def the_machine_is_switched_off(world):
    world.machine.finish()


CASES = [
    the_machine_boots_to_a_login,
    a_person_logs_in_on_a_console,
    silo_session_shows_the_desktop,
    the_session_is_known_to_systemd,
    keys_reach_a_client,
    the_mouse_reaches_a_client,
    another_console_takes_screen_and_keys,
    a_second_screen_is_plugged_in,
    a_window_is_carried_over,
    windows_keep_their_screens_while_another_console_is_shown,
    nothing_is_lost_by_changing_consoles_fast,
    windows_come_back_from_a_screen_that_goes,
    changed_settings_change_the_screen,
    the_session_ends_by_its_keys,
]

if __name__ == '__main__':
    sys.exit(tap.run(World(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None), CASES,
                     the_machine_is_switched_off))
