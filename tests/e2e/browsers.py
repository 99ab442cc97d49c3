# SPDX-License-Identifier: MIT
"""Firefox and Chromium as they are used in an afternoon: typing, menus, a download, copying, resizing while the page
moves, full screen. The page tells in its title what it was told."""

import secrets

from desk import FILL, center
from world import expect

# Its title says what came last. After a click with the middle button its ground flickers between two colours.
PAGE = """<!doctype html><title>page-ready</title><body style="background:#fc6;margin:0">
<div style="height:60px"><a id=a download=hello.txt href="data:text/plain,hello%20silo" style="font-size:40px">download</a></div>
<div id=t style="height:60px;font-size:40px">words to copy and to carry away</div>
<textarea id=f style="width:100%;height:80px;font-size:30px;border:0;background:#fc6"></textarea>
<div style="height:4000px"></div><script>
let say = text => document.title = text;
f.addEventListener("input", () => say("typed-" + f.value));
addEventListener("contextmenu", () => say("menu-asked"));
addEventListener("copy", () => say("copied-" + getSelection().toString().trim().slice(0, 12)));
addEventListener("scroll", () => say("scrolled-" + Math.round(scrollY)));
addEventListener("resize", () => say("sized-" + innerWidth));
addEventListener("auxclick", event => event.button == 1 && setInterval(() => {
	document.body.style.background = Date.now() / 200 & 1 ? "#6cf" : "#fc6";
}, 100));
</script>"""
BROWSER_S = 300


def titled(desk, app, text, seconds=40):
    """Waits until the page's title holds text."""
    return desk.until(lambda: text in desk.find(app)["title"], f"{app}: no title with {text}, but "
                      f"{(desk.find(app) or {}).get('title')}", seconds)


def page_top(desk, app):
    """Where the page begins below the browser's bars: the first line of its ground."""
    return desk.probe.ask(f"wait-box {desk.inside(desk.find(app))} #ffcc66 90", 95)["box"]["y"]


def takes_typing(desk, app):
    word = secrets.token_hex(4)
    top, window = page_top(desk, app), desk.find(app)
    # It has a title before it has a picture, and takes keys later still.
    for _ in range(6):
        desk.click(window["x"] + 400, top + 160)
        desk.probe.ask(f"type {word}")
        try:
            titled(desk, app, word, 8)
            break
        except AssertionError:
            pass
    desk.picture(app)
    titled(desk, app, word, 1)


def copies(desk, app):
    """Words of the page by mouse, and pasted into its field."""
    top, window = page_top(desk, app), desk.find(app)
    desk.pull((window["x"] + 2, top + 90), (window["x"] + 400, top + 90))
    desk.probe.ask("key Ctrl+c")
    titled(desk, app, "copied-words")
    desk.click(window["x"] + 300, top + 160)
    desk.probe.ask("key Ctrl+a")
    desk.probe.ask("key Ctrl+v")
    titled(desk, app, "typed-words")


def has_menus(desk, app):
    """The page's, and the browser's own at the end of its bar."""
    top, window = page_top(desk, app), desk.find(app)
    box = desk.popup(app, [f"click {window['x'] + 500} {top + 250} right"], f"{app}-menu")
    expect(box["width"] > 80 and box["height"] > 80, f"{app}: the menu is only {box}")
    desk.escape(app)
    desk.popup(app, [f"click {window['x'] + window['width'] - 26} {top - 26}"], f"{app}-main-menu")
    desk.escape(app)


def downloads(desk, app):
    desk.click(desk.find(app)["x"] + 60, page_top(desk, app) + 30)
    search = "find /home /tmp -name 'hello*.txt' 2>/dev/null | head -1"
    found = desk.until(lambda: desk.shell(search).strip(), f"{app}: nothing was downloaded", 60)
    desk.until(lambda: "hello silo" in desk.shell(f"cat '{found}'"), f"{app}: {found} holds something else", 20)
    desk.picture(f"{app}-download")
    desk.shell(f"rm -f '{found}'")
    desk.probe.ask("key Escape")


def scrolls(desk, app):
    desk.probe.ask(f"pointer {desk.find(app)['x'] + 500} {page_top(desk, app) + 300}")
    desk.probe.ask("scroll 4")
    titled(desk, app, "scrolled-")
    desk.probe.ask("scroll -40")
    titled(desk, app, "scrolled-0")


def near_the_edge(desk, app):
    """A menu asked for in the last corner of the screen is all on it."""
    desk.probe.ask("key Super+m")
    desk.until(lambda: desk.find(app)["maximized"], "maximised")
    desk.follows(app, "maximised")
    window = desk.find(app)
    x, y = window["x"] + window["width"] - 30, window["y"] + window["height"] - 12
    box = desk.popup(app, [f"click {x} {y} right"], f"{app}-corner")
    expect(box["width"] > 80 and box["height"] > 80, f"{app}: the menu in the corner is cut: {box}")
    desk.escape(app)
    desk.probe.ask("key Super+m")
    desk.until(lambda: not desk.find(app)["maximized"], "restored")


def full_screen(desk, app):
    """By the browser's own key: the frame stays around it, and the strip above."""
    before = desk.find(app)
    desk.probe.ask("key F11")
    now = desk.until(lambda: desk.find(app)["fullscreen"] and desk.find(app), "full screen")
    expect(now["width"] > 1900, f"full screen only {now}")
    for x, y in ((1, 600), (1918, 600), (900, 1078)):
        desk.probe.ask(f"wait-pixel {x} {y} {FILL} 10", 15)
    desk.follows(app, "full screen")
    desk.picture(f"{app}-fullscreen")
    desk.probe.ask("key F11")
    desk.until(lambda: not desk.find(app)["fullscreen"], "no way back from full screen")
    desk.until(lambda: abs(desk.find(app)["width"] - before["width"]) < 24, "its old size")
    desk.follows(app, "back from full screen")


def resizes_while_it_moves(desk, app):
    """The page changes colour all the time."""
    x, y = center(desk.find(app))
    desk.probe.ask(f"click {x} {y} middle")
    desk.probe.ask(f"wait-pixel {x} {y} #66ccff 30", 35)
    desk.resize(app)
    desk.fill_and_restore(app)
    desk.hide_and_show(app)
    desk.picture(f"{app}-after")


STEPS = [takes_typing, copies, has_menus, downloads, scrolls, near_the_edge, full_screen, resizes_while_it_moves]


def used(desk, name, *command, without=()):
    """Starts a browser and uses it, steps without left out. Returns its process and application's id."""
    desk.put("/tmp/page.html", PAGE)
    process, window = desk.open(name, "page-ready", *command, "file:///tmp/page.html", seconds=BROWSER_S)
    for step in STEPS:
        if step not in without:
            step(desk, window["app_id"])
    return process, window["app_id"]
