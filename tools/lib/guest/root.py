# SPDX-License-Identifier: MIT
"""The package layer: packages unpacked, what their maintainer scripts would do done by hand, and all
of it packed as a read-only erofs. No privileges, no chroot."""

import glob
import os
import shutil
import subprocess

from common import Failed, run, say, write
from packages import PARTIAL

# Nothing in a VM of one application reads these.
EXCLUDED = '''
./usr/share/doc ./usr/share/man ./usr/share/info ./usr/share/locale ./usr/share/lintian
./usr/share/bug ./usr/share/help ./usr/share/gnome/help ./usr/share/doc-base ./usr/share/i18n
./usr/lib/firmware ./usr/lib/modules ./usr/lib/systemd ./usr/lib/udev ./usr/share/bash-completion
./usr/share/zsh ./usr/share/fish ./usr/share/gtk-doc ./usr/share/pixmaps ./usr/lib/python3
./usr/share/perl ./usr/lib/x86_64-linux-gnu/perl* ./boot ./var/lib/dpkg
'''.split()

# Programs that must be able to start; a missing library is found here and not in the VM.
CHECKED = [*('usr/bin/' + name for name in (
    'bash', 'foot', 'zenity', 'gtk4-demo', 'gtk4-widget-factory', 'wl-copy', 'wayland-info', 'dbus-daemon',
    'ls', 'ps', 'gnome-text-editor', 'featherpad', 'mpv', 'ffmpeg')),
           'usr/lib/firefox-esr/firefox-esr', 'usr/lib/chromium/chromium']

LIBRARIES = 'usr/lib/x86_64-linux-gnu'


def unpack(deb, root, only=None, excluded=EXCLUDED):
    tar = subprocess.Popen(['dpkg-deb', '--fsys-tarfile', deb], stdout=subprocess.PIPE)
    words = ['tar', '-x', '-C', root, '--no-same-owner', '--keep-directory-symlink']
    words += ['--exclude=' + path for path in excluded]
    words += ['-f', '/proc/self/fd/%d' % tar.stdout.fileno()] + (only or [])
    try:
        run(*words, pass_fds=[tar.stdout.fileno()])
    finally:
        tar.stdout.close()
        tar.wait()


def link(root, target, path):
    """A symbolic link, unless a package has brought the name."""
    full = os.path.join(root, path)
    if not os.path.lexists(full):
        os.makedirs(os.path.dirname(full), exist_ok=True)
        os.symlink(target, full)


def in_image(root, program, *argv):
    """Runs a program of the image with the image's own libraries, outside it."""
    loader = os.path.join(root, LIBRARIES, 'ld-linux-x86-64.so.2')
    full = os.path.join(root, program)
    if not os.path.exists(full):
        return ''
    return run(loader, '--inhibit-cache', '--library-path', os.path.join(root, LIBRARIES), full,
               *argv, env={'PATH': '/usr/bin', 'LC_ALL': 'C.UTF-8', 'HOME': '/nonexistent',
                           'XDG_DATA_DIRS': os.path.join(root, 'usr/share')})


def accounts(root):
    for name in ('passwd', 'group'):
        with open(os.path.join(root, 'usr/share/base-passwd', name + '.master')) as file:
            text = file.read()
        if name == 'passwd':
            text = text.replace('root:*:', 'root:x:')
            text += 'messagebus:x:101:101::/nonexistent:/usr/sbin/nologin\n'
            text += 'user:x:1000:1000:user:/home/user:/bin/bash\n'
        else:
            lines = text.splitlines()
            text = ''.join(line + ('user' if line.split(':')[0] in ('audio', 'video') else '') + '\n'
                           for line in lines)
            text += 'messagebus:x:101:\nrender:x:102:user\nuser:x:1000:\n'
        write(os.path.join(root, 'etc', name), text)
    write(os.path.join(root, 'etc/shadow'), 'root:*:20000::::::\nuser:*:20000::::::\n', 0o600)


