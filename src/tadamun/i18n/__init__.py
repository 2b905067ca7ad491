"""Words by gettext, formats by Babel."""
