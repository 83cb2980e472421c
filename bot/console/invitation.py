"""The page behind an invitation: the person sets e-mail address, name and password, and is logged in."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_babel import pgettext
from flask_security import hash_password
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import Email, EqualTo, InputRequired, Length

from bot.console import sessions
from bot.console.login import MAX_PASSWORD_LENGTH, normal_password
from bot.console.outside import StaffMember, members, now
from bot.console.permissions import open_to_all
from bot.domain.errors import InvalidInput, NotFound, WrongState
from bot.services.staff import FIRST_EMAIL, MIN_PASSWORD_LENGTH, accept_invitation, open_invitation

pages = Blueprint("invitation", __name__)


class InvitationForm(FlaskForm):
    """What the invited person fills in."""

    email = EmailField(
        _("E-mail address"),
        [InputRequired(_("Please fill this in.")), Email(_("This is not an e-mail address.")), Length(max=254)],
        render_kw={"autocomplete": "username"},
    )
    name = StringField(
        _("Your name, as colleagues see it"),
        [InputRequired(_("Please fill this in.")), Length(max=100)],
        render_kw={"autocomplete": "name"},
    )
    password = PasswordField(
        _("Password"),
        [
            InputRequired(_("Please fill this in.")),
            Length(MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH, _("At least 12 characters, please.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )
    repeated = PasswordField(
        _("The same password again"),
        [EqualTo("password", _("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


@pages.route("/invitation/<string:token>", methods=["GET", "POST"])
@open_to_all("the token in the address is the permission")
def accept(token: str) -> ResponseReturnValue:
    """Show the form; with a good answer, use the invitation up and log the person in."""
    try:
        invited = open_invitation(members(), token, clock=now)
    except NotFound:
        return _closed(pgettext("invitation", "This link was used already, or it is not complete."), 404)
    except WrongState:
        return _closed(pgettext("invitation", "This link is older than 72 hours and no longer works."), 410)
    email = "" if invited.email == FIRST_EMAIL else invited.email
    form = InvitationForm(email=email, name=invited.name)
    if form.validate_on_submit():
        member = _accept(token, form)
        if member is not None:
            sessions.begin(member, way="invitation")
            # Where a second factor is needed, its set-up comes before every page.
            return redirect(url_for("queue.show"), 303)
    return render_template("invitation.html", form=form, roles=invited.role_names)


def _accept(token: str, form: InvitationForm) -> StaffMember | None:
    try:
        return accept_invitation(
            members(),
            token,
            email=form.email.data,
            name=form.name.data,
            password_hash=hash_password(normal_password(form.password.data)),
            clock=now,
        )
    except InvalidInput:
        form.email.errors = [pgettext("invitation", "Another staff member has this e-mail address.")]
        return None


def _closed(reason: str, status: int) -> ResponseReturnValue:
    return render_template("invitation_closed.html", reason=reason), status
