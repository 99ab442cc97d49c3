#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Command lines against golden files and against the table of crosvm's flags, as TAP:
crosvm_flags.py TABLE MAN-PAGE VMCTL GOLDEN-DIR MANIFEST…   (UPDATE=1 rewrites the golden files)"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# crosvm adds "panic=-1 " of its own; the kernel takes 2047 bytes.
KERNEL_LINE_MAX = 2047 - 9
NEEDED = ("--extended-status", "--name", "--socket", "--pivot-root", "--nested", "--block", "--vhost-user", "--params")
# Devices that crosvm adds unasked.
NEEDED_SWITCHES = ("--no-balloon", "--no-rng", "--no-usb")
# Taken by crosvm, but never to be given by Silo.
UNSAFE = {"disable-sandbox": "takes the jails away",
          "seccomp-log-failures": "lets the jails' processes go on after a forbidden call",
          "seccomp-policy-dir": "takes the jails' filters from files",
          "unmap-guest-memory-on-fork": "wants --disable-sandbox",
          "restore": "runs what a file says, not what the manifest says"}
FD = re.compile(r"/proc/self/fd/(\d+)")
SERIAL_PAIR = re.compile(r"^(type=file,.*path=(/proc/self/fd/\d+)),input=\2$")
KEY = re.compile(r"(\*?)([a-z0-9-]+)(\?|=\S+)?")


def read_table(path):
    """{(where, flag): (kind, rest)}, and the commit."""
    table, commit = {}, None
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "commit":
            commit = words[1]
            continue
        where, flag, kind, *rest = words
        if where not in ("global", "run") or (where, flag) in table or kind not in (
                "switch", "value", "keys", "deprecated", "feature", "elsewhere"):
            raise ValueError(f"{path}:{number}: {line}")
        if kind == "keys" and not all(KEY.fullmatch(word) for word in rest):
            raise ValueError(f"{path}:{number}: {line}")
        table[where, flag] = kind, rest
    return table, commit


def split_list(text):
    """KEY=VALUE,… as crosvm reads it: a value may stand in quotation marks or brackets."""
    items, item, depth, i = [], "", 0, 0
    while i < len(text):
        char = text[i]
        if char == '"':
            end = i + 1
            while end < len(text) and text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            if end >= len(text):
                raise ValueError("a quotation mark is missing")
            item += text[i:end + 1]
            i = end + 1
            continue
        depth += (char == "[") - (char == "]")
        if depth < 0:
            raise ValueError("a bracket too many")
        if char == "," and depth == 0:
            items.append(item)
            item = ""
        else:
            item += char
        i += 1
    if depth:
        raise ValueError("a bracket is missing")
    return [*items, item]


def check_keys(value, keys):
    known = {}
    first = None
    for word in keys:
        star, name, rule = KEY.fullmatch(word).groups()
        known[name] = rule
        first = name if star else first
    seen = set()
    try:
        items = split_list(value)
    except ValueError as error:
        yield str(error)
        return
    for number, item in enumerate(items):
        name, is_equal, text = item.partition("=")
        if not is_equal and name not in known and number == 0 and first is not None:
            name, is_equal, text = first, "=", item
        if name not in known:
            yield f"unknown key {name!r}"
            continue
        if name in seen:
            yield f"key {name!r} is there twice"
        seen.add(name)
        rule = known[name]
        if rule == "?":
            if is_equal and text not in ("true", "false"):
                yield f"key {name!r} is {text!r}, not true or false"
        elif not is_equal or text == "":
            yield f"key {name!r} has no value"
        elif rule and text not in rule[1:].split("|"):
            yield f"key {name!r} has the unknown value {text!r}"


def check_value(flag, value, kind, rest):
    if value is None:
        yield f"--{flag} has no value"
    elif value.startswith("-"):
        yield f"the value of --{flag} begins with '-', which crosvm takes for a flag"
    elif kind == "keys":
        for fault in check_keys(value, rest):
            yield f"--{flag} {value}: {fault}"


