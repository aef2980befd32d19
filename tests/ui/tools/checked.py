"""A window with the program's own tables and rules over some cases of the demo month, as the tools of the checks need it."""

from __future__ import annotations

from functools import lru_cache

from app.demo.month import generate
from app.knowledge import Choices, load_knowledge
from app.review import Knowledge, review_all
from app.workbench import Workbench


@lru_cache(maxsize=1)
def real_knowledge() -> Knowledge:
    """Starter tables, shipped rules, demonstration schemes; loaded once for all tests."""
    return load_knowledge(Choices())


def checked_workbench(count: int = 60) -> Workbench:
    """The first cases of the demo month, reviewed."""
    knowledge = real_knowledge()
    bench = Workbench(generate(count, 11).cases, knowledge, author="测试员")
    bench.put(review_all(bench.originals, knowledge))
    return bench
