"""Pathology of tumours: a typical morphology per site (ICD-O), so that front pages of tumours are complete."""

from __future__ import annotations

from collections.abc import Sequence

_TYPICAL = (
    ("C15", "M80700/3", "鳞状细胞癌"),
    ("C16", "M81400/3", "腺癌"),
    ("C18", "M81400/3", "腺癌"),
    ("C20", "M81400/3", "腺癌"),
    ("C22", "M81700/3", "肝细胞癌"),
    ("C25", "M85000/3", "浸润性导管癌"),
    ("C32", "M80700/3", "鳞状细胞癌"),
    ("C34", "M81400/3", "腺癌"),
    ("C50", "M85000/3", "浸润性导管癌"),
    ("C53", "M80700/3", "鳞状细胞癌"),
    ("C56", "M84410/3", "浆液性囊腺癌"),
    ("C64", "M83120/3", "肾细胞癌"),
    ("C67", "M81200/3", "移行细胞癌"),
    ("C73", "M82600/3", "乳头状腺癌"),
    ("C83", "M96800/3", "恶性淋巴瘤，大B细胞，弥漫性"),
    ("C90", "M97320/3", "多发性骨髓瘤"),
    ("C92", "M98610/3", "急性髓样白血病"),
    ("C", "M80000/3", "恶性肿瘤"),
    ("D0", "M80100/2", "原位癌"),
    ("D25", "M88900/0", "平滑肌瘤"),
    ("D1", "M80000/0", "良性肿瘤"),
    ("D2", "M80000/0", "良性肿瘤"),
    ("D3", "M80000/0", "良性肿瘤"),
)


def pathology_of(codes: Sequence[str]) -> tuple[str, str] | None:
    """Morphology code and name for a principal tumour, or for the first other one when the stay is for its therapy (Z51)."""
    looked_at = codes if codes and codes[0].startswith("Z51") else codes[:1]
    for code in looked_at:
        for prefix, morphology, name in _TYPICAL:
            if code.startswith(prefix):
                return morphology, name
    return None
