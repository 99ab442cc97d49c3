#!/bin/sh
# Runs in fresh mount and process namespaces: makes the tree $HOST_TREE the root, as if it were a machine of its
# own (own /tmp, /run and accounts), and runs the command. $HOST_SHARES: lines "FROM TO", folders
# of this machine that are to be seen there. Never a plain chroot: in one the kernel refuses user namespaces.
set -eu

mount --make-rprivate /
mount --bind "$HOST_TREE" "$HOST_TREE"
cd "$HOST_TREE"
cat /etc/resolv.conf >./etc/resolv.conf
mount --rbind /dev ./dev
mount --rbind /sys ./sys
mount -t proc proc ./proc
mount -t tmpfs -o mode=755 tmpfs ./run
mount -t tmpfs -o mode=1777 tmpfs ./tmp
printf '%s\n' "$HOST_SHARES" | while read -r from to; do
	[ -n "$from" ] || continue
	mkdir -p ".$to"
	mount --rbind "$from" ".$to"
done
mkdir -p ./run/host-root
pivot_root . ./run/host-root
umount -l /run/host-root
rmdir /run/host-root
unset HOST_TREE HOST_SHARES
cd /
exec "$@"
