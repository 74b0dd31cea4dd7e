#!/bin/sh
# units_test.sh CROSSFENCED GUESTD CROSSFENCED.SERVICE GUESTD.SERVICE SYSUSERS: the units start what is
# installed, the service reads the configuration that is installed, and both are kept on a short lead.
set -eu
fail() { echo "$*" >&2; exit 1; }
grep -qx "ExecStart=$SBINDIR/crossfenced" "$3" || fail "$3 starts something else"
grep -qx "ExecStart=$BINDIR/crossfence-guestd" "$4" || fail "$4 starts something else"
! grep -n '@[a-z]*dir@' "$3" "$4" || fail "a place was left out"
grep -aqF "$CONFIG" "$1" || fail "crossfenced reads another configuration than $CONFIG"
for unit in "$3" "$4"; do
	grep -q '^LimitNOFILE=' "$unit" || fail "$unit: as many processes as the default allows"
	grep -qx 'RuntimeDirectoryPreserve=yes' "$unit" || fail "$unit: a restart cuts containers off"
done
# As nobody who has anything; and its own folder is not the one that guestd has in a guest with guests.
for line in User=_crossfenced CapabilityBoundingSet= RuntimeDirectory=crossfence/host; do
	grep -qx "$line" "$3" || fail "$3 lacks $line"
done
grep -q '^u _crossfenced ' "$5" || fail "$5 makes another user"
# With PrivateTmp and ProtectHome a folder that is not said is one that nobody else sees. The last line of
# a kind counts, and a folder that its user cannot make keeps it from starting.
[ "$(grep '^Environment=' "$3")" = 'Environment=XDG_RUNTIME_DIR=/run/crossfence/host/domains' ] || fail "$3: domains that nobody finds"
[ "$(grep '^ExecStartPre=' "$3")" = 'ExecStartPre=mkdir -p -m 0700 /run/crossfence/host/domains' ] || fail "$3: no folder for domains"
# A condition is judged before udev has loaded virtio_console: started by the rule, or not at all.
! grep -n '^Condition' "$4" || fail "$4 may be skipped at boot"
command -v systemd-analyze >/dev/null || { echo "no systemd-analyze"; exit 0; }
for unit in "$3" "$4"; do
	# Its status says whether the unit is below.
	report=$(systemd-analyze security --offline=true --threshold=20 "$unit") ||
		fail "$unit: above 2.0"
	echo "$report" | tail -1
done
