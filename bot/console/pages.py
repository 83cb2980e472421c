"""The pages that the navigation leads to, in its order. A page of a part that is switched off is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, request
from flask_babel import gettext, pgettext

from bot.console.answer_list import answers_to_look_at
from bot.console.deliveries import lost_deliveries
from bot.console.directory import entries_to_check
from bot.console.permissions import may


@dataclass(frozen=True)
class Page:
    """One entry of the navigation.

    Attributes:
        endpoint: Of the view; pages of its blueprint belong to it.
        permission: Of the view.
        label: Gives the name in the language of the page.
        icon: Name of a drawing of ``icon`` in ``_parts.html``.
        also: Other blueprints whose pages belong to it.
        badge: Gives a number that the entry carries; empty for none.
        badge_label: Gives the sentence that says what the number counts.
    """

    endpoint: str
    permission: str
    label: Callable[[], str]
    icon: str
    also: frozenset[str] = frozenset()
    badge: Callable[[], str] | None = None
    badge_label: Callable[[str], str] | None = None

    @property
    def mark(self) -> str:
        """The value of ``aria-current`` on the page that is made now; empty where it is another one's."""
        if request.endpoint == self.endpoint:
            return "page"
        return "true" if request.blueprint in {self.endpoint.partition(".")[0], *self.also} else ""


PAGES = (
    Page("queue.show", "see_overview", lambda: _first_page(), "queue", frozenset({"cases", "media"})),
    Page("requests.show_all", "see_requests", lambda: pgettext("page", "Requests"), "requests"),
    Page("search.show", "search", lambda: pgettext("page", "Search"), "search"),
    Page(
        "directory.show",
        "see_directory",
        lambda: gettext("Directory"),
        "directory",
        frozenset({"directory_edit"}),
        badge=entries_to_check,
        badge_label=lambda count: gettext("Entries that need a new check within two weeks: %(count)s", count=count),
    ),
    Page(
        "answers.show",
        "see_answers",
        lambda: pgettext("page", "Answers"),
        "answers",
        badge=answers_to_look_at,
        badge_label=lambda count: gettext("Marked answers and overdue reviews: %(count)s", count=count),
    ),
    Page("canned_replies.show", "edit_canned_replies", lambda: pgettext("page", "Canned replies"), "canned"),
    Page("unanswered.show", "label_messages", lambda: pgettext("page", "Unanswered"), "unanswered"),
    Page(
        "deliveries.show",
        "see_deliveries",
        lambda: pgettext("page", "Deliveries"),
        "deliveries",
        badge=lost_deliveries,
        badge_label=lambda count: gettext("Lost or uncertain in the last 24 hours: %(count)s", count=count),
    ),
    Page("dashboard.show", "see_dashboard", lambda: pgettext("page", "Dashboard"), "dashboard"),
    Page("exports.show", "export_data", lambda: pgettext("page", "Exports"), "exports"),
    Page("audit.show", "read_audit", lambda: pgettext("page", "Audit log"), "audit"),
    Page("staff.show", "manage_staff", lambda: pgettext("page", "Staff"), "staff"),
    Page("simulator.show", "see_overview", lambda: gettext("Simulator"), "simulator"),
)
"""The navigation. The account, logging out and the language are in the person's own corner."""


def install(app: Flask) -> None:
    """Let every page have the navigation."""
    app.jinja_env.globals.update(pages_here=pages_here, has_page=lambda endpoint: endpoint in current_app.view_functions)


def _first_page() -> str:
    # Who sees no cases has a first page, but no queue.
    return pgettext("page", "Queue") if may("see_cases") else pgettext("page", "Start")


def pages_here() -> list[Page]:
    """Return the pages that exist and that the one who is logged in may see."""
    return [page for page in PAGES if page.endpoint in current_app.view_functions and may(page.permission)]
