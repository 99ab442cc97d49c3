#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes seeds for the fuzz targets whose inputs are programs: what well-behaved peers do, from which the
fuzzer goes on, and the odd cases that chance would not find.

  tests/fuzz/seeds.py FOLDER     a folder below it for each target

tools/fuzz --seeds puts them into the corpus that it works on; those that reach something of their own
are committed after tools/fuzz --merge."""

import os
import struct
import sys

# As in input.c.
NUMBERS = [0xFFFFFFFF, 0xFFFFFFFE, 0x7FFFFFFF, 0x80000000, 0xFF000000, 0xFF000001, 0xFEFFFFFF, 65535,
           65536, 65540, 32767, 32768, 4095, 4096, 4097, 8192, 200, 255, 256, 257, 300, 400, 512, 640, 1000,
           1024, 1280, 1920, 1080, 2048, 16384, 16385, 1 << 20, 1 << 24, 1 << 28, 1 << 30, 0x34325241,
           0x34325258, 0x20203852, 60000]


def u16(value):
    return struct.pack("<H", value)


def u32(value):
    return struct.pack("<I", value & 0xFFFFFFFF)


def number(value):
    if value < 160:
        return bytes([value])
    if value in NUMBERS:
        return bytes([160 + NUMBERS.index(value)])
    return b"\xff" + u32(value)


def long(value):
    return number(value) if value < 1 << 32 else b"\xfe" + struct.pack("<Q", value)


def data(octets):
    return u16(len(octets)) + octets


# --- Wayland messages ---

def message(target, opcode, *args):
    body = b""
    for arg in args:
        if isinstance(arg, str):
            text = arg.encode() + b"\0"
            body += u32(len(text)) + text + b"\0" * (-len(text) % 4)
        elif isinstance(arg, bytes):
            body += u32(len(arg)) + arg + b"\0" * (-len(arg) % 4)
        else:
            body += u32(arg)
    return u32(target) + u32((8 + len(body)) << 16 | opcode) + body


REGISTRY = message(1, 1, 2)
SYNC = message(1, 0, 3)


def global_event(name, interface, version):
    return message(2, 0, name, interface, version)


GLOBALS = (global_event(1, "wl_compositor", 6) + global_event(2, "wl_shm", 2) +
           global_event(3, "wl_seat", 9) + global_event(4, "xdg_wm_base", 6) +
           global_event(5, "wl_data_device_manager", 3))
# Under the names that guests see (tests/wire/fixture.h).
BINDS = (message(2, 0, 1, "wl_compositor", 6, 3) + message(2, 0, 3, "wl_shm", 1, 4) +
         message(2, 0, 6, "xdg_wm_base", 6, 5) + message(2, 0, 14, "wl_seat", 9, 6) +
         message(2, 0, 4, "wl_data_device_manager", 3, 7))


# --- the whole GPU device: steps of fuzz-gpu.c ---

(RAW, CONTEXT, ATTACH, GUEST_BLOB, HOST_BLOB, MAP, SUBMIT, SEND, WRITE, POLL, IMAGE, DESCRIPTOR, OFFER,
 MEMORY, RINGS, COMPOSITOR) = range(16)


def client(context=1, layout=1):
    return bytes([CONTEXT, 96 + layout, context])


def submit_to(context, ring):
    return bytes([context, ring + 1])


def poll(context=1, long_form=0):
    return bytes([POLL, long_form]) + submit_to(context, 1)


def image(width, height, fourcc=0x20203852, context=1):
    return (bytes([IMAGE]) + number(width) + number(height) + number(fourcc) + number(0) +
            submit_to(context, 0))


def host_blob(resource, pages, context=1):
    return bytes([HOST_BLOB, context, resource]) + number(pages) + bytes([0, 1])


def place(resource, page):
    return bytes([MAP, 2, resource]) + long(page)


def attach(resource, context=1, on=1):
    return bytes([ATTACH, context, resource, on])


def send(octets, ids=(), context=1, layout=1):
    table = b"".join(number(i) + bytes([kind]) for i, kind in ids)
    return (bytes([SEND, layout, len(ids)]) + table + data(octets) + submit_to(context, -1))


def from_compositor(octets, file=0xFF, which=0):
    return bytes([COMPOSITOR, which, file]) + data(octets)


def gpu_seeds():
    start = b"\0" + client()
    bound = start + send(REGISTRY) + from_compositor(GLOBALS) + poll() + send(BINDS) + poll()
    blob = image(4096, 1) + host_blob(20, 1) + attach(20) + place(20, 0)
    pool = message(4, 0, 8, 4096)
    yield "hello", start + send(REGISTRY) + send(SYNC) + poll()
    yield "crosvm", b"\1" + client(1, 2) + send(REGISTRY, layout=0) + from_compositor(GLOBALS) + poll()
    yield "old-layout", b"\0" + client(1, 0) + send(REGISTRY, layout=0) + from_compositor(GLOBALS) + poll()
    yield "pool", bound + blob + send(pool, [(20, 1)]) + send(message(8, 0, 9, 0, 16, 16, 64, 0))
    yield "pool-shown", (bound + blob + send(pool, [(20, 1)]) + send(message(8, 0, 9, 0, 16, 16, 64, 0)) +
                         send(message(3, 0, 10)) + send(message(10, 1, 9, 0, 0)) + send(message(10, 6)) +
                         bytes([MAP, 0, 20]) + bytes([MAP, 1, 20]) + image(4096, 2) + host_blob(21, 2) +
                         attach(21) + place(21, 0))
    keymap = send(message(6, 1, 11)) + from_compositor(message(11, 0, 1, 5), file=0)
    yield "keymap", bound + keymap + poll() + host_blob(22, 1) + bytes([HOST_BLOB, 1, 23]) + number(3) + bytes(
        [1, 1]) + place(23, 4)
    copy = (send(message(7, 0, 12)) + send(message(12, 0, "text/plain")) + send(message(7, 1, 13, 6)) +
            from_compositor(message(12, 1, "text/plain"), file=3))
    for pipe in (1, 3, 0x40000001, 0x80000000):
        yield f"copy-{pipe}", bound + copy + poll() + (bytes([WRITE]) + number(pipe) + b"\0" + data(b"hello") +
                                                        submit_to(1, -1)) + (
            bytes([WRITE]) + number(pipe) + b"\1" + data(b"") + submit_to(1, -1))
    paste = (send(message(7, 1, 13, 6)) + from_compositor(message(13, 0, 0xFF000000) +
                                                          message(0xFF000000, 0, "text/plain") +
                                                          message(13, 5, 0xFF000000)) + poll())
    for reader in (0x80000000, 0x80000001, 1, 2):
        yield f"paste-{reader:x}", bound + paste + send(message(0xFF000000, 1, "text/plain"),
                                                        [(reader, 3)]) + poll() + poll()
    yield "stop", bound + blob + bytes([RINGS, 2]) + poll() + bytes([RINGS, 1]) + client() + send(REGISTRY)
    yield "reset", bound + blob + send(pool, [(20, 1)]) + bytes([RINGS, 0]) + client() + send(REGISTRY)
    yield "refused-window", b"\0" + bytes([RINGS, 3, RINGS, 0]) + client() + blob
    yield "two", bound + client(2) + send(REGISTRY, context=2) + poll(2) + from_compositor(
        GLOBALS, which=1) + bytes([CONTEXT, 64, 1]) + poll(2)
    yield "hang-up", bound + poll() + bytes([COMPOSITOR, 0, 0xFF]) + data(b"") + poll()
    indirect = struct.pack("<QIHHQIHH", 0x110000, 24, 1, 1, 0x111000, 512, 2, 0)
    yield "descriptor", (b"\0" + bytes([MEMORY]) + long(0x100000) + data(indirect) + bytes([DESCRIPTOR, 0]) +
                         long(0x100000) + b"\0" + number(32) + bytes([4]) + number(0) + bytes([OFFER, 0]))
    yield "chain", (b"\1" + bytes([DESCRIPTOR, 0]) + long(0x110000) + b"\0" + number(24) + bytes([1]) + number(1) +
                    bytes([DESCRIPTOR, 1]) + long(0x111000) + b"\0" + number(512) + bytes([2]) + number(0) +
                    bytes([OFFER, 0]))
    yield "loop", (b"\1" + bytes([DESCRIPTOR, 0]) + long(0x110000) + b"\0" + number(24) + bytes([1]) + number(0) +
                   bytes([OFFER, 0]))
    for kind in range(0x100, 0x110):
        header = struct.pack("<IIQII", kind, 1, 7, 1, 0)
        yield f"raw-{kind:x}", start + bytes([RAW]) + data(header + b"\1\0\0\0" * 20)
    for kind in range(0x200, 0x20A):
        header = struct.pack("<IIQII", kind, 3, 7, 1, 1)
        yield f"raw-{kind:x}", start + bytes([RAW]) + data(header + b"\1\0\0\0" * 20)
    flood = send(SYNC * 100)
    yield "flood", start + send(REGISTRY) + flood * 20


# --- vhost-user: steps of fuzz-vhost.c ---

V_MESSAGE, V_NUMBER, V_STATE, V_ADDRESS, V_TABLE, V_RAW, V_ANSWER, V_MEMORY, V_KICK = range(9)
RAM, CHANNEL, KICK = 0x40, 0x41, 0x42
NEEDS_REPLY = 9


def files(*kinds):
    return bytes([len(kinds), *kinds])


def v_number(request, value, *kinds, flags=1):
    return bytes([V_NUMBER, request, flags]) + long(value) + files(*kinds)


def v_state(request, index, value, flags=1):
    return bytes([V_STATE, request, flags]) + number(index) + number(value) + files()


def v_plain(request, payload=b"", *kinds, flags=1):
    return bytes([V_MESSAGE, request, flags]) + number(len(payload)) + data(payload) + files(*kinds)


def v_table(*regions, fds=(RAM,), flags=1):
    body = b"".join(long(gpa) + long(size) + long(user) + long(offset) for gpa, size, user, offset in regions)
    return bytes([V_TABLE, 5, flags, len(regions)]) + body + files(*fds)


def v_address(index, desc, used, avail):
    return bytes([V_ADDRESS, 9, 1]) + number(index) + long(desc) + long(used) + long(avail) + long(0) + files()


def vhost_seeds():
    negotiate = (v_plain(1) + v_plain(15) + v_number(16, 0x400629) + v_plain(17) + v_plain(21, b"", CHANNEL) +
                 v_plain(3) + v_plain(44) + v_number(2, 1 << 32 | 1 << 30 | 1 << 28))
    table = v_table((0, 4 << 20, 0, 0))
    rings = b""
    for i in (0, 1):
        base = 0x1000 + 0x40000 * i
        rings += (v_state(8, i, 64) + v_state(10, i, 0) + v_address(i, base, base + 0x1000, base + 0x400) +
                  v_number(12, i, KICK) + v_number(13, i, 7))
    enable = v_state(18, 0, 1) + v_state(18, 1, 1)
    answer = bytes([V_ANSWER]) + data(struct.pack("<IIIQ", 9, 5, 8, 0))
    refusal = bytes([V_ANSWER]) + data(struct.pack("<IIIQ", 9, 5, 8, 1))
    yield "start", b"\2" + negotiate + table + rings + enable + answer
    yield "refused", b"\2" + negotiate + table + rings + enable + refusal
    yield "stop", b"\0" + v_state(18, 0, 0) + v_state(11, 0, 0) + table + v_state(11, 1, 0) + rings + enable
    yield "acknowledged", b"\2" + negotiate + v_table((0, 4 << 20, 0, 0), flags=NEEDS_REPLY) + v_plain(
        99, b"", flags=NEEDS_REPLY)
    for request in list(range(1, 27)) + [44, 99]:
        yield f"request-{request}", b"\0" + v_plain(request, b"\0" * 8, flags=NEEDS_REPLY) + v_plain(request)
        yield f"file-{request}", b"\0" + v_number(request, 0, 7) + v_number(request, 256)
    for offset, size in ((0, 24), (0, 256), (8, 8), (256, 1), (255, 2), (0, 0)):
        payload = struct.pack("<III", offset, size, 0) + b"\0" * size
        yield f"config-{offset}-{size}", b"\0" + v_plain(24, payload) + v_plain(25, payload)
    yield "regions", b"\0" + v_table((0, 1 << 20, 0, 0), (1 << 20, 1 << 20, 1 << 20, 1 << 20), fds=(RAM, RAM))
    yield "overlap", b"\0" + v_table((0, 1 << 20, 0, 0), (4096, 4096, 1 << 20, 0), fds=(RAM, RAM))
    yield "too-short", b"\0" + v_table((0, 1 << 30, 0, 0)) + v_table((0, 4096, 0, 1 << 30))
    yield "no-memory", b"\0" + v_table(fds=()) + bytes([V_KICK, 0])
    yield "tiny", b"\0" + v_table((0, 4096, 0, 0), fds=(2,)) + v_table((0, 4096, 0, 0), fds=(6,))
    yield "pieces", b"\2" + bytes([V_RAW]) + data(struct.pack("<II", 1, 1)) + bytes([V_RAW]) + data(u32(0))
    yield "reply", b"\2" + bytes([V_RAW]) + data(struct.pack("<III", 1, 5, 0))
    ring = struct.pack("<QIHH", 0x110000, 24, 1, 1) + struct.pack("<QIHH", 0x111000, 512, 2, 0)
    yield "chain", (b"\0" + bytes([V_MEMORY]) + long(0x1000) + data(ring) + bytes([V_MEMORY]) + long(0x1400) +
                    data(struct.pack("<HHH", 0, 1, 0)) + bytes([V_KICK, 0]))


# --- the Wayland engine: steps of fuzz-session.c ---

GUEST, S_COMPOSITOR, DELETE, GUEST_RAW, COMPOSITOR_RAW, READS = 0, 8, 12, 13, 14, 15


def say(index, opcode, *args, who=GUEST):
    """Of the object at this place of the speaker's list; 255 is the newest."""
    return bytes([who, index, opcode, *args])


