#!/bin/sh
# Runs a command many times and says how often it failed.
#
#   rerun.sh [--fail-if-any] COUNT COMMAND [ARGUMENT...]
#
# The output of each failing run is kept in rerun-logs/ (or $RERUN_LOGS).
# Exit status: 0 when done; with --fail-if-any, 1 at the first failing run,
# which is what `git bisect run` needs. 125 for wrong use, which bisect skips.
set -u

usage() {
    echo "usage: rerun.sh [--fail-if-any] COUNT COMMAND [ARGUMENT...]" >&2
    exit 125
}

stop_at_first=no
if [ "${1:-}" = "--fail-if-any" ]; then
    stop_at_first=yes
    shift
fi
[ $# -ge 2 ] || usage
count=$1
shift
case $count in
    '' | *[!0-9]* | 0) usage ;;
esac
command -v "$1" >/dev/null 2>&1 || { echo "no such command: $1" >&2; exit 125; }

logs=${RERUN_LOGS:-rerun-logs}
mkdir -p "$logs" || exit 125
current=$logs/.current
failed=0
run=0
trap 'rm -f "$current"; echo "stopped after $run runs, $failed failed" >&2; exit 130' INT TERM

while [ "$run" -lt "$count" ]; do
    run=$((run + 1))
    # RERUN_NUMBER serves as a seed for tests that take one.
    RERUN_NUMBER=$run "$@" >"$current" 2>&1
    status=$?
    if [ "$status" -ne 0 ]; then
        failed=$((failed + 1))
        mv "$current" "$logs/run-$run-status-$status.log"
        echo "run $run of $count failed with status $status: $logs/run-$run-status-$status.log"
        if [ "$stop_at_first" = yes ]; then
            exit 1
        fi
    fi
done
rm -f "$current"

# Per mille, because the shell has no fractions.
rate=$((failed * 1000 / count))
echo "$failed of $count runs failed ($((rate / 10)).$((rate % 10)) %)"
if [ "$failed" -eq 0 ]; then
    echo "with 95 % confidence the rate is below $((3000 / count / 10)).$((3000 / count % 10)) %"
fi
