"""Pictures of the manual and the READMEs, from the demo month: ``python -m tests.make_pictures [NAME...]``.

Everything happens in a temporary user folder, so that a fresh installation is shown and nothing of the person who runs
this. Cases are chosen by what they show, never by number.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"


def main(names: Sequence[str]) -> None:
    """Take the pictures named, or all."""
    from tests.pictures.scenes import SCENES
    from tests.pictures.studio import Studio

    FOLDER.mkdir(parents=True, exist_ok=True)
    studio = Studio(FOLDER)
    for name in names or SCENES:
        SCENES[name](studio)
        print(name)
    studio.close()


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["CASECODE_HOME"] = home
        main(sys.argv[1:])
