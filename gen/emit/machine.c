// SPDX-License-Identifier: Apache-2.0
// machine.c -- what the helpers that talk to container engines and networks are told.
// Layer: gen/emit.
#include <string.h>

#include "gen/base/json.h"
#include "gen/base/path.h"
#include "gen/emit/emit.h"

// Where systems keep the certificates they trust: Debian and Alpine, Fedora, OpenSUSE.
static const char *
host_bundle(void)
{
	static const char *const bundles[] = {"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", NULL};

	for (size_t i = 0; bundles[i]; i++) {
		if (path_is_file(bundles[i]))
			return bundles[i];
	}
	return "";
}

const char *
emit_ca_bundle(const struct machine *m)
{
	const char *set = machine_get(m, "network", "ca_bundle");

	if (strcmp(set, "none") == 0)
		return "";
	return strcmp(set, "auto") == 0 ? host_bundle() : set;
}

static void
copy_section(cJSON *to, const struct machine *m, const char *section)
{
	for (size_t i = 0; i < setting_ninfos; i++) {
		const struct setting_info *info = &setting_infos[i];

		if (strcmp(info->section, section) != 0)
			continue;
		if (info->kind == SETTING_BOOL) {
			json_set_bool(to, info->key, machine_yes(m, section, info->key));
		} else {
			json_set_str(to, info->key, machine_get(m, section, info->key));
		}
	}
}

cJSON *
emit_engine(const struct plan *p)
{
	cJSON *root = cJSON_CreateObject(), *network;

	copy_section(root, p->machine, "container");
	network = json_add_object(root, "network");
	copy_section(network, p->machine, "network");
	cJSON_ReplaceItemInObjectCaseSensitive(
		network, "ca_bundle", cJSON_CreateString(emit_ca_bundle(p->machine)));
	copy_section(json_add_object(root, "mirrors"), p->machine, "mirrors");
	return root;
}
