#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`meson install` into a DESTDIR: every file, and each of use from there. As TAP: install.py FILES SOURCE BUILD PREFIX"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

class Skipped(Exception):
    """The machine lacks what the case needs; the text says what."""


def run(*words, **options):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                          timeout=60, **options)
    return done.returncode, done.stdout, done.stderr


class World:
    def __init__(self, files, source, build, prefix):
        self.expected = sorted(line for line in Path(files).read_text().splitlines()
                               if line and not line.startswith("#"))
        self.source, self.build, self.prefix = source, build, prefix
        self.base = Path(tempfile.mkdtemp(prefix="silo-install-"))
        self.destination = self.base / "dest"
        self.root = self.destination / prefix.lstrip("/")
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.base), "LC_ALL": "C.UTF-8"}
        self.environment.update((name, value) for name, value in os.environ.items() if name.endswith("SAN_OPTIONS"))

    def programs(self):
        return [self.root / name for name in self.expected if name.startswith(("bin/", "libexec/"))]

    def binaries(self):
        return [path for path in self.programs() if path.read_bytes()[:4] == b"\x7fELF"]


def installs_every_file(world):
    meson = shutil.which("meson")
    if meson is None:
        raise Skipped("no meson in PATH")
    # `ninja uninstall` goes by this file, and somebody may have installed from this build.
    log = Path(world.build) / "meson-logs/install-log.txt"
    kept = log.read_bytes() if log.exists() else None
    environment = dict(os.environ, DESTDIR=str(world.destination))
    status, out, error = run(meson, "install", "-C", world.build, "--no-rebuild", "--quiet", env=environment)
    if kept is not None:
        log.write_bytes(kept)
    else:
        log.unlink(missing_ok=True)
    assert status == 0, (status, out, error)
    found = sorted(str(path.relative_to(world.root)) for path in world.root.rglob("*") if not path.is_dir())
    more, less = sorted(set(found) - set(world.expected)), sorted(set(world.expected) - set(found))
    assert not more and not less, f"installed but not in tests/install/files.txt: {more}; missing: {less}"
    for path in world.root.rglob("*"):
        mode = path.lstat().st_mode & 0o7777
        wanted = 0o755 if path.is_dir() or path in world.programs() else 0o644
        assert mode == wanted, f"{path.relative_to(world.root)} has mode {mode:o}, not {wanted:o}"


def every_program_runs(world):
    for path in world.programs():
        status, out, error = run(path, "--version", env=world.environment)
        assert status == 0 and out.startswith(path.name + " ") and error == "", (path.name, status, out, error)


def no_program_knows_where_it_was_built(world):
    strip = shutil.which("strip")
    if strip is None:
        raise Skipped("no strip in PATH")
    for path in world.binaries():
        stripped = world.base / "stripped"
        subprocess.run([strip, "-o", stripped, path], check=True)
        data = stripped.read_bytes()
        for place in (world.source, world.build):
            assert place.encode().lstrip(b"/") not in data, f"{path.name} names {place}"
    for path in world.root.rglob("*"):
        if path.is_file() and path not in world.binaries():
            for place in (world.source, world.build, str(world.destination)):
                assert place.encode() not in path.read_bytes(), f"{path.name} names {place}"


def programs_find_their_helpers(world):
    """vmd and its helpers, from an installation that was moved, with nothing in the environment."""
    manifest = world.base / "vms.scfg"
    shutil.copy(world.root / "share/silo/examples/vms.scfg", manifest)
    os.chmod(manifest, 0o600)
    status, out, error = run(world.root / "bin/vmctl", "--manifest", manifest, "check", env=world.environment)
    assert status == 0, (status, out, error)
    runtime = world.base / "run"
    runtime.mkdir(mode=0o700)
    # A VMM that exists, so that the helpers are looked for, and an image that does not.
    result = run(world.root / "bin/silo-vmd", "--manifest", manifest, "--qemu", "/bin/true", "--vm", "banking",
                 env=dict(world.environment, XDG_RUNTIME_DIR=str(runtime)))
    assert "silo-proxy is not there" not in result[2] and "silo-agent-child is not there" not in result[2], result
    assert "has no readable" in result[2] or "vhost-device-vsock is not there" in result[2], result


