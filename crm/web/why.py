"""The dialog that asks why something is called off."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

DIALOG = "crm/automation/why.html"


class WhyForm(forms.Form):
    """Why, in a sentence that stays in the journal."""

    reason = forms.CharField(
        label=_("Why?"),
        max_length=300,
        help_text=_("Stays in the journal with your name."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def ask_why(request: HttpRequest, title: str, verb: str) -> str | HttpResponse:
    """Return the reason that was given; as long as there is none, the dialog that asks.

    Args:
        request: A GET asks; a POST brings the reason to the same address.
        title: What is called off, as a question.
        verb: What the button says.
    """
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return str(form.cleaned_data["reason"])
    context = {
        "form": form,
        "dialog_title": title,
        "verb": verb,
        "action": request.get_full_path(),
        "narrow": True,
    }
    return render(request, DIALOG, context, status=422 if form.is_bound else 200)
