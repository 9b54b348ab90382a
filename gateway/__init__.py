"""An e-mail-first ticket gateway: a support address becomes a help desk without a screen."""

__version__ = "0.1.0"
