# SPDX-License-Identifier: MIT
"""A desktop with real applications, and what a person does to their windows: resizing, snapping, menus, closing by
the frame's button. What came of it is read from the screen's pixels and the list of windows."""

import time
from pathlib import Path

from session import StepFailed
from world import World, equal, expect

VM = "work"
# The colour of the VM's frames, and of what lies behind a client that does not fill its area.
FILL, BACKDROP = "#337745", "1f2225"
STRIP = 28
MANIFEST = """version 1

vm work {
	color green
	memory 3G
	cpus 2
	image apps
	emulation allow
	agent-timeout 3m
}

vm other {
	color red
	memory 640M
	image default
	emulation allow
	agent-timeout 3m
}
"""
START_S = 240


def center(window):
    return window["x"] + window["width"] // 2, window["y"] + window["height"] // 2


def size(window):
    return window["width"], window["height"]


class Desk(World):
    def __init__(self, build, pictures):
        super().__init__(build, MANIFEST)
        self.pictures = Path(pictures)

    def put(self, path, text):
        self.session.vmctl("run", VM, "sh", "-c", f"cat > {path}", stdin=text)

    def shell(self, script, timeout=120):
        return self.guest(VM, "sh", "-c", script, timeout=timeout, check=False)

    def open(self, name, pattern, *command, seconds=START_S):
        """Starts a command; returns it and its window, which must draw something."""
        started = time.monotonic()
        process = self.session.run_in_vm(VM, *command, name=name)
        try:
            window = self.window(pattern, seconds)
        except BaseException:
            print(f"# {name}: " + self.session.log_tail(f"{name}.out", 10).replace("\n", "\n# "), flush=True)
            raise
        print(f"# {name}: its window after {time.monotonic() - started:.1f} s", flush=True)
        return process, window

    def picture(self, name):
        self.session.screenshot(self.pictures / f"{name}.png")

    def find(self, pattern):
        """The window of that application or title, as it is now; None: there is none."""
        for window in self.session.windows():
            if pattern == window["app_id"] or pattern in window["title"]:
                return window
        return None

    def until(self, condition, what, seconds=30):
        """Asks until condition() holds: guests under emulation take their time, and tell nobody."""
        deadline = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            expect(time.monotonic() < deadline, what)
            time.sleep(0.2)

    def colors(self, window):
        """The colours on a grid of points of a window."""
        return [self.pixel(window["x"] + window["width"] * i // 8, window["y"] + window["height"] * j // 8)
                for i in range(1, 8) for j in range(1, 8)]

    def top_colors(self, window):
        """The colours where title and tool bars have their letters and buttons."""
        return [self.pixel(window["x"] + x, window["y"] + y) for y in (12, 26, 40)
                for x in range(5, min(window["width"], 400) - 5, 14)]

    def pull(self, start, end, button="left", rest=0.5):
        """Drags as a hand does: a client needs time to answer the press, and each step."""
        self.probe.ask(f"pointer {start[0]} {start[1]}")
        self.probe.ask(f"button-down {button}")
        time.sleep(rest)
        for step in range(1, 9):
            x, y = (start[i] + (end[i] - start[i]) * step // 8 for i in (0, 1))
            self.probe.ask(f"pointer {x} {y}")
            time.sleep(0.05)
        time.sleep(rest)
        self.probe.ask(f"button-up {button}")

    def follows(self, pattern, what):
        """The client fills its window to the edges: no backdrop along its right and lower side."""
        def filled():
            window = self.find(pattern)
            right, bottom = window["x"] + window["width"] - 3, window["y"] + window["height"] - 3
            points = [(right, window["y"] + window["height"] * i // 6) for i in (2, 3, 4)]
            points += [(window["x"] + window["width"] * i // 6, bottom) for i in (2, 3, 4)]
            return BACKDROP not in [self.pixel(*point) for point in points]
        self.until(filled, f"the picture does not follow: {what}", 60)

    def resize(self, pattern):
        """By the frame's lower right corner: smaller by about what the pointer was moved."""
        before = self.find(pattern)
        corner = before["x"] + before["width"] + 2, before["y"] + before["height"] + 2
        self.pull(corner, (corner[0] - 120, corner[1] - 90), rest=0.1)
        wanted = before["width"] - 120, before["height"] - 90

        def is_there():
            now = size(self.find(pattern))
            return all(abs(now[i] - wanted[i]) <= 24 for i in (0, 1))
        self.until(is_there, f"{pattern}: asked to be {wanted}, was {size(before)}", 60)
        after = self.find(pattern)
        equal((after["x"], after["y"]), (before["x"], before["y"]), "the corner that stays")
        self.follows(pattern, "resized")

    def fill_and_restore(self, pattern):
        """Half of the screen, all of it, and back to the very place; never larger than told on the way."""
        before = self.find(pattern)
        self.probe.ask("key Super+Left")
        half = self.until(lambda: self.find(pattern)["width"] > 900 and self.find(pattern), "the left half")
        expect(half["width"] < 960 and half["height"] > 900, f"not a half: {half}")
        self.follows(pattern, "snapped")
        self.probe.ask("key Super+m")
        self.until(lambda: self.find(pattern)["maximized"], "maximised")
        self.follows(pattern, "maximised")
        self.probe.ask("key Super+m")
        seen = []
        self.until(lambda: seen.append(size(self.find(pattern))) or not self.find(pattern)["maximized"], "restored")
        for _ in range(10):
            seen.append(size(self.find(pattern)))
            time.sleep(0.1)
        after = self.find(pattern)
        expect(all(abs(after[key] - before[key]) <= 24 for key in ("x", "y", "width", "height")),
               f"restored to {after}, was {before}")
        wrong = [one for one in seen if one[0] > before["width"] + 24 and one[0] < 1900]
        equal(wrong, [], "sizes on the way back")
        self.follows(pattern, "restored")

    def hide_and_show(self, pattern):
        """Minimised by key, and back by Alt + Tab."""
        window = self.find(pattern)
        self.probe.ask("key Super+Down")
        self.until(lambda: self.find(pattern)["minimized"], "minimised")
        self.probe.ask("key-down Alt")
        self.probe.ask("key Tab")
        if not self.find(pattern)["minimized"]:
            raise AssertionError("shown before the keys were let go")
        self.probe.ask("key-up Alt")
        self.choose(pattern)
        after = self.find(pattern)
        expect(after["focused"] and size(after) == size(window), f"not back: {after}")

    def choose(self, pattern):
        """With Alt + Tab: the last one of its list comes first each time, until it is the one."""
        windows = len(self.session.windows())
        for _ in range(2 * windows):
            if self.find(pattern)["focused"]:
                return
            self.probe.ask("key-down Alt")
            for _ in range(windows - 1):
                self.probe.ask("key Tab")
            self.probe.ask("key-up Alt")
        expect(self.find(pattern)["focused"], f"Alt + Tab never reaches {pattern}")

    def popup(self, pattern, action, name, seconds=40):
        """Does action, awaits a popup's frame over the window's client area; returns its box, frame included."""
        window = self.find(pattern)
        inside = self.inside(window)
        for _ in range(2):
            for command in action:
                self.probe.ask(command)
            try:
                box = self.probe.ask(f"wait-box {inside} {FILL} {seconds / 2}", seconds)["box"]
                break
            except StepFailed:
                box = None
        expect(box is not None, f"{pattern}: no framed popup: {name}")
        time.sleep(0.5)  # A toolkit may move or resize its menu at its second look.
        box = self.probe.ask(f"wait-box {inside} {FILL} 5")["box"]
        self.picture(name)
        expect(box["width"] >= 16 and box["height"] >= 12, f"{pattern}: {name}: only {box}")
        return box

    @staticmethod
    def inside(window):
        return f"{window['x']} {window['y']} {window['width']} {window['height']}"

    def escape(self, pattern):
        """Escape closes the popup."""
        self.probe.ask("key Escape")
        self.no_popup(pattern)

    def no_popup(self, pattern):
        self.probe.ask(f"wait-no-box {self.inside(self.find(pattern))} {FILL} 20", 25)

    def gone(self, process, pattern):
        self.session.wait_gone(pattern, 60)
        process.wait(60)

    def close(self, process, pattern):
        """By the key."""
        self.probe.ask("key Super+q")
        self.gone(process, pattern)

    def close_by_button(self, process, pattern):
        """By the last button of the frame's bar."""
        window = self.find(pattern)
        self.click(window["x"] + window["width"] - 16, window["y"] - 16)
        self.gone(process, pattern)
