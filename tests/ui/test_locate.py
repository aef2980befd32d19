import pytest

from icd_tables.codes import Kind
from ui.locate import line_of


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("JBDM", (Kind.DIAGNOSIS, 0)),
        ("ZYZD", (Kind.DIAGNOSIS, 0)),
        ("QTZD3", (Kind.DIAGNOSIS, 3)),
        ("RYBQ12", (Kind.DIAGNOSIS, 12)),
        ("SSJCZBM1", (Kind.PROCEDURE, 0)),
        ("SSJCZMC7", (Kind.PROCEDURE, 6)),
        ("XB", None),
        ("", None),
    ],
)
def test_fields_lead_to_their_line(field: str, place: tuple[Kind, int] | None) -> None:
    assert line_of(field) == place
