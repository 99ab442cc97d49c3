# SPDX-License-Identifier: MIT
"""The kernel layer: an uncompressed ELF kernel, and the modules that the image needs, in the order
in which they are to be loaded."""

import lzma
import os
import re
import subprocess

from common import Failed, run, say

# By name, with all that they depend on.
MODULES = ['virtio_blk', 'erofs', 'overlay', 'vmw_vsock_virtio_transport', 'virtio_gpu',
           'pvpanic_pci']


def uncompressed(vmlinuz):
    """Cuts the ELF kernel out of a compressed one: boots half a second faster under emulation."""
    with open(vmlinuz, 'rb') as file:
        data = file.read()
    for match in re.finditer(re.escape(b'\x28\xb5\x2f\xfd'), data):
        done = subprocess.run(['zstd', '-dcq'], input=data[match.start():], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        elf = done.stdout
        # Trailing bytes of the file make zstd complain after the last frame: the check is ours.
        if elf[:4] == b'\x7fELF' and elf[18:20] == b'\x3e\0' and len(elf) > 16 << 20:
            headers_end = int.from_bytes(elf[40:48], 'little') + 64 * int.from_bytes(elf[60:62], 'little')
            if headers_end <= len(elf):
                return elf
    raise Failed('no ELF kernel inside ' + vmlinuz)


def module_info(data, key):
    return [value.decode() for value in re.findall(b'\0' + key.encode() + b'=([^\0]*)', data)]


def load_order(folder, wanted=tuple(MODULES)):
    """[(file name, bytes)] of the modules wanted and their dependencies, dependencies first."""
    files = {}
    for where, _, names in os.walk(folder):
        for name in names:
            match = re.fullmatch(r'(.+)\.ko(\.xz)?', name)
            if match:
                files[match.group(1).replace('-', '_')] = os.path.join(where, name)
    order, seen = [], set()

    def visit(name):
        if name in seen:
            return
        seen.add(name)
        path = files.get(name)
        if path is None:
            raise Failed('the kernel has no module ' + name)
        with (lzma.open(path) if path.endswith('.xz') else open(path, 'rb')) as file:
            data = file.read()
        for depends in module_info(data, 'depends'):
            for other in depends.split(','):
                if other:
                    visit(other.replace('-', '_'))
        order.append((name + '.ko', data))

    for name in wanted:
        visit(name)
    return order


def build(debs, work, out):
    """Makes out/kernel, out/modules/… and out/modules/order from the kernel's packages."""
    say('unpacking the kernel')
    for path in debs.values():
        tar = subprocess.Popen(['dpkg-deb', '--fsys-tarfile', path], stdout=subprocess.PIPE)
        run('tar', '-x', '-C', work, '--no-same-owner', '--wildcards', '--exclude=*/drivers/net/*',
            '--exclude=*/sound/*', '--exclude=*/drivers/media/*', '-f', '/proc/self/fd/%d'
            % tar.stdout.fileno(), pass_fds=[tar.stdout.fileno()])
        tar.stdout.close()
        if tar.wait() != 0:
            raise Failed('cannot unpack ' + path)
    base = os.path.join(work, 'usr/lib/modules')
    release = os.listdir(base)[0]
    with open(os.path.join(out, 'kernel'), 'wb') as file:
        file.write(uncompressed(os.path.join(base, release, 'vmlinuz')))
    os.makedirs(os.path.join(out, 'modules'))
    order = load_order(os.path.join(base, release, 'kernel'))
    for name, data in order:
        with open(os.path.join(out, 'modules', name), 'wb') as file:
            file.write(data)
    with open(os.path.join(out, 'modules', 'order'), 'w') as file:
        file.writelines(name + '\n' for name, _ in order)