def session_seeds():
    for opcode in range(6):
        for index in range(60):
            yield f"g{index}-{opcode}", say(index, opcode, 0, 0, 0, 0) + say(255, 0, 0, 0, 0, 0) + bytes([DELETE])
    for opcode in range(12):
        for index in range(40):
            yield f"c{index}-{opcode}", say(index, opcode, 0, 0, 0, 0, 0, 0, 0, 0, who=S_COMPOSITOR)
    surface = say(2, 0, 0)
    yield "surface", surface + say(255, 6) + say(255, 0) + bytes([DELETE])
    yield "held", bytes([READS]) + surface * 20 + bytes([READS])


# --- the same in raw bytes: records of fuzz-wire.c ---

def record(who, octets):
    return bytes([who]) + data(octets)


def wire_seeds():
    title = message(20, 0, 21) + message(5, 2, 22, 21) + message(22, 1, 23)
    yield "windows", record(0, message(3, 0, 20)) + record(0, message(5, 2, 21, 20)) + record(
        0, message(21, 1, 22)) + record(0, message(22, 2, "a \u202etitle\x1b")) + record(
            0, message(22, 3, "org.example")) + record(0, title)
    yield "bad-string", record(0, message(3, 0, 20)) + record(0, message(5, 2, 21, 20)) + record(
        0, message(21, 1, 22)) + record(0, u32(22) + u32(16 << 16 | 2) + u32(100) + b"abcd")


