"""Run every bench: ``python -m tests.bench [--small]``; each is a module ``bench_*`` with ``main(arguments) -> int``.

``--small`` runs them on little data, to prove that they work; figures worth quoting come from the full size.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import tests.bench


def main() -> int:
    """Run all benches in name order; the first failure is the exit code."""
    worst = 0
    for module in sorted(pkgutil.iter_modules(tests.bench.__path__), key=lambda item: item.name):
        if not module.name.startswith("bench_"):
            continue
        print(f"== {module.name}", flush=True)
        bench = importlib.import_module(f"tests.bench.{module.name}")
        worst = worst or int(bench.main(sys.argv[1:]))
    return worst


if __name__ == "__main__":
    sys.exit(main())
