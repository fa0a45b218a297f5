// SPDX-License-Identifier: Apache-2.0
// settings.c -- defaults.json, and the MCP servers baked into the image. Layer: gen/emit.
#include <string.h>

#include "gen/base/json.h"
#include "gen/config/schema.h"
#include "gen/emit/emit.h"
#include "gen/emit/setting.h"

static void
settings_app(cJSON *settings)
{
	cJSON *group = setting_group(settings, "app", "App", "The application itself.");

	setting_open(group);
	setting_bool(group, "auto_update", "Auto-check for updates",
		"Look for a new version at every start.", true);
	setting_action(group, "check_update", "Check for updates", "Look for a new version now.",
		"check_update");
}

static void
settings_appearance(cJSON *settings)
{
	cJSON *group = setting_group(
		      settings, "appearance", "Appearance", "How the application looks."),
	      *dark;

	setting_open(group);
	dark = setting_bool(group, "dark_mode", "Dark mode", "Use dark colours.", true);
	json_set_str(setting_meta(dark), "side_effect", "toggle_theme");
	setting_number(group, "font_size", "Font size", "Size of the terminal font in points.",
		(struct setting_range){14, 8, 32});
}

static void
add_snapshots(cJSON *vm)
{
	cJSON *group = setting_group(
		vm, "snapshots", "Snapshots", "Copies of the workspace to go back to.");

	setting_number(group, "auto_max", "Auto snapshot limit",
		"Most automatic snapshots that are kept.", (struct setting_range){10, 1, 50});
	setting_number(group, "manual_max", "Manual snapshot limit",
		"Most snapshots made by hand that are kept.", (struct setting_range){12, 1, 50});
	setting_number(group, "auto_interval", "Auto snapshot interval",
		"Seconds between automatic snapshots.", (struct setting_range){300, 30, 3600});
}

static void
add_variable(
	cJSON *group, const char *key, const char *variable, const char *about, const char *value)
{
	const char *const env_vars[] = {variable, NULL};

	setting_meta_words(setting_text(group, key, variable, about, value), "env_vars", env_vars);
}

static struct setting_content
content_of(const struct conf_shell_file *file, const char *filetype)
{
	return (struct setting_content){file->path.v.s, file->content.v.s, filetype};
}

static void
add_shell(cJSON *environment, const struct conf_shell *shell)
{
	cJSON *group =
		setting_group(environment, "shell", "Shell", "The interactive shell of the guest.");

	add_variable(group, "term", "TERM", "Terminal type.", shell->term.v.s);
	add_variable(group, "home", "HOME", "Home folder.", shell->home.v.s);
	add_variable(group, "path", "PATH", "Folders that commands are found in.", shell->path.v.s);
	add_variable(group, "lang", "LANG", "Locale.", shell->lang.v.s);
	if (shell->bashrc) {
		setting_file(group, "bashrc", "Bash configuration",
			"Read by every interactive shell.", content_of(shell->bashrc, "bash"));
	}
	if (shell->tmux_conf) {
		setting_file(group, "tmux_conf", "tmux configuration", "Read by tmux.",
			content_of(shell->tmux_conf, "conf"));
	}
}

static void
add_environment(cJSON *vm, const struct conf_environment *env)
{
	static const char *const ca_vars[] = {
		"REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", NULL};
	cJSON *group = setting_group(
		vm, "environment", "Environment", "Variables and files of the guest.");
	cJSON *part;

	add_shell(group, env->shell);
	part = setting_group(group, "ssh", "SSH", "Access by SSH.");
	setting_text(
		part, "public_key", "SSH public key", "Key that may sign in to the guest.", "");
	part = setting_group(group, "tls", "TLS", "Certificates that clients in the guest trust.");
	setting_meta_words(setting_text(part, "ca_bundle", "CA bundle path",
				   "File with the certificates.", env->tls->ca_bundle.v.s),
		"env_vars", ca_vars);
}

// Labels of the keys of [resources], in their order in schema.def.
static const char *const resource_labels[] = {"CPU cores", "RAM", "Scratch disk size",
	"Log request bodies", "Max body capture", "Session retention", "Maximum sessions",
	"Minimum content sessions", "Maximum disk usage", "Terminated session retention"};

