# SPDX-License-Identifier: Apache-2.0
"""Small measurements of the sandbox: see capsem-bench --help."""
