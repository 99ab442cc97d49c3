# SPDX-License-Identifier: MIT
"""What the parts of tools/guest-image share: messages, subprocesses, places."""

import hashlib
import os
import subprocess
import sys


class Failed(Exception):
    """Ends the program with one line for the user."""


def say(text):
    print('silo: guest image: ' + text, file=sys.stderr, flush=True)


def run(*argv, ok=(0,), **options):
    """Runs a command; on failure the error carries its last words. Returns its output."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors='replace', **options)
    if done.returncode not in ok:
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        last = [line[3:] for line in lines if line.startswith('E: ')] or lines[-3:]
        raise Failed('%s failed: %s' % (argv[0], '; '.join(last) or done.returncode))
    return done.stdout


def cache_dir(*parts):
    base = os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache')
    path = os.path.join(base, 'silo', 'guest', *parts)
    os.makedirs(path, exist_ok=True)
    return path


def data_dir():
    return os.environ.get('XDG_DATA_HOME') or os.path.expanduser('~/.local/share')


def digest(*texts):
    """A short name for what was hashed."""
    state = hashlib.sha256()
    for text in texts:
        data = text if isinstance(text, bytes) else text.encode()
        state.update(b'%d:' % len(data) + data)
    return state.hexdigest()[:20]


def file_digest(path):
    with open(path, 'rb') as file:
        return hashlib.sha256(file.read()).hexdigest()


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file:
        file.write(text)
    os.chmod(path, mode)
