// SPDX-License-Identifier: Apache-2.0
// values.c -- what the templates see, and the lists of archive items. Layer: gen/emit.
// Source: the names of sections 2.1 and 3 of the output reference; more are ours.
#include <stdlib.h>
#include <string.h>

#include "gen/base/json.h"
#include "gen/base/path.h"
#include "gen/emit/emit.h"

// The version shown where none is fixed; the real one comes as a build argument.
#define KERNEL_FALLBACK "7.0.11"
#define KERNEL_URL "https://cdn.kernel.org/pub/linux/kernel"

static void
add_strings(cJSON *list, const struct conf_strings *strings)
{
	for (size_t i = 0; i < strings->n; i++)
		json_push_str(list, strings->v[i].v.s);
}

static void
add_arch(cJSON *values, const struct plan_arch *a)
{
	const struct conf_arch *c = a->conf;
	cJSON *arch = json_add_object(values, "arch");

	json_set_str(arch, "base_image", c->base_image.v.s);
	json_set_str(arch, "docker_platform", c->docker_platform.v.s);
	json_set_str(arch, "rust_target", c->rust_target.v.s);
	json_set_str(arch, "kernel_branch", c->kernel_branch.v.s);
	json_set_str(arch, "kernel_image", c->kernel_image.v.s);
	json_set_str(arch, "defconfig", c->defconfig.v.s);
	json_set_int(arch, "node_major", c->node_major.v);
	json_set_str(values, "arch_name", a->name);
}

// What every template sees.
static cJSON *
common_values(const struct plan *p, const struct plan_arch *a)
{
	cJSON *values = cJSON_CreateObject(), *host;
	const struct arch_facts *native = p->host ? p->host : a->facts;

	add_arch(values, a);
	host = json_add_object(values, "host");
	json_set_str(host, "docker_platform", native->platform);
	json_set_str(host, "base_image", a->conf->base_image.v.s);
	json_set_bool(values, "foreign", a->facts != native);
	json_set_str(values, "debian_arch", a->facts->debian);
	return values;
}

static const struct conf_package_set *
find_set(const struct config *c, const char *key)
{
	for (size_t i = 0; i < c->packages.n; i++) {
		if (str_is(c->packages.v[i].head.key, key))
			return &c->packages.v[i];
	}
	return NULL;
}

static void
add_set(cJSON *values, const char *key, const struct conf_package_set *set)
{
	cJSON *list = json_add_array(values, key);

	if (set)
		add_strings(list, &set->packages);
}

// What the enabled providers want from one manager, in their order, doubles kept.
static void
add_installs(const struct config *c, cJSON *values, const char *key, const char *manager)
{
	cJSON *list = json_add_array(values, key);

	for (size_t i = 0; i < c->ai.n; i++) {
		const struct conf_provider *ai = &c->ai.v[i];

		if (ai->enabled.v && ai->install && str_is(ai->install->manager.v, manager))
			add_strings(list, &ai->install->packages);
	}
}

// The sum of each of the URLs of curl_installs, in the same order; "" where none is given.
static void
add_sums(const struct config *c, cJSON *values)
{
	cJSON *list = json_add_array(values, "curl_sha256");

	for (size_t i = 0; i < c->ai.n; i++) {
		const struct conf_provider *ai = &c->ai.v[i];
		bool used = ai->enabled.v && ai->install && str_is(ai->install->manager.v, "curl");

		for (size_t k = 0; used && k < ai->install->packages.n; k++) {
			bool known = k < ai->install->sha256.n;

			json_push_str(list, known ? ai->install->sha256.v[k].v.s : "");
		}
	}
}

static const char *
npm_prefix(const struct config *c)
{
	const char *prefix = "/opt/ai-clis";

	for (size_t i = 0; i < c->ai.n; i++) {
		const struct conf_provider *ai = &c->ai.v[i];

		if (ai->enabled.v && ai->install && str_is(ai->install->manager.v, "npm") &&
			ai->install->prefix.v.n)
			prefix = ai->install->prefix.v.s;
	}
	return prefix;
}

cJSON *
emit_rootfs_values(const struct plan *p, const struct plan_arch *a)
{
	cJSON *values = common_values(p, a), *binaries;
	const struct conf_package_set *python = find_set(p->conf, "python");
	struct plan_names names = plan_agent_names(p->arena);

	add_set(values, "apt_packages", find_set(p->conf, "apt"));
	add_set(values, "python_packages", python);
	json_set_str(values, "python_install_cmd",
		python && python->install_cmd.v.n
			? python->install_cmd.v.s
			: "uv pip install --system --break-system-packages");
	add_installs(p->conf, values, "npm_packages", "npm");
	json_set_str(values, "npm_prefix", npm_prefix(p->conf));
	add_installs(p->conf, values, "curl_installs", "curl");
	add_sums(p->conf, values);
	add_installs(p->conf, values, "ai_apt_packages", "apt");
	add_installs(p->conf, values, "ai_uv_packages", "uv");
	add_installs(p->conf, values, "ai_pip_packages", "pip");
	binaries = json_add_array(values, "guest_binaries");
	for (size_t i = 0; i < names.n; i++)
		json_push_str(binaries, names.v[i]);
	json_set_str(values, "npm_cpu", a->facts->npm);
	json_set_str(values, "python_platform", a->facts->python);
	return values;
}

static const char *
source_kind(const struct config *c)
{
	return str_starts(c->build.kernel_source.v, "file:") ? "file" : c->build.kernel_source.v.s;
}

static const char *
shown_version(const struct plan *p)
{
	const char *fixed = machine_get(p->machine, "kernel", "version");

	return *fixed ? fixed : KERNEL_FALLBACK;
}

cJSON *
emit_kernel_values(const struct plan *p, const struct plan_arch *a)
{
	cJSON *values = common_values(p, a);
	const char *mirror = machine_get(p->machine, "mirrors", "kernel");
	const char *source = source_kind(p->conf);
	bool file = strcmp(source, "file") == 0;

	json_set_str(values, "kernel_version", shown_version(p));
	json_set_str(values, "kernel_branch", a->conf->kernel_branch.v.s);
	json_set_str(values, "kernel_source", source);
	json_set_str(values, "kernel_url", *mirror ? mirror : KERNEL_URL);
	json_set_str(
		values, "kernel_tarball", file ? path_base(p->conf->build.kernel_source.v.s) : "");
	json_set_str(values, "kernel_sha256", p->conf->build.kernel_sha256.v.s);
	json_set_str(values, "kernel_arch", a->facts->kernel);
	json_set_str(values, "cross_compile", a->foreign && p->host ? a->facts->cross : "");
	json_set_bool(values, "ccache", machine_yes(p->machine, "kernel", "cache"));
	return values;
}

cJSON *
emit_initrd_values(const struct plan *p, const struct plan_arch *a)
{
	return common_values(p, a);
}

cJSON *
emit_items(const struct plan_item *items, size_t n)
{
	cJSON *root = cJSON_CreateObject(), *list = json_add_array(root, "entries");

	for (size_t i = 0; i < n; i++) {
		cJSON *item = json_push_object(list);
		char mode[8];

		snprintf(mode, sizeof(mode), "%o", items[i].mode & 07777u);
		json_set_str(item, "path", items[i].path);
		if (!items[i].tree)
			json_set_str(item, "mode", mode);
		json_set_str(item, items[i].tree ? "tree" : "from", items[i].from);
		if (items[i].order_only)
			json_set_bool(item, "order_only", true);
	}
	return root;
}
