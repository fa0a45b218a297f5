// SPDX-License-Identifier: Apache-2.0
// test_guest_msgpack.c -- MessagePack as the guest writes and reads it. Links guest/agent/lib,
// built for the development machine with -D_GNU_SOURCE.
#include "tests/unit/guest.h"

// What was written must be exactly these bytes.
#define WRITTEN(b, ...)                                                                            \
	do {                                                                                       \
		const unsigned char want[] = {__VA_ARGS__};                                        \
		assert_false((b)->failed);                                                         \
		assert_int_equal((b)->n, sizeof(want));                                            \
		assert_memory_equal((b)->p, want, sizeof(want));                                   \
		bytes_clear(b);                                                                    \
	} while (0)

static struct msgpack
at(const void *p, size_t n)
{
	return (struct msgpack){p, (const unsigned char *)p + n};
}

#define AT(...)                                                                                    \
	at((const unsigned char[]){__VA_ARGS__}, sizeof((const unsigned char[]){__VA_ARGS__}))

static void
writes_shortest_integers(void **state)
{
	struct bytes b = {.max = 64};

	(void)state;
	msgpack_put_uint(&b, 0);
	msgpack_put_uint(&b, 127);
	WRITTEN(&b, 0x00, 0x7f);
	msgpack_put_uint(&b, 128);
	msgpack_put_uint(&b, 255);
	WRITTEN(&b, 0xcc, 0x80, 0xcc, 0xff);
	msgpack_put_uint(&b, 256);
	msgpack_put_uint(&b, 65535);
	WRITTEN(&b, 0xcd, 1, 0, 0xcd, 0xff, 0xff);
	msgpack_put_uint(&b, 65536);
	WRITTEN(&b, 0xce, 0, 1, 0, 0);
	msgpack_put_uint(&b, UINT32_MAX + 1ULL);
	WRITTEN(&b, 0xcf, 0, 0, 0, 1, 0, 0, 0, 0);
	msgpack_put_int(&b, -1);
	msgpack_put_int(&b, -32);
	WRITTEN(&b, 0xff, 0xe0);
	msgpack_put_int(&b, -33);
	msgpack_put_int(&b, -128);
	WRITTEN(&b, 0xd0, 0xdf, 0xd0, 0x80);
	msgpack_put_int(&b, -200);
	WRITTEN(&b, 0xd1, 0xff, 0x38);
	msgpack_put_int(&b, INT32_MIN);
	WRITTEN(&b, 0xd2, 0x80, 0, 0, 0);
	msgpack_put_int(&b, INT64_MIN);
	WRITTEN(&b, 0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0);
	msgpack_put_int(&b, 255);
	WRITTEN(&b, 0xcc, 0xff);
	bytes_free(&b);
}

static void
writes_heads_of_every_length(void **state)
{
	static const struct {
		size_t n, head;
		unsigned char tag;
	} cases[] = {{0, 1, 0xa0}, {31, 1, 0xbf}, {32, 2, 0xd9}, {255, 2, 0xd9}, {256, 3, 0xda},
		{65535, 3, 0xda}, {65536, 5, 0xdb}};
	struct bytes b = {.max = 1 << 20};
	char *text = calloc(1, 65536);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		msgpack_put_str(&b, (struct text){text, cases[i].n});
		assert_int_equal(b.p[0], cases[i].tag);
		assert_int_equal(b.n, cases[i].head + cases[i].n);
		bytes_clear(&b);
	}
	msgpack_put_array(&b, 15);
	msgpack_put_array(&b, 16);
	msgpack_put_array(&b, 65536);
	msgpack_put_map(&b, 15);
	msgpack_put_map(&b, 16);
	msgpack_put_nil(&b);
	WRITTEN(&b, 0x9f, 0xdc, 0, 16, 0xdd, 0, 1, 0, 0, 0x8f, 0xde, 0, 16, 0xc0);
	msgpack_put_bytes(&b, "\x00\x7f\x80", 3);
	msgpack_put_bin(&b, "\x00\x80", 2);
	WRITTEN(&b, 0x93, 0, 0x7f, 0xcc, 0x80, 0xc4, 2, 0, 0x80);
	free(text);
	bytes_free(&b);
}

