// SPDX-License-Identifier: Apache-2.0
// completion_zsh.c -- completion in zsh: how its functions are written, and what calls them.
// Layer: gen/cmd.
// Source: zshcompsys(1)
#include "gen/cmd/completion.h"

const struct completion_shell completion_zsh = {
	.open = {"\n", "()\n{\n\tcase $1 in\n"},
	.shut = "\tesac\n}\n",
	.when = "\t",
	.or = "|",
	.then = ")\n\t\treply=(",
	.end = {")\n\t\tkind=", "\n\t\t;;\n"},
	.quote = "'\\''",
	.tab = ':',
	.head = "#compdef capsem-configure capsem-builder\n"
		"# 'capsem-configure completion zsh' prints this.\n",
	.driver =
		"\n"
		"# Which command the line names, how many operands it has, the option that waits "
		"for its argument.\n"
		"_capsem_line()\n"
		"{\n"
		"\tlocal word\n"
		"\tfor word in \"${(@)words[2,CURRENT-1]}\"; do\n"
		"\t\treply=() kind=\n"
		"\t\tif [[ -n $waiting ]]; then\n"
		"\t\t\twaiting=\n"
		"\t\telif [[ $word == -* ]]; then\n"
		"\t\t\t_capsem_argument \"$word\"\n"
		"\t\t\t[[ -n $kind ]] && waiting=$word\n"
		"\t\telse\n"
		"\t\t\t((n == 0)) && _capsem_commands \"$command\"\n"
		"\t\t\tif [[ -n ${reply[(r)${(b)word}:*]} ]]; then\n"
		"\t\t\t\t[[ $command == capsem-* ]] && command=$word || command+=\" $word\"\n"
		"\t\t\telif [[ $word != *=* ]]; then\n"
		"\t\t\t\t((n += 1))\n"
		"\t\t\tfi\n"
		"\t\tfi\n"
		"\tdone\n"
		"\treply=() kind=\n"
		"}\n"
		"\n"
		"_capsem_first()\n"
		"{\n"
		"\tlocal -a commands settings\n"
		"\t((n == 0)) && _capsem_commands \"$command\" && commands=(\"${reply[@]}\")\n"
		"\treply=()\n"
		"\t_capsem_settings \"$command\" && settings=(\"${reply[@]}\")\n"
		"\treply=() kind=\n"
		"\t_capsem_operand \"$command:$n\"\n"
		"\t(($#commands)) && _describe -t commands command commands\n"
		"\t(($#settings)) && _describe -t settings setting settings -S ''\n"
		"}\n"
		"\n"
		"_capsem()\n"
		"{\n"
		"\tlocal command=${words[1]:t} n=0 waiting= kind= cur=$PREFIX\n"
		"\tlocal -a reply\n"
		"\t_capsem_line\n"
		"\t[[ -z $waiting && ( $cur == --*=* || $cur == [^-]*=* ) ]] && compset -P 1 '*='\n"
		"\tcase $waiting:$cur in\n"
		"\t-*) _capsem_argument \"$waiting\" ;;\n"
		"\t:--*=*) _capsem_argument \"${cur%%=*}\" ;;\n"
		"\t:-*) _capsem_options \"$command\" ;;\n"
		"\t:*=*) _capsem_values \"${cur%%=*}\" ;;\n"
		"\t*) _capsem_first ;;\n"
		"\tesac\n"
		"\t(($#reply)) && _describe -t words word reply\n"
		"\t[[ $kind == dirs ]] && _files -/\n"
		"\t[[ $kind == files ]] && _files\n"
		"}\n"
		"\n"
		"_capsem \"$@\"\n",
};
