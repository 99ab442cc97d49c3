# SPDX-License-Identifier: MIT
"""The disks of the machine on whose screens Silo is tested: a Debian system as people have it (systemd, udev,
logind, D-Bus, a login on every console), cached by what it is made of; and Silo's own build, installed by
`meson install`, which alone is made anew when Silo changes. Packages are unpacked, not installed: no
privileges are needed, and what their maintainer scripts would do is done here."""

import glob
import json
import lzma
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'tools', 'lib', 'guest'))

import image as guest_image  # noqa: E402
import kernel  # noqa: E402
import packages  # noqa: E402
import root as guest_root  # noqa: E402
from common import Failed, cache_dir, digest, run, say, write  # noqa: E402
from initrd import Cpio  # noqa: E402

PACKAGES = '''
base-files base-passwd bash coreutils dash grep sed findutils util-linux procps libc-bin ncurses-base ncurses-bin
hostname less mount login passwd libpam-runtime libpam-modules libpam-modules-bin libpam-systemd kmod udev systemd
systemd-sysv dbus dbus-user-session polkitd seatd greetd busybox-static
libwlroots-0.20 libinput10 libinput-bin libcairo2 libpangocairo-1.0-0 libscfg2 libseccomp2 libsystemd0
xkb-data fonts-dejavu-core fonts-inter fonts-jetbrains-mono fontconfig-config foot swaylock adwaita-icon-theme
qemu-system-x86 vhost-device-vsock wayland-utils libpng16-16t64
'''.split()

# Unlike a guest's, this root has systemd and udev.
EXCLUDED = [path for path in guest_root.EXCLUDED
            if path not in ('./usr/lib/systemd', './usr/lib/udev', './usr/lib/modules')]
# No such hardware in the machine.
DRIVERS = ('kernel/sound', 'kernel/drivers/net/ethernet', 'kernel/drivers/net/wireless', 'kernel/drivers/media',
           'kernel/drivers/gpu/drm/amd', 'kernel/drivers/gpu/drm/i915', 'kernel/drivers/gpu/drm/xe',
           'kernel/drivers/gpu/drm/nouveau', 'kernel/drivers/gpu/drm/radeon', 'kernel/drivers/infiniband',
           'kernel/drivers/scsi', 'kernel/drivers/iio', 'kernel/drivers/usb/serial')
# What the initrd needs to reach the root.
EARLY_MODULES = ['virtio_blk', 'erofs', 'overlay']

USER, PASSWORD = 'ada', 'lovelace'
PASSWORD_HASH = ('$6$silo$wx4gTY92sLVKkImTh2XP1DgQf1qeIpo0vXcCcdA3/e1D9uWInaS9ZxZ/ADyFl2arQaKhVxD5vrokVg'
                 '.sEjxBr/')

INIT = '''#!/bin/busybox sh
# PID 1 of the initrd: a disk that cannot be written, under a memory that can.
busybox mount -t devtmpfs dev /dev
busybox mount -t proc proc /proc
while read -r name; do busybox insmod "/modules/$name"; done </modules/order
busybox mkdir /lower /upper /root
until [ -b /dev/vda ]; do busybox usleep 10000; done
busybox mount -t erofs -o ro /dev/vda /lower
busybox mount -t tmpfs -o size=75% upper /upper
busybox mkdir /upper/data /upper/work
busybox mount -t overlay -o lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work root /root
busybox mount --move /dev /root/dev
busybox umount /proc
exec busybox switch_root /root /usr/lib/systemd/systemd
'''

# A root shell without prompt or echo on a console of its own, through which tests look and ask.
SHELL_UNIT = '''[Unit]
Description=Shell of the tests
After=systemd-user-sessions.service dbus.socket
[Service]
ExecStart=/usr/bin/bash -c 'stty raw -echo; echo =ready=; exec bash --noprofile --norc'
StandardInput=tty
StandardOutput=tty
StandardError=journal
TTYPath=/dev/hvc0
Environment=PATH=/usr/local/bin:/usr/bin:/usr/sbin HOME=/root TERM=dumb SYSTEMD_PAGER=cat
KillMode=process
[Install]
WantedBy=multi-user.target
'''

SILO_MOUNT = '''[Unit]
Description=Silo's build
DefaultDependencies=no
Before=local-fs.target
[Mount]
What=/dev/vdb
Where=/usr/local
Type=erofs
Options=ro
[Install]
WantedBy=local-fs.target
'''

PAM = {
    'common-auth': 'auth required pam_unix.so nullok\n',
    'common-account': 'account required pam_unix.so\n',
    'common-password': 'password required pam_unix.so sha512\n',
    'common-session': 'session required pam_unix.so\nsession optional pam_systemd.so\n',
    'common-session-noninteractive': 'session required pam_unix.so\n',
}

