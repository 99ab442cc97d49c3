#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What vmctl lists, as tables and as JSON, and what programs that watch are told, as TAP:
lists.py SILO-VMD VMCTL LIBEXEC qemu|crosvm"""

import json
import re
import sys
import time
import unicodedata
from pathlib import Path

from terminals import Terminal
from world import Watcher, call, run_cases


def starts(world):
    world.start_vmd()
    world.ok("start", "one")


def lists_applications(world):
    greet = {"vm": "one", "id": "greet", "name": "greet", "source": "manifest"}
    told = [{"vm": "one", "id": "gone", "name": "Gone", "category": "Game", "source": "agent"},
            {"vm": "one", "id": "play", "name": "Play ä", "category": "Game", "source": "agent"}]
    everything = world.wait_applications("one", lambda listed: len(listed) == 3)
    assert everything == [greet, *told] == json.loads(world.ok("--json", "applications")), everything
    assert json.loads(world.ok("--json", "applications", "two")) == []
    lines = [line.split() for line in world.ok("applications", "one").splitlines()]
    assert lines[0] == ["one", "greet", "greet", "-", "manifest"], lines
    assert lines[2] == ["one", "play", "Play", "ä", "Game", "agent"], lines
    assert world.ok("run", "--application", "play", "one") == "play"
    assert world.vmctl("run", "--application", "greet", "one").returncode == 5
    result = world.vmctl("run", "--application", "gone", "one")
    assert result.returncode == 127 and b"Cannot run it" in result.stderr, result
    # They are known, and are started, while the VM does not run; what is not known boots nothing.
    world.ok("stop", "one")
    assert json.loads(world.ok("--json", "applications", "one")) == everything
    for name in ("plya", "../play", "play\n", "-x", ""):
        result = world.vmctl("run", f"--application={name}", "one")
        assert result.returncode == 1 and b"has no application" in result.stderr, result
    assert world.status("one")["state"] == "stopped"
    assert world.ok("run", "--application", "play", "one") == "play"
    result = world.vmctl("applications", "won")
    assert result.returncode == 1 and b'did you mean "one"?' in result.stderr, result


def bounds_what_a_guest_lists(world):
    path = world.base / "state/silo/one/applications.json"
    world.ok("run", "one", "list", "double")
    world.ok("run", "one", "list", "many")
    listed = world.wait_applications("one", lambda listed: len(listed) == 500)
    assert len({entry["id"] for entry in listed}) == 500
    # Again and again: it is written a few times, not two thousand, and the last one is there in the end.
    files = {path.stat().st_ino}
    world.ok("run", "one", "list", "endless")
    deadline = time.monotonic() + 15
    while "last1999" not in path.read_text():
        assert time.monotonic() < deadline, path.read_text()
        files.add(path.stat().st_ino)
        time.sleep(0.05)
    assert len(files) < 8 and world.status("one")["state"] == "running", files
    assert world.vmctl("run", "one", "true").returncode == 0


def every_list_has_a_table_and_json(world):
    image = json.loads(world.ok("--json", "images"))
    assert [(entry["name"], entry["complete"]) for entry in image] == [("default", True)], image
    assert world.ok("images").split()[:2] == ["default", "complete"]
    checked = json.loads(world.ok("--manifest", str(world.manifest), "check", "--json"))
    assert checked["valid"] and [vm["name"] for vm in checked["vms"]][:2] == ["one", "two"], checked
    broken = world.base / "broken.scfg"
    broken.write_text("version 1\nvm one {\n\tcolor gren\n}\n")
    broken.chmod(0o600)
    result = world.vmctl("--manifest", str(broken), "--json", "check")
    checked = json.loads(result.stdout)
    assert result.returncode == 2 and not checked["valid"] and 'did you mean "green"' in checked["report"][0], result
    names = [vm["name"] for vm in json.loads(world.ok("--json", "list"))]
    assert names == [vm["name"] for vm in json.loads(world.ok("--json", "status"))]
    assert [line.split()[0] for line in world.ok("status").splitlines()] == names
    # Colours and headings are for terminals, and colours for those who want them.
    for environment, has_color in ({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False):
        terminal = Terminal([world.vmctl_program, "list"], dict(world.environment, TERM="xterm") | environment)
        assert terminal.end() == 0 and (b"\x1b[" in terminal.text) == has_color and b"STATE" in terminal.text
    assert "STATE" not in world.ok("list") and "\x1b" not in world.ok("list")


def columns_of(text):
    """Columns that text takes on a terminal."""
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
               for char in text)


def tables_fit_their_terminal(world):
    world.ok("run", "one", "list", "wide")
    world.wait_applications("one", lambda listed: any(entry["id"] == "wide" for entry in listed))
    environment = dict(world.environment, TERM="xterm", NO_COLOR="1")
    for width in (40, 60, 80, 200):
        terminal = Terminal([world.vmctl_program, "applications", "one"], environment, columns=width)
        assert terminal.end() == 0
        lines = terminal.text.decode().rstrip("\r\n").split("\r\n")
        assert max(columns_of(line) for line in lines) <= width and len(lines) == 7, (width, lines)
        begins = [columns_of(line[:line.rindex("  ") + 2]) for line in lines]
        assert len(set(begins)) == 1, (width, begins, lines)
        assert ("…" in terminal.text.decode()) == (width < 110), (width, lines)
    # What is not for people's eyes is whole.
    assert "A name that is as long as a name may be, and longer" in world.ok("applications", "one")
    terminal = Terminal([world.vmctl_program, "list"], dict(environment, NO_COLOR="", TERM="xterm"), columns=50)
    assert terminal.end() == 0
    plain = re.sub(r"\x1b\[[0-9;]*m", "", terminal.text.decode())
    assert all(columns_of(line) <= 50 for line in plain.split("\r\n")), plain


def json_is_as_the_manual_says(world):
    page = Path(__file__).parents[2].joinpath("docs/man/vmctl.1.scd").read_text().replace("\\", "")
    section = page.split("# JSON")[1].split("\n# ")[0]
    parts = dict(re.findall(r"^\*([a-z]+)\*\n((?:\t.*\n?)+)", section, re.M))
    empty = world.base / "one.scfg"
    empty.write_text("version 1\nvm one\n")
    empty.chmod(0o600)
    listed = {"list": ["list"], "status": ["status", "one"], "applications": ["applications"], "images": ["images"],
              "check": ["--manifest", str(empty), "check"], "argv": ["argv", "one"]}
    for name, words in listed.items():
        answer = json.loads(world.vmctl("--manifest", str(world.manifest), "--json", *words).stdout
                            if name == "argv" else world.vmctl("--json", *words).stdout)
        told = set(re.findall(r"_([a-z_]+)_", parts[name]))
        found = set()

        def collect(value):
            if isinstance(value, dict):
                found.update(value)
                value = list(value.values())
            for part in value if isinstance(value, list) else []:
                collect(part)

        collect(answer)
        assert found <= told, (name, found - told)


def watchers_hear_of_launches(world):
    world.ok("stop", "one")
    watcher = Watcher(world)
    everything = watcher.next()
    assert everything["one"]["state"] == "stopped" and "two" in everything, everything
    glyphs = [vm["glyph"] for vm in list(everything.values())[:12]]
    assert len(set(glyphs)) == len(glyphs) and everything["one"]["memory"] > 0, everything
    # Answered before it has booted, and nobody has to wait for it.
    assert "error" not in call(world, "Launch", name="one", application="greet")
    watcher.wait("one", "starting")
    assert watcher.wait("one", "running")["expected_ms"] > 0
    assert "error" not in call(world, "Launch", name="one", application="greet")
    answer = call(world, "Launch", name="one", application="no-such")
    assert answer["error"] == "io.silo.Manager.Failed" and "no-such" in answer["parameters"]["reason"], answer
    world.ok("pause", "one")
    watcher.wait("one", "paused")
    assert "is paused" in call(world, "Launch", name="one", application="greet")["parameters"]["reason"]
    world.ok("resume", "one")
    watcher.wait("one", "running")
    watcher.sock.close()
    assert world.vmctl("run", "one", "true").returncode == 0
    world.ok("stop", "one")


CASES = [
    starts, lists_applications, bounds_what_a_guest_lists, every_list_has_a_table_and_json,
    tables_fit_their_terminal, json_is_as_the_manual_says,
    watchers_hear_of_launches,
]

if __name__ == "__main__":
    sys.exit(run_cases(lambda world: CASES))
