#!/bin/sh
# Runs in a fresh mount namespace: makes $SILO_TREE the root, keeps the directories of $SILO_DIRS (one a
# line) visible, drops what the namespace gave, and runs the command.
set -eu

mount --make-rprivate /
mount --bind "$SILO_TREE" "$SILO_TREE"
cd "$SILO_TREE"
for dir in dev proc sys; do
	mkdir -p "./$dir"
	mount --rbind "/$dir" "./$dir"
done
mount -t tmpfs -o mode=755 tmpfs ./run
for file in /etc/resolv.conf /etc/hosts /etc/passwd /etc/group; do
	if [ -e "$file" ] && [ -e ".$file" ]; then
		mount --bind "$(readlink -f "$file")" ".$file"
	fi
done
printf '%s\n' "$SILO_DIRS" | while IFS= read -r dir; do
	[ -n "$dir" ] || continue
	mkdir -p ".$dir"
	mount --rbind "$dir" ".$dir"
done
mkdir -p ./run/host-root
pivot_root . ./run/host-root
umount -l /run/host-root
rmdir /run/host-root
directory=$SILO_PWD
unset SILO_TREE SILO_DIRS SILO_PWD
cd "$directory"
if [ "$(id -u)" != 0 ]; then
	# The rights over this namespace served the mounts only.
	exec setpriv --inh-caps=-all --ambient-caps=-all "$@"
fi
exec "$@"