# Nothing that is tested waits for these.
MASKED = '''
systemd-networkd-wait-online.service systemd-timesyncd.service apt-daily.timer apt-daily-upgrade.timer
dpkg-db-backup.timer e2scrub_all.timer fstrim.timer systemd-firstboot.service systemd-hwdb-update.service
ldconfig.service systemd-journal-catalog-update.service systemd-update-done.service serial-getty@ttyS0.service
serial-getty@hvc0.service systemd-machine-id-commit.service systemd-pcrphase.service systemd-sysusers.service
systemd-boot-update.service systemd-random-seed.service sys-kernel-tracing.mount sys-kernel-debug.mount
dev-hugepages.mount dev-mqueue.mount systemd-binfmt.service seatd.service
'''.split()


def resolve():
    """What apt says to the request: remembered, so that later runs need neither apt nor network."""
    key = digest('screens', ' '.join(PACKAGES), json.dumps(packages.UNWANTED + packages.HEAVY))
    path = os.path.join(cache_dir('requests'), key + '.json')
    if os.path.exists(path):
        with open(path) as file:
            return json.load(file)
    apt = packages.Apt()
    apt.update()
    taken = apt.wanted(PACKAGES, packages.UNWANTED + packages.HEAVY)
    release, kernel_packages = apt.kernel()
    answer = {'packages': {name: taken[name][0] for name in sorted(taken)},
              'kernel': {name: value[0] for name, value in kernel_packages.items()}, 'release': release}
    with open(path + '.new', 'w') as file:
        json.dump(answer, file, indent=1)
    os.rename(path + '.new', path)
    return answer


def units(root):
    system = os.path.join(root, 'etc/systemd/system')
    write(system + '/silo-shell.service', SHELL_UNIT)
    write(system + '/usr-local.mount', SILO_MOUNT)
    os.makedirs(system + '/multi-user.target.wants')
    os.makedirs(system + '/local-fs.target.wants')
    os.makedirs(system + '/getty.target.wants')
    os.symlink('../silo-shell.service', system + '/multi-user.target.wants/silo-shell.service')
    os.symlink('../usr-local.mount', system + '/local-fs.target.wants/usr-local.mount')
    os.symlink('/usr/lib/systemd/system/getty@.service', system + '/getty.target.wants/getty@tty1.service')
    # The other consoles, as they are gone to.
    os.symlink('/usr/lib/systemd/system/getty@.service', system + '/autovt@.service')
    os.symlink('/usr/lib/systemd/system/multi-user.target', system + '/default.target')
    for name in MASKED:
        guest_root.link(root, '/dev/null', 'etc/systemd/system/' + name)
    # As dbus-user-session's own scripts would.
    guest_root.link(root, '/usr/lib/systemd/user/dbus.socket',
                    'etc/systemd/user/sockets.target.wants/dbus.socket')


def accounts(root):
    guest_root.accounts(root)
    libraries = ':'.join((guest_root.LIBRARIES, guest_root.LIBRARIES + '/systemd'))
    run(os.path.join(root, guest_root.LIBRARIES, 'ld-linux-x86-64.so.2'), '--inhibit-cache', '--library-path',
        ':'.join(os.path.join(root, path) for path in libraries.split(':')),
        root + '/usr/bin/systemd-sysusers', '--root=' + root, env={'PATH': '/usr/bin', 'LC_ALL': 'C.UTF-8'})
    etc = os.path.join(root, 'etc')
    for name, old, new in (
            ('passwd', 'user:x:1000:1000:user:/home/user:', f'{USER}:x:1000:1000:Ada:/home/{USER}:'),
            ('group', 'user:x:1000:', f'{USER}:x:1000:')):
        with open(os.path.join(etc, name)) as file:
            text = file.read().replace(old, new)
        text = ''.join((line.replace(':user', ':' + USER) if name == 'group' else line)
                       for line in text.splitlines(True))
        if name == 'group':
            text = ''.join(line.rstrip('\n') + (USER if line.startswith('kvm:') else '') + '\n'
                           for line in text.splitlines(True))
        write(os.path.join(etc, name), text)
    # systemd-sysusers lets nobody read them, not even an ordinary user who packs them.
    for path in glob.glob(etc + '/*shadow*'):
        os.chmod(path, 0o600)
    with open(etc + '/passwd') as file:
        names = [line.split(':')[0] for line in file]
    # Also who never logs in has a line, else PAM refuses to start something as that user.
    write(etc + '/shadow', ''.join('%s:%s:20000::::::\n' % (name, PASSWORD_HASH if name == USER else '!*')
                                   for name in names), 0o600)


