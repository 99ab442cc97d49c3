# SPDX-License-Identifier: MIT
"""Which Debian packages the image is made of: resolved and fetched by apt in a private root."""

import glob
import os
import re
import urllib.parse

from common import Failed, cache_dir, run, say

SUITE = 'forky'

# Programs and fonts of the default image.
DEFAULT = '''
base-files base-passwd bash coreutils dash grep sed gawk findutils util-linux procps libc-bin
ncurses-base less hostname iproute2 foot fonts-dejavu-core fonts-jetbrains-mono wl-clipboard wayland-utils dbus-daemon
libwayland-client0 libdrm2 zenity gtk-4-examples adwaita-icon-theme hicolor-icon-theme
shared-mime-info
'''.split()

# Everyday applications (--apps): an editor of each toolkit, a player, two browsers, and OpenGL in software.
APPLICATIONS = '''
gnome-text-editor featherpad qt6-wayland mpv firefox-esr chromium chromium-sandbox
libegl1 libgl1-mesa-dri ffmpeg tzdata
'''.split()

# Dependencies that nothing in the image needs to run: init systems and helpers of other desktops.
# Asked for by name (--include) they are taken.
UNWANTED = '''
systemd systemd-sysv libpam-systemd libnss-systemd dbus dbus-user-session dmsetup
iso-codes perl perl-base perl-modules* debconf tzdata xdg-desktop-portal*
'''.split()

# What GTK and players use only with OpenGL or speech; left out of an image without --apps.
HEAVY = '''
libllvm* mesa-libgallium libegl-mesa0 libglx-mesa0 libgl1-mesa-dri mesa-vulkan-drivers libz3-4
libflite1 pocketsphinx*
'''.split()

# Packages of which only some files are taken; their dependencies are met by the others, which is
# checked.
PARTIAL = {
    # GTK ends the program when GStreamer has no player.
    'gstreamer1.0-plugins-base': ['./usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgst%s.so' % name
                                  for name in ('audioconvert', 'audioresample', 'playback',
                                               'videoconvertscale', 'volume')],
    'weston': [
        './usr/bin/weston-clickdot', './usr/bin/weston-dnd', './usr/bin/weston-eventdemo',
        './usr/bin/weston-flower', './usr/bin/weston-resizor', './usr/bin/weston-simple-damage',
        './usr/bin/weston-simple-shm', './usr/bin/weston-smoke', './usr/bin/weston-subsurfaces',
        './usr/bin/weston-terminal', './usr/share/weston',
    ],
}


def matches(name, patterns):
    return any(re.fullmatch(pattern.replace('*', '.*'), name) for pattern in patterns)


def archive():
    """The Debian archive that apt uses here: the first of its sources in the usual folder."""
    pattern = re.compile(r'^(?:deb\s+(?:\[[^]]*\]\s+)?|URIs:\s*)(\w+://\S+?/debian)/?(?:\s|$)', re.MULTILINE)
    files = ['/etc/apt/sources.list', *sorted(glob.glob('/etc/apt/sources.list.d/*'))]
    for name in files:
        if os.path.isfile(name):
            with open(name, encoding='utf-8', errors='replace') as file:
                match = pattern.search(file.read())
            if match:
                return match.group(1)
    raise Failed("apt's sources name no Debian archive; add one to /etc/apt/sources.list")


