# SPDX-License-Identifier: MIT
"""A stand-in for silo-vmd: answers io.silo.Manager as a test tells it, and notes what it is asked."""

import json
import os
import selectors
import socket
import threading
from pathlib import Path


class FakeManager:
    """Serves in a thread of its own; calls are in `self.calls`, each awaited with wait_call()."""

    def __init__(self, runtime, vms, applications):
        directory = Path(runtime) / "silo"
        directory.mkdir(mode=0o700, exist_ok=True)
        self.path = directory / "io.silo.Manager"
        self.vms, self.applications = vms, applications
        self.errors = {}  # by method: a reason to refuse with
        self.held = set()  # methods that are answered by release()
        self.waiting = []
        self.calls = []
        self.watchers = []
        self.changed = threading.Condition()
        self.listener = socket.socket(socket.AF_UNIX)
        # The name appears when it can be connected to.
        partial = str(self.path) + ".new"
        self.listener.bind(partial)
        self.listener.listen(16)
        os.rename(partial, self.path)
        self.waker, self.woken = socket.socketpair()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        selector = selectors.DefaultSelector()
        selector.register(self.listener, selectors.EVENT_READ)
        selector.register(self.woken, selectors.EVENT_READ)
        texts = {}
        while True:
            for key, _ in selector.select():
                sock = key.fileobj
                if sock is self.woken:
                    return
                if sock is self.listener:
                    link = sock.accept()[0]
                    texts[link] = b""
                    selector.register(link, selectors.EVENT_READ)
                    continue
                data = sock.recv(65536)
                if not data:
                    selector.unregister(sock)
                    with self.changed:
                        self.watchers = [watcher for watcher in self.watchers if watcher is not sock]
                    sock.close()
                    continue
                texts[sock] += data
                while b"\0" in texts[sock]:
                    message, _, texts[sock] = texts[sock].partition(b"\0")
                    self._answer(sock, json.loads(message))

    def _answer(self, sock, call):
        method = call["method"].rpartition(".")[2]
        with self.changed:
            answer = {"parameters": {}}
            if method == "Watch":
                self.watchers.append(sock)
                answer = {"parameters": {"vms": self.vms}, "continues": True}
            elif method == "ListApplications":
                answer = {"parameters": {"applications": self.applications}}
            elif method in self.errors:
                answer = {"error": "io.silo.Manager.Failed", "parameters": {"reason": self.errors[method]}}
            if method in self.held:
                self.waiting.append((sock, answer))
            else:
                sock.sendall(json.dumps(answer).encode() + b"\0")
            self.calls.append((method, call.get("parameters", {})))
            self.changed.notify_all()

    def release(self):
        """Answers what was held back."""
        with self.changed:
            for sock, answer in self.waiting:
                sock.sendall(json.dumps(answer).encode() + b"\0")
            self.held, self.waiting = set(), []

    def tell(self, vm):
        """The status of a VM has changed."""
        with self.changed:
            self.vms = [vm if vm["name"] == other["name"] else other for other in self.vms]
            for watcher in self.watchers:
                message = {"parameters": {"vms": [vm]}, "continues": True}
                watcher.sendall(json.dumps(message).encode() + b"\0")

    def wait_call(self, method, timeout=10):
        """The parameters of the first such call that has not been waited for."""
        def find():
            return next((call for call in self.calls if call[0] == method), None)
        with self.changed:
            if not self.changed.wait_for(find, timeout):
                raise AssertionError(f"no call of {method}; there were {self.calls}")
            call = find()
            self.calls.remove(call)
            return call[1]

    def close(self):
        self.waker.close()
        self.thread.join(5)
        self.listener.close()
        for watcher in self.watchers:
            watcher.close()
        self.path.unlink(missing_ok=True)


def vm(name, color, glyph, state="running", **more):
    return {"name": name, "label": name, "color": color, "glyph": glyph, "state": state, "reason": "",
            "since": 0, "memory": 1 << 30, "expected_ms": 10000, **more}


def application(vm_name, identity, name, category=None):
    entry = {"vm": vm_name, "id": identity, "name": name, "source": "agent"}
    return {**entry, "category": category} if category else entry
