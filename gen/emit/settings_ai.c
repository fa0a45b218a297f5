// SPDX-License-Identifier: Apache-2.0
// settings_ai.c -- the settings of AI providers and web services. Layer: gen/emit.
#include <string.h>

#include "gen/base/json.h"
#include "gen/emit/setting.h"

// {"default": {"get": true, "post": true}} with only what is allowed; {} when nothing is.
static void
add_rules(cJSON *leaf, bool get, bool post)
{
	cJSON *rules = json_add_object(setting_meta(leaf), "rules"), *all;

	if (!get && !post)
		return;
	all = json_add_object(rules, "default");
	if (get)
		json_set_bool(all, "get", true);
	if (post)
		json_set_bool(all, "post", true);
}

// What the files of the known tools are for; their labels follow "TOOL ".
static const struct known_file {
	const char *id, *label, *hint;
} known_files[] = {
	{"settings_json", "settings.json", "permissions and telemetry"},
	{"state_json", "state (.claude.json)", "onboarding state"},
	{"credentials_json", "OAuth credentials", "OAuth tokens of a signed-in user"},
	{"config_toml", "config.toml", "servers and authentication"},
	{"projects_json", "projects.json", "project mappings"},
	{"trusted_folders_json", "trustedFolders.json", "trusted directories"},
	{"installation_id", "installation_id", "stable id of the installation"},
	{"google_adc_json", NULL, "Google Cloud authentication"},
};

static const struct known_file *
find_known(const char *id)
{
	for (size_t i = 0; i < sizeof(known_files) / sizeof(*known_files); i++) {
		if (strcmp(known_files[i].id, id) == 0)
			return &known_files[i];
	}
	return NULL;
}

static const char *
filetype_of(struct str path)
{
	static const char *const types[][2] = {{".json", "json"}, {".toml", "toml"},
		{".conf", "conf"}, {".bashrc", "bash"}, {".bash", "bash"}};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (str_ends(path, types[i][0]))
			return types[i][1];
	}
	return NULL;
}

static void
add_file(cJSON *group, const char *tool, const struct conf_file *file)
{
	const char *id = file->head.key.s;
	const struct known_file *known = find_known(id);
	struct buf name = {0}, about = {0};

	if (known && !known->label) {
		buf_adds(&name, "Google Cloud ADC");
	} else {
		buf_addf(&name, "%s %s", tool, known ? known->label : id);
	}
	buf_addf(&about, "%s%s%s", file->path.v.s, known ? ": " : "", known ? known->hint : "");
	setting_file(group, id, name.s, about.s,
		(struct setting_content){
			file->path.v.s, file->content.v.s, filetype_of(file->path.v)});
	buf_free(&name);
	buf_free(&about);
}

static void
add_api_key(cJSON *group, const struct conf_provider *ai)
{
	const struct conf_api_key *key = ai->api_key;
	struct buf about = {0};
	cJSON *leaf;

	buf_addf(&about, "API key of %s, given to the guest as %s.", ai->name.v.s,
		key->env_vars.n ? key->env_vars.v[0].v.s : "");
	leaf = setting_leaf(group, "api_key", key->name.v.s, about.s, "apikey");
	json_set_str(leaf, "default", "");
	setting_meta_strings(leaf, "env_vars", &key->env_vars);
	if (key->docs_url.v.n)
		json_set_str(setting_meta(leaf), "docs_url", key->docs_url.v.s);
	if (key->prefix.v.n)
		json_set_str(setting_meta(leaf), "prefix", key->prefix.v.s);
	buf_free(&about);
}

static void
add_switch(cJSON *group, const struct conf_provider *ai)
{
	const struct conf_network *net = ai->network;
	struct buf name = {0}, about = {0};
	cJSON *leaf;

	buf_addf(&name, "Allow %s", ai->name.v.s);
	buf_addf(&about, "Let the guest use %s (%s).", ai->name.v.s,
		net->domains.n ? net->domains.v[0].v.s : "");
	leaf = setting_bool(group, "allow", name.s, about.s, ai->enabled.v);
	add_rules(leaf, net->allow_get.v, net->allow_post.v);
	buf_free(&name);
	buf_free(&about);
}

