#!/bin/sh
# Runs in fresh mount and process namespaces: makes the tree $HOST_TREE the root, as if it were a machine of its
# own (own /tmp, /run and accounts), and runs the command. $HOST_SHARES: lines "FROM TO", folders
# of this machine that are to be seen there. Never a plain chroot: in one the kernel refuses user namespaces.
set -eu

mount --make-rprivate /
mount --bind "$HOST_TREE" "$HOST_TREE"
cd "$HOST_TREE"
cat /etc/resolv.conf >./etc/resolv.conf
# Devices of its own: this machine's may have modes that a fresh one has not.
mount -t tmpfs -o mode=755 tmpfs ./dev
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
	name=${device%%:*} number=${device#*:}
	mknod -m 666 "./dev/$name" c "${number%:*}" "${number#*:}"
	chmod 666 "./dev/$name"
done
mkdir ./dev/pts ./dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts ./dev/pts
mount -t tmpfs -o mode=1777 tmpfs ./dev/shm
ln -s pts/ptmx ./dev/ptmx
ln -s /proc/self/fd ./dev/fd
ln -s /proc/self/fd/0 ./dev/stdin
ln -s /proc/self/fd/1 ./dev/stdout
ln -s /proc/self/fd/2 ./dev/stderr
if [ -e /dev/kvm ]; then
	touch ./dev/kvm
	mount --bind /dev/kvm ./dev/kvm
fi
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
