#!/bin/sh
# Ends what a function host leaves behind, also when the host is killed: warden.sh MARKER DIRECTORY
#
# The host writes a line to stdin whenever an environment starts (`+ GROUP`) or has ended (`- GROUP MARKER`). Stdin
# ends when the host has gone, however it went: then all process groups that are left are killed, the directory with
# the environments' temporary files is removed, and so is the warden. Processes that have left their group (setsid) are
# found by the marker in their environment, where the system shows it (/proc).
marker=$1
directory=$2
trap '' HUP INT QUIT TERM
groups=' '

# Kills every process whose environment names the marker; twice, for what was forked meanwhile.
sweep() {
  [ -r /proc/self/environ ] || return 0
  for again in 1 2; do
    # Its exit status says only that some files were not readable.
    found=$(grep -lF "GATEWRIGHT_ENVIRONMENT=$1" /proc/[0-9]*/environ 2>/dev/null)
    [ -n "$found" ] || return 0
    for file in $found; do
      pid=${file#/proc/}
      kill -KILL "${pid%/environ}" 2>/dev/null
    done
  done
}

while read -r operation group ended; do
  case $operation in
    +) groups="$groups$group " ;;
    -)
      groups="${groups%% "$group" *} ${groups#* "$group" }"
      sweep "$ended:"
      ;;
  esac
done

for group in $groups; do kill -KILL -- "-$group" 2>/dev/null; done
sweep "$marker:"
[ -n "$directory" ] && rm -rf -- "$directory"