def check_whole(words):
    """What holds for a whole command line of Silo's."""
    for flag in (*NEEDED, *NEEDED_SWITCHES):
        if flag not in words:
            yield f"{flag} is missing"
    # A serial port's input and output may be one descriptor: crosvm duplicates it for each.
    numbers = FD.findall("\n".join(SERIAL_PAIR.sub(r"\1", word) for word in words))
    if len(numbers) != len(set(numbers)):
        yield "a descriptor is there twice"
    for flag, value in zip(words, words[1:]):
        if flag == "--nested" and value not in ("off", "mode=off"):
            yield "nested virtualisation is on"
        if flag == "--params" and len(value.encode()) > KERNEL_LINE_MAX:
            yield "the kernel's command line is too long"


def check(words, table):
    """What is wrong with a command line of crosvm's."""
    where, kernels, i = "global", [], 1
    while i < len(words):
        word = words[i]
        i += 1
        if not word.startswith("-"):
            if where == "global":
                if word != "run":
                    yield f"unknown command {word!r}"
                where = "run"
            else:
                kernels.append(word)
            continue
        flag = word.removeprefix("--")
        kind, rest = table.get((where, flag), (None, None))
        if not word.startswith("--") or kind is None:
            yield f"unknown flag {word}"
            continue
        if kind == "deprecated":
            yield f"{word} is deprecated; use --{rest[0]}"
        elif kind in ("feature", "elsewhere"):
            yield f"{word} is not there in an ordinary build ({' '.join([kind, *rest])})"
        elif flag in UNSAFE:
            yield f"{word} {UNSAFE[flag]}"
        if kind in ("value", "keys"):
            yield from check_value(flag, words[i] if i < len(words) else None, kind, rest)
            i += 1
    if len(kernels) != 1:
        yield f"there must be one kernel, not {kernels}"
    yield from check_whole(words)


GOOD = ["crosvm", "--extended-status", "run", "--name", "x", "--socket", "/proc/self/fd/3", "--pivot-root", "/empty",
        "--nested", "off", *NEEDED_SWITCHES, "--block", "/a,ro", "--vhost-user", "gpu,socket=/proc/self/fd/5", "--params", "quiet", "/kernel"]
# Each with what is to be said about it.
BAD = [
    (["--colour", "red"], "unknown flag --colour"),
    (["-b", "path=/a"], "unknown flag -b"),
    (["--disk", "/a"], "--disk is deprecated; use --block"),
    (["--tap-fd", "7"], "deprecated"),
    (["--balloon"], "unknown flag"),
    (["--gdb", "1234"], "not there in an ordinary build (feature gdb)"),
    (["--no-pmu"], "not there in an ordinary build (elsewhere)"),
    (["--disable-sandbox"], "takes the jails away"),
    (["--seccomp-log-failures"], "after a forbidden call"),
    (["--seccomp-policy-dir", "/policies"], "from files"),
    (["--unmap-guest-memory-on-fork"], "wants --disable-sandbox"),
    (["--restore", "/snapshot"], "what a file says"),
    (["--nested", "auto"], "nested virtualisation is on"),
    (["--extended-status"], "unknown flag --extended-status"),
    (["--block", "path=/a,readonly=true"], "unknown key 'readonly'"),
    (["--block", "path=/a,ro=yes"], "not true or false"),
    (["--block", "path=/a,path=/b"], "is there twice"),
    (["--block", "path=/a,b"], "unknown key 'b'"),
    (["--block", 'path="/a,b'], "a quotation mark is missing"),
    (["--block", "ro,/a"], "unknown key '/a'"),
    (["--serial", "num=1,file"], "unknown key 'file'"),
    (["--serial", "type=pipe"], "unknown value 'pipe'"),
    (["--serial", "type=file,num=5"], "unknown value '5'"),
    (["--vhost-user", "type=gpu,socket"], "has no value"),
    (["--vhost-user", "type=gpu,socket=/s,displays=[[x]"], "a bracket is missing"),
    (["--vhost-user", "type=vsock,socket=/proc/self/fd/3"], "a descriptor is there twice"),
    (["--serial", "type=file,path=/proc/self/fd/5,input=/proc/self/fd/5"], "a descriptor is there twice"),
    (["--serial", "type=file,path=/proc/self/fd/7,input=/proc/self/fd/5"], "a descriptor is there twice"),
    (["--nested", "maybe"], "unknown value 'maybe'"),
    (["--initrd", "-x=y"], "begins with '-'"),
    (["--params", "x" * 2040], "too long"),
    (["--hugepages", "/other-kernel"], "one kernel"),
]


