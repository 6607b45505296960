#!/usr/bin/env bash
# need.sh COMMAND PACKAGE...: make sure a command is there, from Debian's packages where they may be
# installed (root and apt-get). Elsewhere say what is missing and leave the decision to the caller.
set -euo pipefail
command=$1
shift
command -v "$command" >/dev/null && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "$command is not here; install your system's package for it (Debian: $*)." >&2
  exit 1
fi
echo "installing Debian's $*"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null
then
  tail -n 20 "$log" >&2
  exit 1
fi
rm -f "$log"
