"""The site map."""

from django.contrib import admin
from django.urls import include, path

from billing.paper.views import statement
from partnercenter import style_page
from partnercenter.pages.bulk import bulk_suspend, bulk_unblock
from partnercenter.pages.customer import customer
from partnercenter.pages.customers import customers
from partnercenter.pages.demo_bill import demo_bill, demo_bill_file
from partnercenter.pages.health import healthz, readyz
from partnercenter.pages.home import home
from partnercenter.pages.jobs import job
from partnercenter.pages.search import helpdesk, search
from partnercenter.pages.subscription import subscription
from partnercenter.pages.suspend import suspend
from partnercenter.pages.unblock import unblock

urlpatterns = [
    path("", home, name="home"),
    path("search/", search, name="search"),
    path("helpdesk/", helpdesk, name="helpdesk"),
    path("customers/", customers, name="customers"),
    path("customers/<int:pk>/", customer, name="customer"),
    path("customers/<int:pk>/statement/", statement, name="customer_statement"),
    path("customers/", include("customers.urls")),
    path("subscriptions/<int:pk>/", subscription, name="subscription"),
    path("subscriptions/<int:pk>/suspend/", suspend, name="suspend"),
    path("subscriptions/<int:pk>/unblock/", unblock, name="unblock"),
    path("subscriptions/bulk/suspend/", bulk_suspend, name="bulk_suspend"),
    path("subscriptions/bulk/unblock/", bulk_unblock, name="bulk_unblock"),
    path("subscriptions/", include("subscriptions.urls")),
    path("billing/", include("billing.urls")),
    path("notices/", include("notices.urls")),
    path("requests/", include("service_requests.urls")),
    path("", include("collections_policy.urls")),
    path("jobs/<int:pk>/", job, name="job"),
    path("demo/bill/", demo_bill, name="demo_bill"),
    path("demo/bill/file/", demo_bill_file, name="demo_bill_file"),
    path("", include("partners.urls")),
    path("settings/style/", style_page.style, name="style"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]

handler403 = "partnercenter.errors.forbidden"
