"""Code lists that selection and checks share: facts about what a code stands for, compiled once.

Sources: the chapter and category meanings of ICD-10 and ICD-9-CM-3; the topics named in the 2016 front-page rules and the
2021 settlement-list rules (symptoms, terminal states, complications of care, follow-up codes).
"""

from __future__ import annotations

from functools import lru_cache

from coding_rules.codeset import CodeSet


def _codes(text: str) -> CodeSet:
    return CodeSet(text.split())


NEVER_PRINCIPAL = _codes(
    "B90-B97 D63 D77 E35 E64 E68 F54 G01-G02 G09 G05.3-G05.4 I69 O97 R65 T31-T32 T90-T98 U80-U86 "
    "V01-Y98 Z33 Z37-Z38 Z53 Z80-Z99"
)
"""Manifestations, organisms, extents, outcomes, histories, states, sequelae."""
SYMPTOMS = CodeSet(["R00-R94"])
"""Symptoms, signs and abnormal findings."""
SYMPTOM_CAUSES: tuple[tuple[CodeSet, CodeSet], ...] = tuple(
    (_codes(symptoms), _codes(causes))
    for symptoms, causes in (
        ("R00-R03", "I00-I52 I71 E05 !I10 !I25.2"),
        ("R04-R06 R09.0-R09.1 R91", "A15-A16 C30-C39 D14 D38 I00-I52 J00-J99 !I10 !I25.2"),
        ("R07 R09.2-R09.8", "I20-I52 I71 J09-J99 K20-K31 K80-K83 B02 S20-S29 !I25.2"),
        (
            "R10-R19 R93.2-R93.5",
            "A00-A09 B15-B19 C15-C26 C48 C56-C68 D12-D13 D20 D37 K20-K93 N00-N39 N70-N98 I85 !K76.0 !N40",
        ),
        ("R20-R29 R93.0", "A80-A89 C70-C72 C79.3 D32-D33 D43 G00-G99 I60-I68 M40-M54 S06 S14 S24 S34"),
        ("R30-R39 R93.4 R80", "C51-C68 D30 D41 N00-N99 !N40"),
        (
            "R40-R48 R51 R55-R56",
            "C70-C72 C79.3 D32-D33 E10.0 E11.0 E16 F00-F99 G00-G99 H81-H83 I44-I49 I60-I68 M47 S06 T36-T65",
        ),
        (
            "R50 R57.2 R65",
            "A00-B99 J00-J22 J44.0 J69 J85-J86 K35 K65 K80-K83 L00-L08 N10-N12 N39.0 N70-N77 M00 M32 C81-C96",
        ),
        ("R31", "C64-C68 N00-N42"),
        ("R60 R18", "I11 I50 K70-K77 N00-N19 C00-C97 E88.0 !K76.0"),
        ("R57", "A40-A41 I21-I22 I50 K92.2 R57 S00-T79"),
        ("R59 R22 R92 R93.8", "A00-B99 C00-D48 L00-L08 N60-N64"),
        ("R70-R79 R94", "B15-B19 C00-D89 E00-E16 K70-K77 N00-N19 !D64"),
    )
)
"""Symptoms, signs and findings, and the diseases that usually explain them: chapter by chapter, as ICD-10 chapter XVIII groups
them. A disease of another kind beside a symptom does not make the symptom wrong as principal diagnosis."""
TERMINAL = _codes("I46 R09.2 R57 R40.2 J96 I50.9 G93.1 G93.6")
"""Terminal states and failures that follow from a disease."""
BACKGROUND = _codes(
    "D50 D53 D63-D64 E03.9 E11.9 E55 E58-E61 E77-E78 E83 E86-E87 I10 I25.2 I69 I70 K29.3-K29.5 K76.0 "
    "K76.8 M81 N28.1 N40 R73 Z80-Z99"
)
"""Long-standing or accompanying conditions that are seldom the reason for a stay when something else is on the form."""
COMPANIONS = _codes(
    "D50 D53 D63-D64 D69.6 E03.9 E04 E11 E14 E55 E58-E61 E77-E78 E83 E86-E88 G47 H35.0 I25 I48-I50 I63 I65 I67 I69 I70 "
    "J18 J44 J90 J96 J98 K21 K29 K59 K72 K74 K76 M81 M85 N18-N19 N28.1 N39 N40 Z80-Z99"
)
"""Conditions that stand beside the principal diagnosis far more often than other diseases do: the chronic diseases of the aged,
their complications, deficiencies and findings. Source: what internal wards' front pages list; common clinical knowledge."""
COMMONEST_COMPANION = CodeSet(["I10"])
DELIVERY = CodeSet(["O80-O84"])
OBSTETRIC_TROUBLE = _codes("O10-O16 O20-O25 O30-O46 O60-O75 O98-O99")
TREATMENT_STAYS = CodeSet(["Z51.0-Z51.1", "Z51.8"])
"""Stays for radiotherapy, chemotherapy, other tumour treatment."""
TUMOUR_TREATMENT = CodeSet(["99.25", "99.28", "92.2-92.3"])
"""Chemotherapy, immunotherapy and radiotherapy."""
POISONING = CodeSet(["T36-T65"])
ACUTE_EVENTS = _codes("I21-I22 I60-I63 I71.0 I26 K35 K85 J80 A40-A41 S06 N17")
"""Acute events that outweigh a chronic disease beside them."""

