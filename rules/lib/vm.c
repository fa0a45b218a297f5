// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/vm.h"

#include <errno.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/json.h"
#include "gen/base/path.h"
#include "rules/lib/elf.h"

// What QEMU and Debian call the machine of an architecture.
struct vm_board {
	const char *arch, *name, *console, *package;
};

static const struct vm_board boards[] = {
	{"x86_64", "q35", "ttyS0", "qemu-system-x86"},
	{"arm64", "virt", "ttyAMA0", "qemu-system-arm"},
};

static const char letters[VM_FILES] = {'k', 'i', 'r'};

static const char *
number(struct vm *vm, char letter, long max, long fallback)
{
	return arena_printf(
		&vm->args->arena, "%ld", rule_number(vm->args, letter, 10, 1, max, fallback));
}

static const char *
accelerator(const struct rule_args *a)
{
	const char *accel = a->opt['A'] ? a->opt['A'] : "tcg";

	if (strcmp(accel, "tcg") != 0 && strcmp(accel, "kvm") != 0)
		die_usage("-A wants tcg or kvm, not '%s'", accel);
	return accel;
}

void
vm_options(struct vm *vm, struct rule_args *a)
{
	*vm = (struct vm){.args = a, .arch = rule_need(a, 'a')};
	rule_need(a, 'q');
	rule_need(a, 'm');
	elf_machine(vm->arch);
	vm->board = &boards[strcmp(vm->arch, boards[0].arch) != 0];
	vm->accel = accelerator(a);
	vm->memory = number(vm, 'M', 1 << 20, 1024);
	vm->cpus = number(vm, 'C', 64, 2);
	for (size_t i = 0; i < VM_FILES; i++) {
		const char *path = rule_need(a, letters[i]);

		vm->files[i].path = path;
		vm->files[i].arch = path_base(path_dir(&a->arena, path));
		vm->files[i].name = path_base(path);
	}
}

static const cJSON *
get(const cJSON *o, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(o, key);
}

// The hash that the current release of the manifest has for a file; NULL when it has none.
static const char *
hash_in(const cJSON *manifest, const struct vm_file *file)
{
	const cJSON *assets = get(manifest, "assets"), *arches;
	const char *current = cJSON_GetStringValue(get(assets, "current"));

	arches = current ? get(get(get(assets, "releases"), current), "arches") : NULL;
	return cJSON_GetStringValue(get(get(get(arches, file->arch), file->name), "hash"));
}

static void
verify_file(struct vm *vm, const cJSON *manifest, struct vm_file *file)
{
	const char *want = hash_in(manifest, file);

	if (!hash_file(file->path, file->hash))
		die("open %s:", file->path);
	rule_read(vm->args, file->path);
	if (!want) {
		die("%s does not name %s/%s; run: ninja assets-%s", vm->args->opt['m'], file->arch,
			file->name, file->arch);
	}
	if (strcmp(want, file->hash) != 0) {
		die("%s is not what %s says: its BLAKE3 is %s, not %s; remove the file and run: "
		    "ninja assets-%s",
			file->path, vm->args->opt['m'], file->hash, want, file->arch);
	}
}

void
vm_verify(struct vm *vm)
{
	const char *path = vm->args->opt['m'];
	cJSON *manifest = json_read(&vm->args->arena, path);

	rule_read(vm->args, path);
	for (size_t i = 0; i < VM_FILES; i++)
		verify_file(vm, manifest, &vm->files[i]);
	cJSON_Delete(manifest);
}

static void
add_text(struct hasher *h, const char *s)
{
	hash_add(h, s, strlen(s) + 1);
}

void
vm_key(const struct vm *vm, char hex[HASH_HEX + 1])
{
	static const char self[] = "/proc/self/exe";
	struct hasher *h = hash_new();

	if (!hash_file(self, hex))
		die("read %s:", self);
	add_text(h, hex);
	for (size_t i = 0; i < VM_FILES; i++)
		add_text(h, vm->files[i].hash);
	for (size_t i = 0; i < vm->args->given.n; i++) {
		const struct rule_option *o = &vm->args->given.v[i];

		// Where the files lie says nothing of what is in them.
		if (o->letter != 'o' && o->letter != 'd' && o->letter != 'm' &&
			!memchr(letters, o->letter, sizeof(letters))) {
			hash_add(h, &o->letter, 1);
			add_text(h, o->value);
		}
	}
	hash_end(h, hex);
}

const char *
vm_quote(struct arena *a, const char *value)
{
	char *out = arena_alloc(a, 2 * strlen(value) + 1), *to = out;

	for (; *value; value++) {
		if (*value == ',')
			*to++ = ',';
		*to++ = *value;
	}
	return out;
}

static const char *
kernel_words(const struct vm *vm, const char *words)
{
	const char *extra = vm->args->opt['x'];

	return arena_printf(&vm->args->arena,
		"console=%s ro init_on_alloc=1 slab_nomerge page_alloc.shuffle=1 "
		"random.trust_cpu=1 panic=-1%s%s%s",
		vm->board->console, words, extra ? " " : "", extra ? extra : "");
}

const char *const *
vm_command(const struct vm *vm, const char *words, const char *const *serial)
{
	struct arena *a = &vm->args->arena;
	const char *drive = arena_printf(a, "if=none,id=root,format=raw,readonly=on,file=%s",
		vm_quote(a, vm->files[2].path));
	const char *const fixed[] = {vm->args->opt['q'], "-nodefaults", "-no-user-config",
		"-no-reboot", "-display", "none", "-M", vm->board->name, "-accel", vm->accel,
		"-cpu", "max", "-m", vm->memory, "-smp", vm->cpus, "-kernel", vm->files[0].path,
		"-initrd", vm->files[1].path, "-append", kernel_words(vm, words), "-drive", drive,
		"-device", "virtio-blk-pci,drive=root"};
	VEC(const char *) argv = {0};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		VEC_ADD(a, &argv, fixed[i]);
	for (; *serial; serial++)
		VEC_ADD(a, &argv, *serial);
	VEC_ADD(a, &argv, NULL);
	return argv.v;
}

void
vm_not_started(const struct vm *vm)
{
	const char *qemu = vm->args->opt['q'];

	// EACCES is also what a folder of PATH gives that this user may not enter.
	if (errno == ENOENT || (errno == EACCES && !strchr(qemu, '/')))
		die("%s not found: apt-get install %s", qemu, vm->board->package);
	die("start %s:", qemu);
}