def check_the_checker(table):
    faults = [f"a good line is refused: {fault}" for fault in check(GOOD, table)]
    for extra, told in BAD:
        said = list(check([*GOOD[:-1], *extra, GOOD[-1]], table))
        if not any(told in fault for fault in said):
            faults.append(f"{extra} should be told {told!r}, is told {said}")
    for flag in (*NEEDED, *NEEDED_SWITCHES):
        place = GOOD.index(flag)
        is_switch = flag == "--extended-status" or flag in NEEDED_SWITCHES
        cut = GOOD[:place] + GOOD[place + (1 if is_switch else 2):]
        if f"{flag} is missing" not in list(check(cut, table)):
            faults.append(f"nobody misses {flag}")
    if not any("has no value" in fault for fault in check([*GOOD, "--mem"], table)):
        faults.append("a flag at the end without its value passes")
    return faults


def command_line(vmctl, manifest, vm, vmm):
    environment = {"PATH": "/nonexistent", "XDG_DATA_HOME": "/data", "HOME": "/home/user"}
    words = [vmctl, "--manifest", manifest, "argv", "--vmm", vmm, vm]
    lines = subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()
    shown = subprocess.run([*words, "--json"], env=environment, capture_output=True, text=True, check=True).stdout
    assert json.loads(shown) == lines, "--json says something else"
    return lines


def against_golden(words, path):
    text = "".join(f"{word}\n" for word in words)
    if os.environ.get("UPDATE"):
        path.write_text(text)
    return [] if path.is_file() and path.read_text() == text else [f"{path.name} says something else; UPDATE=1 rewrites it"]


def names_of(manifest):
    return re.findall(r"^vm ([a-z0-9-]+)", Path(manifest).read_text(), re.M)


def every_directive_is_there(page, manifests):
    section = Path(page).read_text().split("# DIRECTIVES OF A VM")[1].split("\n# ")[0]
    text = "\n".join(Path(manifest).read_text() for manifest in manifests)
    return [f"{name} of silo-vms(5) is in no manifest of the test; add it to every.scfg"
            for name in re.findall(r"^\*([a-z-]+)\*", section, re.M) if not re.search(rf"^\t{name}\b", text, re.M)]


def cases(table_path, page, vmctl, golden, manifests):
    table, commit = read_table(table_path)
    yield "the table names its commit", [] if re.fullmatch(r"[0-9a-f]{40}", commit or "") else [f"{commit}"]
    yield "the checker refuses what is wrong", check_the_checker(table)
    yield "every directive is tried", every_directive_is_there(page, manifests)
    for path in sorted(golden.parent.glob("crosvm*.argv")):
        yield path.name, list(check(path.read_text().splitlines(), table))
    used = set()
    with tempfile.TemporaryDirectory() as place:
        for manifest in manifests:
            # Owned by who runs the test, as silo-vms(5) wants it.
            copy = Path(place) / Path(manifest).name
            copy.write_bytes(Path(manifest).read_bytes())
            copy.chmod(0o644)
            for vm in names_of(manifest):
                for vmm in ("crosvm", "qemu"):
                    words = command_line(vmctl, copy, vm, vmm)
                    path = golden / f"{copy.stem}.{vm}.{vmm}.argv"
                    used.add(path)
                    faults = against_golden(words, path)
                    yield path.name, faults + (list(check(words, table)) if vmm == "crosvm" else [])
    stale = [path.name for path in golden.glob("*") if path not in used]
    yield "no golden file is left over", stale


def main():
    table, page, vmctl, golden, *manifests = sys.argv[1:]
    done = list(cases(table, page, vmctl, Path(golden), manifests))
    print(f"1..{len(done)}")
    for number, (name, faults) in enumerate(done, 1):
        print(f"{'not ok' if faults else 'ok'} {number} - {name}")
        for fault in faults:
            print(f"# {fault}")
    return 1 if any(faults for _, faults in done) else 0


if __name__ == "__main__":
    sys.exit(main())
