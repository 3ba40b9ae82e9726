#!/bin/sh
# Ends what a function host leaves behind, also when the host is killed: warden.sh MARKER DIRECTORY
#
# The host writes a line to stdin whenever an environment starts (`+ GROUP`) or has ended (`- GROUP MARKER`). Stdin
# ends when the host has gone, however it went: then all process groups that are left are killed with all that their
# processes have started, the directory with the environments' temporary files is removed, and so is the warden. Two
# ways lead to processes that have left their group (setsid): whose child they are, and the marker in their environment,
# both as far as the system shows it (/proc).
#
# `kill -KILL -GROUP` is the one form that dash, bash and busybox's shell all know: dash and busybox refuse `--`.
marker=$1
directory=$2
trap '' HUP INT QUIT TERM
groups=' '

# Sets `found` to what a process has started, and what that has started in turn.
descendants() {
  found=' '
  while [ $# -gt 0 ]; do
    for list in /proc/"$1"/task/*/children; do
      children=
      # Its status says only that no line feed comes after the last number.
      read -r children 2>/dev/null <"$list"
      for child in $children; do
        case $found in
          *" $child "*) ;;
          *)
            found="$found$child "
            set -- "$@" "$child"
            ;;
        esac
      done
    done
    shift
  done
}

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

for group in $groups; do
  descendants "$group"
  kill -KILL "-$group" 2>/dev/null
  for pid in $found; do kill -KILL "$pid" 2>/dev/null; done
done
sweep "$marker:"
[ -n "$directory" ] && rm -rf -- "$directory"
