"""Sealing persons of a sealed appeal to the team's own keys: this server writes and cannot read again.

What it keeps beside the sealed file opens nothing: the digest that the commitment was made of, whose salt
is in the sealed file alone, and until the appeal is over a keyed hash of the address as it was typed.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from undersigned.accounts import age_keys
from undersigned.appeals.models import Appeal
from undersigned.lib import agebox, rows, vault
from undersigned.mailroom import address as addresses
from undersigned.signing import commitment, people, repeats
from undersigned.signing.models import Person, SealedPerson, Signature
from undersigned.tlog import leaf

CANNOT_WRITE = _(
    "This appeal is sealed: this server knows no address, so it cannot write to those who signed. Export the "
    "signatures and write from a machine of your own, with “undersigned unseal” and “undersigned write”."
)
CANNOT_HOLD = _(
    "This appeal is sealed: paper, lists, organisations and vouching would leave names with this server. "
    "It takes signatures by the form and by first signatories' confirmations."
)
_INSERT = rows.Insert(
    "signing_sealedperson",
    {"signature_id": "bigint", "sealed": "bytea", "private_digest": "bytea", "spelling": "bytea"},
    {},
    "ON CONFLICT (signature_id) DO NOTHING",
)


class IsSealed(Exception):
    """The appeal is sealed, and this cannot be done any more; the message is a sentence for people."""

    def __init__(self, words: Promise) -> None:
        super().__init__(words)
        self.words = words

    def __str__(self) -> str:
        return str(self.words)


@dataclass(frozen=True, slots=True)
class Own:
    """What a sealed appeal keeps of one person."""

    sealed: bytes
    private_digest: bytes
    spelling: bytes


def spelling_hasher(appeal: Appeal) -> Callable[[str], bytes]:
    """What tells an address as typed from another of the same mailbox, until the key of repeats is gone."""
    hashed = vault.hasher(repeats.key_name(appeal))
    return lambda email: hashed(f"spelling\0{addresses.normal(email)}")


class Sealer:
    """Seals persons of one appeal; the team's keys are read once."""

    def __init__(self, appeal: Appeal) -> None:
        self._appeal = appeal.public_id
        self._box = agebox.Sealer(age_keys.recipients(appeal.team_id))
        self._spelling = spelling_hasher(appeal)

    def seal(self, values: Mapping[str, str]) -> Own:
        """A person whose signature is bound by the address, under a new salt."""
        salt = os.urandom(commitment.SALT_SIZE)
        digest = leaf.private_digest(salt, commitment.private(values["email"]))
        return self.seal_bound(values, salt, digest)

    def seal_bound(self, values: Mapping[str, str], salt: bytes, digest: bytes) -> Own:
        """A person whose signature was bound before."""
        known = {name: values.get(name, "") for name in people.FIELDS}
        sealed = self._box.seal({"appeal": self._appeal, **known, "salt": leaf.b64u(salt)})
        return Own(sealed, digest, self._spelling(known["email"]))

    def seal_change(self, values: Mapping[str, str]) -> bytes:
        """What was told later, to stand behind what was sealed first."""
        told = {name: value for name, value in values.items() if value}
        return self._box.seal({"appeal": self._appeal, **told})


class Sealers:
    """The sealers of many appeals, each made when it is asked for."""

    def __init__(self) -> None:
        self._made: dict[int, Sealer] = {}

    def of(self, appeal: Appeal) -> Sealer:
        """The sealer of one appeal."""
        if appeal.pk not in self._made:
            self._made[appeal.pk] = Sealer(appeal)
        return self._made[appeal.pk]


def insert(made: Iterable[tuple[int, Own]]) -> None:
    """Writes sealed persons, in the caller's transaction."""
    _INSERT.run([(pk, own.sealed, own.private_digest, own.spelling) for pk, own in made])


def kept(numbers: Sequence[int]) -> dict[int, tuple[bytes, bytes | None]]:
    """Digest and spelling of these signatures, where their persons are sealed."""
    if not numbers:
        return {}
    among, values = rows.among("signature_id", "bigint", list(numbers))
    found = rows.fetch(
        f"SELECT signature_id, private_digest, spelling FROM signing_sealedperson WHERE {among}",  # noqa: S608
        values,
    )
    return {pk: (bytes(digest), spelling and bytes(spelling)) for pk, digest, spelling in found}


def seal_rows(numbers: Sequence[int]) -> int:
    """Seals persons that this server can still read, in the caller's transaction; gives their number.

    The salt that binds each goes into its sealed file and leaves the row. Raises VaultError, KeyMissing.
    """
    found = list(
        Signature.objects.select_for_update(of=("self",))
        .filter(pk__in=list(numbers), person__isnull=False)
        .select_related("person", "carrier", "appeal")
        .order_by("pk")
    )
    sealers, opened = Sealers(), people.opener()
    made = []
    for row in found:
        values = people.read(opened(row.person.sealed))
        made.append((row.pk, _sealed(sealers.of(row.appeal), row, values)))
    insert(made)
    done = [pk for pk, _own in made]
    Person.objects.filter(pk__in=done).delete()
    Signature.objects.filter(pk__in=done).update(salt_private=None)
    return len(done)


def _sealed(sealer: Sealer, row: Signature, values: Mapping[str, str]) -> Own:
    if row.salt_private is None:
        return sealer.seal(values)
    salt = bytes(row.salt_private)
    return sealer.seal_bound(values, salt, leaf.private_digest(salt, commitment.bound(row, values["email"])))


def of(signature: Signature) -> SealedPerson | None:
    """The sealed person of a signature; asked only where the appeal is sealed."""
    if not signature.appeal.is_sealed:
        return None
    return SealedPerson.objects.filter(pk=signature.pk).first()


def refuse(appeal: Appeal, words: Promise = CANNOT_HOLD) -> None:
    """Raises IsSealed where the appeal is sealed."""
    if appeal.is_sealed:
        raise IsSealed(words)
