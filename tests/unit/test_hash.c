// SPDX-License-Identifier: Apache-2.0
// test_hash -- gen/base/hash against the vectors of the BLAKE3 authors. Layer: tests (base).
//
// Source: test_vectors.json of https://github.com/BLAKE3-team/BLAKE3: input byte i is i % 251; the
// first 32 bytes of "hash".
#include <errno.h>

#include "gen/base/hash.h"
#include "tests/unit/folder.h"

static const struct {
	size_t n;
	const char *hash;
} vectors[] = {
	{0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"},
	{1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"},
	{1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"},
	{1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"},
	{1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"},
	{2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a"},
	{31744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"},
	{102400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"},
};

enum { NVECTORS = sizeof(vectors) / sizeof(*vectors), MAX = 102400 };

static char input[MAX];

static void
test_vectors(void **state)
{
	char hex[HASH_HEX + 1];

	(void)state;
	for (size_t i = 0; i < NVECTORS; i++) {
		struct hasher *h = hash_new();

		hash_add(h, input, vectors[i].n);
		hash_end(h, hex);
		assert_string_equal(hex, vectors[i].hash);
	}
}

static void
test_pieces(void **state)
{
	static const size_t steps[] = {1, 63, 64, 65, 1024, 4097};
	char hex[HASH_HEX + 1];

	(void)state;
	for (size_t s = 0; s < sizeof(steps) / sizeof(*steps); s++) {
		struct hasher *h = hash_new();

		for (size_t at = 0; at < MAX; at += steps[s])
			hash_add(h, input + at, MAX - at < steps[s] ? MAX - at : steps[s]);
		hash_add(h, input, 0);
		hash_end(h, hex);
		assert_string_equal(hex, vectors[NVECTORS - 1].hash);
	}
}

static void
test_file(void **state)
{
	char hex[HASH_HEX + 1];
	FILE *f = fopen("file", "w");

	(void)state;
	fwrite(input, 1, MAX, f);
	fclose(f);
	assert_true(hash_file("file", hex));
	assert_string_equal(hex, vectors[NVECTORS - 1].hash);
	assert_true(hash_file("/dev/null", hex));
	assert_string_equal(hex, vectors[0].hash);
	assert_false(hash_file("nowhere", hex));
	assert_int_equal(errno, ENOENT);
	assert_false(hash_file(".", hex));
	assert_int_equal(errno, EISDIR);
}

static void
count_bytes(void *sum, size_t n)
{
	*(size_t *)sum += n;
}

// Large files are hashed in pieces, on several threads: the same as in one go on one.
static void
test_large_file(void **state)
{
	static const size_t sizes[] = {8 << 19, (8 << 19) + 1, 9 << 19, (9 << 19) + 1024,
		(11 << 19) - 1, (16 << 19) + 1025, 33 << 19};
	char hex[HASH_HEX + 1], want[HASH_HEX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct hasher *h = hash_new();
		FILE *f = fopen("large", "w");
		size_t seen = 0;

		for (size_t left = sizes[i]; left;) {
			size_t n = left < MAX ? left : MAX;

			fwrite(input, 1, n, f);
			hash_add(h, input, n);
			left -= n;
		}
		fclose(f);
		hash_end(h, want);
		assert_true(
			hash_file_watched("large", hex, (struct hash_watch){count_bytes, &seen}));
		assert_string_equal(hex, want);
		assert_int_equal(seen, sizes[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_large_file),
	};

	for (int i = 0; i < MAX; i++)
		input[i] = (char)(i % 251);
	return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
