#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A guest gives its own disk the mark of another image format, as TAP: disks.py SILO-VMD VMCTL LIBEXEC qemu|crosvm

First a QEMU that is not told the format takes the guest's word and opens the file that the guest names."""

import json
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "vmctl"))
from cases import label  # noqa: E402
from world import run_cases  # noqa: E402

MIB = 1 << 20
SIZE = 16 * MIB
VMM = sys.argv[4]
# Those that a QEMU without a format takes for what they are: name, what the disk begins with.
GUESSED = [("QED", b"QED\0"), ("VMDK", b"KDMV"), ("VMDK", b"COWD"), ("VMDK", b"# any\n  \nversion=3\n"),
           ("VHDX", b"vhdxfile"), ("VHD", b"conectix"), ("VDI", bytes(64) + b"\x7f\x10\xda\xbe"),
           ("Parallels", b"WithoutFreeSpace\2\0\0\0"), ("Parallels", b"WithouFreSpacExt\2\0\0\0"),
           ("Bochs", b"Bochs Virtual HD Image".ljust(32, b"\0") + b"Redolog".ljust(16, b"\0") +
            b"Growing".ljust(16, b"\0") + b"\0\0\2\0\0\2\0\0"),
           ("cloop", b"#!/bin/sh\n#V2.0 Format\nmodprobe cloop file=$0 && mount -r -t iso9660 /dev/cloop $1\n")]
# And crosvm's.
MARKS = [("qcow2", b"QFI\xfb"), ("composite", b"composite_disk\x1d"), ("Android sparse", b"\x3a\xff\x26\xed"),
         ("zstd", b"\x28\xb5\x2f\xfd"), *GUESSED]
# What a guest may want of its own disk, and what is none of the above.
HARMLESS = [b"LUKS\xba\xbe\0\2", b"\x37\xe4\x53\x96\xc9\xdb\xd6\x07", b"# a list\nof=1\n", b"\n" * 4096, b"\0QFI\xfb",
            bytes(63) + b"\x7f\x10\xda\xbe"]


def qcow2(backing):
    """An empty image over another file, as a guest could write it with dd."""
    cluster, name = 65536, str(backing).encode()
    header = struct.pack(">4sIQIIQIIQQIIQ", b"QFI\xfb", 2, 1024, len(name), 16, SIZE, 0, 1, 3 * cluster, cluster, 1,
                         0, 0)
    header = header.ljust(1024, b"\0") + name
    table = struct.pack(">Q", 2 * cluster)
    counts = struct.pack(">4H", 1, 1, 1, 1)
    return b"".join(part.ljust(cluster, b"\0") for part in (header, table, counts, b""))


def vmdk(extent):
    """A description of an image that is another file, as a guest could write it with echo."""
    return (f'# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType="monolithicFlat"\n'
            f'RW 1 FLAT "{extent}" 0\nddb.adapterType = "ide"\n').encode()


def opened_by(*options, what="file"):
    """The files that a QEMU with these options has opened, or by which driver."""
    qemu = shutil.which("qemu-system-x86_64")
    asked = '{"execute":"qmp_capabilities"}{"execute":"query-named-block-nodes"}{"execute":"quit"}'
    said = subprocess.run([qemu, "-machine", "none", "-nodefaults", "-display", "none", "-S", "-qmp", "stdio", *options],
                          input=asked, capture_output=True, text=True, timeout=60).stdout
    nodes = [json.loads(line)["return"] for line in said.splitlines() if '"return": [' in line]
    return {node[what] for node in nodes[0]} if nodes else set()


