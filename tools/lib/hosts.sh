# tools/test --hosts: the README's commands on other Debian releases. Sourced after env.sh.
#
# For each release a minimal tree is made once with mmdebstrap and unpacked afresh for each run (or, with --keep, once),
# as a machine on which nothing was prepared; in it the commands run from a copy of the checkout, as an ordinary user
# and as root. What they say is missing ("Run: sudo …") is done as they say, and nothing else. The Debian forky tree
# that they would make is lent to them where this machine has it already, but for one machine, which makes its own.
# Packages that the machines download stay in a folder that they share.

HOST_RELEASES=(bookworm trixie forky full)
HOST_STEPS=(demo quick vm install)
HOST_STEP_TIMEOUT=${SILO_HOST_TIMEOUT:-2400}
host_user=tester

# The minimal system of a release, as a tar file.
host_archive() {
	local release=$1 out=$cache/hosts/$1.tar options=() line
	[ ! -e "$out" ] || return 0
	say "making a minimal Debian $release, once"
	while IFS= read -r line; do
		[ -z "$line" ] || options+=("--aptopt=${line%;}")
	done <<<"$(host_apt_options)"
	mmdebstrap --variant=apt --mode=root --skip=check/empty --format=tar \
		--include=bash,ca-certificates,passwd,mount "${options[@]}" \
		--aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
		"$release" "$out.new" "$(host_mirror)" >"$cache/hosts/$release.log" 2>&1 </dev/null ||
		die "making Debian $release failed; see $cache/hosts/$release.log"
	mv "$out.new" "$out"
}

# Runs a command in the host at $host_tree as root.
in_host() {
	HOST_TREE=$host_tree HOST_SHARES=$host_shares \
		unshare --mount --pid --fork --kill-child -- sh "$checkout/tools/lib/enter-host.sh" "$@"
}

# As in_host, as $host_account, in $host_directory, in an environment of nothing. The shell stays: its child is not
# the first process of the namespace, as which timeout(1) of coreutils 9.8 takes its parent for dead.
in_host_as_user() {
	local words=(setpriv --reuid "$host_user" --regid "$host_user" --init-groups)
	[ "$host_account" != root ] || words=()
	in_host "${words[@]}" env -i HOME="$host_home" USER="$host_account" LOGNAME="$host_account" TERM=dumb \
		LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		sh -c 'cd "$0" && "$@"; exit $?' "$host_directory" "$@"
}

# The checkout's files, as they are now, without what was built in the copy.
copy_checkout() {
	local copy=$host_tree$host_home/silo
	mkdir -p "$copy"
	find "$copy" -mindepth 1 -maxdepth 1 ! -name 'build*' -exec rm -rf {} +
	git -C "$checkout" ls-files -z | (cd "$checkout" && tar -c --null -T -) | tar -C "$copy" -x
	[ "$host_account" = root ] || in_host sh -c "chown -R $host_user:$host_user $host_home/silo"
}

# The tree in which Silo is built has no programs for accounts.
host_add_user() {
	if in_host sh -c 'command -v useradd' >/dev/null; then
		in_host useradd --create-home --shell /bin/bash "$host_user"
		return
	fi
	echo "$host_user:x:1000:1000::/home/$host_user:/bin/bash" >>"$host_tree/etc/passwd"
	echo "$host_user:x:1000:" >>"$host_tree/etc/group"
	in_host install -d -o 1000 -g 1000 "/home/$host_user"
}

unpack_host() {
	local release=$1 lend=$2
	rm -rf "$host_tree"
	mkdir -p "$host_tree.new"
	if [ "$release" = full ]; then
		# A forky on which every package is installed: it suffices, no tree is made.
		cp -a --reflink=auto "$TREE/." "$host_tree.new"
	else
		tar -C "$host_tree.new" --exclude='./dev/*' -xf "$cache/hosts/$release.tar"
	fi
	mkdir -p "$host_tree.new/var/cache/apt/archives/partial"
	mv "$host_tree.new" "$host_tree"
	host_add_user
	mkdir -p "$host_tree$host_home/.cache/silo"
	if [ "$lend" = 1 ]; then
		# A user's tree is the user's own.
		[ "$release" = full ] || cp -r --reflink=auto "$TREE" "$host_tree$host_home/.cache/silo/"
		[ ! -d "$cache/guest" ] || cp -r --reflink=auto "$cache/guest" "$host_tree$host_home/.cache/silo/"
	fi
	[ "$host_account" = root ] || in_host chown -R "$host_user:$host_user" "$host_home"
	touch "$host_tree/prepared"
}

# A machine of release for account, in $host_tree.
prepare_host() {
	local release=$1 lend=1
	host_account=$2 host_home=/root
	[ "$host_account" = root ] || host_home=/home/$host_user
	host_directory=$host_home/silo
	host_tree=$cache/hosts/$release-$host_account
	mkdir -p "$cache/hosts/packages-$release/partial"
	host_shares="$cache/hosts/packages-$release /var/cache/apt/archives"
	[ "$release $host_account" != "trixie $host_user" ] || lend=0
	if [ "$host_keep" = 0 ] || [ ! -e "$host_tree/prepared" ]; then
		rm -rf "$host_tree.new"
		unpack_host "$release" "${SILO_HOST_LEND:-$lend}"
	fi
	copy_checkout
}

# Runs one of the README's commands, doing what it asks for. Its output goes to a log.
host_run() {
	local name=$1 log=$cache/hosts/$1.log advice i start=$SECONDS
	shift
	: >"$log"
	for i in 1 2 3 4; do
		if in_host_as_user timeout "$HOST_STEP_TIMEOUT" "$@" >>"$log" 2>&1 </dev/null; then
			say "$name: passed in $((SECONDS - start)) s"
			host_results+=("ok   $name, $((SECONDS - start)) s$(sed -n 's/^\([0-9]* passed, .*\)/: \1/p' "$log" | tail -n 1)")
			return 0
		fi
		advice=$(tail -n 3 "$log" | sed -n 's/.*Run: sudo \(.*\)$/\1/p' | tail -n 1)
		# Packages and accounts are the tree's own; anything else would be this machine's.
		case $advice in
		"apt-get install "*) advice="apt-get update -qq && DEBIAN_FRONTEND=noninteractive $advice -y" ;;
		"usermod "*) ;;
		*) break ;;
		esac
		say "$name: it asks for: $advice"
		in_host sh -c "$advice" >>"$log" 2>&1 || break
	done
	say "$name: FAILED after $((SECONDS - start)) s; see $log"
	host_results+=("FAIL $name: $(grep -E 'error|FAILED|^[0-9]+ passed' "$log" | tail -n 1)")
	return 1
}

# What the README says under "Install", word by word: lines that begin with "sudo" as root, the others as the user.
host_install_commands() {
	awk '/^## Install/ {on = 1; next} /^## / {on = 0} on && /^    / {
		sub(/^    /, ""); sub(/ +#.*/, "")
		if (sub(/\\$/, "")) { held = held $0; next }
		print held $0; held = "" }' "$checkout/README.md"
}

host_install() {
	local name=$1 log=$cache/hosts/$1.log start=$SECONDS line failed=0
	: >"$log"
	in_host apt-get update -qq >>"$log" 2>&1 || true
	while IFS= read -r line <&3; do
		printf '+ %s\n' "$line" >>"$log"
		case $line in
		"sudo "*)
			in_host env DEBIAN_FRONTEND=noninteractive sh -c \
				"cd $host_directory && $(sed 's/apt-get install/& -y --no-install-recommends/' <<<"${line#sudo }")" ;;
		# There is no systemd in these machines.
		"systemctl "*) true ;;
		*) in_host_as_user sh -c "$line" ;;
		esac >>"$log" 2>&1 </dev/null || { failed=1; break; }
	done 3< <(host_install_commands)
	# From here on the user has no checkout.
	cp "$checkout/tests/install/installed.py" "$host_tree/installed.py"
	mv "$host_tree$host_home/silo" "$host_tree/root/away"
	host_directory=$host_home
	if [ "$failed" = 1 ] || ! in_host_as_user timeout "$HOST_STEP_TIMEOUT" python3 /installed.py /usr/local \
		>>"$log" 2>&1 </dev/null; then
		failed=1
	fi
	host_directory=$host_home/silo
	mv "$host_tree/root/away" "$host_tree$host_home/silo"
	if [ "$failed" = 1 ]; then
		say "$name: FAILED after $((SECONDS - start)) s; see $log"
		host_results+=("FAIL $name: $(grep -E '^not ok|error|ERROR' "$log" | tail -n 1)")
		return 1
	fi
	say "$name: passed in $((SECONDS - start)) s"
	host_results+=("ok   $name, $((SECONDS - start)) s")
}

host_step() {
	local name=$1-$host_account-$2
	case $2 in
	demo) host_run "$name" tools/demo --headless out ;;
	quick) host_run "$name" tools/test --no-vm --no-asan ;;
	vm) host_run "$name" tools/test --no-asan e2e ;;
	# README: on forky or later.
	install) [ "$1" != forky ] || [ "$host_account" = root ] || host_install "$name" ;;
	esac
}

host_wants() {
	local wanted=$1 word
	shift
	for word in "$@"; do
		[ "$word" != "$wanted" ] || return 0
	done
	return 1
}

# hosts_run [--keep] [--as root|user] [--step STEP] [RELEASE…]: without a choice, all of them.
hosts_run() {
	local releases=() accounts=() steps=() release account step failed=0
	host_keep=0
	while [ $# -gt 0 ]; do
		case $1 in
		--keep) host_keep=1 ;;
		--as)
			case ${2:-} in
			root) accounts+=(root) ;;
			user) accounts+=("$host_user") ;;
			*) usage >&2; exit 2 ;;
			esac
			shift ;;
		--step)
			host_wants "${2:-}" "${HOST_STEPS[@]}" || { usage >&2; exit 2; }
			steps+=("$2")
			shift ;;
		12) releases+=(bookworm) ;;
		13) releases+=(trixie) ;;
		*)
			host_wants "$1" "${HOST_RELEASES[@]}" || { usage >&2; exit 2; }
			releases+=("$1") ;;
		esac
		shift
	done
	[ ${#releases[@]} -gt 0 ] || releases=("${HOST_RELEASES[@]}")
	[ ${#accounts[@]} -gt 0 ] || accounts=("$host_user" root)
	[ ${#steps[@]} -gt 0 ] || steps=("${HOST_STEPS[@]}")
	[ "$(id -u)" = 0 ] || die "--hosts makes machines of other releases, which takes root. Run: sudo tools/test --hosts"
	mkdir -p "$cache/hosts"
	ensure_host_packages
	ensure_tree
	host_results=()
	trap '[ "$host_keep" = 1 ] || rm -rf "${host_tree:-}"' EXIT
	trap 'exit 130' INT TERM
	for release in "${releases[@]}"; do
		[ "$release" = full ] || host_archive "$release"
		for account in "${accounts[@]}"; do
			prepare_host "$release" "$account"
			for step in "${steps[@]}"; do
				host_step "$release" "$step" || failed=1
			done
			[ "$host_keep" = 1 ] || rm -rf "$host_tree"
		done
	done
	printf '%s\n' "${host_results[@]}"
	return "$failed"
}
