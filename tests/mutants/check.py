#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every mutant applies to the sources as they are and names a test that there is, as TAP: check.py SOURCE"""

import sys
from pathlib import Path

from mutants import Fault, Mutant, program_of


def is_test(name, source, tests):
    """Does a meson.build name it, or make it in a loop over what stands behind its first word?"""
    first, _, rest = name.partition("-")
    return name in tests or (f"test('{first}-' + name" in tests and f"'{rest}'" in tests) or \
        (source / "tests/fuzz" / f"{name}.c").exists()


def faults(source, path, tests):
    """Says what is wrong with one patch."""
    try:
        mutant = Mutant(path)
        if mutant.is_case:
            if program_of(source, mutant.caught) is None:
                yield f"no attack has a case {mutant.caught}"
        elif not is_test(mutant.caught.split()[1], source, tests):
            yield f"no meson.build has a test {mutant.caught.split()[1]}"
        mutant.apply(source, "--check")
    except Fault as fault:
        yield str(fault)


def main():
    source = Path(sys.argv[1]).resolve()
    patches = sorted((source / "tests/mutants").glob("*.patch"))
    tests = "\n".join(path.read_text() for path in (source / "tests").rglob("meson.build"))
    print(f"1..{len(patches)}")
    for number, path in enumerate(patches, 1):
        found = list(faults(source, path, tests))
        print(f"{'not ok' if found else 'ok'} {number} - {path.stem}")
        for fault in found:
            print("\n".join(f"# {line}" for line in fault.splitlines()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
