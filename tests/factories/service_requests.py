"""Requests to 21Vianet, walked through the real verbs."""

from datetime import timedelta

import factory

from partners import clock
from partners.models import User
from service_requests import lifecycle
from service_requests.models import Kind, ServiceRequest, Status, Topic
from tests.factories.customers import CustomerFactory
from tests.factories.partners import global_admin


class ServiceRequestFactory(factory.django.DjangoModelFactory[ServiceRequest]):
    class Meta:
        model = ServiceRequest

    customer = factory.SubFactory(CustomerFactory)
    partner = factory.SelfAttribute("customer.partner")
    kind = Kind.CUSTOMER
    topic = Topic.TECHNICAL
    title = "Nobody receives mail"
    text = "Since this morning no mail arrives."
    created_at = factory.LazyFunction(clock.now)


def request_at(status: Status, *, by: User | None = None, **fields: object) -> ServiceRequest:
    """A request that went the way to this status."""
    request: ServiceRequest = ServiceRequestFactory.create(**fields)
    by = by or global_admin(request.partner)
    if status != Status.DRAFT:
        _file(request, by)
    if status == Status.IN_PROGRESS:
        lifecycle.progress(request, by=by, reason="they called")
    if status == Status.ATTENTION_NEEDED:
        lifecycle.need_attention(request, by=by, reason="they asked")
    if status in {Status.RESOLVED, Status.CLOSED}:
        lifecycle.resolve(request, answer="It works again.", by=by, reason="they answered")
    if status == Status.CLOSED:
        lifecycle.close(
            request, told=None, nobody_to_tell="They saw it themselves.", by=by, reason="done"
        )
    return request


def _file(request: ServiceRequest, by: User) -> None:
    tomorrow = clock.business_date(request.partner) + timedelta(days=1)
    lifecycle.file(request, reference="SR-1", next_check_on=tomorrow, by=by, reason="filed")
