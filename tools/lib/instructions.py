# SPDX-License-Identifier: MIT
"""Instructions that silo-proxy executes for one request of a kind. With a processor that counts them: perf, user space
and kernel together. Without (most virtual machines): bench-count steps through the very same program in its box and
counts those in user space. Always the difference of two runs, one with twice as many requests, so that connecting
and its end do not count."""

import shutil
import signal
import subprocess

# Requests of the shorter run. One-way requests come in batches of 64 with a round trip after each.
COUNTS = {"sync": 20, "one-way": 640}
BATCH = 64


class Perf:
    """Counts the instructions of a process that runs already."""
    name = "user space and kernel, by perf"

    def __init__(self, pid):
        self.pid = pid

    def count(self, work):
        perf = subprocess.Popen(["perf", "stat", "-x", ",", "-e", "instructions:uk", "-p", str(self.pid)],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        work()
        perf.send_signal(signal.SIGINT)
        for line in perf.communicate()[1].splitlines():
            if "instructions" in line and line.split(",")[0].isdigit():
                return int(line.split(",")[0])
        return None

    @staticmethod
    def works():
        if shutil.which("perf") is None:
            return False
        result = subprocess.run(["perf", "stat", "-x", ",", "-e", "instructions:uk", "true"], text=True,
                                capture_output=True)
        return any("instructions" in line and line.split(",")[0].isdigit() for line in result.stderr.splitlines())


class Steps:
    """Counts the instructions of the program that bench-count runs."""
    name = "user space only, stepped through"

    def __init__(self, process):
        self.process = process

    def lap(self):
        self.process.send_signal(signal.SIGUSR1)
        return int(self.process.stdout.readline())

    def count(self, work):
        before = self.lap()
        work()
        return self.lap() - before


def per_request(counter, run):
    """Instructions of one sync and of one one-way request; run(bench, count) makes so many requests. None: not counted."""
    counts = {}
    for bench, count in COUNTS.items():
        run(bench, count)  # so that nothing is done for the first time
        once = counter.count(lambda bench=bench, count=count: run(bench, count))
        twice = counter.count(lambda bench=bench, count=count: run(bench, 2 * count))
        if once is None or twice is None:
            return None
        counts[bench] = (twice - once) / count
    counts["one-way"] -= counts["sync"] / BATCH
    return counts
