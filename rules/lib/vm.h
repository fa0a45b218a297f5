// SPDX-License-Identifier: Apache-2.0
// vm.h -- the image as a virtual machine: its files, checked, and the QEMU that runs them.
// Layer: rules/lib.
//
// No machine is started from a file that is not, byte for byte, what manifest.json says of it.
#ifndef RULES_LIB_VM_H
#define RULES_LIB_VM_H

#include "gen/base/hash.h"
#include "rules/lib/rule.h"

// The options that describe a machine, for struct rule.
#define VM_OPTS "a:k:i:r:m:q:A:M:C:x:"
#define VM_USAGE "-a ARCH -k VMLINUZ -i INITRD -r ROOTFS -m MANIFEST -q QEMU"
#define VM_USAGE_MORE "[-A tcg|kvm] [-M MEMORY_MB] [-C CPUS] [-x KERNEL_OPTIONS]"

enum { VM_FILES = 3 }; // kernel, initrd, root file system

struct vm {
	struct rule_args *args;
	const char *arch, *accel, *memory, *cpus;
	const struct vm_board *board;
	struct vm_file {
		const char *path, *arch, *name; // as the manifest calls it: ARCH/NAME
		char hash[HASH_HEX + 1];
	} files[VM_FILES];
};

// Read the options in VM_OPTS; exit 2 when one is wrong or missing.
void vm_options(struct vm *vm, struct rule_args *a);

// Hash the three files and compare with the manifest. Dies, naming the file, when one differs or is
// not in there; all are noted as read.
void vm_verify(struct vm *vm);

// What tells this machine from another: a hash of the three files, of this program and of every
// option but -o and -d.
void vm_key(const struct vm *vm, char hex[HASH_HEX + 1]);

// The command that runs the machine, without a network and with its root image read-only: WORDS
// (each with a blank before it) end the kernel's command line, SERIAL and what follows up to NULL
// are the options for its console.
const char *const *vm_command(const struct vm *vm, const char *words, const char *const *serial);

// QEMU's option syntax doubles commas in values.
const char *vm_quote(struct arena *a, const char *value);

// Dies: QEMU could not be started (errno tells why).
void vm_not_started(const struct vm *vm) __attribute__((noreturn));

#endif
