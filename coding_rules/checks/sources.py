"""What a rule needs beside the file: a code table, its kinds of procedures, a crosswalk, a catalogue, a scheme.

Without it the functions that ask it answer "unknown", and a rule that cannot hold without their answer is not evaluated:
it is listed as such, as with a column that the file lacks.
"""

from __future__ import annotations

from coding_rules.checks.names import Source
from coding_rules.checks.predicates import FUNCTIONS, Env
from coding_rules.checks.syntax import Arithmetic, Both, Call, Compare, Node, Not, OneOf
from icd_tables.codes import Edition, Kind


def needed(node: Node) -> frozenset[Source]:
    """Sources without which a predicate is never true: those of any part of an "and", of every part of an "or"."""
    match node:
        case Both(_, True, parts):
            return frozenset().union(*map(needed, parts))
        case Both(_, False, parts):
            return frozenset.intersection(*map(needed, parts))
        case Not(_, part):
            return needed(part)
        case Compare(_, _, left, right) | Arithmetic(_, _, left, right):
            return needed(left) | needed(right)
        case OneOf():
            return needed(node.value)
        case Call(_, name, args):
            source = FUNCTIONS[name].source
            return frozenset({source} if source else ()).union(*map(needed, args))
        case _:
            return frozenset()


def absent(env: Env, edition: Edition) -> frozenset[Source]:
    """What is not loaded for cases coded in an edition."""
    tables = [env.terminology.table(kind, edition) for kind in Kind]
    procedures = env.terminology.table(Kind.PROCEDURE, edition)
    relations = env.relations
    there = {
        Source.TABLE: any(table is not None for table in tables),
        Source.KINDS: procedures is not None and any(entry.category for entry in procedures),
        Source.MAPPING: edition is Edition.CLINICAL and bool(env.terminology.crosswalks),
        Source.CATALOGUE: relations is not None and relations.has_groups,
        Source.FAMILIES: relations is not None and bool(relations.families.diagnoses),
        Source.RELATIONS: bool(relations),
    }
    return frozenset(source for source, loaded in there.items() if not loaded)
