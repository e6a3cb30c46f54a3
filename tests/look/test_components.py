"""The components say what they are given, escape it, and tie labels, help and errors together."""

from django import forms
from django.template import engines
from django.template.loader import render_to_string

from partnercenter.style_page import sample_context


class CreditForm(forms.Form):
    """A form with each shape a field can have."""

    company = forms.CharField(label="Company", help_text="As on the licence.")
    terms = forms.ChoiceField(
        label="Terms", choices=[("30", "30 days"), ("60", "60 days")], widget=forms.RadioSelect
    )
    agreed = forms.BooleanField(label="Agreed")


def _component(name: str, **context: object) -> str:
    return render_to_string(f"components/{name}.html", context)


def _included_alone(line: str, **context: object) -> str:
    return engines["django"].from_string(line).render(context)


def test_status_escapes_its_text() -> None:
    label = _component("status", kind="danger", text="<b>Suspended</b>")

    assert "status-danger" in label
    assert "&lt;b&gt;Suspended" in label


def test_field_ties_help_and_error_to_its_control() -> None:
    field = CreditForm({})["company"]

    html = _component("field", field=field)

    assert 'aria-describedby="id_company_helptext id_company_error"' in html
    assert 'id="id_company_helptext"' in html
    assert 'id="id_company_error"' in html
    assert 'aria-invalid="true"' in html


def test_radio_field_has_a_legend() -> None:
    html = _component("field", field=CreditForm()["terms"])

    assert "<legend>Terms" in html


def test_error_summary_links_to_each_faulty_control() -> None:
    html = _component("form_errors", form=CreditForm({}))

    assert 'href="#id_company"' in html
    assert 'href="#id_terms_0"' in html
    assert 'href="#id_agreed"' in html


def test_error_summary_is_absent_from_a_fresh_form() -> None:
    assert _component("form_errors", form=CreditForm()).strip() == ""


def test_confirm_carries_the_token_and_a_way_back() -> None:
    html = _included_alone(
        '{% include "components/confirm.html" with title="Suspend?" cancel_url="/x/" %}',
        csrf_token="token-of-the-page",
    )

    assert 'value="token-of-the-page"' in html
    assert 'href="/x/" data-close' in html
    assert "button-danger" in html


def test_confirm_blocked_cannot_be_sent() -> None:
    html = _component("confirm", title="Suspend?", verb="Suspend", cancel_url="/", blocked=True)

    assert 'button-danger" disabled>' in html


def test_progress_polls_until_it_is_finished() -> None:
    running = _component("progress", id="job", url="/jobs/1/", total=10, done=0)
    finished = _component("progress", id="job", url="/jobs/1/", total=10, done=10, is_finished=True)

    assert 'hx-get="/jobs/1/"' in running
    assert "hx-get" not in finished


def test_pager_offers_only_the_pages_there_are() -> None:
    html = _component("pager", count_text="214 customers", next_url="?after=50")

    assert 'rel="next"' in html
    assert 'rel="prev"' not in html


def test_timeline_names_the_portal_where_nobody_acted() -> None:
    html = _component("timeline", entries=[{"what": "Warned", "when": "12 Nov", "who": ""}])

    assert "the portal" in html


def test_style_page_shows_a_dangerous_action_and_a_faulty_form() -> None:
    page = render_to_string("partnercenter/style.html", sample_context())

    assert "Suspend 48 seats" in page
    assert 'href="#faulty_company"' in page
