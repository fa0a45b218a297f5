// SPDX-License-Identifier: Apache-2.0
// doctor_network.c -- do the sites answer that a build fetches from, by the proxies, certificates
// and mirrors that are set. Layer: gen/cmd.
#include <string.h>

#include "gen/base/path.h"
#include "gen/base/source.h"
#include "gen/cmd/doctor.h"
#include "gen/cmd/probe.h"
#include "gen/emit/emit.h"

enum { MOST_SITES = 7 }; // as many probes at a time; gen/base/cleanup.h has room for eight

static const char *
setting(const struct doctor *d, const char *key)
{
	return machine_get(d->machine, "network", key);
}

// A URL without the password in it.
static const char *
shown(struct doctor *d, const char *url)
{
	const char *host = strstr(url, "://"), *at;

	host = host ? host + 3 : url;
	at = host + strcspn(host, "/?#");
	while (at > host && *at != '@')
		at--;
	if (at == host)
		return url;
	return arena_printf(d->arena, "%.*s***%s", (int)(host - url), url, at);
}

// curl and the programs in a container read it differently where it is no URL.
static const char *
proxy_mistake(const char *url)
{
	const char *host = strstr(url, "://");

	if (!*url)
		return NULL;
	if (!host || host == url || strcspn(host + 3, "/") == 0)
		return "is not a URL";
	return url[strcspn(url, " \t\"'\\")] ? "holds a blank, quote or backslash" : NULL;
}

void
doctor_proxy(struct doctor *d)
{
	static const char *const keys[] = {"http_proxy", "https_proxy"};
	const char *text = "";

	for (size_t i = 0; i < 2; i++) {
		const char *url = setting(d, keys[i]), *mistake = proxy_mistake(url);

		if (mistake) {
			doctor_add(d, DOCTOR_FAIL, "proxy", "%s '%s' %s", keys[i], shown(d, url),
				mistake);
			doctor_fix(d,
				"capsem-configure network.%s=http://HOST:PORT (it comes from: %s)",
				keys[i], machine_origin(d->machine, "network", keys[i]));
			return;
		}
		if (*url) {
			text = arena_printf(d->arena, "%s%s%s %s", text, *text ? ", " : "", keys[i],
				shown(d, url));
		}
	}
	if (*text && *setting(d, "no_proxy"))
		text = arena_printf(d->arena, "%s, none for %s", text, setting(d, "no_proxy"));
	doctor_add(d, DOCTOR_PASS, "proxy", "%s", *text ? text : "no proxy is set");
}

static size_t
count_certificates(const char *text)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	size_t n = 0;

	while ((text = strstr(text, begin)) != NULL) {
		text += strlen(begin);
		n++;
	}
	return n;
}

static void
report_bundle(struct doctor *d, const char *path)
{
	struct source *src = path_is_file(path) ? source_load(d->arena, path, path) : NULL;
	size_t n = src ? count_certificates(arena_ndup(d->arena, src->text.s, src->text.n)) : 0;

	if (n > 0) {
		doctor_add(d, DOCTOR_PASS, "ca-bundle", "%s (%zu certificate%s)", path, n,
			n == 1 ? "" : "s");
		return;
	}
	doctor_add(d, DOCTOR_FAIL, "ca-bundle",
		src ? "%s holds no certificate in PEM form" : "%s cannot be read", path);
	if (strcmp(setting(d, "ca_bundle"), "auto") == 0) {
		doctor_package(d, "ca-certificates");
	} else {
		doctor_fix(d, "capsem-configure network.ca_bundle=FILE (it comes from: %s)",
			machine_origin(d->machine, "network", "ca_bundle"));
	}
}

void
doctor_bundle(struct doctor *d)
{
	const char *path = emit_ca_bundle(d->machine);

	if (*path) {
		report_bundle(d, path);
	} else if (strcmp(setting(d, "ca_bundle"), "auto") == 0) {
		doctor_add(
			d, DOCTOR_WARN, "ca-bundle", "this machine has no bundle of certificates");
		doctor_package(d, "ca-certificates");
	} else {
		doctor_add(d, DOCTOR_PASS, "ca-bundle", "none beside those of the base image");
	}
}