static void
add_provider(cJSON *parent, const struct conf_provider *ai)
{
	const char *key = ai->head.key.s;
	struct buf b = {0}, domains = {0};
	cJSON *group, *tool;

	buf_addf(&b, "ai.%s.allow", key);
	group = setting_switched(parent, key, ai->name.v.s, ai->description.v.s, b.s);
	setting_open(group);
	add_switch(group, ai);
	add_api_key(group, ai);
	b.n = 0;
	buf_addf(&b, "%s Domains", ai->name.v.s);
	setting_text(group, "domains", b.s, "Domains of the provider, separated by commas.",
		setting_joined(&domains, &ai->network->domains));
	if (ai->cli && ai->files.n) {
		tool = setting_group(
			group, ai->cli->key.v.s, ai->cli->name.v.s, ai->cli->description.v.s);
		for (size_t i = 0; i < ai->files.n; i++)
			add_file(tool, ai->cli->name.v.s, &ai->files.v[i]);
	}
	buf_free(&b);
	buf_free(&domains);
}

void
settings_ai(cJSON *settings, const struct config *c)
{
	cJSON *group = setting_group(settings, "ai", "AI Providers",
		"Which AI providers the guest may use, and their keys.");

	setting_open(group);
	for (size_t i = 0; i < c->ai.n; i++)
		add_provider(group, &c->ai.v[i]);
}

// The three lists of services differ in where they stand and in their words.
struct service_kind {
	const char *prefix; // id of the group they are in
	const char *phrase; // what a service is, behind its name
	bool in_switch;     // whether the switch says so too
};

static const struct service_kind search_kind = {"security.services.search", "web search", true};
static const struct service_kind registry_kind = {
	"security.services.registry", "package registry", false};
static const struct service_kind repository_kind = {"repository.providers", NULL, true};

static void
describe(struct buf *b, const struct conf_service *s, const struct service_kind *kind)
{
	b->n = 0;
	if (kind->phrase) {
		buf_addf(b, "%s %s", s->name.v.s, kind->phrase);
	} else {
		buf_addf(b, "%s and %s-hosted content", s->name.v.s, s->name.v.s);
	}
}

static cJSON *
add_service(cJSON *parent, const struct conf_service *s, const struct service_kind *kind)
{
	struct buf name = {0}, about = {0}, text = {0};
	cJSON *group, *leaf;

	describe(&about, s, kind);
	buf_addf(&text, "%s.%s.allow", kind->prefix, s->head.key.s);
	group = setting_switched(parent, s->head.key.s, s->name.v.s, about.s, text.s);

	buf_addf(&name, "Allow %s", s->name.v.s);
	text.n = 0;
	buf_addf(&text, "Let the guest reach %s.", kind->in_switch ? about.s : s->name.v.s);
	leaf = setting_bool(group, "allow", name.s, text.s, s->enabled.v);
	setting_meta_strings(leaf, "domains", &s->domains);
	add_rules(leaf, s->allow_get.v, s->allow_post.v);

	name.n = 0;
	buf_addf(&name, "%s Domains", s->name.v.s);
	leaf = setting_text(group, "domains", name.s,
		"Domain patterns of the service, separated by commas.",
		setting_joined(&text, &s->domains));
	json_set_str(setting_meta(leaf), "format", "domain_list");
	buf_free(&name);
	buf_free(&about);
	buf_free(&text);
	return group;
}

static void
add_services(cJSON *parent, const struct conf_service_list *list, const struct service_kind *kind)
{
	for (size_t i = 0; i < list->n; i++)
		add_service(parent, &list->v[i], kind);
}

static const struct token {
	const char *key, *name, *prefix, *docs_url;
	const char *env_vars[3];
} tokens[] = {
	{"github", "GitHub Token", "ghp_", "https://github.com/settings/tokens",
		{"GH_TOKEN", "GITHUB_TOKEN", NULL}},
	{"gitlab", "GitLab Token", "glpat-",
		"https://gitlab.com/-/user_settings/personal_access_tokens",
		{"GITLAB_TOKEN", NULL, NULL}},
};

