#!/usr/bin/env python3
"""squash_trees.py TAR FOLDER: from an exported root filesystem three trees for the benchmark of pack_squashfs.

FOLDER/tree.tar is the first 800 MB of it, edited.tar the same with a line more in one file, package.tar the
same with a package of 60 files more; FOLDER/tree is tree.tar unpacked, for mksquashfs.
"""
import io, os, random, sys, tarfile

SIZE, FILES = 800 * 10 ** 6, 60
source, folder = sys.argv[1:]
taken, rest = [], []
with tarfile.open(source) as tar:
    total = 0
    for m in tar:
        if total > SIZE and (m.isreg() or m.islnk()):
            rest += [m] if m.isreg() and 0 < m.size < 400000 else []
            continue
        total += m.size if m.isreg() else 0
        taken.append(m)
    small = [m.name for m in taken if m.isreg() and 2000 < m.size < 20000]
    edited = small[len(small) // 2]
    package = random.Random(1).sample(rest or [m for m in taken if m.isreg() and 0 < m.size < 400000], FILES)

    def write(name, change, more):
        with tarfile.open(os.path.join(folder, name), "w", format=tarfile.PAX_FORMAT) as out:
            for m in taken:
                data = tar.extractfile(m).read() if m.isreg() else None
                if m.name == change:
                    data += b"# edited\n"
                    m = m.replace(name=m.name)
                    m.size = len(data)
                out.addfile(m, None if data is None else io.BytesIO(data))
            for i, m in enumerate(more):
                info = tarfile.TarInfo("usr/lib/a-new-package/%03d" % i)
                info.size, info.mode = m.size, 0o644
                out.addfile(info, tar.extractfile(m))
    write("tree.tar", None, [])
    write("edited.tar", edited, [])
    write("package.tar", None, package)
with tarfile.open(os.path.join(folder, "tree.tar")) as tar:
    tar.extractall(os.path.join(folder, "tree"), numeric_owner=True)
