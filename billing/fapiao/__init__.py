"""Fapiao (发票): what was asked for, issued by the tax bureau's system, delivered, taken back."""

from billing.fapiao.finding import to_issue

__all__ = ["to_issue"]