static void
add_token(cJSON *group, const char *key)
{
	for (size_t i = 0; i < sizeof(tokens) / sizeof(*tokens); i++) {
		const struct token *t = &tokens[i];
		cJSON *leaf;

		if (strcmp(t->key, key) != 0)
			continue;
		leaf = setting_leaf(group, "token", t->name,
			"Personal access token, for pushing and private repositories.", "apikey");
		json_set_str(leaf, "default", "");
		setting_meta_words(leaf, "env_vars", t->env_vars);
		json_set_str(setting_meta(leaf), "docs_url", t->docs_url);
		json_set_str(setting_meta(leaf), "prefix", t->prefix);
	}
}

static void
add_identity(cJSON *group)
{
	static const char *const name_vars[] = {"GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", NULL};
	static const char *const email_vars[] = {"GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL", NULL};
	cJSON *git = json_add_object(group, "git");
	cJSON *identity = setting_group(
		git, "identity", "Git Identity", "Who commits made in the guest are by.");

	setting_meta_words(setting_text(identity, "author_name", "Author name",
				   "Name of the author of commits.", ""),
		"env_vars", name_vars);
	setting_meta_words(setting_text(identity, "author_email", "Author email",
				   "Email address of the author of commits.", ""),
		"env_vars", email_vars);
}

void
settings_repository(cJSON *settings, const struct config *c)
{
	cJSON *group = setting_group(settings, "repository", "Repositories",
		"Git and the places source code comes from.");
	cJSON *providers;

	setting_open(group);
	add_identity(group);
	providers = setting_group(
		group, "providers", "Providers", "Which repository hosts the guest may reach.");
	for (size_t i = 0; i < c->web.repository.n; i++) {
		const struct conf_service *s = &c->web.repository.v[i];

		add_token(add_service(providers, s, &repository_kind), s->head.key.s);
	}
}

static void
add_web(cJSON *group, const struct conf_web *web)
{
	struct buf b = {0};
	cJSON *leaf, *ports;

	setting_bool(group, "allow_read", "Allow read requests",
		"Allow reading from domains that no rule names.", web->allow_read.v);
	setting_bool(group, "allow_write", "Allow write requests",
		"Allow writing to domains that no rule names.", web->allow_write.v);
	leaf = setting_text(group, "custom_allow", "Allowed domains",
		"Domain patterns that are always allowed, separated by commas.",
		setting_joined(&b, &web->custom_allow));
	json_set_str(setting_meta(leaf), "format", "domain_list");
	leaf = setting_text(group, "custom_block", "Blocked domains",
		"Domain patterns that are always blocked, separated by commas.",
		setting_joined(&b, &web->custom_block));
	json_set_str(setting_meta(leaf), "format", "domain_list");
	leaf = setting_leaf(group, "http_upstream_ports", "Allowed plain HTTP upstream ports",
		"Ports that plain HTTP requests may go to.", "int_list");
	ports = json_add_array(leaf, "default");
	for (size_t i = 0; i < web->http_upstream_ports.n; i++)
		json_push_int(ports, web->http_upstream_ports.v[i].v);
	buf_free(&b);
}

void
settings_security(cJSON *settings, const struct config *c)
{
	cJSON *group = setting_group(
		settings, "security", "Security", "What the guest may do on the network.");
	cJSON *services;

	setting_open(group);
	setting_action(group, "preset", "Security Preset",
		"Choose one of the prepared network policies.", "preset_select");
	add_web(setting_group(group, "web", "Web", "Requests to domains that no service names."),
		&c->web);
	services = setting_group(
		group, "services", "Services", "Search engines and package registries.");
	add_services(setting_group(services, "search", "Search Engines",
			     "Which search engines the guest may reach."),
		&c->web.search, &search_kind);
	add_services(setting_group(services, "registry", "Package Registries",
			     "Which package registries the guest may reach."),
		&c->web.registry, &registry_kind);
}
