// SPDX-License-Identifier: Apache-2.0
// hash_trees.c -- BLAKE3 of large files, on all processors. Layer: gen/base.
//
// The authors' C code hashes on one thread. But any run of 2^n chunks that starts at a multiple of
// its size is a subtree of its own: a hasher that starts with the number of the run's first chunk
// and is given the run at once holds the values of the subtree's two halves afterwards. Threads
// make these pairs; put on the stack of one hasher in their order, they are what it would hold had
// it seen all bytes itself.
// Source: "The BLAKE3 paper", sections 2.1 and 5.1.2; blake3_hasher_update and hasher_push_cv in
// blake3.c. Files are read, not mapped: one that shrinks meanwhile is then an error, not a crash.
#include "gen/base/hash_trees.h"

#include <assert.h>
#include <blake3_impl.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/base/die.h"

enum { PIECE = 1 << 19, PAIR = 2 * BLAKE3_OUT_LEN, MAX_THREADS = 8, WORTH_A_THREAD = 4 };

struct job {
	pthread_mutex_t lock;
	int fd, error;
	uint64_t next, npieces;
	uint8_t (*pairs)[PAIR];
	struct hash_watch watch;
};

// The next piece to hash, NPIECES when there is none or another thread has failed. ERROR is what
// became of the last one.
static uint64_t
next_piece(struct job *job, bool first, int error)
{
	uint64_t i;

	pthread_mutex_lock(&job->lock);
	if (error)
		job->error = error;
	if (!first && !error && job->watch.add)
		job->watch.add(job->watch.to, PIECE);
	i = job->error ? job->npieces : job->next;
	if (i < job->npieces)
		job->next++;
	pthread_mutex_unlock(&job->lock);
	return i;
}

static int
read_piece(int fd, char *to, uint64_t i)
{
	size_t have = 0;

	while (have < PIECE) {
		ssize_t n = pread(fd, to + have, PIECE - have, (off_t)(i * PIECE + have));

		if (n <= 0)
			return n < 0 ? errno : ESTALE; // it was longer a moment ago
		have += (size_t)n;
	}
	return 0;
}

static void
hash_piece(const char *bytes, uint64_t i, uint8_t pair[PAIR])
{
	blake3_hasher h;

	blake3_hasher_init(&h);
	h.chunk.chunk_counter = i * (PIECE / BLAKE3_CHUNK_LEN);
	blake3_hasher_update(&h, bytes, PIECE);
	assert(h.cv_stack_len == 2);
	memcpy(pair, h.cv_stack, PAIR);
}

static void *
hash_pieces(void *arg)
{
	struct job *job = arg;
	char *bytes = malloc(PIECE);
	int error = bytes ? 0 : ENOMEM;
	uint64_t i = next_piece(job, true, error);

	while (i < job->npieces) {
		error = read_piece(job->fd, bytes, i);
		if (!error)
			hash_piece(bytes, i, job->pairs[i]);
		i = next_piece(job, false, error);
	}
	free(bytes);
	return NULL;
}

// Join the two values on top of the stack until there is one for each bit of NCHUNKS, the number of
// chunks they stand for.
static void
merge(blake3_hasher *h, uint64_t nchunks)
{
	while (h->cv_stack_len > popcnt(nchunks)) {
		uint8_t *block = h->cv_stack + (size_t)(h->cv_stack_len - 2) * BLAKE3_OUT_LEN;
		uint32_t cv[8];

		memcpy(cv, h->key, sizeof(cv));
		blake3_compress_in_place(cv, block, BLAKE3_BLOCK_LEN, 0, PARENT);
		store_cv_words(block, cv);
		h->cv_stack_len--;
	}
}

static void
push(blake3_hasher *h, const uint8_t *cv, uint64_t chunk)
{
	merge(h, chunk); // late, as the last two must stay apart: they may be the root's
	memcpy(h->cv_stack + (size_t)h->cv_stack_len * BLAKE3_OUT_LEN, cv, BLAKE3_OUT_LEN);
	h->cv_stack_len++;
}

static void
push_pairs(blake3_hasher *h, const struct job *job)
{
	const uint64_t chunks = PIECE / BLAKE3_CHUNK_LEN;

	for (uint64_t i = 0; i < job->npieces; i++) {
		push(h, job->pairs[i], i * chunks);
		push(h, job->pairs[i] + BLAKE3_OUT_LEN, i * chunks + chunks / 2);
	}
	h->chunk.chunk_counter = job->npieces * chunks;
}

// This thread is one of them; a thread that cannot be started leaves more for the others.
static void
run_threads(struct job *job, size_t n)
{
	pthread_t threads[MAX_THREADS];
	size_t started = 0;

	while (started + 1 < n && pthread_create(&threads[started], NULL, hash_pieces, job) == 0)
		started++;
	hash_pieces(job);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
}

static size_t
threads_for(uint64_t npieces)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t most = npieces / WORTH_A_THREAD;

	if (n > MAX_THREADS)
		n = MAX_THREADS;
	return n > 1 && most > 1 ? ((uint64_t)n < most ? (size_t)n : (size_t)most) : 1;
}

bool
hash_trees(blake3_hasher *state, int fd, struct hash_watch watch)
{
	struct job job = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = fd, .watch = watch};
	struct stat st;
	size_t n;

	if (fstat(fd, &st) != 0)
		return false;
	job.npieces = S_ISREG(st.st_mode) ? (uint64_t)st.st_size / PIECE : 0;
	n = threads_for(job.npieces);
	if (n == 1)
		return true;
	job.pairs = malloc(job.npieces * sizeof(*job.pairs));
	if (!job.pairs)
		die("out of memory");
	run_threads(&job, n);
	if (!job.error)
		push_pairs(state, &job);
	free(job.pairs);
	errno = job.error;
	return !job.error && lseek(fd, (off_t)(job.npieces * PIECE), SEEK_SET) >= 0;
}
