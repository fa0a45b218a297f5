// SPDX-License-Identifier: Apache-2.0
// place.c -- where a value of the config was written. Layer: gen/config.
#include "gen/config/config.h"
#include "gen/config/schema.h"

struct conf_place
conf_place_of(const struct conf_key *k, const void *table)
{
	const void *member = (const char *)table + k->offset;
	const struct conf_string *string = member;
	const struct conf_int *integer = member;
	const struct conf_bool *boolean = member;
	const struct conf_strings *strings = member;
	const struct conf_ints *ints = member;
	const struct conf_map *map = member;

	switch (k->type) {
	case CONF_TYPE_STRING:
	case CONF_TYPE_CHOICE:
		return (struct conf_place){string->at, string->set};
	case CONF_TYPE_INT:
		return (struct conf_place){integer->at, integer->set};
	case CONF_TYPE_BOOL:
		return (struct conf_place){boolean->at, boolean->set};
	case CONF_TYPE_STRINGS:
	case CONF_TYPE_TEXTS:
		return (struct conf_place){strings->at, strings->set};
	case CONF_TYPE_INTS:
		return (struct conf_place){ints->at, ints->set};
	case CONF_TYPE_MAP:
		return (struct conf_place){map->at, map->set};
	case CONF_TYPE_TABLE_OF:
	case CONF_TYPE_TABLES_OF:
	case CONF_TYPE_ARRAY_OF:
		break;
	}
	return (struct conf_place){0};
}
