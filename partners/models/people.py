"""The partner's people: who signs in, for which partner, in which roles."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.partner import Partner


class AgentRole(models.TextChoices):
    """Partner Center's first role per person: which customer data is seen."""

    NONE = "none", _("No agent role")
    ADMIN = "admin_agent", _("Admin agent")
    SALES = "sales_agent", _("Sales agent")
    HELP_DESK = "help_desk_agent", _("Help desk agent")


class AdminRole(models.TextChoices):
    """Partner Center's second role per person: which functions may be used."""

    NONE = "none", _("No admin role")
    GLOBAL = "global_admin", _("Global admin")
    BILLING = "billing_admin", _("Billing admin")
    USER_MANAGEMENT = "user_management_admin", _("User management admin")


class UserManager(BaseUserManager["User"]):
    """Makes people who sign in by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person; without a password nobody can sign in as them."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A platform admin, who works in Django admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, who may work for several partners."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(
        _("language"),
        max_length=10,
        default="en",
        choices=[("en", "English"), ("zh-hans", "简体中文"), ("it", "Italiano")],
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("platform admin"), default=False)
    date_joined = models.DateTimeField(_("joined"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


def display_name(user: User) -> str:
    """How sign-in pages name a person."""
    return str(user)


class Membership(models.Model):
    """One person's roles at one partner."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="memberships")
    agent_role = models.CharField(
        _("agent role"), max_length=20, choices=AgentRole, default=AgentRole.NONE
    )
    admin_role = models.CharField(
        _("admin role"), max_length=30, choices=AdminRole, default=AdminRole.NONE
    )

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["partner__name", "user__name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "partner"], name="one_membership_per_partner"),
            models.CheckConstraint(
                condition=models.Q(agent_role__in=AgentRole.values)
                & models.Q(admin_role__in=AdminRole.values),
                name="membership_roles_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.partner}"

    @property
    def roles(self) -> frozenset[str]:
        """The roles held, without the two that mean none."""
        return frozenset({self.agent_role, self.admin_role} - {AgentRole.NONE, AdminRole.NONE})
