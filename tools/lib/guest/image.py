# SPDX-License-Identifier: MIT
"""tools/guest-image: three layers (kernel, packages, Silo's own programs), each cached by what it is
made of, put together as one image directory that appears at once or not at all."""

import argparse
import contextlib
import ctypes
import fcntl
import json
import os
import shutil
import signal
import sys
import tempfile

import initrd
import kernel
import packages
import root
from common import Failed, cache_dir, data_dir, digest, file_digest, run, say

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))

# What is run here, and the Debian package that brings it.
HOST_PROGRAMS = {'apt-get': 'apt', 'dpkg-deb': 'dpkg', 'fc-cache': 'fontconfig', 'ldconfig': 'libc-bin',
                 'mkfs.erofs': 'erofs-utils', 'readelf': 'binutils', 'strip': 'binutils', 'tar': 'tar',
                 'xz': 'xz-utils', 'zstd': 'zstd'}


def arguments():
    parser = argparse.ArgumentParser(
        prog=os.environ.get('SILO_GUEST_IMAGE') or 'tools/guest-image', description='''Builds the guest image from packages of Debian
        %s: kernel, initrd, root.erofs and image.json, in $XDG_DATA_HOME/silo/images/NAME. The first
        time it fetches about 250 MB; afterwards only what changed is built again.'''
        % packages.SUITE)
    parser.add_argument('--include', metavar='PKG,…', action='append', default=[],
                        help='more Debian packages')
    parser.add_argument('--apps', action='store_true',
                        help='everyday applications too: browsers, editors, a player (460 MB more to fetch)')
    parser.add_argument('--name', help='the image\'s name (default: default; with --apps: apps)')
    parser.add_argument('--output', metavar='DIR', help='where to make it instead')
    parser.add_argument('--build-dir', metavar='DIR',
                        help='Silo\'s build, or where its guest programs are installed '
                             '(default: build in the checkout; this installation)')
    parser.add_argument('--update', action='store_true', help='take newer packages, if there are')
    options = parser.parse_args()
    options.include = sorted({name for names in options.include for name in names.split(',') if name})
    options.name = options.name or ('apps' if options.apps else 'default')
    if not options.name.replace('-', '').replace('_', '').isalnum():
        parser.error('an image\'s name is made of letters, digits, - and _')
    return options


def find_build(given):
    candidates = [given] if given else [os.path.join(CHECKOUT, name) for name in ('build', 'build-asan')]
    for path in candidates:
        if os.path.exists(os.path.join(path, 'build.ninja')) or os.path.exists(os.path.join(path, 'silo-init')):
            return os.path.abspath(path)
    raise Failed('no build in %s; run: meson setup build && ninja -C build' % ' or '.join(candidates))


def recipe(*names):
    texts = []
    for name in names:
        with open(os.path.join(HERE, name), 'rb') as file:
            texts.append(file.read())
    return digest(*texts)


def layer(kind, key, build):
    """The folder of a cached layer, made by build(work, out) if it is not there yet."""
    path = os.path.join(cache_dir(kind), key)
    if os.path.isdir(path):
        os.utime(path)
        return path
    with tempfile.TemporaryDirectory(prefix='work-', dir=cache_dir('tmp')) as work:
        out = os.path.join(work, 'out')
        scratch = os.path.join(work, 'scratch')
        os.mkdir(out)
        os.mkdir(scratch)
        build(scratch, out)
        os.rename(out, path)
    return path


def prune(kind, keep=3):
    """Forgets the layers that were not used for longest. Images have links of their own."""
    folder = cache_dir(kind)
    by_age = sorted(os.listdir(folder), key=lambda name: os.stat(os.path.join(folder, name)).st_mtime)
    for name in by_age[:-keep]:
        shutil.rmtree(os.path.join(folder, name))


def check_tools():
    """Says which programs of this machine are missing, by their packages, before anything is fetched."""
    missing = sorted({package for program, package in HOST_PROGRAMS.items()
                      if shutil.which(program, path=os.environ['PATH'] + ':/usr/sbin:/sbin') is None})
    if missing:
        raise Failed('this machine lacks: %s. Run: sudo apt-get install %s' % ((' '.join(missing),) * 2))


def libraries_of(folder):
    names = os.listdir(os.path.join(folder, root.LIBRARIES))
    return sorted(name for name in names if '.so' in name)