def settings(root):
    etc = os.path.join(root, 'etc')
    write(etc + '/hostname', 'silo\n')
    write(etc + '/hosts', '127.0.0.1 localhost\n::1 localhost\n')
    write(etc + '/machine-id', '')
    write(etc + '/nsswitch.conf', 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n')
    # There is no GPU to draw with: say so, rather than let each program find out.
    write(etc + '/environment', 'GDK_BACKEND=wayland\nGSK_RENDERER=cairo\nNO_AT_BRIDGE=1\n'
          'GTK_A11Y=none\nGIO_USE_VFS=local\nGSETTINGS_BACKEND=memory\nMOZ_ENABLE_WAYLAND=1\n'
          'QT_QPA_PLATFORM=wayland\n')
    write(etc + '/skel/.bashrc', "PS1='\\u@\\h:\\w\\$ '\n")
    write(etc + '/xdg/foot/foot.ini', '[main]\nfont=JetBrains Mono:size=10\npad=14x12\n\n'
          '[cursor]\nblink=no\n\n[colors-dark]\nbackground=1c1e22\nforeground=e4e2dd\n')
    # Its search for a way to draw ends in a crash where there is neither a GPU nor X11.
    # Shared memory takes RGB: mpv's best conversion shows 1 frame a second under emulation, its fastest 7.
    write(etc + '/mpv/mpv.conf', 'vo=wlshm\nsws-allow-zimg=no\nsws-fast=yes\nsws-scaler=fast-bilinear\n')
    # A cursor that blinks wakes the whole machine twice a second.
    write(etc + '/xdg/gtk-4.0/settings.ini', '[Settings]\ngtk-cursor-blink=false\n')


def links(root):
    for name in ('bin', 'sbin', 'lib', 'lib64'):
        link(root, 'usr/' + name, name)
    link(root, 'bash' if not os.path.exists(root + '/usr/bin/dash') else 'dash', 'usr/bin/sh')
    link(root, 'gawk', 'usr/bin/awk')
    link(root, '/proc/self/mounts', 'etc/mtab')
    link(root, '/run', 'var/run')
    for name in ('dev', 'proc', 'sys', 'run', 'tmp', 'root', 'home', 'mnt', 'var/tmp', 'var/log'):
        os.makedirs(os.path.join(root, name), exist_ok=True)
    os.chmod(os.path.join(root, 'tmp'), 0o1777)
    os.chmod(os.path.join(root, 'var/tmp'), 0o1777)


def caches(root):
    """What the packages' triggers would have made."""
    say('making caches of libraries, fonts, schemas, types and icons')
    run('ldconfig', '-r', root)
    if os.path.isdir(root + '/etc/fonts'):
        # In a sysroot fontconfig does not follow the links of conf.d to their absolute targets.
        run('fc-cache', '--sysroot', root, '--really-force', '--system-only', ok=(0, 1))
    in_image(root, LIBRARIES + '/glib-2.0/glib-compile-schemas', root + '/usr/share/glib-2.0/schemas')
    in_image(root, LIBRARIES + '/glib-2.0/gio-querymodules', root + '/' + LIBRARIES + '/gio/modules')
    in_image(root, 'usr/bin/update-mime-database', root + '/usr/share/mime')
    for theme in glob.glob(root + '/usr/share/icons/*/index.theme'):
        in_image(root, 'usr/bin/gtk4-update-icon-cache', '--quiet', '--force', os.path.dirname(theme))


def missing_libraries(root, program):
    loader = os.path.join(root, LIBRARIES, 'ld-linux-x86-64.so.2')
    listing = run(loader, '--inhibit-cache', '--library-path', os.path.join(root, LIBRARIES), '--list',
                  program, ok=(0, 1, 127))
    return [line.split()[0] for line in listing.splitlines() if 'not found' in line]


def check(root):
    for name in CHECKED:
        path = os.path.join(root, name)
        if os.path.exists(path):
            missing = missing_libraries(root, path)
            if missing:
                raise Failed('%s of the image lacks %s' % (name, ', '.join(missing)))
    for paths in PARTIAL.values():
        for path in paths:
            full = os.path.join(root, path)
            if os.path.isfile(full) and missing_libraries(root, full):
                os.unlink(full)


def build(debs, root):
    """Unpacks debs ({name: path}) into the empty folder root and completes it."""
    for name in ('usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64'):
        os.makedirs(os.path.join(root, name))
    links(root)
    names = sorted(debs, key=lambda name: (name != 'base-files', name))
    for i, name in enumerate(names):
        if i % 50 == 0:
            say('unpacking packages: %d of %d' % (i, len(names)))
        unpack(debs[name], root, PARTIAL.get(name))
    links(root)
    accounts(root)
    settings(root)
    caches(root)
    check(root)
    for path in glob.glob(root + '/var/cache/ldconfig') + glob.glob(root + '/var/lib/apt'):
        shutil.rmtree(path, ignore_errors=True)


def pack(root, out):
    say('packing the root file system')
    # Mode bits are kept, owners are not: whoever builds, the image belongs to root.
    run('mkfs.erofs', '--quiet', '--all-root', '-zlz4hc,6', '-C65536', out, root)
