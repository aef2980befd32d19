"""What loaded catalogues and schemes teach the checks."""

from __future__ import annotations

from decimal import Decimal

from app.relations import learn_relations
from coding_rules.grouper.dip.catalogue import DipCatalogue, DipGroup, DipKind
from coding_rules.grouper.drg.scheme import Scheme, SchemeInfo
from coding_rules.grouper.drg.scheme_build import Sheet, build_scheme
from coding_rules.relations import Bond

GROUPS = (
    DipGroup(
        "K80.1:51.2300", "胆囊", DipKind.CORE, "K80.1", main=((("51.2300",),),), mean_fee=Decimal("16312.15")
    ),
    DipGroup(
        "H25.9:x",
        "白内障",
        DipKind.CORE,
        "H25.9",
        main=((("13.4100x001", "13.4100"),),),
        related=((("13.7100x001",),),),
    ),
    DipGroup("I10", "高血压", DipKind.CORE, "I10.x"),
    DipGroup("K80:SS", "综合", DipKind.MIXED, "K80"),
)


def scheme() -> Scheme:
    rows = {
        "mdc": [
            ["order", "mdc", "name", "rule"],
            ["1", "MDCH", "肝胆", "pdx in H.DX"],
            ["2", "MDCF", "循环", "pdx in F.DX"],
        ],
        "adrg": [
            ["order", "mdc", "adrg", "name", "rule"],
            ["1", "MDCH", "HC1", "胆囊切除", "ppx in HC1.PX"],
            ["2", "MDCF", "FM1", "冠脉支架", "ppx in FM1.PX"],
        ],
        "drg": [
            ["order", "adrg", "drg", "name", "rule"],
            ["1", "HC1", "HC19", "x", "true"],
            ["1", "FM1", "FM19", "x", "true"],
        ],
        "code_lists": [
            ["list", "kind", "code"],
            ["H.DX", "dx", "K80.100"],
            ["F.DX", "dx", "I21.900"],
            ["HC1.PX", "px", "51.2300"],
            ["FM1.PX", "px", "36.0700"],
        ],
        "complications": [["code", "level", "exclusion_table"]],
        "exclusions": [["principal_diagnosis", "exclusion_table"]],
    }
    return build_scheme(
        SchemeInfo("t", "t"), {name: Sheet(f"{name}.csv", cells) for name, cells in rows.items()}
    )


def test_a_catalogue_teaches_pairs_and_fees() -> None:
    relations = learn_relations(DipCatalogue("t", GROUPS))
    assert relations.bond("K80.100", "51.2300") is Bond.PAIR
    assert relations.bond("H25.900", "13.4100") is Bond.PAIR
    assert relations.main_among("H25.900", ["13.7100x001", "13.4100x001"]) == 1
    assert relations.operated_only("K80.100")
    assert not relations.operated_only("I10.x00")
    assert relations.groups_of("K80.100")[0].mean_fee == 1_631_215
    assert relations.groups_of("K80.900") == ()


def test_a_row_that_offers_a_choice_shares_out_its_cases() -> None:
    group = DipGroup(
        "K80.1:51.2300",
        "胆囊",
        DipKind.CORE,
        "K80.1",
        main=((("51.2300",),), (("51.2200",),)),
        cases=90,
        cv=Decimal("0.31"),
        mean_los=Decimal("6.5"),
    )
    rows = learn_relations(DipCatalogue("t", (group,))).groups_of("K80.100")
    assert [(row.main, row.cases, row.cv, row.mean_los) for row in rows] == [
        ("51.2300", 45.0, 0.31, 6.5),
        ("51.2200", 45.0, 0.31, 6.5),
    ]


def test_a_scheme_teaches_families() -> None:
    relations = learn_relations(None, scheme())
    assert relations.bond("K80.100", "51.2300") is Bond.FAMILY
    assert relations.bond("I21.900", "51.2300") is Bond.NEVER
    assert relations.families_of("I21.900") == {"MDCF"}


def test_demonstration_data_teach_nothing() -> None:
    assert not learn_relations(DipCatalogue("t", GROUPS, demo=True))
    assert not learn_relations()
