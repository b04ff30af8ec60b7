"""The page /docs: routes and plugins as plain HTML, with nothing loaded from anywhere else."""

from lantern.server.docs_page.render import STYLE, docs_html

__all__ = ["STYLE", "docs_html"]
