#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each program's --help and its manual page tell of the same options, as TAP: manuals.py MAN-DIR PROGRAM…"""

import re
import subprocess
import sys
from pathlib import Path

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def faults(man_dir, program):
    pages = sorted(man_dir.glob(f"{program.name}.[18].scd"))
    if len(pages) != 1:
        yield f"{program.name} needs one page in docs/man, has {len(pages)}"
        return
    helped = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=10)
    if helped.returncode != 0 or helped.stderr:
        yield f"{program.name} --help ends with {helped.returncode}, saying {helped.stderr!r}"
    versioned = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10)
    if versioned.returncode != 0 or not versioned.stdout.startswith(f"{program.name} "):
        yield f"{program.name} --version says {versioned.stdout!r}"
    wrong = subprocess.run([program, "--no-such-option"], capture_output=True, text=True, timeout=10)
    if wrong.returncode != 2 or not wrong.stdout + wrong.stderr:
        yield f"{program.name} --no-such-option ends with {wrong.returncode} and says {wrong.stderr!r}; 2 and a line"
    told = set(OPTION.findall(helped.stdout))
    # Other programs' options are written with their name in front: silo-vmd --vm NAME.
    page = pages[0].read_text().replace("\\", "")
    written = set(OPTION.findall(page))
    own = {option for option in written if re.search(rf"\*{option}\*", page)}
    for option in sorted(told - written):
        yield f"{pages[0].name} does not tell of {option}"
    for option in sorted(own - told):
        yield f"{program.name} --help does not tell of {option}"


def main():
    man_dir, programs = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
    print(f"1..{len(programs)}")
    for number, program in enumerate(programs, 1):
        found = list(faults(man_dir, program))
        print(f"{'not ok' if found else 'ok'} {number} - {program.name}")
        for fault in found:
            print(f"# {fault}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
