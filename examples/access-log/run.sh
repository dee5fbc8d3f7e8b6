#!/usr/bin/env sh
# Usage: run.sh ACCESS_LOG [DATA_DIR]
# Loads a web server log, runs queries.sql over it and shows some of the results.
set -eu
log=${1:?usage: run.sh ACCESS_LOG [DATA_DIR]}
data=${2:-$(mktemp -d)}
here=$(cd "$(dirname "$0")" && pwd)
leat() { (cd "$here/../.." && go run ./cmd/leat "$@"); }

leat produce access-log --data "$data" < "$log"
leat run --data "$data" --settle "$here/queries.sql"
echo "The most visited pages:"
leat run --data "$data" -o csv -e "SELECT hits, bytes, page FROM pages;" | tail -n +2 | sort -t, -k1,1nr | head -n 10
echo "The longest visits:"
leat run --data "$data" -o csv -e "SELECT hits, ip, windowstart, windowend FROM visits;" | tail -n +2 | sort -t, -k1,1nr | head -n 10
echo "The first pages that were not found:"
leat run --data "$data" -e "SET 'auto.offset.reset'='earliest'; SELECT ip, page FROM not_found EMIT CHANGES LIMIT 10;"
echo "The data is in $data; go on with: leat shell --data $data"