// One site being asked.
struct site {
	const char *name, *what, *url, *fix;
	enum doctor_state worst; // what it is when it does not answer
	struct probe probe;
};

struct sites {
	struct site v[MOST_SITES];
	size_t n;
};

static void
add(struct sites *all, struct site s)
{
	for (size_t i = 0; i < all->n; i++) {
		if (strcmp(all->v[i].url, s.url) == 0)
			return;
	}
	if (all->n < MOST_SITES)
		all->v[all->n++] = s;
}

static void
add_mirror(struct doctor *d, struct sites *all, const char *key, const char *original)
{
	const char *url = machine_get(d->machine, "mirrors", key);
	size_t n = strlen(url);

	while (n > 0 && url[n - 1] == '/')
		n--;
	add(all,
		(struct site){.name = arena_printf(d->arena, "mirror-%s", key),
			.what = n ? arena_printf(d->arena, "%s mirror", key)
				  : arena_printf(d->arena, "%s site", key),
			.url = n ? arena_printf(d->arena, "%.*s/", (int)n, url) : original,
			.fix = arena_printf(d->arena,
				"capsem-configure mirrors.%s=URL, or network.https_proxy=URL", key),
			.worst = DOCTOR_FAIL});
}

// The first part of an image's name is a registry when it looks like a host.
static const char *
registry_of(struct doctor *d, const char *ref)
{
	size_t n = strcspn(ref, "/");
	const char *host = arena_ndup(d->arena, ref, n);
	bool hub = !ref[n] || (!strpbrk(host, ".:") && strcmp(host, "localhost") != 0) ||
		   strcmp(host, "docker.io") == 0 || strcmp(host, "index.docker.io") == 0;
	bool here = strncmp(host, "localhost", 9) == 0 || strncmp(host, "127.", 4) == 0;

	if (!hub)
		return arena_printf(d->arena, "http%s://%s/v2/", here ? "" : "s", host);
	if (d->engine.mirror) {
		n = strlen(d->engine.mirror);
		return arena_printf(d->arena, "%s%sv2/", d->engine.mirror,
			n && d->engine.mirror[n - 1] == '/' ? "" : "/");
	}
	return "https://index.docker.io/v2/";
}

// Where no registry answers, a Debian base image can be made of packages.
static void
add_registries(struct doctor *d, struct sites *all)
{
	const char *base = machine_get(d->machine, "container", "base");
	bool other = strcmp(base, "auto") == 0 &&
		     doctor_program(d, machine_get(d->machine, "container", "mmdebstrap"));

	for (size_t i = 0; i < d->narchs && strcmp(base, "bootstrap") != 0; i++) {
		const char *ref = d->archs[i].conf ? d->archs[i].conf->base_image.v.s : "";
		bool debian = strncmp(ref, "debian:", 7) == 0 || strstr(ref, "/debian:");

		if (!*ref)
			continue;
		add(all,
			(struct site){.name = "registry",
				.what = arena_printf(d->arena, "registry of %s", ref),
				.url = registry_of(d, ref),
				.fix = other && debian ? "capsem-configure container.base=bootstrap"
						       : "capsem-configure network.https_proxy=URL",
				.worst = other && debian ? DOCTOR_WARN : DOCTOR_FAIL});
	}
}

static void
list_sites(struct doctor *d, struct sites *all)
{
	bool kernel = str_is(d->conf->build.kernel_source.v, "kernel.org");

	add_mirror(d, all, "debian", "http://deb.debian.org/debian/");
	add_mirror(d, all, "npm", "https://registry.npmjs.org/");
	add_mirror(d, all, "pypi", "https://pypi.org/simple/");
	if (kernel)
		add_mirror(d, all, "kernel", "https://cdn.kernel.org/pub/linux/kernel/");
	if (kernel && !*machine_get(d->machine, "kernel", "version")) {
		add(all, (struct site){.name = "kernel-releases",
				 .what = "list of kernel releases",
				 .url = machine_get(d->machine, "kernel", "releases"),
				 .fix = "capsem-configure kernel.version=X.Y.Z",
				 .worst = DOCTOR_FAIL});
	}
	add_registries(d, all);
}

