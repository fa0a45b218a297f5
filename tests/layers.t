#!/bin/sh
# layers.t -- fail when a file includes a project header from a layer it may not know.
cd "$(dirname "$0")/.." || exit 1
may() { # may FOLDER -> folders it may include, itself apart
	case $1 in
	gen/base) ;;
	gen/toml | gen/tmpl) echo gen/base ;;
	gen/config) echo gen/base gen/toml ;;
	gen/check) echo gen/base gen/config ;;
	gen/plan) echo gen/base gen/config ;;
	gen/emit) echo gen/base gen/config gen/plan ;;
	gen/cmd) echo gen/base gen/toml gen/tmpl gen/config gen/check gen/plan gen/emit ;;
	rules/lib) echo gen/base ;;
	rules) echo gen/base gen/tmpl rules/lib ;;
	.) echo gen/base gen/cmd ;;
	guest/agent | guest/agent/lib) ;; # they include by names beside them only
	esac
}
bad=0
for f in configure.c $(find gen rules guest/agent -name '*.[ch]' -o -name '*.cc' -o -name '*.def' | LC_ALL=C sort); do
	case $f in */*) here=${f%/*} ;; *) here=. ;; esac
	for inc in $(sed -n 's/^#include "\(.*\)"$/\1/p' "$f"); do
		case $here:$inc in guest/agent:lib/*) continue ;; guest/agent/lib:*/*) ;; guest/agent/lib:*) continue ;; esac
		there=${inc%/*}
		case " $here $(may "$here") " in *" $there "*) continue ;; esac
		echo "# $f: $here may not include $inc"
		bad=1
	done
done
[ $bad = 0 ] && echo "ok 1 - includes respect the layers" || echo "not ok 1 - includes respect the layers"
echo 1..1
