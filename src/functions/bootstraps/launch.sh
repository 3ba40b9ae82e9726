#!/bin/sh
# Starts the process of one execution environment: launch.sh MODE COMMAND [ARGUMENT…]
#
# What a function writes to stdout and to stderr shares one pipe, so that its lines keep their order; it leaves no
# core files behind. MODE `own`: the command is a bootstrap of ours, which speaks on descriptor 3 and leaves when that
# reaches its end. MODE `foreign`: anything else; it starts once the host has said on descriptor 3 that the warden
# knows this process group, and never starts when the host has died before.
mode=$1
shift
exec 2>&1
ulimit -c 0 2>/dev/null
if [ "$mode" = foreign ]; then
  read -r go <&3 || exit 1
  exec 3<&-
fi
exec "$@"