static void
stops_at_the_ceiling(void **state)
{
	struct bytes b = {.max = 8};

	(void)state;
	msgpack_put_key(&b, "1234567");
	assert_false(b.failed);
	msgpack_put_nil(&b);
	assert_true(b.failed);
	assert_int_equal(b.n, 8);
	msgpack_put_nil(&b);
	assert_int_equal(b.n, 8);
	bytes_free(&b);
	assert_false(b.failed);
}

static void
reads_integers_of_any_width(void **state)
{
	struct msgpack m = AT(0x05, 0xcc, 5, 0xcd, 0, 5, 0xce, 0, 0, 0, 5, 0xcf, 0, 0, 0, 0, 0, 0,
		0, 5, 0xd0, 5, 0xd1, 0, 5, 0xd2, 0, 0, 0, 5, 0xd3, 0, 0, 0, 0, 0, 0, 0, 5);
	uint64_t v;

	(void)state;
	for (int i = 0; i < 9; i++) {
		v = 0;
		assert_true(msgpack_get_uint(&m, &v));
		assert_int_equal(v, 5);
	}
	assert_ptr_equal(m.p, m.end);
	assert_false(msgpack_get_uint(&m, &v));
	m = AT(0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
	assert_true(msgpack_get_uint(&m, &v));
	assert_true(v == UINT64_MAX);
}

static void
refuses_what_is_no_unsigned_integer(void **state)
{
	static const unsigned char bad[][9] = {{0xff}, {0xd0, 0x80}, {0xd1, 0xff, 0}, {0xd2, 0x80},
		{0xd3, 0x80}, {0xc0}, {0xc2}, {0xa0}, {0x90}, {0x80}, {0xcb}};
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct msgpack m = at(bad[i], sizeof(bad[i]));

		assert_false(msgpack_get_uint(&m, &v));
		assert_ptr_equal(m.p, bad[i]);
	}
}

static void
reads_strings_of_any_width(void **state)
{
	struct msgpack m = AT(0xa2, 'h', 'i', 0xd9, 2, 'h', 'i', 0xda, 0, 2, 'h', 'i', 0xdb, 0, 0,
		0, 2, 'h', 'i');
	struct text t;

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_true(msgpack_get_str(&m, &t));
		assert_true(text_is(t, "hi"));
		assert_false(text_is(t, "h"));
		assert_false(text_is(t, "hi!"));
	}
	m = AT(0xa3, 'h', 'i');
	assert_false(msgpack_get_str(&m, &t));
	m = AT(0xdb, 0xff, 0xff, 0xff, 0xff, 'h');
	assert_false(msgpack_get_str(&m, &t));
	m = AT(0xda, 0);
	assert_false(msgpack_get_str(&m, &t));
}

static void
believes_no_count_beyond_the_message(void **state)
{
	struct bytes out = {.max = 100};
	struct msgpack m = AT(0xdd, 0xff, 0xff, 0xff, 0xff, 1);
	size_t n;

	(void)state;
	assert_false(msgpack_get_array(&m, &n));
	assert_false(msgpack_get_bytes(&m, &out));
	assert_false(msgpack_skip(&m));
	m = AT(0xdf, 0x7f, 0xff, 0xff, 0xff, 1, 2);
	assert_false(msgpack_get_map(&m, &n));
	assert_false(msgpack_skip(&m));
	m = AT(0x82, 1, 2, 3);
	assert_false(msgpack_get_map(&m, &n));
	m = AT(0x81, 1, 2);
	assert_true(msgpack_get_map(&m, &n));
	assert_int_equal(n, 1);
	bytes_free(&out);
}

