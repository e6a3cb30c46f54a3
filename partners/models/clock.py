"""The business clock of a demo, and the days on which people work."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.partner import Partner


class BusinessClock(models.Model):
    """One row: how many days the demo is ahead of the wall clock. Production keeps it at zero."""

    offset_days = models.PositiveIntegerField(_("days ahead"), default=0)

    class Meta:
        verbose_name = _("business clock")
        verbose_name_plural = _("business clock")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_business_clock")]

    def __str__(self) -> str:
        return f"+{self.offset_days}"


class CalendarDay(models.Model):
    """A day that differs from the plain week: a holiday, or a weekend day that is worked."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="calendar_days")
    date = models.DateField(_("date"))
    is_working = models.BooleanField(_("is worked"))
    name = models.CharField(_("name"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "date"], name="one_calendar_day"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class ConfirmedYear(models.Model):
    """A person's word that a year's calendar is complete, where the portal doesn't know it yet."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="confirmed_years")
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(2000), MaxValueValidator(2099)]
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"))

    class Meta:
        verbose_name = _("confirmed year")
        verbose_name_plural = _("confirmed years")
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "year"], name="one_confirmed_year"),
        ]

    def __str__(self) -> str:
        return str(self.year)
