"""The path of a grouping as a tree, and as text to copy."""

from __future__ import annotations

from dataclasses import dataclass

from coding_rules.grouper.grouping import Grouping, Step


@dataclass(frozen=True, slots=True)
class PathNode:
    """A stage of the path (MDC, ADRG, MCC/CC, ...) with its steps, in the order in which they were tried."""

    stage: str
    steps: tuple[Step, ...]

    @property
    def title(self) -> str:
        """The stage with the step that held: what a folded tree shows."""
        held = "、".join(step.text for step in self.steps if step.held)
        return f"{self.stage}：{held}" if held else self.stage


def path_tree(grouping: Grouping) -> tuple[PathNode, ...]:
    """The steps by stage, stages in the order of the path."""
    stages: dict[str, list[Step]] = {}
    for step in grouping.path:
        stages.setdefault(step.stage, []).append(step)
    return tuple(PathNode(stage, tuple(steps)) for stage, steps in stages.items())


def path_text(grouping: Grouping) -> str:
    """Chain and tree as plain text, one step a line: ✓ held, ✗ did not; rule and source behind."""
    result = f"{grouping.group} {grouping.name}".strip() if grouping.grouped else f"未入组：{grouping.reason}"
    lines = [f"{grouping.scheme}：{result}", grouping.chain]
    for node in path_tree(grouping):
        lines.append(f"【{node.stage}】")
        lines += [f"  {'✓' if step.held else '✗'} {step.text}{_origin(step)}" for step in node.steps]
    return "\n".join(lines)


def _origin(step: Step) -> str:
    parts = "；".join(part for part in (step.rule, step.source) if part)
    return f"（{parts}）" if parts else ""
