// SPDX-License-Identifier: Apache-2.0
// toml.cc -- the shim over toml++: parse, and copy its tree into the C one. Layer: gen/toml.
//
// toml++ sorts the keys of its tables; the order of the text is recovered from their places. Its
// places count lines and code points, and are turned into byte offsets here.
#define TOML_HEADER_ONLY 0
#define TOML_SHARED_LIB 1
#include <toml++/toml.h>

#include <algorithm>
#include <new>

extern "C" {
#include "gen/base/die.h"
#include "gen/toml/shim.h"
}

namespace
{

struct copier {
	const struct places *places;
	struct arena *arena;

	size_t
	offset(const toml::source_position &at) const
	{
		return places_offset(places, {at.line, at.column});
	}

	struct span
	span(const toml::source_region &region) const
	{
		size_t begin = offset(region.begin), end = offset(region.end);

		return {places->src, begin, end > begin ? end - begin : 0};
	}

	struct str
	text(std::string_view s) const
	{
		return {arena_ndup(arena, s.data(), s.size()), s.size()};
	}

	template <typename T>
	T *
	room(size_t n) const
	{
		return static_cast<T *>(arena_alloc(arena, n * sizeof(T)));
	}

	void
	set_date(struct toml_value *to, const toml::date &from) const
	{
		to->datetime.year = from.year;
		to->datetime.month = from.month;
		to->datetime.day = from.day;
	}

	void
	set_time(struct toml_value *to, const toml::time &from) const
	{
		to->datetime.hour = from.hour;
		to->datetime.minute = from.minute;
		to->datetime.second = from.second;
		to->datetime.nanosecond = static_cast<int>(from.nanosecond);
	}

	void
	fill(struct toml_value *to, const toml::value<std::string> &from) const
	{
		to->type = TOML_STRING;
		to->string = text(from.get());
	}

	void
	fill(struct toml_value *to, const toml::value<int64_t> &from) const
	{
		to->type = TOML_INT;
		to->integer = from.get();
	}

	void
	fill(struct toml_value *to, const toml::value<double> &from) const
	{
		to->type = TOML_FLOAT;
		to->real = from.get();
	}

	void
	fill(struct toml_value *to, const toml::value<bool> &from) const
	{
		to->type = TOML_BOOL;
		to->boolean = from.get();
	}

	void
	fill(struct toml_value *to, const toml::value<toml::date> &from) const
	{
		to->type = TOML_DATE;
		set_date(to, from.get());
	}

	void
	fill(struct toml_value *to, const toml::value<toml::time> &from) const
	{
		to->type = TOML_TIME;
		set_time(to, from.get());
	}

	void
	fill(struct toml_value *to, const toml::value<toml::date_time> &from) const
	{
		to->type = TOML_DATETIME;
		set_date(to, from.get().date);
		set_time(to, from.get().time);
		to->datetime.has_offset = from.get().offset.has_value();
		to->datetime.offset = from.get().offset ? from.get().offset->minutes : 0;
	}

	void
	fill(struct toml_value *to, const toml::array &from) const
	{
		to->type = TOML_ARRAY;
		to->items.v = room<struct toml_value *>(from.size());
		for (const toml::node &item : from)
			to->items.v[to->items.n++] = copy(item);
		// toml++ lets an array of tables end with its last header; its place is the first
		if (to->items.n && to->items.v[0]->at.off == to->at.off)
			to->at.len = to->items.v[0]->at.len;
	}

	void
	fill(struct toml_value *to, const toml::table &from) const
	{
		struct toml_member *v = room<struct toml_member>(from.size());
		size_t n = 0;

		to->type = TOML_TABLE;
		for (const auto &[key, value] : from)
			v[n++] = {text(key.str()), span(key.source()), copy(value)};
		std::sort(v, v + n, [](const struct toml_member &a, const struct toml_member &b) {
			return a.key_at.off < b.key_at.off;
		});
		to->members = {v, n};
	}

	struct toml_value *
	copy(const toml::node &from) const
	{
		struct toml_value *to = room<struct toml_value>(1);

		to->at = span(from.source());
		from.visit([&](const auto &node) { fill(to, node); });
		return to;
	}
};

} // namespace

struct toml_value *
shim_parse(const struct places *places, struct arena *arena, struct shim_mistake *m)
{
	const struct str &text = places->src->text;
	const copier c = {places, arena};

	try {
		const toml::table root = toml::parse(std::string_view(text.s, text.n));
		struct toml_value *v = c.copy(root);

		v->at = {places->src, 0, 0};
		return v;
	} catch (const toml::parse_error &e) {
		m->off = c.offset(e.source().begin);
		m->text = arena_dup(arena, e.what());
	} catch (const std::bad_alloc &) {
		die("out of memory");
	}
	return nullptr;
}