static void
reads_byte_vectors_in_both_forms(void **state)
{
	struct bytes out = {.max = 16};
	struct msgpack m = AT(0x94, 0, 0x7f, 0xcc, 0x80, 0xcd, 0, 0xff, 0xc4, 2, 1, 0xff);

	(void)state;
	assert_true(msgpack_get_bytes(&m, &out));
	assert_true(msgpack_get_bytes(&m, &out));
	WRITTEN(&out, 0, 0x7f, 0x80, 0xff, 1, 0xff);
	m = AT(0x92, 1, 0xcd, 1, 0);
	assert_false(msgpack_get_bytes(&m, &out));
	m = AT(0x91, 0xff);
	assert_false(msgpack_get_bytes(&m, &out));
	m = AT(0xa1, 'x');
	assert_false(msgpack_get_bytes(&m, &out));
	assert_int_equal(out.n, 0);
	m = AT(0xc4, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_false(msgpack_get_bytes(&m, &out));
	bytes_free(&out);
}

static void
skips_every_type(void **state)
{
	static const unsigned char all[] = {0xc0, 0xc2, 0xc3, 0xca, 0, 0, 0, 0, 0xcb, 0, 0, 0, 0, 0,
		0, 0, 0, 0xd4, 1, 0, 0xd5, 1, 0, 0, 0xd6, 1, 0, 0, 0, 0, 0xd7, 1, 0, 0, 0, 0, 0, 0,
		0, 0, 0xd8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xc7, 2, 1, 9, 9,
		0xc8, 0, 1, 1, 9, 0xc9, 0, 0, 0, 0, 1, 0xc5, 0, 1, 9, 0xc6, 0, 0, 0, 1, 9, 0xe0,
		0xff, 0x82, 0xa1, 'a', 0x92, 1, 0x81, 2, 3, 0xa1, 'b', 0xde, 0, 1, 0xc0, 0xdc, 0, 1,
		0xdf, 0, 0, 0, 0};
	struct msgpack m = at(all, sizeof(all));
	int n = 0;

	(void)state;
	while (m.p < m.end && msgpack_skip(&m))
		n++;
	assert_ptr_equal(m.p, m.end);
	assert_int_equal(n, 18);
}

static void
skips_no_half_value(void **state)
{
	static const unsigned char nested[] = {
		0x82, 0xa1, 'a', 0x92, 1, 0x81, 2, 3, 0xa1, 'b', 0xc0};

	(void)state;
	for (size_t n = 0; n < sizeof(nested); n++) {
		unsigned char *copy = malloc(n + 1); // its end is where a sanitiser looks
		struct msgpack m = at(copy, n);

		memcpy(copy, nested, n);
		assert_false(msgpack_skip(&m));
		assert_ptr_equal(m.p, copy);
		free(copy);
	}
}

static void
skips_deep_nesting_without_recursion(void **state)
{
	size_t n = 1 << 20;
	unsigned char *deep = malloc(n);
	struct msgpack m;

	(void)state;
	memset(deep, 0x91, n);
	m = at(deep, n);
	assert_false(msgpack_skip(&m));
	deep[n - 1] = 0xc0;
	assert_true(msgpack_skip(&m));
	assert_ptr_equal(m.p, m.end);
	free(deep);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_shortest_integers),
		cmocka_unit_test(writes_heads_of_every_length),
		cmocka_unit_test(stops_at_the_ceiling),
		cmocka_unit_test(reads_integers_of_any_width),
		cmocka_unit_test(refuses_what_is_no_unsigned_integer),
		cmocka_unit_test(reads_strings_of_any_width),
		cmocka_unit_test(believes_no_count_beyond_the_message),
		cmocka_unit_test(reads_byte_vectors_in_both_forms),
		cmocka_unit_test(skips_every_type),
		cmocka_unit_test(skips_no_half_value),
		cmocka_unit_test(skips_deep_nesting_without_recursion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
