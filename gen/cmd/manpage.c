// SPDX-License-Identifier: Apache-2.0
// manpage.c -- the command manpage. Layer: gen/cmd.
#include <string.h>

#include "gen/cmd/manual.h"
#include "gen/cmd/roff.h"

const struct manual_page manual_pages[] = {
	{"capsem-configure", 1, "write build.ninja for the images of a sandbox VM",
		manual_configure},
	{"capsem-builder", 1, "check, build and look at the images of a sandbox VM",
		manual_builder},
	{"capsem-guest", 5, "the config of a sandbox VM's image", manual_guest},
	{"capsem-machine", 5, "what is different from one build machine to the next",
		manual_machine},
	{NULL, 0, NULL, NULL},
};

int
cmd_manpage(const struct cmd_options *o)
{
	const char *name = cmd_word(o, 0) ? cmd_word(o, 0) : manual_pages->name;

	for (const struct manual_page *page = manual_pages; page->name; page++) {
		if (strcmp(page->name, name) != 0)
			continue;
		roff_title(stdout, page->name, page->section, page->about);
		page->print(stdout);
		return 0;
	}
	if (!manual_helper(o, stdout, name))
		cmd_usage(o, "Invalid value for 'PAGE': there is no manual page '%s'.", name);
	return 0;
}
