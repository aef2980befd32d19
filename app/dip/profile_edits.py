"""A region profile while it is being edited: where it started, how it stands, and every step back and forth."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coding_rules.settlement.profile import RegionProfile

Step = tuple[str, RegionProfile]
"""What was changed, and the profile on the other side of that change."""


@dataclass(frozen=True, slots=True)
class ProfileEdits:
    """An immutable history: every edit makes a new value. ``past`` and ``ahead`` end with the step next to now."""

    start: RegionProfile
    now: RegionProfile
    past: tuple[Step, ...] = ()
    ahead: tuple[Step, ...] = ()

    @classmethod
    def of(cls, profile: RegionProfile) -> ProfileEdits:
        """Nothing changed yet."""
        return cls(profile, profile)

    @property
    def changed(self) -> bool:
        """Whether there is anything to keep."""
        return self.now != self.start

    @property
    def last(self) -> str:
        """What ``undone`` would take back; empty when there is nothing."""
        return self.past[-1][0] if self.past else ""

    @property
    def next(self) -> str:
        """What ``redone`` would do again; empty when there is nothing."""
        return self.ahead[-1][0] if self.ahead else ""

    def put(self, profile: RegionProfile, what: str) -> ProfileEdits:
        """One change; what was taken back before can no longer be done again."""
        if profile == self.now:
            return self
        return replace(self, now=profile, past=(*self.past, (what, self.now)), ahead=())

    def undone(self) -> ProfileEdits:
        """One step back, or the same."""
        if not self.past:
            return self
        *past, (what, before) = self.past
        return replace(self, now=before, past=tuple(past), ahead=(*self.ahead, (what, self.now)))

    def redone(self) -> ProfileEdits:
        """One step forth again, or the same."""
        if not self.ahead:
            return self
        *ahead, (what, after) = self.ahead
        return replace(self, now=after, past=(*self.past, (what, self.now)), ahead=tuple(ahead))
