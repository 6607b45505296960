"""Admin pages whose saving is done by actions, and whose refusals come back on the form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.exceptions import AccountsRefusal

_REFUSAL = "_admin_refusal"


def name_controls(row: forms.BaseForm) -> None:
    """Give the controls of a table's row the names of their columns.

    The table draws no labels, only heads, which say nothing to who hears the page.
    """
    for field in row.fields.values():
        field.widget.attrs.setdefault("aria-label", str(field.label or ""))


class _RefusedForm:
    """Mixed into a form that an action refused: shows the sentences at their fields."""

    refusal: Any

    def clean(self: Any) -> dict[str, Any]:
        """Add the refusal's sentences to the form's own errors."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data  # type: ignore[misc]
        errors = getattr(self.refusal, "errors", None) or getattr(self.refusal, "params", {}).get(
            "errors"
        )
        for name, sentence in (errors or {"": self.refusal.message}).items():
            self.add_error(name if name in self.fields else None, sentence)
        return cleaned


class DeletionForm(forms.Form):
    """What is asked before something is deleted for good."""

    typed_name = forms.CharField(
        label=gettext_lazy("Type the name to delete it for good"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    move_to = forms.ChoiceField(
        label=gettext_lazy("Move what is in it to"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, name: str, places: Sequence[tuple[str, str]]) -> None:
        """Ask for the name where there is one to type, for a place where there are some."""
        super().__init__(*args)
        self.name = name
        if not name:
            del self.fields["typed_name"]
        if places:
            self.fields["move_to"].choices = [("", "—"), *places]  # type: ignore[attr-defined]  # a ChoiceField
        else:
            del self.fields["move_to"]

    def clean_typed_name(self) -> str:
        """Refuse another name: it may be the wrong page."""
        typed: str = self.cleaned_data["typed_name"]
        if typed.strip() != self.name.strip():
            raise forms.ValidationError(
                _("Type “%(name)s” to delete it. Nothing was deleted.") % {"name": self.name}
            )
        return typed


class ActionAdmin(ModelAdmin):
    """A ModelAdmin whose `save_*` methods call actions.

    An action refuses inside the page's transaction, so nothing is half-written; the page
    is then built a second time with what was typed and the sentences of the refusal.
    """

    refusals: tuple[type[Exception], ...] = (AccountsRefusal,)
    delete_confirmation_template = "accounts/admin/delete_confirmation.html"

    def name_to_type(self, obj: Any) -> str:
        """Return the name that has to be typed before `obj` is deleted; "": none."""
        return ""

    def places_for_contents(self, obj: Any) -> list[tuple[str, str]]:
        """Return where what is in `obj` may go when it is deleted: values and labels."""
        return []

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Save a new order by actions; answer a refusal on the list."""
        try:
            answer: HttpResponse = super().changelist_view(request, extra_context)
        except self.refusals as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.get_full_path())
        return answer

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Save by actions; answer a refusal with the form."""
        try:
            answer: HttpResponse = super().changeform_view(
                request, object_id, form_url, extra_context
            )
        except self.refusals as refusal:
            setattr(request, _REFUSAL, refusal)
            answer = super().changeform_view(request, object_id, form_url, extra_context)
        return answer

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the form; after a refusal one that shows it."""
        form: type[forms.ModelForm[Any]] = super().get_form(request, *args, **kwargs)
        refusal = getattr(request, _REFUSAL, None)
        if refusal is None:
            return form
        return type(form.__name__, (_RefusedForm, form), {"refusal": refusal})

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Delete by an action; what it refuses is said on the page that asked."""
        obj = self.get_object(request, unquote(object_id))
        data = request.POST if request.method == "POST" else None
        context = extra_context or {}
        if obj is not None:
            form = DeletionForm(
                data, name=self.name_to_type(obj), places=self.places_for_contents(obj)
            )
            context = {**context, "deletion": form}
            if data is not None:
                answer = self._delete_asked(request, object_id, form, context)
                if answer is not None:
                    return answer
                request.POST = QueryDict()  # the page once more, which deletes nothing
        page: HttpResponse = super().delete_view(request, object_id, context)
        return page

    def _delete_asked(
        self, request: HttpRequest, object_id: str, form: DeletionForm, context: dict[str, Any]
    ) -> HttpResponse | None:
        if not form.is_valid():
            return None
        try:
            answer: HttpResponse = super().delete_view(request, object_id, context)
        except self.refusals as refusal:
            form.add_error(None, str(refusal))
            return None
        return answer

    def get_deleted_objects(
        self, objs: Any, _request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Leave it to the action to say what stands in the way: there may be many records."""
        return [str(each) for each in objs], {}, set(), []

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer no "delete selected": it would pass by the actions."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions
