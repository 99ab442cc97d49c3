# SPDX-License-Identifier: MIT
"""What a Wayland connection costs: on the host directly, through a plain relay, through silo-proxy; in a guest.
usage: bench.py BUILD [proxy|isolation|guest] [--seconds N] [--instructions] [--image NAME] [--json]"""

import argparse
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import instructions
from session import Session, StepFailed, wait_for_path

# A bench of sync-bench, its figure, what is shown, whether more is better, its target against the relay that walks
# headers (a ratio, as it is shown), None: none.
BENCHES = (
    ("sync", "sync_median_us", "round trip, µs", False, 1.10),
    ("pipelined", "pipelined_per_s", "round trips, 32 at once, /s", True, None),
    ("one-way", "one_way_per_s", "one-way requests, /s", True, 0.90),
    ("full", "full_us", "1080p frame, all changed, µs", False, 1.05),
    ("small", "small_us", "1080p frame, 64x64 changed, µs", False, None),
    ("connect", "connect_us", "connecting, µs", False, None),
    ("toplevel", "toplevel_us", "window opened and closed, µs", False, None),
)
# The same as time on the processor of client, proxy and compositor, which other programs hardly change.
BUSY = (("sync_busy_us", "round trip, µs of CPU", False, 1.10),
        ("one-way_busy_us", "one-way request, µs of CPU", False, 1 / 0.90))
# What the proxy does for one of them: bench, its count in one run, most instructions.
COUNTED = (("sync", "sync_samples", 25000), ("one-way", "one_way_per_s", 300))
MEMORY_MAX_KIB = 6 << 10
FRAME_RATIO_MAX = 1.2
ROUNDS = 5
WAIT_S = 10
# Four times the pixels of the frames: the proxy's budget of damage does not slow an unpaced client.
BENCH_OUTPUT = "3840x2160"


def pinned(*arguments, cpu=min(os.sched_getaffinity(0))):
    """On the first CPU that we may use: compositor, proxy and client share it, which is the least noisy."""
    return ["taskset", "-c", str(cpu), *arguments]


def run_bench(session, display, bench, seconds, *options):
    environment = dict(session.environment, WAYLAND_DISPLAY=str(display))
    arguments = [session.program("sync-bench"), "-s", str(seconds), "-o", bench, *options]
    result = subprocess.run(pinned(*arguments), text=True, env=environment, capture_output=True,
                            timeout=60 + 8 * seconds)
    if result.returncode != 0:
        raise StepFailed(f"sync-bench -o {bench} on {display}: {result.stderr.strip()}")
    return json.loads(result.stdout)


def start_behind(session, arguments, socket):
    """Starts a program that listens on socket."""
    name = Path(arguments[0]).name
    process = subprocess.Popen(pinned(*arguments), env=session.environment,
                               stdin=subprocess.DEVNULL,
                               stdout=session.log_file(f"{socket.name}.log"), stderr=subprocess.STDOUT)
    if not wait_for_path(socket, WAIT_S):
        process.kill()
        process.wait()
        raise StepFailed(f"{name} does not listen:\n" + session.log_tail(f"{socket.name}.log"))
    return process


def proxy_arguments(session, name, color, socket):
    return [session.program("silo-proxy"), "--domain", name, "--color", color, "--listen", str(socket)]


def resident_kib(pid):
    """RssAnon and RssFile."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return sum(int(fields[key].split()[0]) for key in ("RssAnon", "RssFile"))


def cpu_ns(pid):
    """Time that a process has been running on a CPU."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def count_instructions(session):
    """Of a proxy of its own. Nothing where they cannot be counted."""
    socket = session.runtime / "counted"
    arguments = proxy_arguments(session, "counted", "#0175d4", socket)
    counts_in_hardware = instructions.Perf.works()
    stepper = Path(session.build) / "tests/bench/bench-count"
    if not counts_in_hardware:
        if not stepper.exists():
            return None
        arguments.insert(0, str(stepper))
    process = subprocess.Popen(pinned(*arguments), env=session.environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=session.log_file("counted.log"), text=True)
    try:
        if not wait_for_path(socket, WAIT_S):
            raise StepFailed("silo-proxy cannot be counted:\n" + session.log_tail("counted.log"))
        counter = instructions.Perf(process.pid) if counts_in_hardware else instructions.Steps(process)
        counts = instructions.per_request(
            counter, lambda bench, count: run_bench(session, socket, bench, 1, "-n", str(count)))
        return counts and dict(counts, how=counter.name)
    finally:
        process.kill()
        process.wait()


