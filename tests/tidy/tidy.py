#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The repository's own rules, as TAP: include layers, lengths, licence lines, listed sources, documented
options. Run by hand: tests/tidy/tidy.py [ROOT]."""

import re
import subprocess
import sys
from pathlib import Path

FILE_LINES_MAX = 700
FUNCTION_LINES_MAX = 90
GENERATED = ("-protocol.h", "-client-protocol.h")
BANNED = {
    "strcpy": "memcpy with a checked length",
    "strcat": "memcpy with a checked length",
    "sprintf": "snprintf",
    "gets": "fgets",
    "system": "posix_spawn with an argument vector",
    "popen": "posix_spawn with an argument vector",
    "usleep": "an event",
    "alloca": "a bounded array",
}


def sources(root):
    try:
        listed = subprocess.run(["git", "-C", root, "ls-files", "*.c", "*.h"], check=True,
                                capture_output=True, text=True).stdout.split()
        if listed:
            return [Path(name) for name in listed if (root / name).exists()]
    except (OSError, subprocess.CalledProcessError):
        pass
    return [p.relative_to(root) for p in root.rglob("*.[ch]")
            if not p.relative_to(root).parts[0].startswith("build")]


def read_layers(root):
    layers = {}
    for line in (root / "tests/layers.txt").read_text().splitlines():
        line = line.split("#")[0].strip()
        if line:
            folder, _, allowed = line.partition(":")
            layers[folder] = allowed.split()
    return layers


def check_layers(root, files):
    layers = read_layers(root)
    for path in files:
        folder = path.parts[0]
        if folder not in layers:
            yield f"{path}: folder {folder} has no line in tests/layers.txt"
            continue
        allowed = layers[folder]
        for number, line in enumerate((root / path).read_text().splitlines(), 1):
            match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not match:
                continue
            target = match.group(1)
            first = target.split("/")[0]
            if target.endswith(GENERATED) and "/" not in target:
                first = "protocols"
            elif "/" not in target:
                yield f"{path}:{number}: include \"{target}\" from the root of the repository"
                continue
            if "*" not in allowed and first != folder and first not in allowed:
                yield f"{path}:{number}: {folder} may not include {target}"


def check_wlroots(root, files):
    for path in files:
        # The hostile suite's control is a compositor as wlroots makes it.
        if path.parts[0] == "compositor" or path.parts[:2] == ("tests", "compositor") or \
                path.parts[:3] == ("tests", "hostile", "control"):
            continue
        for number, line in enumerate((root / path).read_text().splitlines(), 1):
            if re.match(r"\s*#\s*include\s+<wlr/", line):
                yield f"{path}:{number}: wlroots belongs under compositor/ only"


def check_lengths(root, files):
    for path in files:
        lines = (root / path).read_text().splitlines()
        if len(lines) > FILE_LINES_MAX:
            yield f"{path}: {len(lines)} lines; at most {FILE_LINES_MAX}"
        start, name = None, ""
        for number, line in enumerate(lines, 1):
            if start is None and line.endswith("{") and re.match(r"[a-z].*\)\s*\{$|^\t\t.*\)\s*\{$", line) \
                    and not line.startswith(("struct", "enum", "union", "\tif", "\tfor", "\twhile")):
                start, name = number, line.strip()
            elif line == "}" and start is not None:
                if number - start > FUNCTION_LINES_MAX:
                    yield f"{path}:{start}: {number - start} lines in one function; at most {FUNCTION_LINES_MAX}: {name}"
                start = None


def check_words(root, files):
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
    for path in files:
        text = (root / path).read_text()
        if "SPDX-License-Identifier: MIT" not in text[:200]:
            yield f"{path}: no SPDX line at its top"
        for number, line in enumerate(text.splitlines(), 1):
            code = re.sub(r'"(\\.|[^"\\])*"|//.*|/?\*.*', "", line)
            match = pattern.search(code)
            if match:
                yield f"{path}:{number}: {match.group(1)}(): use {BANNED[match.group(1)]}"
            if re.search(r"\b(TODO|FIXME|XXX)\b", line):
                yield f"{path}:{number}: unfinished work marked in the code"
            if re.search(r"(?<!\w)assert\(.*(\+\+|--|[^=!<>]=[^=])", code):
                yield f"{path}:{number}: an assertion with an effect"


def check_listed(root, files):
    builds = "\n".join(p.read_text() for p in root.rglob("meson.build")
                       if not p.relative_to(root).parts[0].startswith("build"))
    for path in files:
        # A loop may put a prefix before the name: 'test-' + name.
        names = {path.stem, re.sub(r"^(test|fuzz|bench)-", "", path.stem)}
        if path.suffix == ".c" and not any(re.search(rf"['/-]{re.escape(name)}['.]", builds) for name in names):
            yield f"{path}: in no meson.build"


def check_untrusted(root, files):
    allowed = ("parse", "proxy", "tests", "guest", "base", "vmctl", "compositor")
    for path in files:
        if path.parts[0] not in allowed and "untrusted_" in (root / path).read_text():
            yield f"{path}: unchecked data has come too far (untrusted_)"


CHECKS = [
    ("every include obeys tests/layers.txt", check_layers),
    ("wlroots is used by the compositor only", check_wlroots),
    ("files and functions can be read in one sitting", check_lengths),
    ("no banned call, mark or missing licence line", check_words),
    ("every source is built", check_listed),
    ("unchecked data stays at the boundary", check_untrusted),
]


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    files = sorted(sources(root))
    print(f"1..{len(CHECKS)}")
    failed = 0
    for number, (name, check) in enumerate(CHECKS, 1):
        complaints = list(check(root, files))
        failed += bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {number} - {name}")
        for complaint in complaints[:40]:
            print(f"# {complaint}")
    sys.exit(1 if failed else 0)


main()
