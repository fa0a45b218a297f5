// SPDX-License-Identifier: Apache-2.0
// test_engine_config -- rules/lib/engine_config and network: settings, and what they do to a build.
// Layer: tests (rules/lib).
#include "rules/lib/engine_config.h"
#include "rules/lib/network.h"
#include "tests/unit/child.h"
#include "tests/unit/folder.h"

static struct rule_args args;

static struct engine_config
load(const char *text)
{
	folder_put("engine.json", text, 0644);
	return engine_config_load(&args, "engine.json");
}

static void
test_defaults(void **state)
{
	struct engine_config c = load("{}");
	struct network n;

	(void)state;
	assert_string_equal(c.runtime, "auto");
	assert_string_equal(c.docker, "docker");
	assert_string_equal(c.buildah, "buildah");
	assert_string_equal(c.mmdebstrap, "mmdebstrap");
	assert_string_equal(c.isolation, "auto");
	assert_false(c.keep_layers);
	assert_null(c.ca_bundle);
	assert_null(c.mirror_debian);
	n = network_of(&args.arena, &c);
	assert_string_equal(n.inject, "");
	assert_int_equal(n.files.n + n.args.list.n, 0);
	assert_int_equal(args.reads.n, 0); // how to build is no reason to build again
}

static void
test_settings(void **state)
{
	struct engine_config c = load(
		"{\"runtime\": \"podman\", \"base\": \"pull\", \"podman\": \"/p\", \"docker\": "
		"\"\","
		"\"keep_layers\": true, \"isolation\": \"chroot\","
		"\"network\": {\"no_proxy\": \"a,b\"}, \"mirrors\": {\"npm\": \"https://n/x//\"}}");

	(void)state;
	assert_string_equal(c.runtime, "podman");
	assert_string_equal(c.podman, "/p");
	assert_string_equal(c.docker, "docker");
	assert_string_equal(c.isolation, "chroot");
	assert_true(c.keep_layers);
	assert_string_equal(c.no_proxy, "a,b");
	assert_string_equal(c.mirror_npm, "https://n/x");
}

static void
load_only(void *text)
{
	load(text);
}

static void
test_mistakes(void **state)
{
	static const char *const bad[][2] = {
		{"{\"runtime\": \"lxc\"}", "'runtime' cannot be 'lxc'"},
		{"{\"runtimes\": \"auto\"}", "unknown member 'runtimes'"},
		{"{\"docker\": 1}", "'docker' wants a text"},
		{"{\"keep_layers\": \"yes\"}", "'keep_layers' wants true or false"},
		{"{\"network\": \"x\"}", "'network' wants an object"},
		{"{\"mirrors\": {\"docker\": \"x\"}}", "unknown member 'docker'"},
		{"{", "engine.json:1:1: not valid JSON"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct child_end end = child_run(load_only, (void *)bad[i][0]);

		assert_int_equal(end.status, 1);
		assert_non_null(strstr(end.said, bad[i][1]));
	}
}

static void
test_network(void **state)
{
	struct engine_config c =
		load("{\"network\": {\"http_proxy\": \"http://p:1\","
		     "\"ca_bundle\": \"corp.pem\"},"
		     "\"mirrors\": {\"debian\": \"http://m/debian/\", \"pypi\": \"https://i/s\"}}");
	struct network n;

	(void)state;
	folder_put("corp.pem", "-----BEGIN CERTIFICATE-----\nours\n", 0644);
	n = network_of(&args.arena, &c);
	assert_memory_equal(n.inject, "COPY .capsem-build/net/ /.capsem-build/net/\nENV ", 48);
	assert_non_null(strstr(n.inject, " NODE_EXTRA_CA_CERTS=/.capsem-build/net/ca.pem "));
	assert_non_null(strstr(n.inject, " UV_DEFAULT_INDEX=https://i/s "));
	assert_null(strstr(n.inject, "NPM_CONFIG_REGISTRY"));
	assert_non_null(strstr(n.inject, "\nRUN /bin/sh /.capsem-build/net/mirror.sh\n"));
	assert_int_equal(n.files.n, 4);
	assert_string_equal(n.files.v[1].path, ".capsem-build/net/ca.pem");
	assert_memory_equal(n.files.v[1].text, "-----BEGIN CERTIFICATE-----\nours\n", 33);
	assert_int_equal(n.args.list.n, 2);
	assert_string_equal(n.args.list.v[0].name, "http_proxy");
	assert_string_equal(n.args.list.v[1].value, "http://p:1");
}

static void
network_only(void *text)
{
	struct engine_config c = load(text);

	network_of(&args.arena, &c);
}

static void
test_network_mistakes(void **state)
{
	static const char *const bad[][2] = {
		{"{\"network\": {\"ca_bundle\": \"none.pem\"}}",
			"open the CA bundle none.pem: No such"},
		{"{\"network\": {\"ca_bundle\": \"engine.json\"}}",
			"holds no certificate in PEM form"},
		{"{\"mirrors\": {\"debian\": \"http://x/a b\"}}", "Debian mirror 'http://x/a b'"},
		{"{\"mirrors\": {\"pypi\": \"http://x/$(id)\"}}", "is not a plain URL"},
		{"{\"mirrors\": {\"npm\": \"registry\"}}", "is not a plain URL"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct child_end end = child_run(network_only, (void *)bad[i][0]);

		assert_int_equal(end.status, 1);
		assert_non_null(strstr(end.said, bad[i][1]));
	}
}

// The script that points apt at the mirror, on files like Debian's.
static void
test_mirror_script(void **state)
{
	struct engine_config c = load("{\"mirrors\": {\"debian\": \"https://m.example/d\"}}");
	struct network n = network_of(&args.arena, &c);
	char *script = arena_dup(&args.arena, n.files.v[0].text), *at;

	(void)state;
	assert_int_equal(mkdir("etc", 0755), 0);
	assert_int_equal(mkdir("etc/apt", 0755), 0);
	assert_int_equal(mkdir("etc/apt/sources.list.d", 0755), 0);
	folder_put("etc/apt/sources.list.d/debian.sources",
		"URIs: http://deb.debian.org/debian\nURIs: https://deb.debian.org/debian-security\n"
		"URIs: http://security.debian.org/debian-security http://other.org/debian\n",
		0644);
	while ((at = strstr(script, " /etc")))
		memmove(at + 1, at + 2, strlen(at + 1));
	folder_put("mirror.sh", script, 0644);
	assert_int_equal(system("sh mirror.sh"), 0);
	assert_string_equal(folder_get("etc/apt/sources.list.d/debian.sources"),
		"URIs: https://m.example/d\nURIs: https://m.example/d-security\n"
		"URIs: https://m.example/d-security http://other.org/debian\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_network_mistakes),
		cmocka_unit_test(test_mirror_script),
	};
	int failed = cmocka_run_group_tests(tests, folder_enter, folder_leave);

	arena_free(&args.arena);
	return failed;
}