def busy_ns(pids):
    """Time on a processor of these processes and of all children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(map(cpu_ns, pids)) + (children.ru_utime + children.ru_stime) * 1e9


def run_busy(session, display, bench, seconds, key, pids):
    """Figures of one run, and the time on a processor that one of them took everybody: what the rate would be on a
    machine with nothing else to do."""
    before = busy_ns(pids)
    figures = run_bench(session, display, bench, seconds)
    count = figures[key] * (seconds if key.endswith("_per_s") else 1)
    return figures, (busy_ns(pids) - before) / count / 1000


def start_waypipe(session, display, socket):
    """Its two ends, or nothing where it is not installed."""
    if shutil.which("waypipe") is None:
        return []
    link = session.runtime / "waypipe-link"
    client = subprocess.Popen(pinned("waypipe", "--no-gpu", "-s", str(link), "client"), stdin=subprocess.DEVNULL,
                              env=dict(session.environment, WAYLAND_DISPLAY=str(display)),
                              stdout=session.log_file("waypipe.log"), stderr=subprocess.STDOUT)
    if not wait_for_path(link, WAIT_S):
        client.kill()
        client.wait()
        return []
    server = start_behind(session, ["waypipe", "--no-gpu", "-s", str(link), "--display", socket.name, "server", "--",
                                    "sleep", "1000"], socket)
    return [server, client]


def bench_instructions(build):
    session = Session(build, "", outputs=BENCH_OUTPUT)
    try:
        session.start_silo(vmd=False)
        return {"instructions": count_instructions(session)}
    finally:
        session.stop()
        session.remove()


def bench_proxy(build, seconds):
    """Rounds of all benches on all displays in turns, so that all meet the same load of the machine."""
    session = Session(build, "", outputs=BENCH_OUTPUT)
    started = []
    try:
        session.start_silo(vmd=False)
        os.sched_setaffinity(session.silo.pid, {min(os.sched_getaffinity(0))})
        display = session.runtime / session.display
        displays = {"direct": display}
        relay = str(Path(build) / "tests/bench/bench-relay")
        for name, arguments in (("relay", [relay]), ("walking relay", [relay, "--walk"])):
            displays[name] = session.runtime / name.replace(" ", "-")
            started.append(start_behind(session, [*arguments, str(displays[name]), str(display)], displays[name]))
        displays["silo-proxy"] = session.runtime / "proxy"
        proxy = start_behind(session, proxy_arguments(session, "bench", "#0175d4", displays["silo-proxy"]),
                             displays["silo-proxy"])
        started.append(proxy)
        waypipe = start_waypipe(session, display, session.runtime / "waypipe")
        if waypipe:
            started += waypipe
            displays["waypipe"] = session.runtime / "waypipe"
        idle_kib = resident_kib(proxy.pid)
        samples = {name: {} for name in displays}
        # Not of waypipe, which has a process for each client.
        between = {"direct": [], "relay": started[:1], "walking relay": started[1:2], "silo-proxy": [proxy]}
        counted = {bench: key for bench, key, _ in COUNTED}
        for _ in range(ROUNDS):
            for bench, key, *_ in BENCHES:
                for name, socket in displays.items():
                    if bench not in counted or name not in between:
                        samples[name].setdefault(key, []).append(run_bench(session, socket, bench, seconds)[key])
                        continue
                    pids = [session.silo.pid, *(process.pid for process in between[name])]
                    figures, busy_us = run_busy(session, socket, bench, seconds, counted[bench], pids)
                    samples[name].setdefault(key, []).append(figures[key])
                    samples[name].setdefault(bench + "_busy_us", []).append(busy_us)
        results = {name: {key: statistics.median(values) for key, values in figures.items()}
                   for name, figures in samples.items()}
        return {"displays": results, "instructions": count_instructions(session), "idle_kib": idle_kib}
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()
        session.stop()
        session.remove()


# What the hostile machine does, with so many clients at a time.
FLOODS = (("one-way requests", "one-way", 4), ("round trips", "pipelined", 4), ("1080p frames", "frames", 3),
          ("windows opened and closed", "toplevel", 4), ("connecting", "connect", 4))


def flood(session, socket, bench, count):
    environment = dict(session.environment, WAYLAND_DISPLAY=str(socket))
    loop = pinned("sh", "-c", 'while :; do "$0" -s 1 -o "$1"; done', session.program("sync-bench"), bench,
                  cpu=max(os.sched_getaffinity(0)))
    return [subprocess.Popen(loop, env=environment,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             start_new_session=True) for _ in range(count)]


def bench_isolation(build, seconds):
    """Frames of a quiet VM while a hostile one floods. The compositor and the quiet VM have one CPU, the hostile one
    another: how the kernel shares CPUs among processes is not what is measured."""
    session = Session(build, "", outputs="1920x1080")
    started = []
    try:
        session.start_silo(vmd=False)
        quiet, hostile = session.runtime / "quiet", session.runtime / "hostile"
        started.append(start_behind(session, proxy_arguments(session, "quiet", "#0175d4", quiet), quiet))
        started.append(start_behind(session, proxy_arguments(session, "hostile", "#b3202c", hostile), hostile))
        os.sched_setaffinity(session.silo.pid, {min(os.sched_getaffinity(0))})
        os.sched_setaffinity(started[-1].pid, {max(os.sched_getaffinity(0))})
        rows = []
        for title, bench, count in FLOODS:
            before = run_bench(session, quiet, "paced", seconds)
            flooders = flood(session, hostile, bench, count)
            try:
                during = run_bench(session, quiet, "paced", seconds)
            finally:
                for process in flooders:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            rows.append({"flood": title, "clients": count, "quiet_us": before["paced_us"],
                         "quiet_p95_us": before["paced_p95_us"], "median_us": during["paced_us"],
                         "p95_us": during["paced_p95_us"], "ratio": during["paced_p95_us"] / before["paced_p95_us"]})
        return {"rows": rows}
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()
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


def verdict(is_met):
    return "" if is_met else "  MISSED"


def show_instructions(results):
    counts = results["instructions"]
    if counts is None:
        print("silo-proxy's instructions: n/a, nothing counts them here")
        return
    for bench, _, target in COUNTED:
        print(f"silo-proxy, one of {bench}: {counts[bench]:,.0f} instructions ({counts['how']}), ≤ {target:,}"
              f"{verdict(counts[bench] <= target)}")


def show(results):
    displays = results["displays"]
    names = list(displays)
    print(f"{'':34}" + "".join(f"{name:>15}" for name in names) + f"{'proxy : walking':>17}  target")
    for key, title, more_is_better, target in (*(row[1:] for row in BENCHES), *BUSY):
        values = [displays[name].get(key) for name in names]
        ratio = displays["silo-proxy"][key] / displays["walking relay"][key]
        goal = ""
        if target:
            is_met = ratio >= target if more_is_better else ratio <= target
            goal = f"  {'≥' if more_is_better else '≤'} {target:.2f}{verdict(is_met)}"
        cells = "".join(f"{'n/a':>15}" if value is None else
                        f"{value:>15,.{2 if value < 10 else 1 if value < 10000 else 0}f}" for value in values)
        print(f"{title:34}{cells}{ratio:>16.2f}×{goal}")
    show_instructions(results)
    print(f"silo-proxy idle: {results['idle_kib']:,} KiB (RssAnon + RssFile), ≤ {MEMORY_MAX_KIB:,}"
          f"{verdict(results['idle_kib'] <= MEMORY_MAX_KIB)}")


def show_isolation(results):
    print(f"{'Frames of a quiet VM, ms':34}{'alone':>10}{'95 %':>10}{'flooded':>10}{'95 %':>10}{'ratio':>9}")
    for row in results["rows"]:
        cells = "".join(f"{row[key] / 1000:>10.2f}" for key in ("quiet_us", "quiet_p95_us", "median_us", "p95_us"))
        title = f"{row['flood']}, {row['clients']} clients"
        print(f"{title:34}{cells}{row['ratio']:>8.2f}×{verdict(row['ratio'] <= FRAME_RATIO_MAX)}")


def main():
    parser = argparse.ArgumentParser(prog="tools/bench")
    parser.add_argument("build")
    parser.add_argument("bench", nargs="?", choices=["proxy", "isolation", "guest"], default="proxy")
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--image", default="default")
    parser.add_argument("--instructions", action="store_true", help="of the bench proxy nothing but these")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    try:
        if options.bench == "guest":
            results = bench_guest(options.build, options.image)
        elif options.bench == "isolation":
            results = bench_isolation(options.build, options.seconds)
        elif options.instructions:
            results = bench_instructions(options.build)
        else:
            results = bench_proxy(options.build, options.seconds)
    except (StepFailed, OSError) as error:
        print(f"bench: error: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(dict(results, cpus=os.cpu_count())))
    elif options.bench == "guest":
        show_guest(results)
    elif options.bench == "isolation":
        show_isolation(results)
    elif options.instructions:
        show_instructions(results)
    else:
        show(results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