def resolve(options):
    """What apt says to the request: remembered, so that later runs need neither apt nor network."""
    key = digest(recipe('packages.py'), ' '.join(options.include), str(options.apps))
    path = os.path.join(cache_dir('requests'), key + '.json')
    if os.path.exists(path) and not options.update:
        with open(path) as file:
            return json.load(file)
    apt = packages.Apt()
    apt.update()
    names = packages.DEFAULT + options.include + (packages.APPLICATIONS if options.apps else [])
    taken = apt.wanted(names, packages.UNWANTED + ([] if options.apps else packages.HEAVY))
    for name in packages.PARTIAL:
        taken.setdefault(name, (apt.show(name, 'Version'),))
    release, kernel_packages = apt.kernel()
    answer = {
        'packages': {name: taken[name][0] for name in sorted(taken)},
        'kernel': {name: value[0] for name, value in kernel_packages.items()},
        'kernel_release': release,
    }
    with open(path + '.new', 'w') as file:
        json.dump(answer, file, indent=1)
    os.rename(path + '.new', path)
    return answer


def fetch(names):
    return packages.Apt().fetch({name: (version,) for name, version in names.items()})


def build_packages(answer):
    key = digest(recipe('packages.py', 'root.py'), json.dumps(answer['packages']))

    def make(work, out):
        root.build(fetch(answer['packages']), work)
        with open(os.path.join(out, 'libraries.json'), 'w') as file:
            json.dump(libraries_of(work), file)
        root.pack(work, os.path.join(out, 'root.erofs'))
    return key, layer('root', key, make)


def build_kernel(answer):
    key = digest(recipe('kernel.py'), json.dumps(answer['kernel']))
    return key, layer('kernel', key,
                      lambda work, out: kernel.build(fetch(answer['kernel']), work, out))


def exchange(new, path):
    """Puts the folder new at path in one step; what was there is removed."""
    if not os.path.isdir(path):
        os.rename(new, path)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(-100, os.fsencode(new), -100, os.fsencode(path), 2) != 0:
        raise Failed('cannot replace %s: %s' % (path, os.strerror(ctypes.get_errno())))
    shutil.rmtree(new)


def place(source, target):
    """A link if it can be, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        run('cp', '--reflink=auto', source, target)


def assemble(options, answer, build_dir, target):
    root_key, root_dir = build_packages(answer)
    kernel_key, kernel_dir = build_kernel(answer)
    programs = {name: file_digest(path) for name, path in initrd.programs(build_dir).items()}
    programs['init'] = file_digest(initrd.guest_program(build_dir, 'silo-init'))
    key = digest(root_key, kernel_key, recipe('initrd.py'), json.dumps(programs))
    described = os.path.join(target, 'image.json')
    if os.path.exists(described):
        with open(described) as file:
            if json.load(file).get('key') == key:
                say('up to date: ' + target)
                return
    parent = os.path.dirname(target)
    os.makedirs(parent, exist_ok=True)
    with open(os.path.join(root_dir, 'libraries.json')) as file:
        libraries = set(json.load(file))
    with tempfile.TemporaryDirectory(prefix='.new-', dir=parent) as work:
        new = os.path.join(work, 'image')
        os.mkdir(new)
        with open(os.path.join(new, 'initrd'), 'wb') as file:
            file.write(initrd.build(build_dir, kernel_dir, libraries, work))
        place(os.path.join(kernel_dir, 'kernel'), os.path.join(new, 'kernel'))
        place(os.path.join(root_dir, 'root.erofs'), os.path.join(new, 'root.erofs'))
        with open(os.path.join(new, 'image.json'), 'w') as file:
            json.dump({'key': key, 'suite': packages.SUITE, 'kernel': answer['kernel_release'],
                       'packages': answer['packages'], 'include': options.include,
                       'programs': programs}, file, indent=1)
        exchange(new, target)
    prune('root')
    prune('kernel')
    say('ready: ' + target)


@contextlib.contextmanager
def alone():
    """One build at a time uses the cache."""
    with open(os.path.join(cache_dir(), 'lock'), 'w') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say('another build runs; waiting for it')
            fcntl.flock(lock, fcntl.LOCK_EX)
        # What an interrupted run left behind.
        shutil.rmtree(cache_dir('tmp'), ignore_errors=True)
        yield


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = arguments()
    target = os.path.abspath(options.output or
                             os.path.join(data_dir(), 'silo', 'images', options.name))
    build_dir = find_build(options.build_dir)
    check_tools()
    os.environ['PATH'] += ':/usr/sbin:/sbin'
    with alone():
        assemble(options, resolve(options), build_dir, target)


if __name__ == '__main__':
    try:
        main()
    except Failed as failed:
        print('silo: error: guest image: %s' % failed, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        print('silo: error: guest image: %s' % error, file=sys.stderr)
        sys.exit(1)
