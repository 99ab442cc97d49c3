#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The scripts in tools/ say what they take, and README tells of each, as TAP: tools.py SOURCE"""

import re
import subprocess
import sys
from pathlib import Path

# What a shell script takes: the patterns of its case.
CASE = re.compile(r"^\s*((?:-[\w-]+(?: \| )?)+)\)", re.M)
PYTHON = {"guest-image": "lib/guest/image.py", "bench": "lib/bench.py"}


def faults(source, tool):
    helped = subprocess.run([tool, "--help"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    if helped.returncode != 0 or helped.stderr or not helped.stdout.startswith(f"usage: tools/{tool.name}"):
        yield f"tools/{tool.name} --help ends with {helped.returncode} and says {(helped.stdout + helped.stderr)[:200]!r}"
    for file in ("README.md", "docs/internal/testing.md"):
        if f"tools/{tool.name}" in (source / file).read_text():
            break
    else:
        yield f"nothing tells of tools/{tool.name}"
    taken = set()
    for words in CASE.findall(tool.read_text()):
        taken.update(word for word in words.split(" | ") if word.startswith("--"))
    if tool.name == "test":
        for words in CASE.findall((source / "tools/lib/hosts.sh").read_text()):
            taken.update(word for word in words.split(" | ") if word.startswith("--"))
    if tool.name in PYTHON:
        taken.update(re.findall(r'add_argument\(["\'](--[a-z-]+)', (source / "tools" / PYTHON[tool.name]).read_text()))
    for option in sorted(taken - {"--help"}):
        if not re.search(rf"{option}(?![\w-])", helped.stdout):
            yield f"tools/{tool.name} --help does not tell of {option}"


def main():
    source = Path(sys.argv[1])
    tools = sorted(path for path in (source / "tools").iterdir() if path.is_file() and path.stat().st_mode & 0o100)
    print(f"1..{len(tools)}")
    for number, tool in enumerate(tools, 1):
        found = list(faults(source, tool))
        print(f"{'not ok' if found else 'ok'} {number} - {tool.name}")
        for fault in found:
            print(f"# {fault}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
