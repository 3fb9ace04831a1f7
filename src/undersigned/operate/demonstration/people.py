"""The invented people who signed the demonstration appeal."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count

# Names under .example can belong to nobody.
DOMAIN = "saltmarsh.example"


@dataclass(frozen=True)
class Signer:
    """An invented person, and how they want to be shown."""

    name: str
    role: str = ""
    place: str = ""
    affiliation: str = ""
    display: str = "name"
    pseudonym: str = ""


def _pseudonym(name: str, pseudonym: str, **more: str) -> Signer:
    return Signer(name, display="pseudonym", pseudonym=pseudonym, **more)


# Asked before the opening, in this order.
FIRST = (
    Signer("Maren Holt", "ferry pilot", "Saltmarsh"),
    Signer("Tadeo Quiroz Lamas", "retired teacher", "Saltmarsh", "Evening School"),
    Signer("სოფიო ლომაძე", "boat builder", "Upper Quay"),
    Signer("أمينة يزيدي", "nurse", "Saltmarsh", "Harbour Clinic"),
)

# Who signed the first version.
EARLY = (
    Signer("Iñaki Sorolla", "carpenter", "Saltmarsh"),
    Signer("Нина Ветрова", "librarian", "Lower Marsh"),
    Signer("林小雨", "student"),
    Signer("Zoë Ångström", "student", "Upper Quay"),
    _pseudonym("T. Weaver", "A lamplighter"),
    Signer("Δέσποινα Καλλή", "baker", "Saltmarsh"),
    Signer("J. Fisher", display="unlisted"),
    Signer("Łucja Brzęk", "net maker", "Lower Marsh"),
    Signer("मीरा केसरी", "pharmacist"),
    Signer("Ọlábísí Adérójú", "radio operator", affiliation="Coast Station"),
    Signer("Võ Thị Hạnh", "cook", "Saltmarsh"),
    Signer("P. Marsh", display="unlisted"),
)

# Who signed the second.
LATE = (
    Signer("Gwenllian Prys", "postwoman", "Upper Quay"),
    Signer("יעל ברזל", "translator"),
    Signer("Søren Kragh", "harbour master, retired", "Saltmarsh"),
    Signer("佐伯 澪", "cartographer"),
    Signer("فرهاد روشنی", "electrician", "Lower Marsh"),
    Signer("Marisol Ibarrola", "bus driver", "Saltmarsh"),
    _pseudonym("A. Keeper", "Eleven steps", place="Saltmarsh"),
    Signer("Անահիտ Սահակի", "violinist"),
    Signer("Þórdís Hallsdóttir", "weaver"),
    Signer("윤하늘", "gardener", "Upper Quay"),
    Signer("Çiğdem Aksoylu", "glazier", "Saltmarsh", "Window Makers' Co-operative"),
    Signer("Томиріс Қайратқызы", "teacher", "Lower Marsh"),
    Signer("H. Reeves", display="unlisted"),
    Signer("Beneditu Carreira", "fish seller", "Saltmarsh"),
    Signer("தமிழரசி வேலன்", "doctor", affiliation="Harbour Clinic"),
    Signer("Ingeborg van der Stroom", "lock keeper", "Upper Quay"),
    Signer("Mwanaidi Shomvi", "tailor"),
    _pseudonym("R. Ostler", "طائر الليل"),
    Signer("Ágota Szelényi", "bookbinder", "Saltmarsh"),
    Signer("ใบบัว แสงจันทร์", "student"),
    Signer("D'Arcy O'Meall-Finn", "bell founder", "Lower Marsh"),
    Signer("ლევან წყალობაძე", "ferry pilot", "Saltmarsh"),
    Signer("Katalina Aguerre", "joiner", "Saltmarsh", "Four Joiners"),
    Signer("বীণা সরকারি", "accountant"),
    Signer("ተስፋዬ ብርሃኑ", "baker", "Saltmarsh"),
    Signer("Liubov Zoria", "piano tuner", "Upper Quay"),
    _pseudonym("B. Cole", "The man with the atlas"),
)

# Who signed the Spanish translation.
SPANISH = (
    Signer("Inés Corvera", "traductora", "Bajamar"),
    Signer("Xosé Vilar Couto", "estibador", "Bajamar"),
    Signer("Nahia Etxarri", "enfermera", affiliation="Clínica del Muelle"),
    _pseudonym("M. Robles", "La del tercer banco"),
    Signer("Yuma Quispe Ayma", "tejedora"),
    Signer("D. Rey", display="unlisted"),
)

# Who signed what the evening class made of it.
CLASS = (
    Signer("Oswin Tarrant", "learner", "Lower Marsh"),
    Signer("Halima Benkaddour", "learner", "Saltmarsh"),
    Signer("Brónach Ní Shé", "teacher, retired", "Saltmarsh", "Evening School"),
    Signer("K. Odell", display="unlisted"),
)

# Who signed on paper, in letters that the drawn scan has; the first had signed on line and counts once.
ON_PAPER = (
    Signer("Marisol Ibarrola", "bus driver", "Saltmarsh"),
    Signer("Wilma Tredgold", "eel catcher", "Lower Marsh"),
    Signer("Benat Uharte", "", "Saltmarsh"),
    Signer("Old Mrs Quill", "", "Upper Quay", display="unlisted"),
    Signer("Casimir Dohm", "signalman, retired", "Saltmarsh"),
)


def request_values(signer: Signer, email: str) -> dict[str, str]:
    """What the signer types into the form."""
    return {**asdict(signer), "email": email, "edition": "on", "addressee": "on"}


def addresses(start: int = 1) -> Iterator[str]:
    """One mail address after the other, at a place that cannot exist."""
    return (f"signer-{number}@{DOMAIN}" for number in count(start))
