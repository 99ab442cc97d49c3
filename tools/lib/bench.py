# SPDX-License-Identifier: MIT
"""What a Wayland connection costs: on the host directly, through a plain relay, through silo-proxy; in a guest.
usage: bench.py BUILD [proxy|guest] [--seconds N] [--image NAME] [--json]"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from session import Session, StepFailed, wait_for_path

FIGURES = (
    # key, what is shown, unit, whether more is better
    ("sync_median_us", "round trip, median", "µs", False),
    ("sync_p99_us", "round trip, 99 %", "µs", False),
    ("pipelined_per_s", "round trips, 32 at once", "/s", True),
    ("one_way_per_s", "one-way requests", "/s", True),
    ("frames_1080p_per_s", "1080p frames, full damage", "/s", True),
)
# What a bench of sync-bench does in a second, for the CPU time of one.
BENCHES = (("sync", None), ("pipelined", "pipelined_per_s"), ("one-way", "one_way_per_s"),
           ("frames", "frames_1080p_per_s"))
CPU_FIGURES = (("sync", "CPU of a round trip"), ("pipelined", "CPU of a pipelined one"),
               ("one-way", "CPU of a one-way request"), ("frames", "CPU of a frame"))
WAIT_S = 10


def cpu_ns(pid):
    """Time that a process has been running on a CPU."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def measure(session, display, seconds, pid=None):
    """Runs sync-bench on a Wayland socket. Returns its figures; with pid, the process in between, also the CPU
    time that it took for one of each, in µs."""
    environment = dict(session.environment, WAYLAND_DISPLAY=str(display))
    figures, cpu = {}, {}
    for bench, rate in BENCHES:
        before = cpu_ns(pid) if pid else 0
        result = subprocess.run([session.program("sync-bench"), "-s", str(seconds), "-o", bench], text=True,
                                env=environment, capture_output=True, timeout=60 + 8 * seconds)
        if result.returncode != 0:
            raise StepFailed(f"sync-bench -o {bench} on {display}: {result.stderr.strip()}")
        figures.update(json.loads(result.stdout))
        if pid:
            count = figures[rate] * seconds if rate else figures["sync_samples"]
            cpu[bench] = (cpu_ns(pid) - before) / count / 1000
    if pid:
        figures["cpu_us"] = cpu
    return figures


def measure_behind(session, arguments, socket, seconds):
    """Starts a program that listens on socket, measures through it and ends it."""
    name = Path(arguments[0]).name
    process = subprocess.Popen(arguments, env=session.environment, stdin=subprocess.DEVNULL,
                               stdout=session.log_file(f"{name}.log"), stderr=subprocess.STDOUT)
    try:
        if not wait_for_path(socket, WAIT_S):
            raise StepFailed(f"{name} does not listen:\n" + session.log_tail(f"{name}.log"))
        return measure(session, socket, seconds, process.pid)
    except StepFailed as error:
        raise StepFailed(f"{error}\n" + session.log_tail(f"{name}.log")) from None
    finally:
        process.terminate()
        process.wait()


def bench_proxy(build, seconds):
    session = Session(build, "")
    try:
        session.start_silo(vmd=False)
        display = session.runtime / session.display
        relay, proxy = session.runtime / "relay", session.runtime / "proxy"
        results = {"direct": measure(session, display, seconds)}
        results["relay"] = measure_behind(
            session, [str(Path(build) / "tests/bench/bench-relay"), str(relay), str(display)], relay, seconds)
        results["silo-proxy"] = measure_behind(
            session, [session.program("silo-proxy"), "--domain", "bench", "--color", "#0175d4",
                      "--listen", str(proxy)], proxy, seconds)
        return results
    finally:
        session.stop()
        session.remove()


GUEST_TESTS = "/usr/lib/silo/tests/"
GUEST_MANIFEST = """version 1
vm bench {
	color "#0175d4"
	memory 640M
	cpus 1
	image %s
	emulation allow
}
"""
# Four times the pixels of the frames: the proxy's budget of damage does not slow an unpaced client.
GUEST_OUTPUT = "3840x2160"
GUEST_RUNS = 3


def guest_client(session, name):
    """Runs a client of tests/clients in the guest; its figures."""
    return json.loads(session.vmctl("run", "bench", GUEST_TESTS + name, timeout=60).stdout)


def bench_guest(build, image):
    """The floor and the whole path in turns, so that both meet the same load of the machine."""
    session = Session(build, GUEST_MANIFEST % image, outputs=GUEST_OUTPUT)
    try:
        session.start()
        session.vmctl("start", "bench", timeout=180)
        runs = []
        for _ in range(GUEST_RUNS):
            runs.append(dict(guest_client(session, "gpu-floor"), **guest_client(session, "wl-bench")))
        medians = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        status = session.status("bench")
        return dict(medians, boot_ms=status["ready_ms"], accelerator=status["accelerator"],
                    sync_to_floor=medians["sync_median_us"] / medians["floor_median_us"])
    finally:
        session.stop()
        session.remove()


GUEST_FIGURES = (
    ("floor_median_us", "floor: round trip without a bridge, median, µs"),
    ("floor_p99_us", "the same, 99 %, µs"),
    ("sync_median_us", "round trip of a client, median, µs"),
    ("sync_p99_us", "the same, 99 %, µs"),
    ("sync_to_floor", "round trip : floor"),
    ("connect_us", "connecting until all globals are known, µs"),
    ("frames_640x480_per_s", "640x480 frames, full damage, commit + sync, /s"),
    ("frames_1080p_per_s", "1080p frames, the same, /s"),
    ("boot_ms", "VMM start until commands can run, ms"),
)


def show_guest(results):
    print(f"One VM, 1 CPU, {results['accelerator']}; medians of {GUEST_RUNS} runs.")
    for key, title in GUEST_FIGURES:
        print(f"{title:52}{results[key]:>12,.1f}")


def print_row(title, values, ratio):
    cells = "".join(f"{'':>14}" if value is None else f"{value:>14,.{2 if value < 1000 else 0}f}" for value in values)
    print(f"{title:32}{cells}{ratio:>15.2f}×")


def show(results):
    names = list(results)
    print(f"{'':32}" + "".join(f"{name:>14}" for name in names) + f"{'proxy : relay':>16}")
    for key, title, unit, more_is_better in FIGURES:
        values = [results[name][key] for name in names]
        ratio = values[-1] / values[-2] if more_is_better else values[-2] / values[-1]
        print_row(f"{title}, {unit}", values, ratio)
    for bench, title in CPU_FIGURES:
        values = [results[name]["cpu_us"][bench] for name in names[1:]]
        print_row(f"{title}, µs", [None, *values], values[0] / values[1])
    print("A ratio above 1 means that silo-proxy does better than the plain relay. Its rates of requests and frames are\n"
          "bounded by its quotas; the CPU time is what it really costs.")


def main():
    parser = argparse.ArgumentParser(prog="tools/bench")
    parser.add_argument("build")
    parser.add_argument("bench", nargs="?", choices=["proxy", "guest"], default="proxy")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--image", default="default")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    try:
        if options.bench == "guest":
            results = bench_guest(options.build, options.image)
        else:
            results = bench_proxy(options.build, options.seconds)
    except (StepFailed, OSError) as error:
        print(f"bench: error: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(dict(results, cpus=os.cpu_count())))
    elif options.bench == "guest":
        show_guest(results)
    else:
        show(results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
