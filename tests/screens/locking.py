#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The lock on real screens: in the machine of screens.py, with swaylock, a person's real password, logind and a card
of two heads. No key and no pixel comes through from the chord that locks to the right password, whatever happens to
consoles, monitors, the locker and silo itself meanwhile. With SILO_TEST_FULL=1 all of it.

usage: locking.py BUILD [DIRECTORY-FOR-PICTURES]"""

import os
import sys

import screens
from disks import PASSWORD, USER
from screen import Timeout
from screens import FLAT, LOG, SLOW, tap

# The ring that swaylock draws, as compositor/lock/swaylock.conf says; the panel has some pixels of that grey, too.
RING, RING_PIXELS = 0x75787c, 1000
MENU = 0xd1127a
# A window that drags, and what it drags: the inverse.
DRAG = 0x1290d1
ICON = DRAG ^ 0xffffff
FULL = os.environ.get('SILO_TEST_FULL')
SUSPEND = '''[Service]
ExecStart=
ExecStart=/bin/sh -c 'echo the machine sleeps >/run/slept'
'''


class World(screens.World):
    def wait_locked(self, head=0, what='the locker'):
        """Waits for the locker's ring; no picture until then may have a pixel of the window."""
        def look(screen):
            assert screen.count(FLAT) == 0, 'the window is seen while the session is locked'
            return screen.count(RING) > RING_PIXELS
        self.screen(head).wait(look, SLOW, what)

    def wait_blank(self):
        """Locking has been asked for, but perhaps not yet heard."""
        self.screen().wait(lambda s: s.count(FLAT) == 0, SLOW, 'a screen without the window')
        self.wait_locked()

    def lock(self):
        self.machine.press('meta_l', 'l')
        self.wait_blank()

    def unlock(self):
        told = "journalctl -b -t silo -o cat | grep -c 'unlocked by' || true"
        before = self.machine.shell.run(told).strip()
        self.machine.press('esc')
        self.machine.type(PASSWORD + '\n')
        self.machine.shell.run('until [ "$(%s)" -gt %s ]; do sleep 0.2; done' % (told, before), SLOW)
        self.screen().wait(lambda s: s.count(RING) < RING_PIXELS, SLOW, 'the desktop again')

    def type_until_heard(self):
        """Keys typed while the console's devices come back are lost: types until the locker shows it."""
        for _ in range(SLOW // 5):
            before = self.screen().look().pixels
            self.machine.type('a')
            try:
                self.screen().wait(lambda s: s.pixels != before, 5)
                return
            except Timeout:
                pass
        raise AssertionError('the locker hears no key')

    def keys(self):
        return [line for line in self.machine.shell.run('cat ' + LOG).splitlines() if line.startswith('key ')]

    def locked_hint(self):
        return self.machine.shell.run("loginctl show-user %s -p Display --value | xargs loginctl show-session -p LockedHint "
                                      "--value" % USER).strip()


def its_keys_lock_the_session(world):
    world.before = world.keys()
    world.lock()
    world.keep('locked')
    world.machine.wait_journal('silo', 'locked: by its keys')
    assert world.keys() == world.before, 'keys of the chord came to the window'
    assert world.locked_hint() == 'yes', world.locked_hint()


def a_wrong_password_opens_nothing(world):
    world.machine.type('wrong\n')
    world.machine.wait_journal('silo', 'pam_authenticate failed')
    world.wait_locked()
    # Chords of the desktop are letters of a password, if anything.
    world.machine.press('meta_l', 'q')
    world.machine.press('alt', 'tab')
    world.machine.move_to(640, 400, 1280, 800)
    world.machine.click()
    world.keep('wrong')


def other_consoles_do_not_open_it(world):
    world.machine.press('ctrl', 'alt', 'f2')
    world.screen().wait(lambda s: s.count(RING) < RING_PIXELS and s.count(screens.TEXT) > 50, SLOW, 'the second console')
    world.machine.press('ctrl', 'alt', 'f1')
    world.wait_locked(what='the locker after the other console')
    world.type_until_heard()


def the_right_password_opens_it(world):
    world.unlock()
    world.screen().wait(lambda s: s.count(FLAT) > 100000, SLOW, 'the window')
    world.keep('unlocked')
    world.machine.wait_journal('silo', 'unlocked by the locker')
    assert world.keys() == world.before, 'keys typed while it was locked came to the window'
    assert 'button' not in world.machine.shell.run('tail -n 5 ' + LOG)
    world.machine.type('z')
    world.machine.wait_file(LOG, 'key 44 pressed')
    assert world.locked_hint() == 'no', world.locked_hint()


def a_screen_that_comes_while_it_is_locked_shows_nothing(world):
    screens.a_second_screen_is_plugged_in(world)
    screens.a_window_is_carried_over(world)
    world.machine.press('meta_l', 'l')
    for head in range(2):
        world.screen(head).wait(lambda s: s.count(FLAT) == 0, SLOW, 'a screen without the window')
        world.wait_locked(head)
    world.keep('both-locked', 1)
    # The window would come back to this screen, were it to be seen.
    world.screen(1).plug(0, 0)
    world.machine.shell.run('until grep -q ^dis /sys/class/drm/card0-Virtual-2/status; do sleep 0.1; done')
    world.wait_locked()
    world.screen(1).plug(1024, 768)
    world.wait_locked(1, 'the locker on the screen that came')
    world.keep('came-locked', 1)
    world.unlock()
    world.screen(1).wait(lambda s: s.count(FLAT) > 20000, SLOW, 'the window on the screen that came')
    world.screen(1).plug(0, 0)
    world.screen().wait(lambda s: s.count(FLAT) > 20000, SLOW, 'the window on the first screen')


def a_locker_that_is_killed_opens_nothing(world):
    world.lock()
    died = "journalctl -b -t silo -o cat | grep -c 'the locker died' || true"
    for number in range(1, 3):
        world.machine.shell.run('until pkill -9 -x swaylock; do sleep 0.1; done; until [ "$(%s)" -ge %d ]; do sleep 0.1; done'
                                % (died, number), SLOW)
        assert world.screen().look().count(FLAT) == 0, 'the window is seen without a locker'
        world.machine.type('y')
        world.wait_locked(what='another locker')
    world.unlock()
    world.screen().wait(lambda s: s.count(FLAT) > 20000, SLOW, 'the window')
    assert 'key 21 pressed' not in world.keys()


def menus_moves_and_fullscreen_give_way(world):
    x, y = screens.corner_of_window(world.screen())
    # A menu: test-window opens one at a click, with a grab.
    world.machine.as_user('test-window --popup --color %06x --size 400x250' % MENU, '/run/menu')
    world.machine.wait_file('/run/menu', 'configure')
    world.screen().wait(lambda s: s.count(MENU) > 20000, SLOW, 'the second window')
    mx, my = screens.corner_of_window(world.screen(), MENU)
    world.machine.move_to(mx + 20, my + 20, 1280, 800)
    world.machine.click()
    world.machine.wait_file('/run/menu', 'popup')
    world.lock()
    assert world.screen().count(MENU) == 0
    world.unlock()
    # A window that is being carried.
    world.machine.move_to(mx + 150, my - 12, 1280, 800)
    world.machine.button(True)
    world.machine.move_to(mx + 180, my + 20, 1280, 800)
    world.lock()
    world.machine.move_to(200, 200, 1280, 800)
    world.machine.button(False)
    world.unlock()
    # Fullscreen.
    world.machine.press('meta_l', 'f')
    world.screen().wait(lambda s: s.count(MENU) + s.count(FLAT) > 800000, SLOW, 'a window on all of the screen')
    world.lock()
    assert world.screen().count(MENU) == 0
    world.unlock()
    world.machine.press('meta_l', 'f')
    world.screen().wait(lambda s: s.count(MENU) + s.count(FLAT) < 400000, SLOW, 'the window as it was')


def a_drag_gives_way(world):
    world.machine.as_user('test-window --drag --color %06x --size 400x250' % DRAG, '/run/drag')
    world.machine.wait_file('/run/drag', 'configure')
    world.screen().wait(lambda s: s.count(DRAG) > 20000, SLOW, 'the window to drag from')
    x, y = screens.corner_of_window(world.screen(), DRAG)
    # Whatever has just appeared is not clicked at once.
    world.machine.move_to(x + 20, y + 20, 1280, 800)
    world.machine.click()
    world.machine.wait_file('/run/drag', 'keyboard-enter')
    world.machine.button(True)
    world.machine.move_to(x + 40, y + 40, 1280, 800)
    world.machine.wait_file('/run/drag', 'drag-begun')
    world.machine.move_to(x + 60, y + 60, 1280, 800)
    world.screen().wait(lambda s: s.count(ICON) > 500, SLOW, 'what is dragged')
    world.keep('drag')
    world.lock()
    assert world.screen().look().count(ICON) == 0, 'what is dragged is seen'
    world.machine.wait_file('/run/drag', 'drag-cancelled')
    told = world.machine.shell.run('cat /run/drag')
    world.machine.move_to(x + 90, y + 90, 1280, 800)
    world.machine.button(False)
    world.machine.type('x')
    world.wait_locked()
    assert world.machine.shell.run('cat /run/drag') == told, 'the window was told something behind the lock'
    world.unlock()


def loginctl_locks_and_unlocks(world):
    world.machine.shell.run('loginctl lock-sessions')
    world.wait_blank()
    world.machine.wait_journal('silo', 'locked: by logind')
    assert world.locked_hint() == 'yes', world.locked_hint()
    world.machine.shell.run('loginctl unlock-sessions')
    world.screen().wait(lambda s: s.count(FLAT) > 20000 and s.count(RING) < RING_PIXELS, SLOW, 'the window')
    world.machine.wait_journal('silo', 'unlocked by logind')
    # As a person types it.
    world.run('silo --lock')
    world.wait_blank()
    world.unlock()


def the_machine_sleeps_locked(world):
    """With logind, its delay and all it does; only the very last, that the processor stops, is left out."""
    run = world.machine.shell.run
    assert 'Silo' in run('systemd-inhibit --list')
    run("mkdir -p /run/systemd/system/systemd-suspend.service.d; printf '%s' \"$(cat <<'END'\n" + SUSPEND +
        "END\n)\" >/run/systemd/system/systemd-suspend.service.d/test.conf; systemctl daemon-reload; systemctl suspend")
    world.machine.wait_journal('silo', 'the machine may sleep')
    world.wait_blank()
    run('until [ -e /run/slept ]; do sleep 0.1; done')
    order = run("journalctl -b -o cat | grep -e 'the machine may sleep' -e 'System Suspend' | head -n 2").splitlines()
    assert 'may sleep' in order[0], order
    world.unlock()
    run('until systemd-inhibit --list | grep -q Silo; do sleep 0.1; done')


def a_silo_that_is_killed_comes_back_locked(world):
    world.lock()
    world.machine.shell.run('pkill -9 -x silo')
    world.machine.wait_journal('silo', 'it is locked again')
    world.wait_locked(what='the locker of another silo')
    world.keep('killed')
    world.unlock()
    world.machine.wait_journal('silo', 'unlocked by the locker')


CASES = [
    screens.the_machine_boots_to_a_login,
    screens.a_person_logs_in_on_a_console,
    screens.silo_session_shows_the_desktop,
    screens.keys_reach_a_client,
    its_keys_lock_the_session,
    a_wrong_password_opens_nothing,
    other_consoles_do_not_open_it,
    the_right_password_opens_it,
    a_screen_that_comes_while_it_is_locked_shows_nothing,
    a_locker_that_is_killed_opens_nothing,
    *([menus_moves_and_fullscreen_give_way, a_drag_gives_way, loginctl_locks_and_unlocks, the_machine_sleeps_locked,
       a_silo_that_is_killed_comes_back_locked] if FULL else []),
]

if __name__ == '__main__':
    sys.exit(tap.run(World(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None), CASES,
                     screens.the_machine_is_switched_off))