# --- single messages: fuzz-message.c ---

def message_seeds():
    forms = {"iufo": message(3, 1, 1, 2, 3, 4), "s": message(3, 2, "text"), "2?s": message(3, 2, 0), "3a": message(3, 3, b"array"),
             "usun": message(2, 0, 1, "wl_shm", 1, 9), "nh": message(4, 0, 9), "?o": message(5, 0, 0), "o": message(5, 0, 0),
             "n": message(5, 0, 0), "sas": message(6, 1, "a", b"bc", "d"), "?s?os": message(7, 0, 0, 0, "x")}
    for signature, octets in forms.items():
        for room in (8191, 4096, 15, 9, 3):
            yield f"{signature.replace('?', '_')}-{room}", signature.encode() + b"\0" + u16(room) + octets
    for signature in ("256u", "255u", "u?", "x", "uuuuuuuuuuuuuuuuuuuuuuuuu", "0u"):
        yield f"signature-{signature.replace('?', '_')}", signature.encode() + b"\0" + u16(100) + message(3, 1, 1)
    text = u32(3) + u32(16 << 16 | 2)
    for name, octets in {"long": u32(100), "wrap": u32(0xFFFFFFFF), "almost": u32(0xFFFFFFFD), "open": u32(4) + b"abcd",
                         "inside": u32(4) + b"a\0c\0", "empty": u32(0) + b"abcd", "much": u32(1) + b"\0\0\0\0"}.items():
        for kind in ("s", "a", "?s", "su", "au"):
            body = octets.ljust(8, b"\0")
            yield f"{name}-{kind.replace('?', '_')}", kind.encode() + b"\0" + u16(100) + text + body
    for size in (0, 4, 7, 9, 4096, 4100, 65532):
        yield f"size-{size}", b"u\0" + u16(100) + u32(3) + u32(size << 16) + u32(1)
    yield "cut", b"u\0" + u16(100) + b"\1\0\0"
    yield "large", b"s\0" + u16(4096) + u32(3) + u32(4096 << 16) + u32(4084) + b"x" * 4083 + b"\0"


