"""Logging in and out: password, then a code of the authenticator app or a recovery code.

The pages are ours; Flask-Security hashes, checks and reads the session. Its own views are not served.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_security import current_user, hash_password
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from bot.console import second_factor, sessions, throttle
from bot.console.outside import StaffMember, members, now
from bot.console.permissions import open_to_all
from bot.console.ways import local_path
from bot.services.login import may_log_in, record_failure, use_recovery_code

MAX_PASSWORD_LENGTH = 256
SECOND_STEP_LIFE = timedelta(minutes=10)
"""How long a right password waits for its code."""

RECOVERY = "recovery_code"
_SECOND_STEP = "second_step"

# The name is Flask-Security's, which looks for its login page under it.
pages = Blueprint("security", __name__)


class LoginForm(FlaskForm):
    """What the first page asks for."""

    email = StringField(validators=[InputRequired(), Length(max=254)])
    password = PasswordField(validators=[InputRequired(), Length(max=MAX_PASSWORD_LENGTH)])
    next = HiddenField()


class CodeForm(FlaskForm):
    """What the second page asks for."""

    code = StringField(validators=[InputRequired(), Length(max=40)])


@pages.route("/login", methods=["GET", "POST"])
@open_to_all("login page")
def login() -> ResponseReturnValue:
    """Ask for e-mail address and password."""
    form = LoginForm()
    wanted = local_path(form.next.data or request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(wanted, 303)
    if request.method == "POST":
        throttle.refuse_if_held_up()
        member = _whose_password(form)
        if member is not None:
            return _first_step_done(member, wanted)
    return render_template("login.html", form=form, wanted=wanted, is_wrong=request.method == "POST")


@pages.route("/login/code", methods=["GET", "POST"])
@open_to_all("second page of the login")
def enter_code() -> ResponseReturnValue:
    """Ask for a code of the authenticator app."""
    return _second_step(second_factor.is_code, way="code", template="login_code.html")


@pages.route("/login/recovery-code", methods=["GET", "POST"])
@open_to_all("second page of the login, for who has lost the phone")
def enter_recovery_code() -> ResponseReturnValue:
    """Ask for a recovery code."""
    return _second_step(
        lambda member, code: use_recovery_code(members(), member, code), way=RECOVERY, template="login_recovery.html"
    )


@pages.post("/logout")
@open_to_all("ends a session, if there is one")
def logout() -> ResponseReturnValue:
    """End the session."""
    sessions.end()
    return redirect(url_for("security.login"), 303)


def normal_password(password: str) -> str:
    """Return a password in the one form of its letters that is hashed and compared, or accents would lock people out."""
    return current_app.extensions["security"].password_util.normalize(password)


def is_password_of(member: StaffMember | None, password: str) -> bool:
    """Say whether a password is right; it takes as long where there is nobody, or nobody who has one."""
    password = normal_password(password)
    if member is None or not member.password:
        hash_password(password)
        return False
    return bool(member.verify_and_update_password(password))


def refuse(member: StaffMember | None) -> None:
    """Count what was wrong, against the account and against the address."""
    throttle.count_failure()
    record_failure(members(), member, clock=now)


def _whose_password(form: LoginForm) -> StaffMember | None:
    if not form.validate():
        return None
    member = members().find(form.email.data.strip())
    # A locked or disabled account is found out last: nothing may tell it from one that does not exist.
    if is_password_of(member, form.password.data) and may_log_in(members(), member, clock=now):
        return member
    refuse(member)
    return None


def _first_step_done(member: StaffMember, wanted: str) -> ResponseReturnValue:
    if not member.has_second_factor:
        sessions.begin(member, way="password")
        return redirect(wanted, 303)
    session.clear()
    session[_SECOND_STEP] = {"who": member.get_id(), "at": int(now().timestamp()), "next": wanted}
    return redirect(url_for("security.enter_code"), 303)


def _second_step(is_right: Callable[[StaffMember, str], bool], *, way: str, template: str) -> ResponseReturnValue:
    member, form = _who_waits(), CodeForm()
    if member is None:
        return redirect(url_for("security.login"), 303)
    if request.method == "POST":
        throttle.refuse_if_held_up()
        if form.validate() and may_log_in(members(), member, clock=now) and is_right(member, form.code.data):
            wanted = session[_SECOND_STEP]["next"]
            sessions.begin(member, way=way)
            if way == RECOVERY:
                left = len(member.mf_recovery_codes or ())
                flash(ngettext("%(num)s recovery code is left.", "%(num)s recovery codes are left.", left), "done")
            return redirect(wanted, 303)
        refuse(member)
    return render_template(template, form=form, is_wrong=request.method == "POST")


def _who_waits() -> StaffMember | None:
    step = session.get(_SECOND_STEP)
    if step is None or now().timestamp() - step["at"] >= SECOND_STEP_LIFE.total_seconds():
        return None
    member = current_app.extensions["security"].datastore.find_user(fs_uniquifier=step["who"])
    return member if member is not None and member.has_second_factor else None
