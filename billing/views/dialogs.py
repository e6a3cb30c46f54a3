"""Dialogs about money: show what will happen, act once, say a refusal in words."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from partners.http import PortalRequest
from partners.nudges import nudge

JUDGE = "collections_policy.tasks.judge_customers"

type Act = Callable[[], None]
type Refusals = Mapping[type[Exception], Callable[[], str]]


def answer(
    request: PortalRequest,
    form: forms.Form,
    act: Act,
    dialog: Mapping[str, Any],
    *,
    done: str,
    refusals: Refusals,
    then: str | None = JUDGE,
) -> HttpResponse:
    """Show the dialog, or act and go back to the record's page, `dialog["cancel_url"]`.

    Only the exceptions named in `refusals` are told; nothing was changed by them. `then` is the
    drain to nudge: None where nothing that a customer owes or has agreed was changed.
    """
    if form.is_bound and form.is_valid():
        try:
            act()
        except tuple(refusals) as refusal:
            messages.error(request, refusals[type(refusal)]())
        else:
            if then is not None:
                nudge(then)
            messages.success(request, done)
        return redirect(dialog["cancel_url"])
    status = 422 if form.is_bound else 200
    return render(request, "billing/confirm.html", {"form": form, **dialog}, status=status)


def is_previewed(form: forms.Form, digest: str) -> bool:
    """Whether the person has seen what this does; else the form is made ready to show it.

    The digest changes with everything the preview rests on, so that only what was shown happens.
    """
    if form.cleaned_data["previewed"] == digest:
        return True
    form.data = {**form.data.dict(), "previewed": digest}  # type: ignore[attr-defined]  # of a POST
    return False
