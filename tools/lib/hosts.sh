# tools/test --hosts: the README's commands on other Debian releases. Sourced after env.sh.
#
# For each release a minimal tree is made once with mmdebstrap and unpacked afresh for each run, as a machine on
# which nothing was prepared; in it the commands run from a copy of the checkout, as an ordinary user and as
# root. What they say is missing ("Run: sudo …") is done as they say, and nothing else. The Debian forky tree that
# they would make is lent to them where this machine has it already, but for one run, which makes its own.

HOST_RELEASES=(bookworm trixie forky)
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

# As in_host, as $host_account, in the copy of the checkout, in an environment of nothing.
in_host_as_user() {
	local home=/home/$host_user words=(setpriv --reuid "$host_user" --regid "$host_user" --init-groups)
	[ "$host_account" != root ] || { home=/root words=(); }
	in_host "${words[@]}" env -i HOME="$home" USER="$host_account" LOGNAME="$host_account" TERM=dumb LANG=C.UTF-8 \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		sh -c "cd $home/silo && exec \"\$@\"" sh "$@"
}

# A machine of release for account, in $host_tree; lend=1: with this machine's caches.
prepare_host() {
	local release=$1 lend=$3 home=/root
	host_account=$2 host_shares=
	host_tree=$cache/hosts/run.$$
	rm -rf "$host_tree"
	mkdir -p "$host_tree"
	if [ "$release" = full ]; then
		# A forky on which every package is installed: it suffices, no tree is made.
		cp -a --reflink=auto "$TREE/." "$host_tree"
	else
		tar -C "$host_tree" --exclude='./dev/*' -xf "$cache/hosts/$release.tar"
	fi
	in_host useradd --create-home --shell /bin/bash "$host_user"
	[ "$host_account" = root ] || home=/home/$host_user
	mkdir -p "$host_tree$home/silo" "$host_tree$home/.cache/silo"
	git -C "$checkout" ls-files -z | (cd "$checkout" && tar -c --null -T -) | tar -C "$host_tree$home/silo" -x
	if [ "$lend" = 1 ]; then
		# A user's tree is the user's own.
		[ "$release" = full ] || cp -r --reflink=auto "$TREE" "$host_tree$home/.cache/silo/"
		[ ! -d "$cache/guest" ] || cp -r --reflink=auto "$cache/guest" "$host_tree$home/.cache/silo/"
	fi
	[ "$host_account" = root ] || in_host chown -R "$host_user:$host_user" "$home"
}

# Runs one of the README's commands, doing what it asks for. Its output goes to a log.
host_step() {
	local name=$1 log=$cache/hosts/$1.log advice i start=$SECONDS
	shift
	: >"$log"
	for i in 1 2 3 4; do
		if in_host_as_user timeout "$HOST_STEP_TIMEOUT" "$@" >>"$log" 2>&1 </dev/null; then
			say "$name: passed in $((SECONDS - start)) s"
			host_results+=("ok   $name, $((SECONDS - start)) s")
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
	host_results+=("FAIL $name: $(grep -E 'error' "$log" | tail -n 1)")
	return 1
}

# hosts_run RELEASE…: without one, all of them.
hosts_run() {
	local release account failed=0 lend
	[ "$(id -u)" = 0 ] || die "--hosts makes machines of other releases, which takes root. Run: sudo tools/test --hosts"
	mkdir -p "$cache/hosts"
	ensure_host_packages
	ensure_tree
	host_results=()
	trap 'rm -rf "$cache/hosts/run.$$"' EXIT
	trap 'exit 130' INT TERM
	[ $# -gt 0 ] || set -- "${HOST_RELEASES[@]}" full
	for release in "$@"; do
		[ "$release" = full ] || host_archive "$release"
		for account in ${SILO_HOST_ACCOUNTS:-$host_user root}; do
			lend=1
			[ "$release $account" != "trixie $host_user" ] || lend=${SILO_HOST_LEND:-0}
			prepare_host "$release" "$account" "$lend"
			host_step "$release-$account-demo" tools/demo --headless out || failed=1
			host_step "$release-$account-test" tools/test --no-vm --no-asan || failed=1
			rm -rf "$host_tree"
		done
	done
	printf '%s\n' "${host_results[@]}"
	return "$failed"
}
