#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the test cases in meson's JUnit files; prints what failed or was skipped, and a closing line."""

import sys
import xml.etree.ElementTree as ElementTree


def main():
    passed = failed = skipped = 0
    for name in sys.argv[1:]:
        for suite in ElementTree.parse(name).getroot().iter("testsuite"):
            for case in suite.iter("testcase"):
                title = f"{suite.get('name')}: {case.get('name')}"
                skip = case.find("skipped")
                if case.find("failure") is not None or case.find("error") is not None:
                    failed += 1
                    print(f"FAILED  {title}")
                elif skip is not None:
                    skipped += 1
                    print(f"skipped {title}: {skip.get('message') or (skip.text or '').strip() or 'see the log'}")
                else:
                    passed += 1
    if passed + failed == 0:
        print("no test ran")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed or not passed else 0)


main()