// Both spellings: what this process inherited does not count.
static const char *const *
proxies(struct doctor *d)
{
	static const char *const names[][2] = {{"http_proxy", "http_proxy"},
		{"https_proxy", "https_proxy"}, {"HTTPS_PROXY", "https_proxy"},
		{"no_proxy", "no_proxy"}, {"NO_PROXY", "no_proxy"}};
	struct arena *a = d->arena;
	VEC(const char *) env = {0};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		VEC_ADD(a, &env, arena_printf(a, "%s=%s", names[i][0], setting(d, names[i][1])));
	VEC_ADD(a, &env, "all_proxy=");
	VEC_ADD(a, &env, "ALL_PROXY=");
	VEC_ADD(a, &env, NULL);
	return env.v;
}

// In a build the bundle is trusted besides the usual authorities.
static void
start(struct doctor *d, struct site *s)
{
	const char *bundle = emit_ca_bundle(d->machine);
	const char *seconds = arena_printf(d->arena, "%d", d->seconds);
	const char *const words[] = {"curl", "-q", "-sS", "-I", "-L", "--max-redirs", "5", "-o",
		"/dev/null", "-w", "%{http_code}", "--connect-timeout", seconds, "--max-time",
		seconds, NULL};
	struct arena *a = d->arena;
	VEC(const char *) argv = {0};

	for (size_t i = 0; words[i]; i++)
		VEC_ADD(a, &argv, words[i]);
	if (path_is_file(bundle)) {
		VEC_ADD(a, &argv, "--cacert");
		VEC_ADD(a, &argv, bundle);
	}
	if (path_is_file(bundle) && path_is_dir("/etc/ssl/certs")) {
		VEC_ADD(a, &argv, "--capath");
		VEC_ADD(a, &argv, "/etc/ssl/certs");
	}
	VEC_ADD(a, &argv, "--");
	VEC_ADD(a, &argv, s->url);
	VEC_ADD(a, &argv, NULL);
	probe_start(&s->probe, argv.v, proxies(d), NULL, d->seconds + 1); // curl's own comes first
}

// Registries say 401 before a login, and some sites know no HEAD.
static enum doctor_state
judge(const struct site *s, long code)
{
	if ((code >= 200 && code < 400) || code == 401 || code == 405)
		return DOCTOR_PASS;
	return code >= 400 && code < 500 && code != 407 ? DOCTOR_WARN : s->worst;
}

static void
finish(struct doctor *d, struct site *s)
{
	struct probe_answer answer = probe_finish(&s->probe, d->arena);
	enum doctor_state state;
	const char *url = shown(d, s->url);
	long code = 0;

	if (answer.status != 0 || !str_to_long(answer.out.s, 10, 100, 999, &code)) {
		doctor_add(d, s->worst, s->name, "%s does not answer: %s (%s)", s->what, url,
			probe_reason(d->arena,
				&(struct probe_answer){answer.status, STR(""), answer.err},
				d->seconds));
		doctor_fix(d, "%s", s->fix);
		return;
	}
	state = judge(s, code);
	doctor_add(d, state, s->name, "%s answers%s: %s (HTTP %ld)", s->what,
		state == DOCTOR_PASS ? "" : ", but not as it should", url, code);
	if (state != DOCTOR_PASS)
		doctor_fix(d, "%s", s->fix);
}

// All at the same time: where a firewall swallows what is sent, each takes as long as it may.
void
doctor_sites(struct doctor *d)
{
	struct sites all = {.n = 0};

	if (!doctor_program(d, "curl"))
		return;
	list_sites(d, &all);
	for (size_t i = 0; i < all.n; i++)
		start(d, &all.v[i]);
	for (size_t i = 0; i < all.n; i++)
		finish(d, &all.v[i]);
}
