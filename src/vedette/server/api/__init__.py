"""``/api``: sessions, cases, evidence, tools and administration, with an OpenAPI description."""

from __future__ import annotations

from fastapi import APIRouter

from vedette.server.api import admin, cases, health, sessions, shared, tools

router = APIRouter(prefix="/api")
for _part in (health, sessions, shared, cases, tools, admin):
    router.include_router(_part.router)
