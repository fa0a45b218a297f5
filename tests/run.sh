#!/bin/sh
# run.sh check-fast|check -- run the tests of one layer; the programs are built already.
#
# check-fast: unit, golden, rules and graph tests with the stand-in engine; no container engine, no
#             QEMU, no network; without the scripts that take long, so about a minute
# check:      that and the long ones, the same under ASan and UBSan, formatting and static checks, fuzz corpora, and
#             real images, registries and boots
set -u
cd "$(dirname "$0")/.." || exit 1
BIN=$PWD/build/bin TESTS=$PWD/build/tests
CMOCKA_MESSAGE_OUTPUT=TAP LC_ALL=C
export BIN TESTS CMOCKA_MESSAGE_OUTPUT LC_ALL
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

step() { # step NAME COMMAND...
	name=$1
	shift
	echo "== $name"
	{ "$@" 2>&1; echo $? >"$dir/status"; } | tee -a "$dir/log"
	[ "$(cat "$dir/status")" = 0 ] || { failed=$((failed + 1)); echo "== $name: FAILED"; }
}

summary() { # of all that prove said; a step without a word of its own counts as one
	awk -v failed=$failed '
		/^Files=[0-9]+, Tests=/ { split($2, a, "="); n += a[2] }
		/Wstat: .* Failed: / { f += ($NF + 0 ? $NF + 0 : 1) }
		END { if (f < failed) f = failed; printf "%d passed, %d failed\n", (n > f ? n - f : 0), f }' "$dir/log"
}

prove_all() { # prove_all FILE...: run TAP scripts and cmocka programs, two at a time
	prove -j2 -f -o --merge --exec '' "$@"
}

prove_each() { # the same, one after another: they flood proxies and boot machines
	prove -f -o --merge --exec '' "$@"
}

increments() ( # increments EDITS FAST
	export EDITS="$1" FAST="$2"
	prove_each tests/increment/increment.t
)

# Scripts that take long: they try each call of a program, wait for time limits, build whole trees.
LONG="tests/rules/contract.t tests/cli/build.t tests/cli/doctor_engine.t tests/cli/inspect.t tests/cli/install.t
	tests/cli/new.t tests/cli/readme.t tests/config/agree.t tests/config/mutate.t tests/e2e/boot.t
	tests/cli/audit.t tests/rules/squash_damage.t tests/e2e/failures.t tests/e2e/paths.t tests/e2e/self.t tests/tmpl/jinja.t"

others() { # others FILE...: those that do not take long
	for file in "$@"; do
		case " $(echo $LONG) " in *" $file "*) ;; *) echo "$file" ;; esac
	done
}

fast() {
	step "unit" prove_all "$TESTS"/unit/test_*
	step "scripts" prove_all $(others tests/*.t tests/golden/*.t tests/rules/*.t tests/toml/*.t tests/tmpl/*.t \
		tests/config/*.t tests/cli/*.t tests/e2e/*.t)
	step "increments" increments 40 1
	step "fuzz corpora" sh tests/fuzz/replay.sh
}

slow() {
	step "long scripts" prove_all $LONG
	step "increments, and planted mistakes" increments 300 ""
	step "audit" prove_each tests/audit/audit.t
	step "style" prove_all tests/style/*.t
	step "SARIF" sh tests/golden/sarif.sh
	step "sanitizers" sh tests/sanitize.sh
	step "guest" prove_each tests/guest/*.t tests/host/*.t
	step "images" prove_each tests/image/*.t
}

case ${1:-} in
check-fast) fast ;;
check) fast; slow ;;
*) echo "usage: run.sh check-fast|check" >&2; exit 2 ;;
esac
summary
[ $failed = 0 ]
