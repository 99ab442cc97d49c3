#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A guest's list of applications is an attack, as TAP: applications.py SILO-VMD VMCTL LIBEXEC qemu

Names with escapes and letters that reorder, ids that are paths or orders to a shell, lists without end. First a list of the
same form that is none, which must be shown. What breaks the rules ends the agent's connection and leaves nothing of itself in
`vmctl applications`, its JSON, what launchers are told, the file that is kept, and the log."""

import json
import select
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "vmctl"))
from cases import label  # noqa: E402
from terminal_rules import is_plain  # noqa: E402
from world import run_cases  # noqa: E402

APPLICATIONS, FIRST, LAST = 3, 1, 2
PIECE = 32768


def entry(name="Name", category="Game", identity="evil"):
    return b"".join((text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")) + b"\0"
                    for text in (identity, name, category))


GOOD = entry("Good", identity="good")


def listed(*entries, count=None, flags=FIRST | LAST):
    body = struct.pack("<II", flags, len(entries) if count is None else count) + b"".join(entries)
    return struct.pack("<II", APPLICATIONS, len(body)) + body


NAMES = {"an escape": "evil\x1b]52;c;ZXZpbA==\x07", "C1": "evil\x9b6n", "a newline": "evil\nbanking", "nothing": "",
         "right to left": "evil\u202egnp.knab", "an isolate": "evil\u2066x", "nothing to see": "e\u200bvil",
         "a tag": "evil\U000e0041", "a line's end": "evil\u2028x", "a surrogate": "evil\ud800", "no UTF-8": b"evil\xff",
         "too long UTF-8": b"evil\xc0\xaf", "128 bytes": "e" * 128}
IDS = {"a path": "../../../bin/sh", "a hidden file": ".evil", "an option": "-evil", "a shell's order": "evil;reboot",
       "a substitution": "$(reboot)", "a space": "evil x", "nothing": "", "64 bytes": "e" * 64, "a slash": "a/b",
       "a newline": "evil\nx", "UTF-8": "\u00e9vil", "a format": "%s%n"}
CATEGORIES = {"a separator": "Game;evil", "an escape": "\x1b[m", "32 bytes": "E" * 32, "a digit": "Evil1"}
LISTS = {"a count that is more": listed(GOOD, entry(), count=3), "a count that is less": listed(GOOD, entry(), count=1),
         "501 at once": listed(GOOD, *(entry(identity=f"evil{i}") for i in range(500))),
         "a count without end": listed(GOOD, entry(), count=0xffffffff), "an end that is missing": listed(GOOD, entry()[:-1]),
         "flags that are none": listed(GOOD, entry(), flags=0xff), "a middle without a beginning": listed(entry(), flags=0),
         "a length that is less than a list's": struct.pack("<II", APPLICATIONS, 3) + b"abc"}
EVIL = {**{f"a name with {what}": listed(GOOD, entry(name=name)) for what, name in NAMES.items()},
        **{f"an id with {what}": listed(GOOD, entry(identity=identity)) for what, identity in IDS.items()},
        **{f"a category with {what}": listed(GOOD, entry(category=text)) for what, text in CATEGORIES.items()}, **LISTS}


def tell(world, data, times=1, vm="one"):
    world.vmctl("run", vm, "raw", data.hex(), str(times))


def ids(world, vm="one"):
    return [told["id"] for told in json.loads(world.ok("--json", "applications", vm))]


def starts(world):
    # One each, as an agent that broke the rules has to wait.
    world.manifest.write_text(world.manifest.read_text() +
                              "".join(f"vm evil-{number} {{\n\temulation allow\n}}\n" for number in range(len(EVIL))))
    world.start_vmd()
    world.ok("start", "one")
    world.ok("start", "two")
    world.wait_applications("one", lambda told: len(told) == 3)


def a_list_of_that_form_is_shown(world):
    """The control: by the very same way."""
    tell(world, listed(GOOD, entry("Evil")))
    world.wait_applications("one", lambda told: {"good", "evil"} <= {one["id"] for one in told})
    text = world.ok("applications", "one")
    assert "Evil" in text and "Good" in text, text


def what_breaks_the_rules_is_not_shown(world):
    for number, (name, data) in enumerate(EVIL.items()):
        vm = f"evil-{number}"
        world.ok("start", vm)
        world.wait_applications(vm, lambda told: len(told) == 3)
        world.vmd_says()
        tell(world, data, vm=vm)
        await_said(world, "the guest's agent: ", name)
        assert sorted(ids(world, vm)) == ["gone", "greet", "play"], (name, ids(world, vm))
        shown = world.vmctl("applications", vm).stdout + world.vmctl("log", vm).stdout
        assert shown and is_plain(shown) and b"vil" not in shown.lower().replace(vm.encode(), b""), (name, shown)
        kept = (world.base / f"state/silo/{vm}/applications.json").read_text()
        assert "Evil" not in kept and len(kept) < 4096, (name, kept[:200])
        world.ok("stop", "--force", vm)
    assert world.status("one")["boots"] == 1 and world.status("two")["state"] == "running"


def await_said(world, words, name):
    """By silo-vmd or a supervisor, in words that can be shown."""
    said = world.vmd_says()
    while words not in said:
        assert select.select([world.vmd.stderr], [], [], 10)[0], f"{name}: nobody says that it misbehaved: {said}"
        said += world.vmd_says()
    assert is_plain(said.encode()), (name, said)


def a_hundred_mebibytes_are_not_kept(world):
    """As an icon could be, if there were any."""
    supervisor = world.status("one")["pids"]["supervisor"]
    header = struct.pack("<II", APPLICATIONS, 100 << 20)
    tell(world, header + b"x" * (PIECE - len(header)), (100 << 20) // PIECE)
    memory = Path(f"/proc/{supervisor}/status").read_text().split("VmHWM:")[1].split()[0]
    assert int(memory) < (600 if b"__asan_init" in Path(sys.argv[1]).read_bytes() else 40) * 1024, memory
    assert world.vmctl("run", "two", "status", "4").returncode == 4
    deadline = time.monotonic() + 15
    while world.vmctl("run", "one", "status", "5").returncode != 5:
        assert time.monotonic() < deadline, "no agent comes again"


def an_order_to_a_shell_starts_nothing(world):
    for identity in (*IDS.values(), "greet;reboot", "greet greet", "greet\n"):
        result = world.vmctl("run", f"--application={identity}", "one")
        assert result.returncode == 1 and b"has no application" in result.stderr and is_plain(result.stderr), result
    # What is a command's words stays that, whatever they are; cat has no words, and says what it hears.
    assert world.vmctl("run", "one", "cat", "; reboot", "$(reboot)", "`reboot`", stdin=b"heard").stdout == b"heard"
    assert world.status("one")["boots"] == 1


CASES = [starts, a_list_of_that_form_is_shown, what_breaks_the_rules_is_not_shown, a_hundred_mebibytes_are_not_kept,
         an_order_to_a_shell_starts_nothing]

if __name__ == "__main__":
    sys.exit(run_cases(lambda world: CASES, label(__file__)))
