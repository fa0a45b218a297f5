// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/bootstrap.h"

#include <string.h>

#include "rules/lib/image_ref.h"

static const char debian[] = "http://deb.debian.org/debian";

// What "-slim" goes without. dpkg keeps the copyright files: licences ask for them.
static const char *const slim_paths[] = {"path-exclude=/usr/share/doc/*",
	"path-include=/usr/share/doc/*/copyright", "path-exclude=/usr/share/info/*",
	"path-exclude=/usr/share/linda/*", "path-exclude=/usr/share/lintian/overrides/*",
	"path-exclude=/usr/share/locale/*", "path-include=/usr/share/locale/locale.alias",
	"path-exclude=/usr/share/man/*"};

enum { NSLIM = sizeof(slim_paths) / sizeof(*slim_paths) };

static const char *const dropped[] = {"etc/apt/sources.list", "etc/apt/apt.conf.d/99mmdebstrap",
	"etc/dpkg/dpkg.cfg.d/99mmdebstrap", NULL};

static bool
is_rolling(const char *suite)
{
	return strcmp(suite, "sid") == 0 || strcmp(suite, "unstable") == 0 ||
	       strcmp(suite, "experimental") == 0 || strcmp(suite, "rc-buggy") == 0;
}

struct arguments {
	VEC(const char *) list;
};

static void
add(struct arena *a, struct arguments *args, const char *arg)
{
	VEC_ADD(a, &args->list, arg);
}

static void
add_sources(struct arena *a, struct arguments *args, const char *mirror, const char *suite)
{
	add(a, args, arena_printf(a, "deb %s %s main", mirror, suite));
	if (is_rolling(suite))
		return;
	add(a, args, arena_printf(a, "deb %s %s-updates main", mirror, suite));
	add(a, args, arena_printf(a, "deb %s-security %s-security main", mirror, suite));
}

static struct arguments
arguments_of(struct arena *a, const struct engine_config *c, const struct bootstrap *b)
{
	struct arguments args = {0};

	add(a, &args, c->mmdebstrap);
	add(a, &args, "--variant=minbase");
	add(a, &args, "--format=tar");
	add(a, &args, arena_printf(a, "--architectures=%s", platform_arch(a, b->platform)));
	add(a, &args, "--aptopt=Acquire::Check-Valid-Until \"false\"");
	add(a, &args, "--aptopt=Acquire::Check-Date \"false\"");
	if (c->ca_bundle) {
		add(a, &args,
			arena_printf(a, "--aptopt=Acquire::https::CaInfo \"%s\"", c->ca_bundle));
	}
	for (size_t i = 0; b->slim && i < NSLIM; i++)
		add(a, &args, arena_printf(a, "--dpkgopt=%s", slim_paths[i]));
	add(a, &args, b->suite);
	add(a, &args, "-");
	add_sources(a, &args, c->mirror_debian ? c->mirror_debian : debian, b->suite);
	add(a, &args, NULL);
	return args;
}

static void
add_proxy(struct arena *a, struct arguments *env, const char *name, const char *value)
{
	if (value)
		add(a, env, arena_printf(a, "%s=%s", name, value));
}

bool
bootstrap_start(struct proc *p, struct arena *a, const struct engine_config *c,
	const struct bootstrap *b, int log)
{
	struct arguments args = arguments_of(a, c, b), env = {0};
	struct proc_spec spec = {.out = PROC_PIPE, .err = log};

	add(a, &env, "LC_ALL=C.UTF-8");
	add(a, &env, arena_printf(a, "SOURCE_DATE_EPOCH=%ld", b->epoch));
	add_proxy(a, &env, "http_proxy", c->http_proxy);
	add_proxy(a, &env, "https_proxy", c->https_proxy);
	add_proxy(a, &env, "no_proxy", c->no_proxy);
	add(a, &env, NULL);
	spec.argv = args.list.v;
	spec.env = env.list.v;
	return proc_start(p, &spec);
}

static const char *
sources(struct arena *a, const char *suite)
{
	static const char stanza[] = "Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n"
				     "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n";
	const char *security = arena_printf(a, "%s-security", debian);

	if (is_rolling(suite))
		return arena_printf(a, stanza, debian, suite);
	return arena_printf(a, "%s\n%s",
		arena_printf(a, stanza, debian, arena_printf(a, "%s %s-updates", suite, suite)),
		arena_printf(a, stanza, security, arena_printf(a, "%s-security", suite)));
}

static const char *
slim_settings(struct arena *a)
{
	const char *text = "# The \"slim\" variant: what images rarely need is not unpacked.\n";

	for (size_t i = 0; i < NSLIM; i++)
		text = arena_printf(a, "%s%s\n", text, slim_paths[i]);
	return text;
}

static const char clean_settings[] =
	"# Images should not carry apt's caches from layer to layer.\n"
	"DPkg::Post-Invoke { \"rm -f /var/cache/apt/archives/*.deb"
	" /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true\"; };\n"
	"APT::Update::Post-Invoke { \"rm -f /var/cache/apt/archives/*.deb"
	" /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true\"; };\n"
	"Dir::Cache::pkgcache \"\";\n"
	"Dir::Cache::srcpkgcache \"\";\n";

struct layout
bootstrap_files(struct arena *a, const struct bootstrap *b)
{
	const struct layout_entry all[] = {
		{.path = "etc/apt/apt.conf.d/docker-autoremove-suggests",
			.text = "Apt::AutoRemove::SuggestsImportant \"false\";\n"},
		{.path = "etc/apt/apt.conf.d/docker-clean", .text = clean_settings},
		{.path = "etc/apt/apt.conf.d/docker-gzip-indexes",
			.text = "Acquire::GzipIndexes \"true\";\n"},
		{.path = "etc/apt/apt.conf.d/docker-no-languages",
			.text = "Acquire::Languages \"none\";\n"},
		{.path = "etc/apt/sources.list.d/debian.sources", .text = sources(a, b->suite)},
		{.path = "etc/dpkg/dpkg.cfg.d/docker-apt-speedup", .text = "force-unsafe-io\n"},
		{.path = "usr/sbin/policy-rc.d",
			.mode = 0755,
			.text = "#!/bin/sh\n# Packages start no services in a build.\nexit 101\n"},
		{.path = "etc/dpkg/dpkg.cfg.d/docker", .text = slim_settings(a)},
	};
	VEC(struct layout_entry) files = {0};
	size_t n = sizeof(all) / sizeof(*all) - (b->slim ? 0 : 1);

	for (size_t i = 0; i < n; i++) {
		struct layout_entry e = all[i];

		e.mode = e.mode ? e.mode : 0644;
		VEC_ADD(a, &files, e);
	}
	return (struct layout){files.v, files.n};
}

const char *const *
bootstrap_dropped(void)
{
	return dropped;
}