def pages_are_pages(world):
    man = shutil.which("man")
    for path in sorted((world.root / "share/man").rglob("*.[1-9]")):
        text = path.read_text()
        name, section = path.name.rsplit(".", 1)
        assert re.search(rf'^\.TH "{name}" "{section}" ', text.replace("\\-", "-"), re.M), path.name
        if man is not None:
            status, out, error = run(man, "--warnings", "-E", "UTF-8", "-l", path,
                                     env=dict(world.environment, MANWIDTH="80", MANROFFOPT="-rHY=0"))
            assert status == 0 and error == "" and "DESCRIPTION" in out, (path.name, status, error)


def units_are_right(world):
    units = sorted((world.root / "lib/systemd/user").iterdir())
    assert f"ExecStart={world.prefix}/bin/silo-vmd\n" in (world.root / "lib/systemd/user/silo-vmd.service").read_text()
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        raise Skipped("no systemd-analyze in PATH")
    copies = world.base / "units"
    copies.mkdir()
    for unit in units:
        # The program must be there, and here it is in the DESTDIR.
        (copies / unit.name).write_text(unit.read_text().replace(f"={world.prefix}/", f"={world.root}/"))
    runtime = world.base / "analyze"
    runtime.mkdir(mode=0o700)
    status, out, error = run(analyze, "--user", "verify", "--man=no", *sorted(copies.iterdir()),
                             env=dict(world.environment, XDG_RUNTIME_DIR=str(runtime)))
    ours = [line for line in (out + error).splitlines() if "silo" in line]
    assert status == 0 and not ours, (status, out, error)


def the_image_builder_speaks(world):
    status, out, error = run(world.root / "bin/silo-guest-image", "--help", env=world.environment)
    assert status == 0 and "usage: silo-guest-image" in out and error == "", (status, out, error)
    page = (world.root / "share/man/man1/silo-guest-image.1").read_text().replace("\\-", "-")
    untold = [option for option in sorted(set(re.findall(r"--[a-z][a-z-]*", out))) if option not in page]
    assert not untold, f"silo-guest-image(1) does not tell of {untold}"
    environment = dict(world.environment, PATH=str(world.base / "bin"))
    (world.base / "bin").mkdir()
    for name in ("sh", "dirname", "readlink", "python3"):
        (world.base / "bin" / name).symlink_to(shutil.which(name))
    status, out, error = run(world.root / "bin/silo-guest-image", "--output", world.base / "image", env=environment)
    assert status == 1 and error.count("\n") == 1 and "sudo apt-get install" in error, (status, out, error)
    assert not list(world.root.rglob("__pycache__"))


CASES = [installs_every_file, every_program_runs, no_program_knows_where_it_was_built,
         programs_find_their_helpers, pages_are_pages, units_are_right, the_image_builder_speaks]


def main():
    world = World(*sys.argv[1:5])
    cases = list(CASES)
    if "sanitize" in (Path(world.build) / "build.ninja").read_text():
        cases.remove(no_program_knows_where_it_was_built)  # the sanitizers keep places
    print(f"1..{len(cases)}", flush=True)
    failed, skipped = 0, None
    try:
        for number, case in enumerate(cases, 1):
            try:
                if skipped is None:
                    case(world)
                print(f"ok {number} - {case.__name__}{skipped or ''}", flush=True)
            except Skipped as reason:
                print(f"ok {number} - {case.__name__} # SKIP {reason}", flush=True)
                if case is installs_every_file:
                    skipped = f" # SKIP {reason}"
            except (AssertionError, OSError, subprocess.SubprocessError) as error:
                failed += 1
                print(f"not ok {number} - {case.__name__}\n# {type(error).__name__}: {error}", flush=True)
    finally:
        shutil.rmtree(world.base)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
