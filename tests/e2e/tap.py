# SPDX-License-Identifier: MIT
"""Runs the methods of a scenario in order, as TAP. Later cases of a scenario build on earlier ones; a case
that fails does not stop the others."""

import os
import sys
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "lib"))


class Skip(Exception):
    pass


def run(scenario, cases, finish):
    """Calls each function of cases with scenario; finish(scenario) last, as a case of its own. What
    scenario.diagnosis() returns is printed after a failure."""
    print(f"1..{len(cases) + 1}", flush=True)
    failed = 0
    for number, case in enumerate([*cases, finish], 1):
        name = case.__name__.replace("_", " ")
        started = time.monotonic()
        try:
            case(scenario)
            print(f"ok {number} - {name}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        except BaseException as error:  # Whatever it is, the processes must be stopped.
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            for line in "".join(traceback.format_exception(error)).splitlines()[-12:]:
                print(f"# {line}", flush=True)
            for line in scenario.diagnosis().splitlines():
                print(f"#   {line}", flush=True)
            if isinstance(error, KeyboardInterrupt):
                break
        print(f"# {time.monotonic() - started:.1f} s", flush=True)
    return 1 if failed else 0
