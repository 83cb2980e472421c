"""A staff member's own account: name, password, second factor, recovery codes, sessions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, pgettext
from flask_babel import lazy_gettext as _
from flask_security import current_user, hash_password
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from bot.console import second_factor, sessions, throttle
from bot.console.login import MAX_PASSWORD_LENGTH, is_password_of, normal_password, refuse
from bot.console.outside import StaffMember, members, now
from bot.console.permissions import OWN_ACCOUNT, requires
from bot.services import staff
from bot.services.login import RECOVERY_CODES, may_log_in, set_recovery_codes, set_second_factor

pages = Blueprint("account", __name__)


class NameForm(FlaskForm):
    """The name that colleagues see."""

    name = StringField(
        _("Your name, as colleagues see it"),
        [InputRequired(_("Please fill this in.")), Length(max=100)],
        render_kw={"autocomplete": "name"},
    )


class PasswordForm(FlaskForm):
    """A new password, with the old one."""

    old_password = PasswordField(
        _("Your password up to now"),
        [InputRequired(_("Please fill this in.")), Length(max=MAX_PASSWORD_LENGTH)],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        _("New password"),
        [
            InputRequired(_("Please fill this in.")),
            Length(staff.MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH, _("At least 12 characters, please.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )
    repeated = PasswordField(
        _("The same password again"),
        [EqualTo("password", _("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


class OwnPasswordForm(FlaskForm):
    """The password, before something that whoever finds a screen unlocked must not do."""

    own_password = PasswordField(
        _("Your password"),
        [InputRequired(_("Please fill this in.")), Length(max=MAX_PASSWORD_LENGTH)],
        render_kw={"autocomplete": "current-password"},
    )


class SecondFactorForm(OwnPasswordForm):
    """The first code of an app; the password beside it, unless it was given a moment ago."""

    code = StringField(
        _("The six digits that the app shows now"),
        [InputRequired(_("Please fill this in.")), Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"},
    )


@pages.get("/account")
@requires(OWN_ACCOUNT)
def show() -> ResponseReturnValue:
    """Show the account."""
    return _page()


@pages.post("/account/name")
@requires(OWN_ACCOUNT)
def name() -> ResponseReturnValue:
    """Keep another name."""
    form = NameForm()
    if not form.validate() or not (form.name.data or "").strip():
        return _page(name_form=form)
    staff.change_name(members(), me(), form.name.data)
    return _done(gettext("Your name was saved."))


@pages.post("/account/password")
@requires(OWN_ACCOUNT)
def password() -> ResponseReturnValue:
    """Keep another password; other sessions end, this one goes on."""
    form = PasswordForm()
    if not form.validate() or not _is_mine(form.old_password):
        return _page(password_form=form)
    staff.change_password(members(), me(), hash_password(normal_password(form.password.data)), clock=now)
    sessions.go_on(me())
    return _done(gettext("Your password was changed. You are logged out everywhere else."))


@pages.route("/account/second-factor", methods=["GET", "POST"])
@requires(OWN_ACCOUNT)
def set_up() -> ResponseReturnValue:
    """Set an authenticator app up, or another one in its place."""
    form = SecondFactorForm()
    if not _needs_password():
        del form.own_password
    if form.validate_on_submit() and _is_right(form):
        codes = second_factor.new_recovery_codes()
        set_second_factor(members(), me(), second_factor.new_secret(), codes=codes, clock=now)
        second_factor.forget_new_secret()
        sessions.go_on(me())
        return render_template("recovery_codes.html", codes=codes, is_set_up=True)
    secret = second_factor.new_secret()
    address = second_factor.app_address(me(), secret)
    return render_template(
        "second_factor.html",
        form=form,
        groups=second_factor.groups(secret),
        address=address,
        drawing=second_factor.drawing(address),
        is_needed=second_factor.is_needed(me()),
    )


@pages.post("/account/second-factor/later")
@requires(OWN_ACCOUNT)
def later() -> ResponseReturnValue:
    """Do not remind of the second factor again in this session."""
    second_factor.decline_offer()
    return redirect(url_for("queue.show"), 303)


@pages.post("/account/recovery-codes")
@requires(OWN_ACCOUNT)
def recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes; the older ones are void."""
    form = OwnPasswordForm()
    if not me().has_second_factor or not form.validate() or not _is_mine(form.own_password):
        return _page(codes_form=form)
    codes = second_factor.new_recovery_codes()
    set_recovery_codes(members(), me(), codes, clock=now)
    return render_template("recovery_codes.html", codes=codes, is_set_up=False)


@pages.post("/account/end-sessions")
@requires(OWN_ACCOUNT)
def end_sessions() -> ResponseReturnValue:
    """Log out everywhere but here."""
    staff.end_sessions(members(), me(), clock=now, by=me().id)
    sessions.go_on(me())
    return _done(gettext("You are logged out everywhere else."))


def me() -> StaffMember:
    """Return the one who is logged in."""
    return current_user._get_current_object()


def _page(**forms: FlaskForm) -> ResponseReturnValue:
    given: dict[str, Any] = {
        "name_form": NameForm(name=me().name, formdata=None),
        "password_form": PasswordForm(formdata=None),
        "codes_form": OwnPasswordForm(formdata=None),
        **forms,
    }
    left = len(me().mf_recovery_codes or ())
    return render_template("account.html", **given, me=me(), codes_left=left, codes_made=RECOVERY_CODES)


def _done(told: str) -> ResponseReturnValue:
    flash(told, "done")
    return redirect(url_for("account.show"), 303)


def _needs_password() -> bool:
    """Say whether the password was not just given: an older session may be in other hands."""
    return me().has_second_factor or sessions.age() >= sessions.FRESH


def _is_right(form: SecondFactorForm) -> bool:
    if "own_password" in form and not _is_mine(form.own_password):
        return False
    if second_factor.is_code_of_new(me(), form.code.data):
        return True
    form.code.errors = [pgettext("second factor", "This code is not right. Wait for the next one, and try again.")]
    return False


def _is_mine(field: PasswordField) -> bool:
    throttle.refuse_if_held_up()
    if is_password_of(me(), field.data) and may_log_in(members(), me(), clock=now):
        return True
    refuse(me())
    field.errors = [gettext("This is not your password. After five wrong tries, your account is closed for 15 minutes.")]
    return False
