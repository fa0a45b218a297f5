// SPDX-License-Identifier: Apache-2.0
// resolve_kernel -- find the newest kernel version of a series. Layer: rules.
//
//   in: -u URL of kernel.org's releases.json, -b SERIES (X.Y or auto)   out: the version, one line
//   reads: the network, through curl; -e ENGINE.json for its proxies
//
// The answer stays until the output is removed: a build does not change because the world did.
// Source: section 8 of the output reference. Releases count when their moniker is stable or
// longterm, they are not at their end of life and their version is X.Y.Z; auto takes longterm ones
// only. Without an answer there is no fallback to some other series.
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/json.h"
#include "gen/base/output.h"
#include "gen/base/proc.h"
#include "rules/lib/rule.h"

static const struct rule rule = {"resolve_kernel", "e:b:u:", "-e ENGINE.json -b SERIES -u URL",
	"Write the newest version of a kernel series, as kernel.org lists it."};

struct version {
	long part[3];
};

// "X.Y.Z" or, with N = 2, "X.Y": decimal numbers and nothing else.
static bool
parse_version(const char *s, size_t n, struct version *out)
{
	*out = (struct version){{0}};
	for (size_t i = 0; i < n; i++) {
		size_t digits = strspn(s, "0123456789");
		char number[16] = "";

		if (digits == 0 || digits >= sizeof(number))
			return false;
		memcpy(number, s, digits);
		if (!str_to_long(number, 10, 0, 99999, &out->part[i]))
			return false;
		s += digits;
		if (i + 1 < n && *s++ != '.')
			return false;
	}
	return *s == '\0';
}

static bool
is_newer(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < 3; i++) {
		if (a->part[i] != b->part[i])
			return a->part[i] > b->part[i];
	}
	return false;
}

static bool
has_text(const cJSON *release, const char *key, const char *text)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(release, key);

	return cJSON_IsString(v) && strcmp(v->valuestring, text) == 0;
}

static bool
is_candidate(const cJSON *release, bool longterm_only)
{
	return !cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(release, "iseol")) &&
	       (has_text(release, "moniker", "longterm") ||
		       (!longterm_only && has_text(release, "moniker", "stable")));
}

// The newest release of SERIES (NULL: of all longterm ones).
static bool
newest(const cJSON *releases, const struct version *series, struct version *best)
{
	const cJSON *release;
	bool found = false;

	cJSON_ArrayForEach(release, releases)
	{
		const cJSON *text = cJSON_GetObjectItemCaseSensitive(release, "version");
		struct version v;

		if (!is_candidate(release, !series) || !cJSON_IsString(text) ||
			!parse_version(text->valuestring, 3, &v))
			continue;
		if (series && (v.part[0] != series->part[0] || v.part[1] != series->part[1]))
			continue;
		if (!found || is_newer(&v, best))
			*best = v;
		found = true;
	}
	return found;
}

static const char *
proxy_variable(struct arena *a, const cJSON *engine, const char *key)
{
	const cJSON *network = cJSON_GetObjectItemCaseSensitive(engine, "network");
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(network, key);

	return arena_printf(a, "%s=%s", key, cJSON_IsString(v) ? v->valuestring : "");
}

static struct str
fetch(struct rule_args *a, const char *url)
{
	cJSON *engine = json_read(&a->arena, rule_need(a, 'e'));
	const char *env[] = {proxy_variable(&a->arena, engine, "http_proxy"),
		proxy_variable(&a->arena, engine, "https_proxy"),
		proxy_variable(&a->arena, engine, "no_proxy"), NULL};
	const char *argv[] = {
		"curl", "-fsSL", "--max-time", "30", "-A", "capsem-build/1.0", "--", url, NULL};
	struct proc_spec spec = {.argv = argv, .env = env};
	struct str body;
	int status = proc_capture(&a->arena, &spec, &body);

	cJSON_Delete(engine);
	if (status == 127)
		die("curl is not installed; run: apt-get install curl");
	if (status != 0) {
		die("cannot read the list of kernel releases at %s (curl: exit status %d); fix the "
		    "version instead: ./configure kernel.version=X.Y.Z",
			url, status);
	}
	return body;
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	const char *url, *branch;
	struct version series, best = {{0}};
	struct span at = {0};
	bool any;
	cJSON *root;

	rule_parse(&a, &rule, argc, argv);
	rule_operands(&a, 0);
	url = rule_need(&a, 'u');
	branch = rule_need(&a, 'b');
	any = strcmp(branch, "auto") == 0;
	if (!any && !parse_version(branch, 2, &series))
		die("kernel_branch is '%s': use \"auto\" or a series such as \"6.12\"", branch);
	root = json_parse(source_of(&a.arena, url, fetch(&a, url)), &at);
	if (!root)
		die("%s does not answer with JSON", url);
	if (!newest(cJSON_GetObjectItemCaseSensitive(root, "releases"), any ? NULL : &series,
		    &best)) {
		die("%s lists no release of the series '%s'; choose another kernel_branch, or fix "
		    "the "
		    "version: ./configure kernel.version=X.Y.Z",
			url, branch);
	}
	cJSON_Delete(root);
	rule_depfile(&a);
	output_write(a.opt['o'],
		str_of(arena_printf(
			&a.arena, "%ld.%ld.%ld\n", best.part[0], best.part[1], best.part[2])),
		0644);
	arena_free(&a.arena);
	return 0;
}
