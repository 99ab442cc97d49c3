# SPDX-License-Identifier: MIT
"""Silo's own layer: an uncompressed initrd with silo-init, modules, and the guest programs, which
silo-init lays over the packages' files. Rebuilding a program takes this layer alone."""

import os
import stat

from common import Failed, run


class Cpio:
    """Writes a "newc" archive; everything belongs to root and has no date."""

    def __init__(self):
        self.parts, self.inode, self.folders = [], 0, set()

    def entry(self, name, mode, data=b'', device=(0, 0)):
        self.inode += 1
        encoded = name.encode() + b'\0'
        fields = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(encoded), 0)
        head = b'070701' + b''.join(b'%08X' % field for field in fields) + encoded
        self.parts += [head, bytes(-len(head) % 4), data, bytes(-len(data) % 4)]

    def folder(self, name):
        if name and name not in self.folders:
            self.folder(os.path.dirname(name))
            self.folders.add(name)
            self.entry(name, stat.S_IFDIR | 0o755)

    def file(self, name, data, mode=0o644):
        self.folder(os.path.dirname(name))
        self.entry(name, stat.S_IFREG | mode, data)

    def finish(self):
        self.entry('TRAILER!!!', 0)
        return b''.join(self.parts)


def stripped(path, work):
    out = os.path.join(work, 'stripped')
    run('strip', '-o', out, path)
    with open(out, 'rb') as file:
        return file.read()


def guest_program(build_dir, name):
    """Where a guest program lies: in a build, or in the folder of an installed Silo's programs."""
    installed = os.path.join(build_dir, name)
    if os.path.isfile(installed):
        return installed
    return os.path.join(build_dir, 'guest', name.removeprefix('silo-'), name)


def programs(build_dir):
    """{path in the VM: path here} of the guest programs that there are."""
    found = {}
    for name in ('silo-agent', 'silo-bridge'):
        path = guest_program(build_dir, name)
        if os.path.exists(path):
            found['usr/lib/silo/' + name] = path
    if 'usr/lib/silo/silo-agent' not in found or not os.path.exists(guest_program(build_dir, 'silo-init')):
        raise Failed('no silo-agent and silo-init in %s; run: ninja -C %s' % (build_dir, build_dir))
    clients = os.path.join(build_dir, 'tests', 'clients')
    for name in sorted(os.listdir(clients)) if os.path.isdir(clients) else []:
        path = os.path.join(clients, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            with open(path, 'rb') as file:
                if file.read(4) == b'\x7fELF':
                    found['usr/lib/silo/tests/' + name] = path
    return found


def check_libraries(path, libraries):
    """Every library that a program names must be in the image."""
    for line in run('readelf', '-d', path).splitlines():
        if '(NEEDED)' in line:
            name = line.split('[')[1].split(']')[0]
            if name not in libraries:
                raise Failed('%s needs %s, which is not in the image; add its package with --include'
                             % (os.path.basename(path), name))


def build(build_dir, kernel_dir, libraries, work):
    """Returns the initrd's bytes."""
    cpio = Cpio()
    cpio.folder('dev')
    cpio.entry('dev/console', stat.S_IFCHR | 0o600, device=(5, 1))
    cpio.file('init', stripped(guest_program(build_dir, 'silo-init'), work), 0o755)
    modules = os.path.join(kernel_dir, 'modules')
    for name in sorted(os.listdir(modules)):
        with open(os.path.join(modules, name), 'rb') as file:
            cpio.file('modules/' + name, file.read())
    for name, path in programs(build_dir).items():
        check_libraries(path, libraries)
        cpio.file('silo/' + name, stripped(path, work), 0o755)
    return cpio.finish()
