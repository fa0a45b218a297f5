#!/bin/sh
# resolve_kernel against lists of releases in files: what counts, what wins, what is refused.
BIN=${BIN:-$(cd "$(dirname "$0")/../.." && pwd)/build/bin}
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT && cd "$dir" || exit 1
n=0

cat > releases.json <<'J'
{"releases": [
 {"moniker": "mainline", "version": "7.2-rc1", "iseol": false},
 {"moniker": "stable", "version": "7.1.9", "iseol": false},
 {"moniker": "stable", "version": "7.1.10", "iseol": false},
 {"moniker": "stable", "version": "7.0.12", "iseol": true},
 {"moniker": "longterm", "version": "6.12.30", "iseol": false},
 {"moniker": "longterm", "version": "6.6.90", "iseol": false},
 {"moniker": "longterm", "version": "6.6.100", "iseol": false},
 {"moniker": "longterm", "version": "6.13", "iseol": false},
 {"moniker": "linux-next", "version": "next-20260101"}]}
J
echo '{"network": {}}' > engine.json

resolve() { "$BIN/resolve_kernel" -o out -e engine.json -b "$1" -u "file://$dir/${2:-releases.json}" 2> err; }

is() { # is NAME SERIES WANTED
	n=$((n + 1)); rm -f out
	if resolve "$2" && [ "$(cat out)" = "$3" ]; then echo "ok $n - $1"
	else echo "not ok $n - $1"; sed 's/^/# /' err; fi
}

refuses() { # refuses NAME SERIES FILE TEXT
	n=$((n + 1)); echo before > out
	if resolve "$2" "$3"; then echo "not ok $n - $1 (accepted)"
	elif [ $? -eq 1 ] && grep -q "$4" err && [ "$(grep -c error: err)" = 1 ] && [ "$(cat out)" = before ] && [ ! -e out.tmp ]; then
		echo "ok $n - $1"
	else echo "not ok $n - $1"; sed 's/^/# /' err; fi
}

echo 1..10
is "auto is the newest longterm release" auto 6.12.30
is "patches are compared as numbers" 6.6 6.6.100
is "a stable series can be named" 7.1 7.1.10
is "leading zeros are numbers too" 06.06 6.6.100
refuses "a series at its end of life" 7.0 releases.json "no release of the series '7.0'"
refuses "a series nobody lists" 5.99 releases.json "kernel.version=X.Y.Z"
refuses "not a series" latest releases.json 'use "auto" or a series'
refuses "three numbers are not a series" 6.6.1 releases.json 'use "auto" or a series'
refuses "a list that cannot be read" auto nowhere.json "cannot read the list"
echo '<html>' > page.json
refuses "a page that is not JSON" auto page.json "does not answer with JSON"