# --- the agent: a stream's number, then frames ---

TO_HOST, TO_GUEST, COMMAND_TO_HOST, COMMAND_TO_GUEST = range(4)


def frame(kind, octets=b""):
    return u32(kind) + u32(len(octets)) + octets


def agent_seeds():
    boot = b"01234567-89ab-cdef-0123-456789abcdef"
    hello = frame(1, u32(2) + boot)

    def run(flags, columns, rows, argv, env=(), end=b""):
        return frame(16, b"".join(map(u32, (flags, columns, rows, len(argv), len(env)))) +
                     b"".join(word + b"\0" for word in (*argv, *env)) + end)

    def listed(flags, *entries):
        return frame(3, u32(flags) + u32(len(entries)) + b"".join(b"\0".join(entry) + b"\0" for entry in entries))

    one, two = (b"org.example", b"A name", b"Office"), (b"b_2-x", b"B", b"")
    yield "list", bytes([TO_HOST]) + hello + listed(1, one) + listed(2, two) + listed(3, one, two) + listed(3)
    for i, bad in enumerate(((b"x" * 64, b"A", b""), (b"a", b"", b""), (b"a", b"A", b"9"), (b"a", b"x" * 128, b""), (b".a", b"A", b""),
                             (b"a", b"A\x1b", b""), (b"a", b"A", b"C" * 32), (b"a b", b"A", b""), (b"a", b"A", b"\x80"),
                             (b"", b"A", b"c"))):
        yield f"entry-{i}", bytes([TO_HOST]) + hello + listed(3, bad)
    for i, bad in enumerate((b"", b"a", b"a\0", b"a\0A\0", b"a\0A\0\0z")):
        yield f"cut-{i}", bytes([TO_HOST]) + hello + frame(3, u32(3) + u32(1) + bad)
    yield "flags", bytes([TO_HOST]) + hello + frame(3, u32(4) + u32(0))
    yield "many", bytes([TO_HOST]) + hello + frame(3, u32(1) + u32(501))
    for i, bad in enumerate((boot.upper(), boot[:8] + b"x" + boot[9:], boot.replace(b"a", b"\x7f"), boot.replace(b"1", b"/"))):
        yield f"boot-{i}", bytes([TO_HOST]) + frame(1, u32(2) + bad)
    yield "version", bytes([TO_HOST]) + frame(1, u32(3) + boot)
    yield "first", bytes([TO_HOST]) + listed(3, one)
    start = bytes([COMMAND_TO_GUEST])
    yield "run", start + run(0, 0, 0, [b"ls", b"-l"], [b"A_1=x"]) + frame(17, b"input") + frame(18) + frame(17, b"late")
    yield "shell", start + run(9, 80, 24, []) + frame(20, u32(100) + u32(40)) + frame(19, u32(15)) + frame(18)
    yield "terminal", start + run(4, 80, 24, [b"vi"], [b"TERM=xterm", b"_=1"])
    yield "application", start + run(2, 0, 0, [b"org.example"])
    for i, bad in enumerate((run(32, 0, 0, [b"a"]), run(10, 0, 0, []), run(8, 0, 0, [b"a"]), run(2, 0, 0, [b"a", b"b"]), run(2, 0, 0, [b"../a"]),
                             run(0, 0, 0, []), run(0, 1, 0, [b"a"]), run(0, 0, 1, [b"a"]), run(4, 0, 1, [b"a"]), run(4, 1, 0, [b"a"]),
                             run(4, 10000, 1, [b"a"]), run(4, 1, 10000, [b"a"]), run(0, 0, 0, [b""]), run(0, 0, 0, [b"a"], [b"=x"]),
                             run(0, 0, 0, [b"a"], [b"9=x"]), run(0, 0, 0, [b"a"], [b"A"]), run(0, 0, 0, [b"a"], [b"A-B=x"]),
                             run(0, 0, 0, [b"a"], [b"a{=x"]), run(0, 0, 0, [b"a"], [b"a@=x"]), run(0, 0, 0, [b"a"], [b"a`=x"]),
                             run(0, 0, 0, [b"a"], end=b"z"), run(0, 0, 0, [b"a"] * 1025), run(0, 0, 0, [b"a"], [b"A=1"] * 257),
                             frame(16, u32(0) * 3 + u32(2) + u32(0) + b"a\0b"), frame(16, u32(0) * 3 + u32(1) + u32(1) + b"a\0A=b"))):
        yield f"run-{i}", start + bad
    for i, then in enumerate((frame(17, b"x" * 32760) * 3, frame(17), frame(19, u32(0)), frame(19, u32(32)), frame(20, u32(0) + u32(1)),
                              frame(20, u32(1) + u32(0)), run(0, 0, 0, [b"a"]), frame(18) + frame(18), frame(33, b"x"), frame(99),
                              frame(17, b"x" * 32761))):
        yield f"then-{i}", start + run(0, 0, 0, [b"a"]) + then
    started = bytes([COMMAND_TO_HOST]) + frame(32, u32(77))
    for i, then in enumerate((frame(33, b"out") + frame(34, b"err") + frame(37, u32(5)) + frame(35, u32(3) + u32(0)), frame(35, u32(0) + u32(9)),
                              frame(35, u32(256) + u32(0)), frame(35, u32(0) + u32(65)), frame(35, u32(1) + u32(1)), frame(36, u32(127) + b"not there"),
                              frame(36, u32(0) + b"x"), frame(36, u32(256) + b"x"), frame(36, u32(1) + b"a\0b"), frame(36, u32(1) + b"\x1b[2J"),
                              frame(37, u32(0)), frame(37, u32(65537)), frame(35, u32(0) + u32(0)) + frame(33, b"x"), frame(32, u32(1)))):
        yield f"told-{i}", started + then
    yield "error", bytes([COMMAND_TO_HOST]) + frame(36, u32(126) + b"no")
    yield "pid", bytes([COMMAND_TO_HOST]) + frame(32, u32(0))
    yield "shutdown", bytes([TO_GUEST]) + frame(2) + frame(2)


