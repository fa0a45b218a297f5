// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/network.h"

#include <string.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/base/source.h"
#include "rules/lib/tarfilter.h"

#define FOLDER "/" BUILD_FOLDER "/net"

// Where systems keep the authorities they trust. Some programs trust only what one file names, so
// the bundle of the build holds these as well.
static const char *const system_bundles[] = {"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};

// Programs that read it in addition to what they know, or instead.
static const char *const ca_variables[] = {"SSL_CERT_FILE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO",
	"REQUESTS_CA_BUNDLE", "PIP_CERT", "NODE_EXTRA_CA_CERTS", "CARGO_HTTP_CAINFO", "DENO_CERT"};

static const char apt_settings[] = "Acquire::https::CaInfo \"" FOLDER "/ca.pem\";\n";
static const char wget_settings[] = "ca_certificate = " FOLDER "/ca.pem\n";

static void
add_file(struct network *n, struct arena *a, const char *name, const char *text)
{
	struct layout_entry e = {.path = arena_printf(a, "%s/net/%s", BUILD_FOLDER, name),
		.mode = 0644,
		.text = text};

	VEC_ADD(a, &n->files, e);
}

static bool
add_pem(struct arena *a, struct buf *b, const char *path)
{
	struct source *src = source_load(a, path, path);

	if (!src)
		return false;
	buf_add(b, src->text.s, src->text.n);
	buf_addc(b, '\n');
	return true;
}

static const char *
ca_text(struct arena *a, const char *bundle)
{
	struct buf b = {0};
	const char *text;
	size_t i = 0;

	if (!add_pem(a, &b, bundle))
		die("open the CA bundle %s:", bundle);
	if (!strstr(b.s, "-----BEGIN CERTIFICATE-----"))
		die("the CA bundle %s holds no certificate in PEM form", bundle);
	while (i < sizeof(system_bundles) / sizeof(*system_bundles) &&
		!add_pem(a, &b, system_bundles[i]))
		i++;
	text = arena_dup(a, b.s);
	buf_free(&b);
	return text;
}

// A line that sed turns the addresses of Debian's archives into the mirror's with.
static const char *
mirror_script(struct arena *a, const char *mirror)
{
	struct buf b = {0};
	const char *text;

	buf_adds(&b, "for f in /etc/apt/sources.list /etc/apt/sources.list.d/*; do\n"
		     "\t[ -f \"$f\" ] && [ -w \"$f\" ] || continue\n"
		     "\tsed -i -e 's|https\\{0,1\\}://deb\\.debian\\.org/debian|");
	buf_adds(&b, mirror);
	buf_adds(&b, "|g' \\\n\t\t-e 's|https\\{0,1\\}://security\\.debian\\.org/debian|");
	buf_adds(&b, mirror);
	buf_adds(&b, "|g' \"$f\"\ndone\n");
	text = arena_dup(a, b.s);
	buf_free(&b);
	return text;
}

// A mirror's address gets into shell, sed and Dockerfile text: nothing in it may mean anything
// there.
static void
check_url(const char *what, const char *url)
{
	if (url && (!strstr(url, "://") || url[strcspn(url, " \t\r\n\"'\\|&$`#")] != '\0'))
		die("the %s mirror '%s' is not a plain URL", what, url);
}

// All variables in one instruction: each is a step of the build.
static void
add_env(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, "%s %s=%s", b->n ? "" : "ENV", name, value);
}

static void
inject_ca(struct network *n, struct arena *a, struct buf *b, const char *bundle)
{
	add_file(n, a, "apt.conf", apt_settings);
	add_file(n, a, "ca.pem", ca_text(a, bundle));
	add_file(n, a, "wgetrc", wget_settings);
	for (size_t i = 0; i < sizeof(ca_variables) / sizeof(*ca_variables); i++)
		add_env(b, ca_variables[i], FOLDER "/ca.pem");
	add_env(b, "APT_CONFIG", FOLDER "/apt.conf");
	add_env(b, "WGETRC", FOLDER "/wgetrc");
}

static void
inject_mirrors(struct network *n, struct arena *a, struct buf *b, const struct engine_config *c)
{
	check_url("Debian", c->mirror_debian);
	check_url("npm", c->mirror_npm);
	check_url("PyPI", c->mirror_pypi);
	check_url("kernel", c->mirror_kernel);
	if (c->mirror_npm)
		add_env(b, "NPM_CONFIG_REGISTRY", c->mirror_npm);
	if (c->mirror_pypi) {
		add_env(b, "PIP_INDEX_URL", c->mirror_pypi);
		add_env(b, "UV_DEFAULT_INDEX", c->mirror_pypi);
		add_env(b, "UV_INDEX_URL", c->mirror_pypi); // as older versions call it
	}
	if (b->n)
		buf_addc(b, '\n');
	if (c->mirror_debian) {
		add_file(n, a, "mirror.sh", mirror_script(a, c->mirror_debian));
		buf_adds(b, "RUN /bin/sh " FOLDER "/mirror.sh\n");
	}
}

static void
add_proxy(
	struct network *n, struct arena *a, const char *lower, const char *upper, const char *value)
{
	if (!value)
		return;
	VEC_ADD(a, &n->args.list, ((struct build_arg){lower, value}));
	VEC_ADD(a, &n->args.list, ((struct build_arg){upper, value}));
}

struct network
network_of(struct arena *a, const struct engine_config *c)
{
	struct network n = {0};
	struct buf b = {0};

	add_proxy(&n, a, "http_proxy", "HTTP_PROXY", c->http_proxy);
	add_proxy(&n, a, "https_proxy", "HTTPS_PROXY", c->https_proxy);
	add_proxy(&n, a, "no_proxy", "NO_PROXY", c->no_proxy);
	if (c->ca_bundle)
		inject_ca(&n, a, &b, c->ca_bundle);
	inject_mirrors(&n, a, &b, c);
	n.inject = arena_printf(a, "%s%s",
		n.files.n ? "COPY " BUILD_FOLDER "/net/ " FOLDER "/\n" : "", b.s ? b.s : "");
	buf_free(&b);
	return n;
}
