// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/elf.h"

#include <elf.h>
#include <stdbool.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/source.h"

// Architectures as configs call them, and as ELF headers do.
static const struct machine {
	const char *arch;
	unsigned number;
} machines[] = {{"x86_64", EM_X86_64}, {"arm64", EM_AARCH64}};

enum { NMACHINES = sizeof(machines) / sizeof(*machines) };

unsigned
elf_machine(const char *arch)
{
	for (size_t i = 0; i < NMACHINES; i++) {
		if (strcmp(machines[i].arch, arch) == 0)
			return machines[i].number;
	}
	die_usage("unknown architecture '%s': expected x86_64 or arm64", arch);
}

static const char *
machine_name(struct arena *a, unsigned number)
{
	for (size_t i = 0; i < NMACHINES; i++) {
		if (machines[i].number == number)
			return machines[i].arch;
	}
	return arena_printf(a, "machine number %u", number);
}

// Copy N bytes at OFF of the file into OUT; false when they are not all there.
static bool
fetch(struct str file, Elf64_Off off, void *out, size_t n)
{
	if (off > file.n || n > file.n - off)
		return false;
	memcpy(out, file.s + off, n);
	return true;
}

// The file header, on which all else depends; copied to *h as it may lie at any address.
static const char *
why_not_executable(struct arena *a, struct str file, unsigned machine, Elf64_Ehdr *h)
{
	if (file.n == 0)
		return "is empty";
	if (file.n < SELFMAG || memcmp(file.s, ELFMAG, SELFMAG) != 0)
		return "is not an ELF program";
	if (!fetch(file, 0, h, sizeof(*h)))
		return "is cut short";
	if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != ELFDATA2LSB)
		return "is not a 64-bit little-endian program";
	if (h->e_machine != machine) {
		return arena_printf(a, "is for %s, not for %s", machine_name(a, h->e_machine),
			machine_name(a, machine));
	}
	if (h->e_type != ET_EXEC && h->e_type != ET_DYN)
		return "is an object file, not an executable";
	if (h->e_entry == 0)
		return "is a library, not an executable";
	if (h->e_phnum == 0 || h->e_phentsize != sizeof(Elf64_Phdr))
		return "has no usable program headers";
	return NULL;
}

// Whether the bytes of segment P are all in the file.
static bool
is_inside(struct str file, const Elf64_Phdr *p)
{
	return p->p_offset <= file.n && p->p_filesz <= file.n - p->p_offset;
}

static const char *
why_interpreted(struct arena *a, struct str file, const Elf64_Phdr *p)
{
	if (!is_inside(file, p))
		return "is cut short";
	return arena_printf(a, "is not static: it wants the interpreter %.*s",
		(int)strnlen(file.s + p->p_offset, p->p_filesz), file.s + p->p_offset);
}

// A static-pie program has a dynamic section too, but needs no library.
static const char *
why_dynamic(struct str file, const Elf64_Phdr *p)
{
	for (Elf64_Xword i = 0; i + sizeof(Elf64_Dyn) <= p->p_filesz; i += sizeof(Elf64_Dyn)) {
		Elf64_Dyn d;

		if (!fetch(file, p->p_offset + i, &d, sizeof(d)))
			return "is cut short";
		if (d.d_tag == DT_NULL)
			break;
		if (d.d_tag == DT_NEEDED)
			return "is not static: it needs shared libraries";
	}
	return NULL;
}

// The segments, one by one, until one tells that the program is not static.
static const char *
why_not_loadable(struct arena *a, struct str file, const Elf64_Ehdr *h)
{
	const char *why = NULL;
	bool loads = false;

	for (unsigned i = 0; !why && i < h->e_phnum; i++) {
		Elf64_Phdr p;

		if (!fetch(file, h->e_phoff + i * sizeof(p), &p, sizeof(p)))
			return "is cut short";
		if (p.p_type == PT_INTERP) {
			why = why_interpreted(a, file, &p);
		} else if (p.p_type == PT_DYNAMIC) {
			why = why_dynamic(file, &p);
		} else if (p.p_type == PT_LOAD) {
			why = is_inside(file, &p) ? NULL : "is cut short";
		}
		loads = loads || p.p_type == PT_LOAD;
	}
	return why || loads ? why : "has nothing to load";
}

const char *
elf_why_not_static(struct arena *a, const char *path, unsigned machine)
{
	const struct source *src = source_load(a, path, path);
	const char *why;
	Elf64_Ehdr h;

	if (!src)
		die("open %s:", path);
	why = why_not_executable(a, src->text, machine, &h);
	return why ? why : why_not_loadable(a, src->text, &h);
}
