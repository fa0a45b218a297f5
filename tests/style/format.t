#!/bin/sh
# format.t -- every C file is as clang-format writes it; no line is over 100 columns, no text file ends
# in blanks; sizes stay within the budgets of the house.
cd "$(dirname "$0")/../.." || exit 1
files() { git ls-files -co --exclude-standard -- "$@" ':!tests/golden/cases' | while read -r f; do [ -f "$f" ] && echo "$f"; done; }
n=0
report() { # report NAME FINDINGS
	n=$((n + 1))
	[ -z "$2" ] && echo "ok $n - $1" && return
	echo "not ok $n - $1"
	echo "$2" | head -n 20 | sed 's/^/# /'
}

echo 1..6
report "clang-format" "$(files '*.c' '*.h' '*.cc' | xargs clang-format --dry-run -Werror 2>&1 | grep 'error:')"
report "no line over 100 columns in C files" "$(files '*.c' '*.h' '*.cc' | xargs awk '{ l = $0; gsub(/\t/, "        ", l); if (length(l) > 100) print FILENAME ":" FNR }')"
report "no blanks at line ends" "$(files '*.c' '*.h' '*.def' '*.md' '*.sh' '*.t' '*.toml' '*.j2' | grep -v -e tests/golden/cases -e corpus | xargs grep -nE '[ 	]+$')"
report "no file over 400 lines" "$(files '*.c' '*.h' '*.cc' | xargs wc -l | awk '$2 != "total" && $1 > 400 { print $2 ": " $1 " lines" }')"
report "no function over 60 lines" "$(files '*.c' | ctags -L - --languages=C --kinds-C=f --fields=+ne -o - 2>/dev/null | awk -F'\t' '
	/^!/ { next } { l = e = 0; for (i = 4; i <= NF; i++) { if ($i ~ /^line:/) l = substr($i, 6); if ($i ~ /^end:/) e = substr($i, 5) }
	if (e - l + 1 > 60) print $2 ": " $1 "() is " e - l + 1 " lines" }')"
report "every C file says its licence and its layer" "$(for f in $(files 'configure.c' 'gen/*.c' 'gen/*.h' 'rules/*.c' 'rules/*.h' 'guest/*.c' 'guest/*.h'); do head -n 1 "$f" | grep -q SPDX-License-Identifier || echo "$f"; done)"