# --- parsers of the device: which, then its bytes (fuzz-device.c) ---

def descriptor(gpa, length, flags, following):
    return struct.pack("<QIHH", gpa, length, flags, following)


def device_seeds():
    queue, command, domain, vhost = (bytes([i]) for i in range(4))
    much = (1 << 64) - 8
    for name, table in {
            "plain": descriptor(64, 8, 1, 1) + descriptor(72, 8, 2, 0), "loop": descriptor(0, 8, 1, 0), "wrap": descriptor(much, 64, 0, 0),
            "far": descriptor(0, 8, 1, 64), "outside": descriptor(0, 8, 1, 63), "write-read": descriptor(0, 8, 3, 1) + descriptor(0, 8, 0, 0),
            "empty-table": descriptor(16, 0, 4, 0), "odd-table": descriptor(16, 17, 4, 0), "huge-table": descriptor(16, 0xFFFFFFF0, 4, 0),
            "table-next": descriptor(16, 16, 5, 1), "table-late": descriptor(0, 8, 1, 1) + descriptor(16, 16, 4, 0),
            "table-away": descriptor(1 << 40, 16, 4, 0), "table-wrap": descriptor((1 << 64) - 16, 32, 4, 0),
            "table": descriptor(16, 32, 4, 0) + descriptor(0, 8, 1, 1) + descriptor(0, 8, 2, 0),
            "nested": descriptor(16, 16, 4, 0) + descriptor(16, 16, 4, 0), "table-out": descriptor(16, 16, 4, 0) + descriptor(0, 8, 1, 5),
            "table-loop": descriptor(16, 16, 4, 0) + descriptor(0, 8, 1, 0), "table-bad": descriptor(16, 16, 4, 0) + descriptor(much, 99, 0, 0),
            "table-order": descriptor(16, 32, 4, 0) + descriptor(0, 8, 3, 1) + descriptor(0, 8, 0, 0)}.items():
        yield f"queue-{name}", queue + table
    long_chain = b"".join(descriptor(0, 8, 1, i + 1) for i in range(64))
    yield "queue-long", queue + long_chain
    for count in (1023, 1024, 1025, 200, 512):
        rows = b"".join(descriptor(0, 1, 1 if i + 1 < count else 0, i + 1) for i in range(count))
        if count <= 512:
            yield f"queue-table-{count}", queue + descriptor(16, 16 * count, 4, 0) + rows
    for kind in (0x100, 0x102, 0x108, 0x109, 0x10C, 0x200, 0x201, 0x202, 0x203, 0x207, 0x208, 0x209, 0x999):
        for length in (24, 32, 40, 56, 96):
            yield f"command-{kind:x}-{length}", command + (u32(kind) + u32(3) + b"\1" * 100)[:length]
    yield "command-short", command + u32(0x100)

    def order(kind, body, size=None):
        return struct.pack("<BBHI", kind, 0, 8 + len(body) if size is None else size, 0) + body

    for length in (16, 20, 24, 36, 28):
        yield f"init-{length}", domain + order(1, b"\1\0\0\0" * ((length - 8) // 4))
    for fourcc in (b"R8  ", b"RG16", b"GR88", b"XR24", b"AR24", b"XB24", b"AB24", b"XR30", b"AR30", b"XB30", b"AB30", b"NV12", b"????"):
        for width, height in ((4, 4), (3, 5)):
            yield f"image-{fourcc.decode().replace('?', '_')}-{width}".replace(" ", ""), domain + order(
                2, struct.pack("<II", width, height) + fourcc + u32(0))
    for fourcc in (b"R8  ", b"XR24", b"NV12"):
        for width, height in ((0, 4), (4, 0), (1 << 31, 1), (1, 1 << 31), (0x7FFFFFFF, 0x7FFFFFFF), (65536, 65536), (0x7FFFFFFF, 1)):
            yield f"image-{fourcc[:2].decode()}-{width}-{height}", domain + order(2, struct.pack("<II", width, height) + fourcc + u32(0))
    yield "image-short", domain + order(2, b"\0" * 12)
    for length in (8, 12, 16):
        yield f"poll-{length}", domain + order(3, b"\0" * (length - 8))
    for entries in (4, 28, 5):
        for n in (0, 1, 4, 5, 28, 29):
            yield f"send-{entries}-{n}", domain + order(4, u32(n) + u32(3) + b"\1\0\0\0" * 3 * entries + b"abc")
    yield "send-much", domain + order(4, u32(0) + u32(1000) + b"\0" * 48)
    yield "send-short", domain + order(4, u32(0))
    yield "send-both", domain + order(4, u32(0) + u32(0) + b"\0" * 48) + order(4, u32(0) + u32(0) + b"\0" * 336)
    yield "write", domain + order(7, u32(1) + u32(1) + u32(3) + u32(0) + b"abc")
    yield "write-much", domain + order(7, u32(1) + u32(1) + u32(9) + u32(0) + b"abc")
    yield "write-short", domain + order(7, u32(1))
    for kind in (0, 5, 6, 8):
        yield f"kind-{kind}", domain + order(kind, b"\0" * 8)
    yield "size-short", domain + order(3, b"", 7)
    yield "size-long", domain + order(3, b"", 9)
    yield "cut", domain + b"\3\0\x08"
    half = (1 << 63) - 1
    for name, regions in {
            "one": [(0, 4096, 0, 0)], "none": [], "two": [(0, 4096, 0, 0), (8192, 4096, 8192, 0)], "over": [(0, 8192, 0, 0), (4096, 4096, 0, 0)],
            "under": [(4096, 4096, 0, 0), (0, 8192, 0, 0)], "empty": [(0, 0, 0, 0)], "gpa": [(much, 4096, 0, 0)], "user": [(0, 4096, much, 0)],
            "offset": [(0, 4096, 0, half + 1)], "size": [(0, half + 1, 0, 0)], "sum": [(0, 4096, 0, half)]}.items():
        yield f"regions-{name}", vhost + u32(len(regions)) + u32(0) + b"".join(struct.pack("<QQQQ", *r) for r in regions)
    yield "regions-many", vhost + u32(9) + u32(0) + b"\1" * 32 * 9
    yield "regions-cut", vhost + u32(1) + u32(0) + b"\0" * 31
    for offset, size, there in ((0, 8, 8), (0, 0, 0), (257, 1, 1), (255, 2, 2), (0, 8, 7), (256, 1, 1)):
        yield f"config-{offset}-{size}-{there}", vhost + u32(offset) + u32(size) + u32(0) + b"\0" * there
    yield "address", vhost + b"\1\0\0\0" * 10


# --- what VMMs say: records of fuzz-monitor.c ---

def said(octets, ask=9):
    return bytes([ask]) + data(octets)


def monitor_seeds():
    greeting = (b'{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 11}, "package": ""}, '
                b'"capabilities": ["oob"]}}\r\n')
    done = b'{"return": {}}\r\n'
    events = [b'{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "SHUTDOWN", "data": {"guest": true, "reason": "'
              + reason + b'"}}\r\n' for reason in (b"guest-shutdown", b"guest-reset", b"guest-panic", b"host-signal")]
    events += [b'{"event": "STOP", "data": {}}\n', b'{"event": "RESUME", "data": {}}\n', b'{"event": 7}\n', b"[]\n", b"{\n"]
    for i, event in enumerate(events):
        yield f"qemu-{i}", b"\0" + said(greeting) + said(done, i % 4) + said(event)
    yield "qemu-pieces", b"\0" + said(greeting[:40]) + said(greeting[40:]) + said(done + done)
    yield "qemu-long", b"\0" + said(b" " * 16384)
    answers = (b'"Ok"', b'{"Err": 5}', b'{"ErrString": "no such thing"}', b'{"Err": "x"}', b'{"Ok": 1, "Err": 2}', b"7", b"")
    for ask in range(5):
        for i, answer in enumerate(answers):
            yield f"crosvm-{ask}-{i}", b"\1" + said(answer, ask)
    yield "crosvm-many", b"\1" + said(b"", 1) * 20


# --- callers of services: lines of fuzz-manager.c and fuzz-desktop.c ---

def lines(*text):
    return "\n".join(text).encode() + b"\n"


def manager_seeds():
    running = ('<0{"parameters":{"status":{"name":"work","state":"running","reason":"","since":1,"boots":1,"vmm":"qemu",'
               '"accelerator":"kvm","jail":"box","boot_id":"x","pids":{"supervisor":1,"vmm":2,"proxy":3,"vsock":4,"agent":5},'
               '"ready_ms":900,"unit":"u","limits":{"memory":1,"tasks":2,"cpu_percent":3},"unlimited":""}},"continues":true}')
    name = '{"name":"work"}'
    yield "status", lines("List", f"Start {name}", running, f"GetStatus {name}", "List")
    for state in ("stopped", "starting", "paused", "stopping", "failed", "odd"):
        yield f"state-{state}", lines(f"Start {name}", running.replace("running", state), "Watch+", f"Launch {name}",
                                      'Stop {"name":"work","force":true}', running)
    run = '{"name":"work","argv":["sh","-c","true"],"root":true,"terminal":{"columns":80,"rows":24,"term":"xterm"}}'
    for answer in ('{"parameters":{"status":0,"signal":0}}', '{"error":"io.silo.Supervisor.Failed","parameters":{"reason":"no"}}',
                   '{"error":"io.silo.Supervisor.Failed","parameters":{"reason":"no","status":127}}'):
        yield f"run-{len(answer)}", lines(running, "#3434", f"Run {run}", f"<0{answer}")
    for what in ('"application":"term"', '"application":"none"', '"argv":[]', '"argv":["x"]', '"argv":[""]', '"application":"../x"',
                 '"terminal":{"columns":0,"rows":0}'):
        yield f"launch-{len(what)}", lines(running, f'Launch {{"name":"work",{what}}}', '<0{"parameters":{"status":3,"signal":0}}')
    yield "log", lines(running, 'Log+ {"name":"work","follow":true}', '<0{"parameters":{"data":"aGVsbG8="},"continues":true}',
                       '<0{"parameters":{"data":""}}', 'Log+ {"name":"banking"}')
    yield "console", lines(running, "#34", f"Console {name}", '<0{"parameters":{}}', f"Console {name}")
    yield "pause", lines(running, f"Pause {name}", '<0{"parameters":{}}', f"Resume {name}", ">0", f"Pause {name}")
    yield "gone", lines(running, ">0", f"Start {name}", 'Start {"name":"wrok"}', 'Start {"name":7}', "Start []", "Reload")
    yield "applications", lines(f"ListApplications {name}", running, f"ListApplications {name}",
                                '<0{"parameters":{"applications":[{"id":"a","name":"b","category":"c"}]}}')


def desktop_seeds():
    notice = ('{"tag":"t","kind":"clipboard","failure":true,"source":{"name":"work","label":"W","color":"#123456","glyph":"star"},'
              '"target":{"name":"host"},"detail":"d","title":"Not pasted","text":"x","seconds":4,"begins":1,"ends":5}')
    yield "notice", lines(f"Notify {notice}", 'WithdrawNotice {"tag":"t"}', 'DismissNotice {"id":1}')
    for key in ("tag", "source", "target", "detail", "text", "seconds"):
        yield f"notice-{key}", lines("Notify " + notice.replace(f'"{key}"', f'"x-{key}"'), "Watch+",
                                     'Notify {"kind":"start","title":"a","source":{"name":"work"}}')
    domain = '{"name":"work","label":"Work","color":"#aabbcc","glyph":"star","emulated":true,"boot":"b"}'
    yield "domain", lines("Watch+", "#5", f"RegisterDomain {domain}", f"RegisterDomain {domain}", "ListWindows")
    yield "windows", lines("ListWindows", "ListWorkspaces", 'SwitchWorkspace {"number":2}', 'ActivateWindow {"id":1}',
                           'MinimizeWindow {"id":1}', 'CloseWindow {"id":4294967295}', 'ExpectWindow {"domain":"work"}')
    yield "host", lines("GetVersion", "ListHostApplications", 'LaunchHostApplication {"id":"reload"}',
                        'LaunchHostApplication {"id":"none"}', 'OpenShell {"domain":"work"}', "ToggleLauncher")


# --- texts ---

def text_seeds():
    words = ("plain", "a\tb\nc\r\n", "\u00e4\u20ac\U0001f600", "a\x1b[2Jb", "\x7f\x80\x9b", "\u202etitle", "a\u0301\u0301\u0301\u0301",
             "a   b \u3000 c ", "\u200b\u2028x", "host", "work-vm", "01234567-89ab-cdef-0123-456789abcdef", "A_1=x")
    for i, word in enumerate(words):
        yield f"{i}", b"\x20\x40" + word.encode()
        yield f"short-{i}", b"\3\4" + word.encode()
    for i, octets in enumerate((b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"a\0b", b"\xf0\x9f")):
        yield f"bad-{i}", b"\x20\x40a" + octets + b"b"


def clipboard_seeds():
    for name, octets in text_seeds():
        yield name, octets[:1] + octets[2:]
        yield "kept-" + name, b"\1" + octets[2:]


# --- silo-text, at both ends: fuzz-title.c ---

def title_seeds():
    for name, octets in text_seeds():
        yield "set-" + name, b"\0\x16" + octets[2:]
    for name, text in (("arabic", "مرحبا"), ("marks", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A"), ("hangul", "한국어"), ("emoji", "👩‍👩‍👧‍👦"), ("long", "W" * 100)):
        yield "set-" + name, b"\0\x40" + text.encode()
    reply = {"whole": (3, 20, 10, 5, 0), "none": (3, 0, 0, 0, 0), "wide": (3, 8192, 3, 1, 0), "high": (3, 2, 300, 1, 0),
             "right-to-left": (2, 20, 10, 5, 1), "other": (1, 20, 10, 5, 0), "odd": (2, 20, 10, 5, 2)}
    for name, (kind, width, height, baseline, direction) in reply.items():
        words = number(width) + number(height) + number(baseline)
        words = (number(7) if kind == 1 else b"") + words + (number(direction) if kind == 2 else b"")
        yield "answer-" + name, b"\1" + (bytes([kind]) + words + b"\x14") * 2
    yield "answer-bytes", b"\1\0" + data(u32(1) + u32(2) + u32(2) + u32(1) + u32(0) + b"abcd")


# --- the supervisor, its caller and its agent child: fuzz-supervisor.c ---

def supervisor_seeds():
    hello = b"<1" + b"000" + b"0123456789abcdef" * 2 + b"\n"
    streams = b"#3343\n"
    run = streams + b'Run {"argv":["true","a"]}\n'
    calls = {"monitor": b"Monitor+ {}", "attach": b"#5\nAttach {}", "stop": b'Stop {"force":false}', "pause": b"Pause {}",
             "resume": b"Resume {}", "console": b"#34\nConsole {}", "applications": b"ListApplications {}",
             "log": b'Log+ {"follow":true}', "root": streams + b'Run {"argv":["id"],"root":true}',
             "application": streams + b'Run {"application":"org.example.App"}',
             "detached": streams + b'Run {"argv":["x"],"detached":true}',
             "terminal": streams + b'Run {"argv":["x"],"terminal":{"columns":80,"rows":24,"type":"foot"}}'}
    for name, call in calls.items():
        yield name, hello + call + b"\n" + call + b"\n"
    yield "waits", run + hello + b"<5110\n"
    yield "ends", hello + run + b"<3100\n<5130\n<4100\n"
    yield "fails", hello + run + b"<6110no such program\n"
    yield "controls", hello + run + b"<6110\x1b]0;x\n" + run
    yield "lost", hello + run + b">\n" + hello + run + b"<5100\n"
    yield "gone", b"@\n" + hello + b"<2000a fault\n@\n"
    yield "list", hello + b"<7\n<8000foot\tTerminal\tSystem\n<8000org.example.App\tApp\t\n<9\nListApplications {}\n"
    yield "list-twice", hello + b"<7\n<7\n"
    yield "list-path", hello + b"<7\n<8000../x\tA\tB\n<9\n"
    yield "list-alone", hello + b"<8000foot\tTerminal\tSystem\n"
    yield "bytes", b"*abc\n" + hello


# --- the compositor: steps of desk.c ---

def guest_seeds():
    """A window, a popup, a drag; the places of globals in the speaker's list depend on what is offered."""
    for base in range(2, 26):
        made = say(base, 0, 0) + say(255, 0, 0)
        yield f"make-{base}", made + say(255, 1, 0) + say(254, 6)
        yield f"make-two-{base}", say(base, 0, 0) + say(base + 1, 0, 0) + say(base, 2, 0, 0, 0) + say(255, 1, 0, 0)
    yield "keys", bytes([10, 0, 10, 4, 10, 0x84, 10, 0x80, 11, 40, 40, 12, 0, 12, 0x80, 14, 15])
    yield from window_seeds()


def window_seeds():
    """Windows as a well-behaved client shows them (STEP_SHOW), and what comes after that. The newest objects are then:
    surface, xdg_surface, pool, toplevel (or positioner, popup), buffer. None is maximized: that is where the canary sits."""
    key, move, button, draw, client, show = 10, 11, 12, 14, 15, 16
    window, popup = bytes([show, 200]), bytes([show, 101])
    switch = bytes([key, 3, key, 4, key, 0x84, key, 0x83])
    click = bytes([move, 128, 133, button, 0, button, 0x80])
    unmap = say(251, 1, 0xFE, 0, 0) + say(251, 6)
    acts = {f"request-{i}": say(254, i, 0, 0, 0, 0) for i in range(14) if i != 9}
    acts |= {"unmap": unmap, "popup": popup, "buffer": say(255, 0), "surface": say(251, 0), "client": bytes([client]),
             "menu": popup + say(254, 1, 0, 0), "moved-popup": popup + say(254, 2, 1, 0)}
    for chord in [*range(4, 10), *range(11, 16)]:
        acts[f"chord-{chord}"] = bytes([key, 0, key, chord, key, 0x80 | chord, key, 0x80])
    for name, act in acts.items():
        yield f"shown-{name}", window + switch + click + act + bytes([draw]) + unmap + bytes([draw])
    yield "full-screen-gone", window + switch + say(254, 11, 0xFE) + bytes([draw]) + unmap + bytes([key, 3, key, 4])
    yield "switcher-gone", window + bytes([key, 3, key, 4]) + unmap + bytes([draw, key, 0x84, key, 0x83])
    yield "menus", window + popup + popup + say(254, 0) + bytes([draw]) + unmap


def main():
    kinds = {"text": text_seeds, "title": title_seeds, "supervisor": supervisor_seeds, "clipboard": clipboard_seeds, "guest": guest_seeds, "through": guest_seeds, "agent": agent_seeds, "device": device_seeds, "message": message_seeds, "monitor": monitor_seeds, "manager": manager_seeds, "desktop": desktop_seeds, "gpu": gpu_seeds, "vhost": vhost_seeds, "session": session_seeds, "wire": wire_seeds}
    for target, seeds in kinds.items():
        folder = os.path.join(sys.argv[1], target)
        os.makedirs(folder, exist_ok=True)
        for name, content in seeds():
            with open(os.path.join(folder, "seed-" + name), "wb") as file:
                file.write(content)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: seeds.py FOLDER")
    main()