static const struct conf_schema *
resources_schema(void)
{
	size_t i = 0;

	while (strcmp(conf_roots[i].path, "vm/resources.toml") != 0)
		i++;
	return conf_roots[i].schema;
}

static void
add_resource(cJSON *group, const struct conf_key *key, const char *label, const void *resources)
{
	const void *member = (const char *)resources + key->offset;
	char about[128];
	cJSON *leaf;

	snprintf(about, sizeof(about), "%c%s.", key->help[0] & ~0x20, key->help + 1);
	if (key->type == CONF_TYPE_BOOL) {
		setting_bool(group, key->name, label, about, ((const struct conf_bool *)member)->v);
		return;
	}
	leaf = setting_number(group, key->name, label, about,
		(struct setting_range){((const struct conf_int *)member)->v, key->min, key->max});
	if (strcmp(key->name, "min_content_sessions") == 0)
		json_set_int(setting_meta(leaf), "step", 1);
}

void
settings_vm(cJSON *settings, const struct config *c)
{
	const struct conf_schema *schema = resources_schema();
	cJSON *group = setting_group(settings, "vm", "VM", "The virtual machine."), *part;

	setting_open(group);
	setting_action(group, "rerun_wizard", "Setup Wizard", "Go through the first set-up again.",
		"rerun_wizard");
	add_snapshots(group);
	add_environment(group, &c->environment);
	part = setting_group(group, "resources", "Resources", "What a VM may use.");
	for (size_t i = 0; i < schema->nkeys; i++)
		add_resource(part, &schema->keys[i], resource_labels[i], &c->resources);
}

static void
add_strings(cJSON *object, const char *key, const struct conf_strings *strings)
{
	cJSON *list;

	if (!strings->n)
		return;
	list = json_add_array(object, key);
	for (size_t i = 0; i < strings->n; i++)
		json_push_str(list, strings->v[i].v.s);
}

static void
add_map(cJSON *object, const char *key, const struct conf_map *map)
{
	cJSON *members;

	if (!map->n)
		return;
	members = json_add_object(object, key);
	for (size_t i = 0; i < map->n; i++)
		json_set_str(members, map->v[i].key.v.s, map->v[i].value.v.s);
}

// What a client needs to use the server.
static void
add_endpoint(cJSON *server, const struct conf_mcp_server *s)
{
	if (s->command.v.n)
		json_set_str(server, "command", s->command.v.s);
	if (s->url.v.n)
		json_set_str(server, "url", s->url.v.s);
	add_strings(server, "args", &s->args);
	add_map(server, "env", &s->env);
	add_map(server, "headers", &s->headers);
}

static void
add_mcp(cJSON *root, const struct config *c)
{
	cJSON *mcp = json_add_object(root, "mcp");

	for (size_t i = 0; i < c->mcp.n; i++) {
		const struct conf_mcp_server *s = &c->mcp.v[i];
		cJSON *server = setting_group(mcp, s->head.key.s, s->name.v.s, s->description.v.s);

		json_set_str(server, "transport", s->transport.v.s);
		add_endpoint(server, s);
		if (s->builtin.v)
			json_set_bool(server, "builtin", true);
	}
}

cJSON *
emit_settings(const struct config *c)
{
	cJSON *root = cJSON_CreateObject(), *settings = json_add_object(root, "settings");

	settings_app(settings);
	settings_ai(settings, c);
	settings_repository(settings, c);
	settings_security(settings, c);
	settings_vm(settings, c);
	settings_appearance(settings);
	add_mcp(root, c);
	return root;
}

// /etc/capsem/mcp.json, in the form AI tools read: the enabled servers by name.
cJSON *
emit_mcp_servers(const struct plan *p)
{
	const struct config *c = p->conf;
	cJSON *root = cJSON_CreateObject(), *list = json_add_object(root, "mcpServers");

	for (size_t i = 0; i < c->mcp.n; i++) {
		const struct conf_mcp_server *s = &c->mcp.v[i];
		cJSON *server;

		if (!s->enabled.v)
			continue;
		server = json_add_object(list, s->head.key.s);
		json_set_str(server, "type", s->transport.v.s);
		add_endpoint(server, s);
	}
	return root;
}
