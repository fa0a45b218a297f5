// SPDX-License-Identifier: Apache-2.0
#include "gen/cmd/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/str.h"

bool
ask_somebody(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static const char *
read_line(struct arena *a, const char *prompt)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	struct str answer;
	const char *copy;

	fflush(stdout);
	n = getline(&line, &size, stdin);
	if (n < 0) {
		putchar('\n');
		die("no answer to '%s'; nothing was written", prompt);
	}
	answer = str_trim((struct str){line, (size_t)n});
	copy = arena_ndup(a, answer.s, answer.n);
	free(line);
	return copy;
}

const char *
ask_text(struct arena *a, const char *prompt, const char *fallback)
{
	const char *answer;

	do {
		fputs(prompt, stdout);
		if (fallback) {
			fputs(" [", stdout);
			ask_print(fallback);
			putchar(']');
		}
		fputs(": ", stdout);
		answer = read_line(a, prompt);
	} while (!*answer && !fallback);
	return *answer ? answer : fallback;
}

bool
ask_yes(struct arena *a, const char *prompt, bool fallback)
{
	for (;;) {
		const char *answer;

		printf("%s [%s]: ", prompt, fallback ? "Y/n" : "y/N");
		answer = read_line(a, prompt);
		if (!*answer)
			return fallback;
		if (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0)
			return true;
		if (strcasecmp(answer, "n") == 0 || strcasecmp(answer, "no") == 0)
			return false;
		puts("Error: invalid input: answer y or n");
	}
}

void
ask_print(const char *text)
{
	for (; *text; text++)
		putchar((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text);
}