class Apt:
    """apt with its own state, for a root where nothing is installed yet."""

    def __init__(self):
        self.base = cache_dir('apt')
        for folder in ('state/lists/partial', 'cache/archives/partial', 'debs/partial',
                       'etc/preferences.d'):
            os.makedirs(os.path.join(self.base, folder), exist_ok=True)
        for name in ('status', 'extended_states'):
            open(os.path.join(self.base, name), 'w').close()
        keyrings = ['/usr/share/keyrings/debian-archive-keyring.' + end for end in ('pgp', 'gpg')]
        keyring = next((path for path in keyrings if os.path.exists(path)), None)
        option = '[signed-by=%s] ' % keyring if keyring else ''
        sources = os.path.join(self.base, 'etc', 'sources.list')
        with open(sources, 'w') as file:
            file.write('deb %s%s %s main\n' % (option, archive(), SUITE))
        settings = {
            'Dir::State': self.base + '/state',
            'Dir::State::status': self.base + '/status',
            'Dir::State::extended_states': self.base + '/extended_states',
            'Dir::Cache': self.base + '/cache',
            'Dir::Etc::sourcelist': sources,
            'Dir::Etc::sourceparts': '/dev/null',
            'Dir::Etc::preferencesparts': self.base + '/etc/preferences.d',
            'APT::Sandbox::User': 'root',
            'APT::Install-Recommends': 'false',
            'APT::Architecture': 'amd64',
            'APT::Architectures': 'amd64',
            'Acquire::Languages': 'none',
        }
        self.options = [word for key, value in settings.items()
                        for word in ('-o', '%s=%s' % (key, value))]

    def get(self, *argv, **options):
        return run('apt-get', '-q', '-y', *self.options, *argv, **options)

    def update(self):
        say('reading the package lists of Debian ' + SUITE)
        try:
            self.get('update', '--error-on=any')
        except Failed as failed:
            # An archive that stopped being refreshed is excused from that check, and only from it.
            if not re.search('expired|no longer valid|Valid-Until', str(failed)):
                raise
            self.options += ['-o', 'Acquire::Check-Valid-Until=false']
            self.get('update', '--error-on=any')

    def wanted(self, names, unwanted):
        """The packages to take for names, with their versions: {name: (version, url, file)}. A dependency
        that matches a pattern of unwanted is left out."""
        # apt lists only what its own archive folder lacks: ours is another.
        listing = self.get('install', '--print-uris', *names)
        taken = {}
        for url, file in re.findall(r"^'([^']+)' (\S+\.deb) ", listing, re.M):
            name, version, _ = file.split('_')
            if name in names or not matches(name, unwanted):
                taken[name] = (urllib.parse.unquote(version), url, file)
        if not taken:
            raise Failed('apt found nothing to take for: ' + ' '.join(names))
        return taken

    def show(self, name, field):
        text = run('apt-cache', *self.options, 'show', '--no-all-versions', name)
        match = re.search('^%s: (.*)$' % field, text, re.M)
        return match.group(1) if match else ''

    def fetch(self, packages):
        """Downloads packages ({name: (version, …)}). Returns {name: path of its .deb}."""
        folder = os.path.join(self.base, 'debs')
        paths = {}
        for name, (version, *_) in packages.items():
            escaped = version.replace(':', '%3a')
            paths[name] = next((path for path in (
                os.path.join(folder, '%s_%s_%s.deb' % (name, escaped, arch))
                for arch in ('amd64', 'all')) if os.path.exists(path)), None)
        missing = [name for name, path in paths.items() if path is None]
        if missing:
            say('fetching %d packages' % len(missing))
            work = os.path.join(folder, 'partial')
            self.get('download', *['%s=%s' % (name, packages[name][0]) for name in missing],
                     cwd=work)
            for file in os.listdir(work):
                if file.endswith('.deb'):
                    os.rename(os.path.join(work, file), os.path.join(folder, file))
            return self.fetch(packages)
        return paths

    def kernel(self):
        """The two packages of the newest kernel: its image and its modules."""
        image = self.show('linux-image-amd64', 'Depends')
        match = re.search(r'linux-image-(\S+-amd64)\b', image)
        if match is None:
            raise Failed('linux-image-amd64 of Debian %s names no kernel' % SUITE)
        release = match.group(1)
        names = ['linux-binary-' + release, 'linux-modules-' + release]
        return release, {name: (self.show(name, 'Version'),) for name in names}