NEVER_MAIN = _codes("00.40-00.43 00.45-00.48 00.74-00.78 00.9 81.62-81.64 84.51 39.61-39.66 93-94")
"""Procedure codes that only add to another procedure (numbers of vessels and stents, bearing surfaces, levels fused ...)."""
ACCOMPANYING = _codes("13.7 54.5 38.9 96 99.0 99.1 89 90 93 86.59 54.11 54.21 68.12 80.2")
"""Procedures that usually accompany another one: lens insertion, adhesiolysis, catheters, transfusion, exploration."""
DIAGNOSTIC = _codes(
    "01.1 03.3 04.1 05.1 06.1 07.1 08.1 09.1 10.2 11.2 12.2 14.1 15.0 16.2 18.1 20.3 21.2 22.1 24.1 25.0 26.1 27.2 "
    "28.1 29.1 31.4 33.2 34.2 37.2 38.2 40.1 41.3 42.2 44.1 45.1-45.2 48.2 49.2 50.1 51.1 52.1 54.2 55.2 56.3 57.3 "
    "58.2 59.2 60.1 61.1 62.1 63.0 64.1 65.1 66.1 67.1 68.1 70.2 71.1 80.2-80.3 81.98 83.2 85.1 86.1 87-91 92.0-92.1 "
    "94.0 95.0-95.4"
)
"""“Diagnostic procedures on ...” of every chapter, imaging, laboratory."""

USUALLY_OPERATED = _codes(
    "C73 D17 D24-D25 D27 D34 H02 H04.5 H11.0 H25-H26 H33.0 H50 I83 I84.2 I86.1 J33 J34.2 J35 K40.2 K40.9 K41.9 K42.9 K43.9 "
    "K60-K61 K64.2-K64.3 M23 N43 N60 N81 N83 N84 N85 N47 Q53 Q54 S72.0-S72.2"
)
"""Diseases people are mostly admitted for to be operated on (elective surgery)."""

TREATS: tuple[tuple[CodeSet, CodeSet], ...] = tuple(
    (_codes(procedures), _codes(diagnoses))
    for procedures, diagnoses in (
        ("01.2-01.5 02.0 02.3", "I60-I62 S06 S02 C70-C72 C79.3 D32-D33 D42-D43 G91"),
        ("03.0 03.6 80.5 81.0 81.3 81.65-81.66", "M40-M54 M80 S12-S13 S22-S23 S32-S33 M99 C79.5"),
        ("06.2-06.5", "C73 D34 E01-E07"),
        ("12.3-12.6", "H40-H42"),
        ("13.1-13.6", "H25-H28 Q12"),
        ("14.2-14.7", "H30-H36 H43-H45"),
        ("21.3 21.6 21.8 22.3-22.6", "J30-J34 S02.2"),
        ("28.2-28.6", "J03 J35-J36 G47.3"),
        ("32.2-32.6", "C34 D14 D38 J85 J93-J94 A15"),
        ("35 36.0-36.1 00.66 00.61", "I05-I09 I20-I25 I33-I38 Q20-Q25"),
        ("37.7-37.9 37.3", "I42 I44-I50"),
        ("38.5", "I83"),
        ("39.95 54.98", "N17-N19 I12-I13 E10.2 E11.2 E14.2 T36-T65 K85"),
        ("43.4-43.9", "C16 K25-K28 D13 D37 K31"),
        ("45.4-45.8 46", "C17-C20 D12 K55-K63 K50-K51"),
        ("47", "K35-K38"),
        ("49.0-49.7", "I84 K60-K64"),
        ("50.2-50.4", "C22 C78.7 D13.4 D18"),
        ("51.2 51.4 51.8", "K80-K83 C23-C24"),
        ("53", "K40-K46"),
        ("55.0-55.6 56.0-56.4 59.8 98.5", "N13 N20-N23 C64-C66"),
        ("57.4-57.7", "C67 D09.0 D30 D41 N32"),
        ("60.2-60.6", "N40-N42 C61"),
        ("65.2-65.6 68.2-68.9", "C51-C58 D25-D28 D39 N80-N85 N92-N93"),
        ("72-75", "O00-O99"),
        ("76-79 81.5 84.7", "S02 S12 S22 S32 S42 S52 S62 S72 S82 S92 M80 M84 M16-M17 M87 T02 T08-T14"),
        ("80.6 81.4", "M17 M23-M24 S83 S43 M75"),
        ("85.2-85.4", "C50 D05 D24 D48.6 N60-N64"),
        ("92.2-92.3", "Z51.0"),
        ("99.25", "Z51.1-Z51.2"),
        ("99.28", "Z51.8"),
    )
)
"""What operations of a kind mainly treat: the common ground of the classifications, used where no catalogue is loaded."""


