#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keyboards that are plugged in while the session runs, on the machine of screens.py: a stick that says it is a
keyboard types text and the desktop's own chords, and answers the question about itself. Nothing of it arrives before
a person has said yes with another keyboard, through the real silo-ask.

usage: keyboards.py BUILD [DIRECTORY-FOR-PICTURES]"""

import os
import sys

import screens
from machine import Machine
from screens import FLAT, LOG, SLOW, tap

ASKED = 'silo: info: "Accept a new keyboard?"'
# As the kernel names it.
NAME = 'QEMU QEMU USB Keyboard'


class World(screens.World):
    def __init__(self, build, pictures):
        self.machine = Machine(build, devices=('qemu-xhci,id=usb',))
        self.pictures = pictures
        self.background = None

    def keys(self):
        return [line for line in self.machine.shell.run('cat ' + LOG).splitlines() if line.startswith('key ')]

    def answers(self):
        return self.machine.shell.run("journalctl -b -t silo -o cat | grep -F '%s' || true" % ASKED).splitlines()

    def plug_in(self):
        # Bound to the card: what is pressed on the card is pressed on it, and what is pressed on no card on the other one.
        self.machine.qmp.ask('device_add', driver='usb-kbd', id='stick', bus='usb.0', display='gpu')
        self.machine.shell.run("until grep -q 'Name=\"%s\"' /proc/bus/input/devices; do sleep 0.1; done" % NAME, SLOW)

    def unplug(self):
        self.machine.qmp.ask('device_del', id='stick')
        self.machine.shell.run("while grep -q 'Name=\"%s\"' /proc/bus/input/devices; do sleep 0.1; done" % NAME, SLOW)

    def wait_question(self):
        self.screen().wait(lambda s: s.count(FLAT) == 0, SLOW, 'the question')
        # What comes in its first half second is nobody's.
        self.machine.shell.run('sleep 2')

    def wait_desktop(self):
        self.screen().wait(lambda s: s.count(FLAT) > 100000, SLOW, 'the desktop without a question')

    def attack(self):
        """All that the stick can do, and first of all the ends of what a person may just be at."""
        press = self.machine.press
        with self.machine.on('gpu'):
            press('ret')
            self.machine.type('curl evil')
            press('meta_l', 'l')
            press('meta_l', 'shift', 'e')
            press('meta_l', 'q')
            press('alt', 'f4')
            press('meta_l', 'shift', 'c')

    def assert_unheard(self, before):
        assert self.keys() == before, self.keys()
        log = self.machine.shell.run('journalctl -b -t silo -o cat')
        assert 'locked' not in log, log[-600:]
        assert self.machine.shell.run('pgrep -x silo') != ''
        assert 'closed' not in self.machine.shell.run('tail -n 3 ' + LOG)


def a_stick_types_nothing(world):
    before = world.keys()
    world.plug_in()
    world.attack()
    world.wait_question()
    world.keep('question')
    world.attack()
    # Nor does it say yes to itself.
    with world.machine.on('gpu'):
        world.machine.press('tab')
        world.machine.press('tab')
        world.machine.press('spc')
        world.machine.press('ret')
    world.machine.shell.run('sleep 1')
    assert world.answers() == [], world.answers()
    assert world.screen().look().count(FLAT) == 0, 'the question has gone'
    world.assert_unheard(before)


def a_person_says_no_and_it_stays_no(world):
    before = world.keys()
    world.machine.press('esc')
    world.wait_desktop()
    assert world.answers() == [ASKED + ' no'], world.answers()
    world.machine.wait_journal('silo', 'types nothing: You said no')
    world.attack()
    world.machine.shell.run('sleep 1')
    world.keep('refused')
    assert world.screen().look().count(FLAT) > 100000, 'it is asked about again'
    world.assert_unheard(before)
    world.machine.type('s')
    world.machine.wait_file(LOG, 'key 31 pressed')


def plugged_in_again_it_is_asked_about_again(world):
    before = world.keys()
    world.unplug()
    world.plug_in()
    world.wait_question()
    world.attack()
    assert len(world.answers()) == 1, world.answers()
    world.assert_unheard(before)
    world.machine.shell.run('sleep 2')


def a_person_says_yes_and_it_types(world):
    # By way of the box that would remember it.
    world.machine.press('tab')
    world.machine.press('tab')
    world.machine.press('spc')
    world.wait_desktop()
    assert world.answers()[1:] == [ASKED + ' yes'], world.answers()
    before = world.keys()
    with world.machine.on('gpu'):
        world.machine.type('q')
    world.machine.wait_file(LOG, 'key 16 pressed')
    assert world.keys()[len(before):len(before) + 1] == ['key 16 pressed'], world.keys()
    world.keep('accepted')


CASES = [
    screens.the_machine_boots_to_a_login,
    screens.a_person_logs_in_on_a_console,
    screens.silo_session_shows_the_desktop,
    screens.keys_reach_a_client,
    a_stick_types_nothing,
    a_person_says_no_and_it_stays_no,
    plugged_in_again_it_is_asked_about_again,
    a_person_says_yes_and_it_types,
]

if __name__ == '__main__':
    sys.exit(tap.run(World(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None), CASES,
                     screens.the_machine_is_switched_off))
