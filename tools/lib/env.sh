# Finds or makes the environment in which Silo is built and run, and runs a command in it.
# Sourced by tools/demo, tools/test and tools/shell. Nothing is written into the checkout.
#
#   env_exec CMD…   runs CMD in the environment, replacing this shell; never returns
#
# The host itself is used where it has all that is needed; otherwise a tree of Debian $SUITE, made once with
# mmdebstrap under $XDG_CACHE_HOME/silo and entered with unshare and pivot_root (or bubblewrap).

SUITE=forky
# Change this when the recipe below changes in a way that an existing tree does not show.
TREE_RECIPE=1

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
packages_file=$checkout/tools/lib/packages.txt
cache=${XDG_CACHE_HOME:-$HOME/.cache}/silo

say() { printf '%s\n' "silo: $*" >&2; }
die() { printf '%s\n' "silo: error: $*" >&2; exit 1; }

# Set by a tool that needs more than the others: its tree is one of its own.
more_packages_file=

packages() { cat "$packages_file" ${more_packages_file:+"$more_packages_file"} | grep -v '^#' | grep . | sort -u; }

# Has the host everything, in versions that are new enough?
host_suffices() {
	[ "${SILO_ENV:-auto}" != tree ] || return 1
	[ -z "$more_packages_file" ] || command -v clang-21 >/dev/null || return 1
	command -v meson ninja gcc pkg-config wayland-scanner scdoc mkfs.erofs python3 \
		vhost-device-vsock grim foot weston-simple-shm dpkg-deb >/dev/null 2>&1 || return 1
	command -v qemu-system-x86_64 >/dev/null 2>&1 || return 1
	pkg-config --exists 'wlroots-0.20 >= 0.20.2' 'wayland-server >= 1.24' 'libsystemd >= 257' \
		'wayland-protocols >= 1.47' scfg cmocka libseccomp pangocairo libpng xkbcommon \
		2>/dev/null || return 1
	[ "$(printf '%s\n' 11 "$(qemu-system-x86_64 --version | sed -n 's/.*version \([0-9]*\).*/\1/p')" |
		sort -n | head -n 1)" = 11 ]
}

# The host packages that making or entering a tree takes; prints those that are missing.
missing_host_packages() {
	local need=(mmdebstrap bubblewrap) name
	[ "$(id -u)" = 0 ] || need+=(uidmap)
	for name in "${need[@]}"; do
		case $name in
		bubblewrap) command -v bwrap ;;
		uidmap) command -v newuidmap ;;
		*) command -v "$name" ;;
		esac >/dev/null 2>&1 || printf '%s\n' "$name"
	done
}

ensure_host_packages() {
	local missing
	missing=$(missing_host_packages | tr '\n' ' ')
	missing=${missing% }
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" != 0 ]; then
		die "this machine lacks: $missing. Run: sudo apt-get install $missing"
	fi
	command -v apt-get >/dev/null || die "needed and not installed: $missing (no apt-get here to do it)"
	say "installing $missing"
	# shellcheck disable=SC2086
	if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends $missing; } >"$cache/host-packages.log" 2>&1; then
		DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Check-Valid-Until=false update -qq \
			>>"$cache/host-packages.log" 2>&1 || true
		# shellcheck disable=SC2086
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
			>>"$cache/host-packages.log" 2>&1 ||
			die "apt-get install $missing failed; see $cache/host-packages.log"
	fi
}

# The archive that the host uses: the first Debian main archive of its apt sources. Nothing, where there is
# none (not a Debian host): then mmdebstrap's own default serves.
host_mirror() {
	local uri
	uri=$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 2>/dev/null |
		sed -n 's/^Debian \(.*[^/]\)\/*$/\1/p' | grep -v security | head -n 1)
	if [ -z "$uri" ]; then
		uri=$(sed -n -e 's/^URIs: *\([^ ]*\).*/\1/p' -e 's/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\).*/\2/p' \
			/etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
			grep -E '/debian/?$' | head -n 1)
	fi
	printf '%s\n' "$uri"
}

