"""Which e-mail addresses can't be read while the customer's own tenant is suspended."""


def is_own(address: str, domain: str) -> bool:
    """Whether mail to this address needs the tenant with this domain to be read."""
    host = address.rpartition("@")[2].lower()
    own = domain.lower()
    return bool(host) and bool(own) and (host == own or host.endswith(f".{own}"))
