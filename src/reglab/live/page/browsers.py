"""The browsers that have a page open: how many there may be, and what is asked of each first."""

from nicegui import Client, ui

from reglab.live.page.style import CSS

MOST_PAGES = 8
"""Browsers that may have the page open at a time; each costs time that the training then does not have."""
_PREFERS_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"


async def prepare_page() -> bool | None:
    """Waits for the browser of a new page, and loads the style.

    Returns:
        Whether the browser prefers a dark ground; None if too many pages are open already, which the page
        then says.
    """
    ui.add_css(CSS)
    await ui.context.client.connected()
    if _count_pages() > MOST_PAGES:
        ui.label(
            f"{MOST_PAGES} pages are open already; each costs time that the training then does not have. "
            "Close one, and load this page again."
        ).classes("is-too-many")
        return None
    return bool(await ui.run_javascript(_PREFERS_DARK, timeout=5))


def _count_pages() -> int:
    return sum(client.has_socket_connection for client in Client.instances.values())
