#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A program in the place of each one that lives in a box, as TAP: boxes.py SILO-VMD VMCTL TAKER LIBEXEC
qemu|crosvm|weak SILO

silo-vmd finds the taker under the true program's name and starts it as it starts that one. First the same tries are made
without a box, where each must succeed: what fails there is told as such, and some of them may. "weak" is QEMU on a
host without user namespaces."""

import ctypes
import os
import select
import shutil
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "vmctl"))
from cases import label  # noqa: E402
from world import Compositor, World  # noqa: E402

TAKER, LIBEXEC, VMM = sys.argv[3], sys.argv[4], sys.argv[5].replace("weak", "qemu")
SILO = sys.argv[6]
IS_WEAK = sys.argv[5] == "weak"
OUTPUT = {0: "null", 1: "pipe", 2: "pipe"}
# Place: the program's name, and the descriptors that it is given.
PLACES = {
    "vsock": ("vhost-device-vsock", OUTPUT),
    "proxy": ("silo-proxy", OUTPUT | {3: "unix-packets", 4: "unix-stream"}),
    "agent": ("silo-agent-child", OUTPUT | {3: "unix-packets"}),
    "vmm": {"qemu": ("qemu-system-x86_64",
                     OUTPUT | {3: "unix-stream", 4: "unix-stream", 5: "unix-stream", 6: "unix-stream"}),
            "crosvm": ("crosvm", OUTPUT | {3: "unix-packets-listening", 4: "unix-stream", 5: "unix-stream",
                                           6: "unix-stream"})}[VMM],
}
# crosvm locks up its own processes: these lead further in. What they might lead to is tried as well. And where a box
# ends with its first process, there may be others in it.
INNER = {"unshare-user", "clone-user"}
# Of the weaker box: only the vsock device may make sockets, and the kernel does not ask it to which path it connects.
# Its connections are what "weaker" means.
PATHS = {"manager", "compositor", "supervisor", "own-supervisor", "other-agent", "other-device", "bus", "wayland",
         "pipewire", "gpg-agent", "system-bus"}
# What a kernel may lack, or refuse to everybody: may fail without a box, with one of these.
ABSENT = {1: "not permitted here", 2: "not there", 6: "no such device", 13: "not permitted here",
          19: "no such device", 22: "unknown to this kernel", 28: "refused here", 38: "unknown to this kernel",
          93: "unknown to this kernel", 94: "unknown to this kernel", 97: "unknown to this kernel"}
NEVER_ABSENT = {"secret", "manifest", "state", "manager", "bus", "wayland", "abstract", "tcp", "udp", "trace",
                "memory", "signal", "shell", "environment-HOME", "inherited", "other-disk", "clone-user", "process"}
DEVICES = ["/dev/kvm", "/dev/vhost-vsock", "/dev/vsock", "/dev/net/tun", "/dev/fuse", "/dev/userfaultfd",
           "/dev/mem", "/dev/kmsg", "/dev/uinput", "/dev/dri/renderD128", "/dev/dri/card0", "/dev/input/event0",
           "/dev/snd/timer", "/dev/loop-control", "/dev/vda", "/dev/sda", "/dev/tty", "/dev/ptmx", "/dev/zram0",
           "/dev/mapper/control", "/dev/btrfs-control", "/dev/cpu_dma_latency"]
UNBOXED = {"-netdev", "-nic", "-net", "-virtfs", "-fsdev", "-smb", "-incoming", "-daemonize", "-runas", "-monitor", "-vnc", "-spice",
           "--net", "--shared-dir", "--vhost-user-fs", "--tap-name", "--tap-fd", "--display", "--gdb"}
NEW_USER, NEW_NET = "10000000", "40000000"


class Baits:
    """What is to be kept from a box, and is there for the taking without one."""

    def __init__(self, world):
        self.sockets = []
        run = world.base / "run"
        for name in ("wayland-0", "pipewire-0"):
            self.listen(run / name)
        (run / "gnupg").mkdir()
        self.listen(run / "gnupg/S.gpg-agent")
        abstract = f"silo-boxes-{os.getpid()}"
        sock = socket.socket(socket.AF_UNIX)
        sock.bind("\0" + abstract)
        sock.listen(8)
        tcp = socket.create_server(("127.0.0.1", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        self.sockets += [sock, tcp, udp]
        homes = world.base / "data/silo/homes/one"
        homes.mkdir(parents=True)
        (homes / "disk.raw").write_bytes(b"\0" * 4096)
        self.victim = self.start_victim()
        libc = ctypes.CDLL(None, use_errno=True)
        self.key = os.getpid()
        self.shared = libc.shmget(self.key, 4096, 0o1600)
        self.libc = libc
        base, silo, victim = world.base, world.silo, self.victim.pid
        self.tries = [
            ("secret", "read", f"{base}/home/secret"), ("home", "list", f"{base}/home"),
            ("passwords", "read", "/etc/passwd"), ("shadow", "read", "/etc/shadow"),
            ("manifest", "read", world.manifest), ("manifest-write", "write", world.manifest),
            ("state", "read", f"{base}/state/silo/one/record.json"),
            ("state-write", "create", f"{base}/state/silo/one/evil"),
            ("own-state", "list", f"{base}/state/silo/two"),
            ("other-disk", "read", f"{homes}/disk.raw"), ("other-disk-write", "write", f"{homes}/disk.raw"),
            ("image-write", "write", f"{world.image}/root.erofs"),
            ("program-write", "write", f"{world.libexec}/spare"),
            ("library-write", "create", "/usr/lib/evil.so"), ("root-list", "list", "/usr/bin"),
            ("tmp-create", "create", f"/tmp/evil-{os.getpid()}"),
            ("root-create", "create", f"/evil-{os.getpid()}"),
            ("other-runtime", "list", f"{silo}/one"), ("above", "above", "/etc/passwd"),
            ("inherited", "inherited", "/etc/passwd"), ("chroot", "chroot", ""),
            ("manager", "unix", f"{silo}/io.silo.Manager"), ("compositor", "unix", f"{silo}/io.silo.Compositor"),
            ("supervisor", "unix", f"{silo}/one/io.silo.Supervisor"),
            ("own-supervisor", "unix", f"{silo}/two/io.silo.Supervisor"),
            ("other-agent", "unix", f"{silo}/one/vsock/agent"), ("other-device", "unix", f"{silo}/one/vsock/agent_6000"),
            ("bus", "unix", f"{run}/bus"), ("wayland", "unix", f"{run}/wayland-0"),
            ("pipewire", "unix", f"{run}/pipewire-0"), ("gpg-agent", "unix", f"{run}/gnupg/S.gpg-agent"),
            ("system-bus", "unix", "/run/dbus/system_bus_socket"), ("abstract", "abstract", abstract),
            ("tcp", "tcp", tcp.getsockname()[1]), ("udp", "udp", udp.getsockname()[1]), ("listen", "listen", ""),
            ("packet-socket", "family", "17 3"), ("raw-socket", "family", "2 3"), ("vm-socket", "family", "40 1"),
            ("netlink", "family", "16 3"), ("ciphers", "family", "38 5"), ("bluetooth", "family", "31 3"),
            ("interfaces", "interfaces", ""),
            ("trace", "trace", victim), ("trace-manager", "trace", world.vmd.pid), ("trace-parent", "trace-parent", ""),
            ("memory", "memory", victim), ("proc-memory", "write", f"/proc/{victim}/mem"),
            ("proc-environment", "read", f"/proc/{victim}/environ"),
            ("proc-root", "read", f"/proc/{victim}/root/etc/passwd"),
            ("processes", "processes", "0x59616d61"), ("descriptor-of", "descriptor-of", victim),
            ("signal", "signal", victim), ("signal-manager", "signal", world.vmd.pid),
            ("limits-of", "limits-of", victim), ("priorities", "priorities", ""), ("enter", "enter", victim),
            ("shell", "execute", "/bin/sh"), ("program", "execute", "/usr/bin/true"),
            ("loader", "loader", "/usr/bin/true"),
            ("mount", "mount", ""), ("bind", "bind", ""), ("remount", "remount", ""), ("new-mount", "new-mount", ""),
            ("open-tree", "open-tree", ""), ("user-then-mount", "user-then-mount", "/etc/passwd"),
            ("unshare-user", "unshare", NEW_USER), ("unshare-net", "unshare", NEW_NET),
            ("unshare-mount", "unshare", "20000"), ("clone-user", "clone", NEW_USER),
            ("clone3-user", "clone3", NEW_USER), ("process", "process", ""),
            ("keyring", "keyring", ""), ("add-key", "add-key", ""), ("bpf", "bpf", ""), ("perf", "perf", ""),
            ("io-uring", "io-uring", ""), ("userfaultfd", "userfaultfd", ""), ("handle", "handle", "/usr"),
            ("kernel-log", "kernel-log", ""), ("module", "module", ""), ("host-name", "host-name", ""),
            ("other-user", "other-user", ""), ("capabilities", "capabilities", ""),
            ("bounding-set", "bounding-set", ""), ("new-privileges", "new-privileges", ""),
            ("unfiltered", "unfiltered", ""), ("core", "core", base / "cwd"), ("core-limit", "core-limit", ""),
            ("shared-memory", "shared-memory", self.key), ("compat", "compat", ""),
            ("core-pattern", "write", "/proc/sys/kernel/core_pattern"),
            ("sysrq", "write", "/proc/sysrq-trigger"),
            *(("device" + name.removeprefix("/dev").replace("/", "-"), "open", name) for name in DEVICES),
            *((f"environment-{name}", "environment", name) for name in
              ("HOME", "XDG_RUNTIME_DIR", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "PATH")),
        ]
        (base / "cwd").mkdir()
        # In the one place where something may be written.
        own = world.silo / "two/vsock"
        self.own = [("own-file", "create", own / "evil"), ("own-link", "symlink", own / "evil"),
                    ("own-folder", "directory", own / "evil"), ("own-node", "node", own / "evil")]

    def listen(self, path):
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(str(path))
        sock.listen(8)
        self.sockets.append(sock)

    @staticmethod
    def start_victim():
        """Lets itself be traced by anybody; of a number that no small process namespace reaches."""
        code = ("import ctypes; ctypes.CDLL(None).prctl(0x59616d61, ctypes.c_ulong(-1), 0, 0, 0); print(flush=True); "
                "import signal; signal.pause()")
        while True:
            victim = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
            victim.stdout.readline()
            if victim.pid > 1000:
                return victim
            victim.kill()
            victim.wait()

    def close(self):
        self.victim.kill()
        self.victim.wait()
        self.libc.shmctl(self.shared, 0, None)
        for sock in self.sockets:
            sock.close()


def words(tries):
    return "\nTRIES\n" + "".join(f"{label} {kind} {argument}\n" for label, kind, argument in tries)


def answers(text):
    """What the taker said: of each try its verdict, and its descriptors."""
    tries, descriptors, ended = {}, {}, False
    for line in text.splitlines():
        found = line.partition("taker ")[2].split(" ", 2)
        if found[0] == "fd":
            descriptors[int(found[1])] = found[2]
        elif found[0] == "end":
            ended = True
        elif len(found) > 1:
            tries[found[0]] = " ".join(found[1:])
    return tries, descriptors, ended


class Report:
    def __init__(self):
        self.lines, self.failed = 0, 0

    def line(self, passed, text, note=""):
        self.lines += 1
        self.failed += not passed
        print(f"{'ok' if passed else 'not ok'} {self.lines} - {text}" + (f"\n# {note}" if note else ""), flush=True)


def take(world, name, tries):
    """Puts the taker under that name into the folder of programs."""
    path = Path(world.libexec) / name
    path.unlink(missing_ok=True)
    shutil.copy(TAKER, path)
    with open(path, "ab") as program:
        program.write(words(tries).encode())
    return path


def control(world, baits, report):
    """Without a box. Returns the labels of what succeeds here."""
    path = take(world, "control", baits.tries)
    leaked = os.open("/usr", os.O_RDONLY)
    environment = dict(world.environment, WAYLAND_DISPLAY="wayland-0", DBUS_SESSION_BUS_ADDRESS="unix:")
    result = subprocess.run([path], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            pass_fds=[leaked], timeout=120)
    os.close(leaked)
    tries, descriptors, ended = answers(result.stdout)
    report.line(ended and descriptors.get(leaked) == "directory", "without a box: a leaked descriptor is seen",
                result.stderr.strip())
    works = set()
    for label, _, _ in baits.tries:
        said = tries.get(label, "nothing")
        if said == "yes":
            works.add(label)
            report.line(True, f"without a box: {label} succeeds")
            continue
        number = int(said[3:]) if said.startswith("no ") and said[3:].isdigit() else 0
        excuse = ABSENT.get(number) if label not in NEVER_ABSENT or IS_WEAK and "user" in label else None
        report.line(excuse is not None, f"without a box: {label} CANNOT",
                    f"{said}: {excuse or 'a try that fails without a box proves nothing'}")
    return works


def follow(world, vm):
    """Its log, until the taker has ended or nothing more comes."""
    reader = subprocess.Popen([world.vmctl_program, "log", "-f", vm], env=world.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    log = b""
    while b"taker end" not in log and select.select([reader.stdout], [], [], 10)[0]:
        data = os.read(reader.stdout.fileno(), 65536)
        if not data:
            break
        log += data
    reader.kill()
    reader.communicate()
    return log.decode(errors="replace")


def place(world, name, baits, works, report):
    program, descriptors = PLACES[name]
    kept = Path(world.libexec) / program
    kept.rename(kept.with_suffix(".true"))
    tries = baits.tries + (baits.own if name == "vsock" else [])
    take(world, program, tries)
    start = subprocess.Popen([world.vmctl_program, "start", "two"], env=world.environment,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    # A machine may be up before its taken-over proxy has tried everything.
    start.communicate(timeout=60)
    log = follow(world, "two")
    world.vmctl("stop", "--force", "two")
    kept.unlink()
    kept.with_suffix(".true").rename(kept)
    judge(name, log, tries, descriptors, works, report)


def judge(name, log, tries, descriptors, works, report):
    tried, found, ended = answers(log)
    shown = "F1.6 crosvm" if VMM == "crosvm" and name == "vmm" else label(__file__)(name)
    report.line(ended, f"{shown}: the taker ran to its end", "" if ended else log[-800:])
    for attempt, _, _ in tries:
        said = tried.get(attempt, "nothing")
        inner = VMM == "crosvm" and name == "vmm" and attempt in INNER or attempt == "process" and not IS_WEAK
        known = IS_WEAK and name == "vsock" and attempt in PATHS
        held = said == "yes" if inner else said.startswith("no ") or known
        proven = "" if attempt in works or attempt.startswith("own-") else " (not proven: it fails without a box, too)"
        report.line(held, f"{shown}: {attempt}: {said}" + (" further in only" if inner else " as is known" if known else "") +
                    proven)
    report.line(found == descriptors, f"{shown}: its descriptors are those that are named", f"{found}")


def place_text(world, baits, works, report):
    """silo-text's, which silo starts."""
    program = take(world, "silo-text", baits.tries)
    reading, writing = os.pipe()
    environment = dict(world.environment, WLR_BACKENDS="headless", WLR_RENDERER="pixman", WLR_LIBINPUT_NO_DEVICES="1")
    silo = subprocess.Popen([SILO, "--text", program, "--vmd", "none", "--panel", "none", "--launcher", "none"],
                            env=environment, stdin=subprocess.DEVNULL, stdout=writing, stderr=writing)
    os.close(writing)
    said = b""
    while b"taker end" not in said and select.select([reading], [], [], 20)[0]:
        data = os.read(reading, 65536)
        if not data:
            break
        said += data
    silo.terminate()
    silo.wait(20)
    os.close(reading)
    judge("silo-text", said.decode(errors="replace"), baits.tries, OUTPUT | {3: "unix-stream"}, works, report)


