#!/bin/sh
# Times `touchmark check --offline` of 200 skills (5,000 files) and `sha256sum` over the same
# files, warm, in turns; prints the median of each in milliseconds.
#
#     benches/check_speed/measure.sh PROGRAM [ROUNDS]
set -eu
program=$(realpath "$1")
rounds=${2:-21}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 "$(dirname "$0")/generate.py" "$folder"
cd "$folder"
export HOME="$folder/none" TOUCHMARK_DATA_DIR="$folder/none"
find .claude -type f > files
milliseconds() {
    start=$(date +%s%N)
    "$@" > /dev/null
    end=$(date +%s%N)
    echo $(((end - start) / 1000))
}
sums() { xargs sha256sum < files; }
"$program" check --offline > answer || { tail -5 answer; exit 1; }
tail -1 answer
sums > /dev/null
round=0
while [ "$round" -lt "$rounds" ]; do
    milliseconds "$program" check --offline >> check.times
    milliseconds sums >> sums.times
    round=$((round + 1))
done
median() { sort -n "$1" | awk '{ all[NR] = $1 } END { printf "%.0f", all[int((NR + 1) / 2)] / 1000 }'; }
echo "check --offline $(median check.times) ms, sha256sum $(median sums.times) ms (medians of $rounds, $(nproc) cores)"