def settings(root):
    etc = os.path.join(root, 'etc')
    guest_root.settings(root)
    write(etc + '/hostname', 'screens\n')
    write(etc + '/machine-id', '5170' * 8 + '\n')
    write(etc + '/fstab', '')
    write(etc + '/environment', '')
    write(etc + '/login.defs', 'ENCRYPT_METHOD SHA512\n')
    # No message of the day, whose lines would move the prompt that tests read.
    write(etc + '/motd', '')
    write(etc + '/issue', 'screens \\l\n\n')
    write(etc + '/securetty', '')
    for name, text in PAM.items():
        write(os.path.join(etc, 'pam.d', name), text)
    home = os.path.join(root, 'home', USER)
    write(home + '/.bashrc', "PS1='\\u@\\h:\\w\\$ '\n")
    write(home + '/.profile', 'PATH=/usr/local/bin:/usr/bin:/bin\nexport PATH\n')
    # The packing gives everything to root; the first boot gives the home to its owner.
    write(etc + '/tmpfiles.d/silo-home.conf', f'Z /home/{USER} - {USER} {USER} -\n')
    # The packing drops groups: a locker, which is the person's, asks this program whether a password is right.
    write(etc + '/tmpfiles.d/silo-password.conf', 'z /usr/sbin/unix_chkpwd 4755 root root -\n')
    write(etc + '/tmpfiles.d/systemd-no.conf', '')


def modules(kernel_debs, work, root, release):
    """Unpacks the kernel and its modules; returns the folder of the modules."""
    for path in kernel_debs.values():
        guest_root.unpack(path, work, excluded=['./usr/lib/modules/%s/%s' % (release, name) for name in DRIVERS])
    source = os.path.join(work, 'usr/lib/modules', release)
    target = os.path.join(root, 'usr/lib/modules', release)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.move(source, target)
    run('depmod', '-b', root, release, ok=(0, 1))
    return target


def initrd(folder, busybox):
    cpio = Cpio()
    for name in ('dev', 'proc', 'bin'):
        cpio.folder(name)
    cpio.entry('dev/console', 0o020600, device=(5, 1))
    with open(busybox, 'rb') as file:
        cpio.file('bin/busybox', file.read(), 0o755)
    cpio.file('init', INIT.encode(), 0o755)
    order = kernel.load_order(os.path.join(folder, 'kernel'), EARLY_MODULES)
    for name, data in order:
        cpio.file('modules/' + name, data)
    cpio.file('modules/order', ''.join(name + '\n' for name, _ in order).encode())
    return cpio.finish()


def build_system(answer, work, out):
    root, unpacked = os.path.join(work, 'root'), os.path.join(work, 'kernel')
    for name in ('usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64', 'usr/local'):
        os.makedirs(os.path.join(root, name))
    os.mkdir(unpacked)
    guest_root.links(root)
    say('unpacking %d packages of the machine with screens' % len(answer['packages']))
    debs = guest_image.fetch(answer['packages'])
    for name in sorted(debs, key=lambda name: (name != 'base-files', name)):
        guest_root.unpack(debs[name], root, excluded=EXCLUDED)
    guest_root.links(root)
    accounts(root)
    settings(root)
    units(root)
    guest_root.caches(root)
    folder = modules(guest_image.fetch(answer['kernel']), unpacked, root, answer['release'])
    vmlinuz = os.path.join(folder, 'vmlinuz')
    with open(os.path.join(out, 'kernel'), 'wb') as file:
        file.write(kernel.uncompressed(vmlinuz))
    with open(os.path.join(out, 'initrd'), 'wb') as file:
        file.write(initrd(folder, root + '/usr/bin/busybox'))
    os.unlink(vmlinuz)
    guest_root.pack(root, os.path.join(out, 'root.erofs'))


def system():
    """The folder with kernel, initrd and root.erofs, made if it is not there yet."""
    with open(os.path.abspath(__file__), 'rb') as file:
        own = file.read()
    with guest_image.alone():
        answer = resolve()
        key = digest(own, guest_image.recipe('root.py', 'kernel.py'), json.dumps(answer))
        path = guest_image.layer('screens', key, lambda work, out: build_system(answer, work, out))
        guest_image.prune('screens', 2)
        return path


def silo(build, work, programs=()):
    """Packs what `meson install` installs, the test clients and programs as a disk. Returns its path."""
    tree = os.path.join(work, 'installed')
    run('meson', 'install', '-C', build, '--no-rebuild', '--destdir', tree)
    options = json.loads(run('meson', 'introspect', '--buildoptions', build))
    prefix = next(option['value'] for option in options if option['name'] == 'prefix')
    if prefix != '/usr/local':
        raise Failed('%s is configured for the prefix %s; the machine has Silo in /usr/local' % (build, prefix))
    installed = tree + prefix
    for path in (os.path.join(build, 'tests', 'clients', 'test-window'), *programs):
        shutil.copy(path, installed + '/bin/' + os.path.basename(path))
    path = os.path.join(work, 'silo.erofs')
    run('mkfs.erofs', '--quiet', '--all-root', path, installed)
    shutil.rmtree(tree)
    return path


def images(folder, work):
    """Packs a folder of guest images as a disk. Returns its path."""
    path = os.path.join(work, 'images.erofs')
    run('mkfs.erofs', '--quiet', '--all-root', path, folder)
    return path


if __name__ == '__main__':
    print(system())
