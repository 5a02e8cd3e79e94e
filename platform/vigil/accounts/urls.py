"""Login and logout, and what a person sets for themselves. There is no sign-up."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from vigil.accounts.pages import personal_settings

login = require_http_methods(["GET", "HEAD", "POST"])(
    LoginView.as_view(template_name="login.html", redirect_authenticated_user=True)
)

urlpatterns = [
    path("login", login, name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("settings/", personal_settings, name="settings"),
    path("settings/language", require_POST(set_language), name="set_language"),
]
