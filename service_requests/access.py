"""Who may read the words of a request, and who may work on it."""

from partners.access import can
from partners.http import ensure
from partners.models import Partner, User
from partners.permissions import Permission
from service_requests import rules
from service_requests.models import Kind, ServiceRequest, Topic


def permission_to_read(request: ServiceRequest) -> Permission:
    """What a person needs to read title, text, notes and files; bills name amounts."""
    return rules.permission_to_read(Topic(request.topic))


def may_read(user: User, request: ServiceRequest) -> bool:
    """Whether title, text and notes may be shown."""
    return can(user, permission_to_read(request), request.partner)


def title_for(user: User, request: ServiceRequest) -> str:
    """The title, or only the topic for people who may not read the words."""
    return request.title if may_read(user, request) else request.get_topic_display()


def may_draft(user: User, partner: Partner) -> bool:
    """Whether the person writes requests at this partner."""
    return can(user, Permission.DRAFT_CUSTOMER_REQUESTS, partner)


def may_annotate(user: User, request: ServiceRequest) -> bool:
    """Whether the person may change a draft and add notes."""
    return may_draft(user, request.partner) and may_read(user, request)


def may_file(user: User, request: ServiceRequest) -> bool:
    """Whether the person may file, move and close this request."""
    needed = rules.permission_to_file(Kind(request.kind))
    return can(user, needed, request.partner) and may_read(user, request)


def topics_for(user: User, partner: Partner, *, has_customer: bool) -> list[Topic]:
    """The topics on which the person may write a request."""
    return [
        topic
        for topic in Topic
        if can(user, rules.permission_to_read(topic), partner)
        and (has_customer or Kind.PARTNER_CENTER in rules.DOORS[topic])
    ]


def ensure_may_annotate(user: User, request: ServiceRequest) -> None:
    """Raise MissingPermission unless the person may change a draft and add notes."""
    ensure(user, Permission.DRAFT_CUSTOMER_REQUESTS, request.partner)
    ensure(user, permission_to_read(request), request.partner)


def ensure_may_file(user: User, request: ServiceRequest) -> None:
    """Raise MissingPermission unless the person may file, move and close this request."""
    ensure(user, rules.permission_to_file(Kind(request.kind)), request.partner)
    ensure(user, permission_to_read(request), request.partner)
