"""The one error of the site's build."""


class SiteError(Exception):
    """A mistake in a page, told in one line that names the file."""
