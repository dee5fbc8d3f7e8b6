#!/usr/bin/env sh
# Usage: run.sh CATALOGUE.csv [DATA_DIR]
# Loads an earthquake catalogue, runs queries.sql over it and shows some of the results.
set -eu
csv=${1:?usage: run.sh CATALOGUE.csv [DATA_DIR]}
data=${2:-$(mktemp -d)}
here=$(cd "$(dirname "$0")" && pwd)
leat() { (cd "$here/../.." && go run ./cmd/leat "$@"); }

leat produce quakes --data "$data" --skip 1 < "$csv"
leat run --data "$data" --settle "$here/queries.sql"
echo "The days with the most quakes:"
leat run --data "$data" -o csv -e "SELECT quakes, network, day, strongest FROM per_day;" | tail -n +2 | sort -t, -k1,1nr | head -n 10
echo "Strong quakes:"
leat run --data "$data" -e "SET 'auto.offset.reset'='earliest'; SELECT ts, magnitude, name FROM strong EMIT CHANGES LIMIT 10;"
echo "The data is in $data; go on with: leat shell --data $data"