def a_qemu_that_guesses_opens_what_the_guest_names(world):
    world.disk = world.base / "data/silo/homes/store/disk.raw"
    world.manifest.write_text(world.manifest.read_text() + "vm store {\n\temulation allow\n\tdisk 16M\n}\n"
                              "vm larger {\n\temulation allow\n\tdisk 1M\n}\n")
    bait = world.base / "home/secret"
    image = world.base / "guess"
    if shutil.which("qemu-system-x86_64") is None:
        return
    # As Silo's command line has it.
    told = f"driver=raw,node-name=disk,discard=unmap,file.driver=file,file.filename={image}"
    bait.write_bytes(b"x" * 512)
    for start in (qcow2(bait), vmdk(bait)):
        image.write_bytes(start.ljust(SIZE, b"\0"))
        found = opened_by("-drive", f"if=none,id=d,file={image}")
        assert str(bait) in found, ("the control is not attacked", found)
        assert opened_by("-blockdev", told) == {str(image)}
    for name, start in GUESSED:
        image.write_bytes(start.ljust(SIZE, b"\0"))
        # What is an image only by its mark is refused by the driver that it names.
        found = opened_by("-drive", f"if=none,id=d,file={image}", what="drv")
        assert found == set(), ("the control is not attacked", name, found)
        assert opened_by("-blockdev", told, what="drv") == {"raw", "file"}, name


def the_command_line_tells_the_format(world):
    """Of all that is a disk to QEMU. crosvm is told by the look at the disk."""
    argv = world.ok("argv", "--manifest", str(world.manifest), "store").split()
    if VMM == "crosvm":
        return
    told = [word for word in argv if "filename=" in word]
    assert len(told) >= 2 and all("driver=raw,node-name=" in word for word in told), told
    assert "-drive" not in argv and "-hda" not in argv, argv


def a_machine_gets_a_disk(world):
    world.start_vmd()
    world.ok("start", "store")
    info = world.disk.stat()
    assert info.st_size == SIZE and info.st_blocks == 0 and info.st_mode & 0o777 == 0o600, info
    argv = world.ok("argv", "--manifest", str(world.manifest), "store")
    assert str(world.disk) in argv, argv
    world.ok("stop", "store")


def its_mark_is_refused_at_the_next_start(world):
    for name, mark in MARKS:
        whole = {b"QFI\xfb": qcow2, b"COWD": vmdk}.get(mark, lambda _, mark=mark: mark)(world.base / "home/secret")
        with open(world.disk, "r+b") as disk:
            disk.write(whole)
        before = world.disk.read_bytes()
        result = world.vmctl("start", "store")
        said = result.stderr.decode()
        assert result.returncode == 1 and f"begins like a {name} image" in said and said.count("\n") == 1, (name, result)
        assert "move it away" in said, said
        status = world.status("store")
        assert status["state"] == "failed" and name in status["reason"], status
        assert world.disk.read_bytes() == before, "somebody wrote it"
        with open(world.disk, "r+b") as disk:
            disk.write(b"\0" * len(whole))
    world.ok("start", "two")
    world.ok("stop", "two")


def what_is_no_mark_is_nobodys_business(world):
    for start in HARMLESS:
        with open(world.disk, "r+b") as disk:
            disk.write(start.ljust(4096, b"\0"))
        world.ok("start", "store")
        world.ok("stop", "store")


def it_is_its_own_ordinary_file(world):
    world.disk.unlink()
    world.disk.symlink_to(world.base / "home/secret")
    result = world.vmctl("start", "store")
    assert result.returncode == 1 and b"cannot be opened" in result.stderr, result
    world.disk.unlink()
    os.mkfifo(world.disk)
    result = world.vmctl("start", "store")
    assert result.returncode == 1 and b"no ordinary file" in result.stderr, result
    world.disk.unlink()
    world.ok("start", "store")
    world.ok("stop", "store")


def it_never_shrinks(world):
    disk = world.base / "data/silo/homes/larger/disk.raw"
    disk.parent.mkdir()
    disk.write_bytes(b"x" * (MIB + 1))
    result = world.vmctl("start", "larger")
    assert result.returncode == 1 and b"write disk 2M or more" in result.stderr, result
    assert disk.stat().st_size == MIB + 1
    disk.write_bytes(b"x" * 512)
    world.ok("start", "larger")
    assert disk.stat().st_size == MIB and disk.read_bytes()[:512] == b"x" * 512
    world.ok("stop", "larger")


CASES = [a_qemu_that_guesses_opens_what_the_guest_names, the_command_line_tells_the_format, a_machine_gets_a_disk, its_mark_is_refused_at_the_next_start,
         what_is_no_mark_is_nobodys_business, it_is_its_own_ordinary_file, it_never_shrinks]

if __name__ == "__main__":
    sys.exit(run_cases(lambda world: CASES, label(__file__)))