@lru_cache(maxsize=100_000)
def explains(disease: str, symptom: str) -> bool:
    """Whether a disease is a usual cause of a symptom (bare normalised codes)."""
    return any(symptom in shown and disease in causes for shown, causes in SYMPTOM_CAUSES)


@lru_cache(maxsize=100_000)
def treats(procedure: str, diagnosis: str) -> bool:
    """Whether the procedure is a usual treatment of the diagnosis (bare normalised codes)."""
    return any(procedure in done and diagnosis in treated for done, treated in TREATS)


DEPARTMENTS: tuple[tuple[str, CodeSet], ...] = tuple(
    (name, _codes(codes.replace(",", " ")))
    for name, codes in (
        ("新生儿", "P00-P96,Q00-Q99"),
        ("心血管", "I00-I52,I70-I72,Q20-Q28"),
        ("心内", "I00-I52,I70-I72,Q20-Q28"),
        ("心外", "I00-I52,I71,Q20-Q28"),
        ("呼吸", "J00-J99,A15-A16,C34,R04"),
        ("消化", "K00-K93,B15-B19,I85,C15-C26"),
        ("神经内", "G00-G99,I60-I69,R42,R56,F00-F03"),
        ("神经外", "I60-I67,S06,C70-C72,D32-D33,D42-D43,G91,G93"),
        ("内分泌", "E00-E90,C73,D34"),
        ("肾", "N00-N29,I12,E87,D59.3,M32"),
        ("血液", "D50-D89,C81-C96,D45-D47"),
        ("风湿", "M05-M14,M30-M36,M45"),
        ("骨", "M00-M99,S12-S99,T02,T08-T14,Q65-Q79"),
        ("泌尿", "N00-N51,C60-C68,Q53-Q64,D29-D30,D40-D41"),
        ("眼", "H00-H59,S05,Q10-Q15"),
        ("耳鼻", "H60-H95,J00-J06,J30-J39,C30-C32,R04.0"),
        ("口腔", "K00-K14,S02,C00-C10"),
        ("妇产", "N60-N98,D24-D28,C50-C58,O00-O99,Q50-Q52,Z34-Z39"),
        ("妇", "N60-N98,D24-D28,C50-C58,O00-O08,Q50-Q52"),
        ("产", "O00-O99,Z34-Z39"),
        ("肿瘤", "C00-C97,D00-D48,Z51"),
        ("感染", "A00-B99,K70-K77,J09-J11"),
        ("传染", "A00-B99,K70-K77,J09-J11"),
        ("肝胆", "K70-K87,C22-C25,D13"),
        ("普外", "K00-K93,C15-C26,C50,C73,I83-I84,D12-D13,D24,D34,E04"),
        ("肛肠", "K55-K64,I84,C18-C21,D12"),
        ("胸外", "J86,J93-J98,C15,C33-C38,S20-S29,D14-D15"),
        ("皮肤", "L00-L99,B00-B09,B35-B36"),
        ("精神", "F00-F99"),
        ("康复", "Z50,Z54,I69,G80-G83,T90-T98,M00-M99,S00-S99"),
        ("烧伤", "T20-T32"),
    )
)
"""What a department mainly treats, by a part of its name; the first part that matches counts."""


@lru_cache(maxsize=4096)
def department_codes(name: str) -> CodeSet | None:
    """The diseases a department mainly treats, or ``None`` for a department we do not know."""
    return next((codes for part, codes in DEPARTMENTS if part in name), None)
