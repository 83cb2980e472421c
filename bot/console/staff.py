"""The staff, for administrators: invite, change, reset, log out, disable, unlock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_security import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Email, InputRequired, Length

from bot.console import staff_words
from bot.console.accounts import release_cases
from bot.console.locale import LANGUAGE_NAMES
from bot.console.outside import StaffMember, members, now, parts
from bot.console.permissions import requires
from bot.console.words_of_places import team_words
from bot.domain.errors import HotlineError, InvalidInput, NotAllowed, NotFound, WrongState
from bot.domain.staff import Authority, Grant, Role
from bot.services import staff as services
from bot.services.ports import Clock
from bot.services.staff_ports import Member, StaffMembers

pages = Blueprint("staff", __name__)


class RightsForm(FlaskForm):
    """What somebody may do, and with whom they work."""

    roles = SelectMultipleField(_("Roles"), choices=[role.value for role in Role])
    is_for_complaints = BooleanField(_("Named for complaints about staff"))
    team = StringField(
        _("Team"),
        [Length(max=services.MAX_TEAM_LENGTH, message=_("At most 32 characters, please."))],
        render_kw={"list": "teams", "autocomplete": "off"},
    )

    @property
    def authorities(self) -> list[Authority]:
        """The roles and grants that are ticked."""
        grants: list[Authority] = [Grant.COMPLAINTS] if self.is_for_complaints.data else []
        return [Role(role) for role in self.roles.data or ()] + grants


class InviteForm(RightsForm):
    """Whom to invite."""

    email = EmailField(
        _("E-mail address"),
        [InputRequired(_("Please fill this in.")), Email(_("This is not an e-mail address.")), Length(max=254)],
        render_kw={"autocomplete": "off"},
    )
    name = StringField(_("Name"), [Length(max=100)], render_kw={"autocomplete": "off"})
    language = SelectField(_("Language"), choices=list(LANGUAGE_NAMES.items()), default="ar")


def install(app: Flask) -> None:
    """Let templates use these words."""
    app.jinja_env.globals.update(role_about=staff_words.role_about, staff_state_name=staff_words.state_name)


@pages.get("/staff")
@requires("manage_staff")
def show() -> ResponseReturnValue:
    """List the staff."""
    at = now()
    states = {member.id: staff_words.state_of(member, at) for member in _all()}
    return render_template("staff.html", staff=_all(), states=states)


@pages.route("/staff/invite", methods=["GET", "POST"])
@requires("manage_staff")
def invite() -> ResponseReturnValue:
    """Invite somebody; the link is shown once, as only its hash is kept."""
    form = InviteForm()
    if form.validate_on_submit() and _has_a_role(form):
        try:
            token = services.invite(
                members(),
                form.email.data,
                name=form.name.data or "",
                roles=form.authorities,
                language=form.language.data,
                team=staff_words.team_of(form.team.data),
                clock=now,
                by=current_user.id,
            )
            return _link(token, form.name.data or form.email.data)
        except InvalidInput as error:
            form.email.errors = [staff_words.refusal(error.code)]
    return render_template("staff_invite.html", form=form, all_roles=Role, teams=_teams())


@pages.route("/staff/<int:staff_id>", methods=["GET", "POST"])
@requires("manage_staff")
def edit(staff_id: int) -> ResponseReturnValue:
    """Show an account and change its rights."""
    member = _get(staff_id)
    held = {
        "roles": member.role_names,
        "is_for_complaints": member.is_for_complaints,
        "team": team_words(member.team) if member.team else "",
    }
    form = RightsForm(data=held)
    if form.validate_on_submit() and _has_a_role(form):
        given = {"roles": form.authorities, "team": staff_words.team_of(form.team.data)}
        return _done(member, services.change_staff, gettext("The changes were saved."), **given)
    return render_template(
        "staff_member.html",
        member=member,
        state=staff_words.state_of(member, now()),
        form=form,
        all_roles=Role,
        teams=_teams(),
        is_me=member.id == current_user.id,
    )


@pages.post("/staff/<int:staff_id>/reset")
@requires("manage_staff")
def reset(staff_id: int) -> ResponseReturnValue:
    """Take password and second factor away, and show a new link."""
    member = _get(staff_id)
    try:
        token = services.reset_staff(members(), member, clock=now, by=current_user.id)
    except NotAllowed as error:
        return _refused(member, error)
    return _link(token, member.name or member.email)


@pages.post("/staff/<int:staff_id>/end-sessions")
@requires("manage_staff")
def end_sessions(staff_id: int) -> ResponseReturnValue:
    """Log somebody out everywhere."""
    return _done(_get(staff_id), services.end_sessions, gettext("All sessions of this account were ended."))


@pages.post("/staff/<int:staff_id>/disable")
@requires("manage_staff")
def disable(staff_id: int) -> ResponseReturnValue:
    """Shut somebody out at once; their open cases go back to the queue."""

    def change(members: StaffMembers, member: Member, *, clock: Clock, by: int) -> None:
        services.disable_staff(members, member, clock=clock, by=by)
        release_cases(parts(), staff_id, by=by)

    told = gettext("The account is disabled, and logged out everywhere. Its open cases are back in the queue.")
    return _done(_get(staff_id), change, told)


@pages.post("/staff/<int:staff_id>/enable")
@requires("manage_staff")
def enable(staff_id: int) -> ResponseReturnValue:
    """Open a disabled account again."""
    return _done(_get(staff_id), services.enable_staff, gettext("The account is open again."))


@pages.post("/staff/<int:staff_id>/unlock")
@requires("manage_staff")
def unlock(staff_id: int) -> ResponseReturnValue:
    """Let somebody try again after too many wrong passwords or codes."""
    return _done(_get(staff_id), services.unlock_staff, gettext("The account is unlocked."))


def _all() -> Sequence[Member]:
    return services.list_staff(members())


def _get(staff_id: int) -> StaffMember:
    member = members().get(staff_id)
    if member.email == services.FIRST_EMAIL:
        raise NotFound("staff_not_found")
    return member


def _teams() -> list[str]:
    return sorted({team_words(member.team) for member in _all() if member.team})


def _has_a_role(form: RightsForm) -> bool:
    if not form.roles.data:
        form.roles.errors = [staff_words.refusal("roles_missing")]
    return bool(form.roles.data)


def _done(member: StaffMember, change: Callable[..., None], told: str, **given: Any) -> ResponseReturnValue:
    try:
        change(members(), member, clock=now, by=current_user.id, **given)
    except (NotAllowed, WrongState) as error:
        return _refused(member, error)
    flash(told, "done")
    return redirect(url_for("staff.edit", staff_id=member.id), 303)


def _refused(member: StaffMember, error: HotlineError) -> ResponseReturnValue:
    flash(staff_words.refusal(error.code), "error")
    return redirect(url_for("staff.edit", staff_id=member.id), 303)


def _link(token: str, name: str) -> ResponseReturnValue:
    # From the settings, never from what the browser says the host is.
    base = parts().settings.staff_url or parts().settings.console_url
    return render_template("staff_link.html", link=f"{base}/invitation/{token}", name=name)