# The host's own ways to reach an archive: proxies, time-outs, certificates.
host_apt_options() {
	apt-config dump 2>/dev/null |
		grep -E '^Acquire::(http|https|ftp|Retries|ForceIPv4|ForceIPv6|Queue-Mode)' | grep -v '""' || true
}

# Is a user who is not root given namespaces? Prints what to do, where the machine says why not.
namespace_advice() {
	local restricted=/proc/sys/kernel/apparmor_restrict_unprivileged_userns
	local clone=/proc/sys/kernel/unprivileged_userns_clone
	if [ "$(cat $clone 2>/dev/null)" = 0 ]; then
		echo "this machine gives users no namespaces of their own. Run: sudo sysctl -w kernel.unprivileged_userns_clone=1"
	elif [ "$(cat $restricted 2>/dev/null)" = 1 ]; then
		echo "AppArmor keeps users from namespaces of their own here. Run: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
	elif [ "$(cat /proc/sys/user/max_user_namespaces 2>/dev/null)" = 0 ]; then
		echo "this machine allows no user namespaces. Run: sudo sysctl -w user.max_user_namespaces=65536"
	else
		echo "this machine or container refuses user namespaces; run this command as root, or allow them"
	fi
}

require_namespaces() {
	[ "$(id -u)" != 0 ] || return 0
	unshare --user --map-current-user true 2>/dev/null ||
		bwrap --ro-bind / / true 2>/dev/null || die "$(namespace_advice)"
}

make_tree() {
	local tree=$1 work=$1.partial.$$ log=$cache/tree.log mirror mode=root options=() line
	ensure_host_packages
	if [ "$(id -u)" != 0 ]; then
		mode=unshare
		require_namespaces
		grep -qE "^($(id -un)|$(id -u)):" /etc/subuid 2>/dev/null ||
			die "user $(id -un) has no subordinate ids. Run: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $(id -un)"
	fi
	mirror=$(host_mirror)
	while IFS= read -r line; do
		[ -z "$line" ] || options+=("--aptopt=${line%;}")
	done <<<"$(host_apt_options)"
	find "$cache" -maxdepth 1 -name 'tree-*.partial.*' -exec chmod -R u+rwX {} + -exec rm -rf {} + 2>/dev/null
	trap 'chmod -R u+rwX "$work" 2>/dev/null; rm -rf "$work" "$work.tar"' EXIT
	trap 'exit 130' INT TERM
	say "making a Debian $SUITE tree, once (about 3 minutes): $tree"
	if ! run_mmdebstrap "$mode" "$work.tar" "$mirror" "$log" "${options[@]}"; then
		# Only an archive that stopped being refreshed is excused, and only from that check.
		grep -qiE 'is expired|no longer valid|Valid-Until' "$log" || tree_failed "$log"
		say "the archive's Release file is past its date; going on without that check"
		run_mmdebstrap "$mode" "$work.tar" "$mirror" "$log" "${options[@]}" \
			'--aptopt=Acquire::Check-Valid-Until "false"' || tree_failed "$log"
	fi
	mkdir -p "$work"
	tar -C "$work" --no-same-owner --exclude='./dev/*' -xf "$work.tar" 2>>"$log" || tree_failed "$log"
	rm -f "$work.tar"
	mkdir -p "$work/work" && rmdir "$work/work"
	packages >"$work/etc/silo-tree"
	mv -T "$work" "$tree"
	trap - EXIT INT TERM
	say "tree made"
}

tree_failed() {
	tail -n 5 "$1" >&2
	die "making the Debian $SUITE tree failed; the whole log: $1"
}

run_mmdebstrap() {
	local mode=$1 out=$2 mirror=$3 log=$4
	shift 4
	# Descriptors that somebody left open would push mmdebstrap's own past 9, of which its shell knows nothing.
	# Progress: one line for each stage that mmdebstrap announces.
	mmdebstrap --variant=apt --mode="$mode" --skip=check/empty --format=tar \
		--include="$(packages | paste -sd,)" \
		--aptopt='APT::Install-Recommends "false"' "$@" \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"$SUITE" "$out" ${mirror:+"$mirror"} 2>&1 </dev/null 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- | tee "$log" |
		sed -un 's/^I: \(.*\)/silo:   \1/p' >&2
	return "${PIPESTATUS[0]}"
}

