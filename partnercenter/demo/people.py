"""The demo's partners, their connections, and one sign-in per role."""

from dataclasses import asdict, dataclass
from functools import cache

from django.contrib.auth.hashers import make_password

from partners.models import AdminRole, AgentRole, Cloud, Partner, PartnerSettings, User
from partners.services import connect, set_roles
from vianet.emulator.demo import DEMO_PARTNERS, DemoPartner

PASSWORD = "demo-password-2026"  # noqa: S105 - opens only a demo
REASON = "demo data"


@dataclass(frozen=True)
class SignIn:
    """One line of `.run/demo.json`."""

    email: str
    password: str
    partner: str
    roles: list[str]


@dataclass(frozen=True)
class Character:
    """A person of the demo, at each of its partners."""

    login: str
    name: str
    agent_role: AgentRole = AgentRole.NONE
    admin_role: AdminRole = AdminRole.NONE
    language: str = "en"

    @property
    def roles(self) -> list[str]:
        return sorted({self.agent_role.value, self.admin_role.value} - {"none"})


CAST = (
    Character("global", "陈静", admin_role=AdminRole.GLOBAL),
    Character("clerk", "林小明", AgentRole.ADMIN),
    Character("collections", "赵敏", AgentRole.SALES, AdminRole.BILLING),
    Character("sales", "王磊", AgentRole.SALES),
    Character("helpdesk", "刘洋", AgentRole.HELP_DESK),
    Character("billing", "周婷", admin_role=AdminRole.BILLING),
    Character("people", "吴昊", admin_role=AdminRole.USER_MANAGEMENT),
    Character("newcomer", "孙悦"),
)


def make_partner(demo: DemoPartner) -> Partner:
    """One partner with settings and a working connection to the emulator."""
    partner = Partner.objects.create(
        mpn_id=demo.mpn_id, name=demo.name, tenant_id=demo.tenant_id, billing_day=5
    )
    PartnerSettings.objects.create(partner=partner)
    connect(
        partner,
        cloud=Cloud.EMULATOR,
        tenant_id=demo.tenant_id,
        client_id=demo.client_id,
        client_secret=demo.client_secret,
        writes_enabled=True,
        by=None,
        reason=REASON,
    )
    return partner


def make_people(partner: Partner) -> list[SignIn]:
    """One person per role. The first partner's people have the plain addresses."""
    is_first = partner.mpn_id == DEMO_PARTNERS[0].mpn_id
    host = "demo.example" if is_first else f"{partner.mpn_id}.demo.example"
    return [_make(character, partner, host) for character in CAST]


def make_platform_admin() -> SignIn:
    """Who works in Django admin."""
    email = "admin@demo.example"
    User.objects.create_superuser(email, PASSWORD, name="Platform admin")
    return SignIn(email, PASSWORD, "", ["platform_admin"])


def as_rows(sign_ins: list[SignIn]) -> list[dict[str, object]]:
    """What `.run/demo.json` holds."""
    return [asdict(sign_in) for sign_in in sign_ins]


@cache
def _hashed() -> str:
    """Hashed once for all: the slowness is meant for guessers, not for the demo."""
    return make_password(PASSWORD)


def _make(character: Character, partner: Partner, host: str) -> SignIn:
    email = f"{character.login}@{host}"
    user = User.objects.create(
        email=email, password=_hashed(), name=character.name, language=character.language
    )
    if character.roles:
        set_roles(
            user,
            partner,
            agent_role=character.agent_role,
            admin_role=character.admin_role,
            by=None,
            reason=REASON,
        )
    return SignIn(email, PASSWORD, partner.mpn_id, character.roles)
