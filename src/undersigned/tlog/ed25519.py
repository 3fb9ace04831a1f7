"""Ed25519 (RFC 8032): signatures checked with or without `cryptography`, made only with it."""

from functools import lru_cache
from hashlib import sha512

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
except ImportError:
    # The offline verifier runs on the standard library alone.
    FAST = False
else:
    FAST = True

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

# Extended homogeneous coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
_Point = tuple[int, int, int, int]
_NEUTRAL: _Point = (0, 1, 1, 0)


def _add(p: _Point, q: _Point) -> _Point:
    a = (p[1] - p[0]) * (q[1] - q[0]) % _P
    b = (p[1] + p[0]) * (q[1] + q[0]) % _P
    c = 2 * p[3] * q[3] * _D % _P
    d = 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiply(scalar: int, point: _Point) -> _Point:
    result = _NEUTRAL
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _recover_x(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    return _P - x if x & 1 != sign else x


def _decode(data: bytes) -> _Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= _P:
        return None
    x = _recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % _P)


def _encode(point: _Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _base_point() -> _Point:
    y = 4 * pow(5, -1, _P) % _P
    x = _recover_x(y, 0) or 0
    return x, y, 1, x * y % _P


_BASE = _base_point()


@lru_cache(maxsize=256)
def usable_public_key(public_key: bytes) -> bool:
    """A key is a canonical point of large order; under any other, forgeries would be possible."""
    point = _decode(public_key) if len(public_key) == 32 else None
    return point is not None and _encode(_multiply(8, point)) != _encode(_NEUTRAL)


def verify_slowly(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Section 5.1.7 of RFC 8032 without cofactor, in plain integers; strict about S and both points."""
    if len(signature) != 64 or not usable_public_key(public_key):
        return False
    point = _decode(public_key)
    s = int.from_bytes(signature[32:], "little")
    if point is None or s >= _ORDER:
        return False
    digest = sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % _ORDER
    minus = (_P - point[0], point[1], 1, _P - point[3])
    # R is compared as bytes, so that a second spelling of the same point is refused.
    return _encode(_add(_multiply(s, _BASE), _multiply(challenge, minus))) == signature[:32]


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this is the key's signature of the message; the answer never depends on the library."""
    if not FAST:
        return verify_slowly(public_key, message, signature)
    if len(signature) != 64 or not usable_public_key(public_key):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _private(seed: bytes) -> "Ed25519PrivateKey":
    if not FAST:
        raise RuntimeError("signing needs the package cryptography")
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_key_of(seed: bytes) -> bytes:
    """The 32-byte public key that belongs to a 32-byte seed."""
    return _private(seed).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """The 64-byte signature of the message under the key of this seed."""
    return _private(seed).sign(message)