tree_path() {
	local key
	key=$( { echo "$SUITE $TREE_RECIPE $(dpkg --print-architecture 2>/dev/null || uname -m)"; packages; } |
		sha256sum | cut -c1-16)
	printf '%s\n' "$cache/tree-$key"
}

# Prints the tree's path, making it first if needed; only one process makes it.
ensure_tree() {
	local tree
	mkdir -p "$cache" || die "cannot make $cache"
	tree=$(tree_path)
	if [ ! -d "$tree" ]; then
		exec 9>"$cache/tree.lock"
		flock -n 9 || { say "another process is making the tree; waiting"; flock 9; }
		[ -d "$tree" ] || make_tree "$tree"
		exec 9>&-
	fi
	[ -d "$tree" ] || die "no tree at $tree"
	TREE=$tree
}

# Directories of the host that stay visible in the tree, one a line, outer ones first.
shared_dirs() {
	{
		printf '%s\n' /tmp "$checkout" "$PWD" "$HOME" "$cache"
		[ -z "${XDG_RUNTIME_DIR:-}" ] || printf '%s\n' "$XDG_RUNTIME_DIR"
		[ -z "${XDG_DATA_HOME:-}" ] || { mkdir -p "$XDG_DATA_HOME"; printf '%s\n' "$XDG_DATA_HOME"; }
		[ -z "${XDG_STATE_HOME:-}" ] || { mkdir -p "$XDG_STATE_HOME"; printf '%s\n' "$XDG_STATE_HOME"; }
		[ -z "${SILO_SHARE:-}" ] || printf '%s\n' "$SILO_SHARE"
	} | while IFS= read -r dir; do
		# A home of / (some containers) cannot be bound over the tree.
		if [ -d "$dir" ] && [ "$(cd "$dir" && pwd -P)" != / ]; then (cd "$dir" && pwd -P); fi
	done | sort -u
}

tree_environment() {
	export PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin
	export LC_ALL=C.UTF-8 SILO_IN_ENV=1
	unset LD_LIBRARY_PATH LD_PRELOAD PYTHONPATH PYTHONHOME
}

# Enters with a chain of execs, so that no process stands between the terminal and the command: Ctrl+C is
# the command's to handle. Never a plain chroot: in one the kernel refuses user namespaces, and so every box.
unshare_words() {
	if [ "$(id -u)" = 0 ]; then
		printf '%s\n' unshare --mount
	else
		printf '%s\n' unshare --user --map-current-user --keep-caps --mount
	fi
}

enter_with_unshare() {
	local words
	mapfile -t words < <(unshare_words)
	SILO_TREE=$TREE SILO_DIRS=$(shared_dirs) SILO_PWD=$PWD exec "${words[@]}" \
		/bin/sh "$checkout/tools/lib/enter-tree.sh" "$@"
}

# Where unshare is refused and bubblewrap is allowed (by its own security profile).
enter_with_bwrap() {
	local args=(--bind "$TREE" / --dev-bind /dev /dev --dev-bind /proc /proc --ro-bind /sys /sys
		--tmpfs /run) dir file
	for file in /etc/resolv.conf /etc/hosts /etc/passwd /etc/group; do
		[ -e "$file" ] && args+=(--ro-bind "$(readlink -f "$file")" "$file")
	done
	while IFS= read -r dir; do
		args+=(--bind "$dir" "$dir")
	done < <(shared_dirs)
	exec bwrap "${args[@]}" --chdir "$PWD" -- "$@"
}

unshare_works() {
	local words
	[ "${SILO_ENTER:-unshare}" = unshare ] || return 1
	mapfile -t words < <(unshare_words)
	"${words[@]}" mount --bind "$TREE" "$TREE" 2>/dev/null
}

env_exec() {
	if [ -n "${SILO_IN_ENV:-}" ]; then
		exec "$@"
	fi
	if host_suffices; then
		SILO_IN_ENV=1 exec "$@"
	fi
	ensure_tree
	tree_environment
	require_namespaces
	if unshare_works; then
		enter_with_unshare "$@"
	fi
	enter_with_bwrap "$@"
}