def gather(world):
    """A folder of programs of which one may be another's: stand-ins for all, the true agent child."""
    folder = world.base / "libexec"
    folder.mkdir()
    for name in ("silo-proxy", "silo-agent-child", "vhost-device-vsock", "qemu-system-x86_64", "crosvm"):
        for source in LIBEXEC.split(":"):
            if (Path(source) / name).exists():
                shutil.copy(Path(source) / name, folder / name)
                break
    shutil.copy(TAKER, folder / "spare")
    return str(folder)


def without_user_namespaces():
    """Starts this test again where nobody may make any; the world's own does not count."""
    script = "echo 0 >/proc/sys/user/max_user_namespaces && exec \"$@\""
    probe = subprocess.run(["unshare", "-Ur", "sh", "-c", script, "sh", "true"], capture_output=True)
    if probe.returncode != 0:
        print("1..0 # SKIP this host makes no user namespace in which to refuse others")
        return 0
    return subprocess.run(["unshare", "-Ur", "sh", "-c", script, "sh", sys.executable, *sys.argv],
                          env=dict(os.environ, SILO_BOXES_INSIDE="1")).returncode


def main():
    if IS_WEAK and "SILO_BOXES_INSIDE" not in os.environ:
        return without_user_namespaces()
    world = World(sys.argv[1], sys.argv[2], LIBEXEC, VMM)
    world.libexec = gather(world)
    report = Report()
    compositor = Compositor(str(world.silo / "io.silo.Compositor")) if world.silo.exists() else None
    # With a descriptor that whoever started silo-vmd forgot to close.
    careless = world.base / "careless"
    careless.write_text(f"#!/bin/sh\nexec 9</usr\nexec {Path(sys.argv[1]).resolve()} \"$@\"\n")
    careless.chmod(0o755)
    world.vmd_program = str(careless)
    baits = None
    try:
        world.start_vmd()
        world.ok("start", "one")
        opened = Path(f"/proc/{world.status('one')['pids']['supervisor']}/fd")
        report.line(any(os.readlink(path) == "/usr" for path in opened.iterdir()), "the supervisor has a leaked descriptor")
        if compositor is None:
            compositor = Compositor(str(world.silo / "io.silo.Compositor"))
        jail = world.status("one")["jail"]
        report.line(jail == ("weaker" if IS_WEAK else "full"), f"vmctl status says: {jail}")
        # A place for each process that there is; virtiofsd and a network's back end would be others, in no box yet.
        words = set(world.ok("argv", "--manifest", str(world.manifest), "one").split())
        report.line(words and not words & UNBOXED, "the command line starts and names nothing that has no box",
                    " ".join(words & UNBOXED))
        baits = Baits(world)
        works = control(world, baits, report)
        for name in PLACES:
            place(world, name, baits, works, report)
        if VMM == "qemu":
            place_text(world, baits, works, report)
        report.line(world.status("one")["state"] == "running", "the other machine runs on")
        report.line(baits.victim.poll() is None, "the other process lives")
    finally:
        if baits is not None:
            baits.close()
        if compositor is not None:
            compositor.close()
        world.finish()
    print(f"1..{report.lines}")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
