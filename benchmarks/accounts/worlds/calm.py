"""Worlds without an attack: ordinary days at a chosen scale, for counting false cases."""

from __future__ import annotations

from .base import World
from .cloud import Cloud
from .ordinary import Directory, Estate, Fleet, Tenant, background_traffic, background_web


def calm_office(w: World, scale: float = 1.0) -> None:
    """An office on Windows with its network sensor."""
    rng = w.rng
    estate = Estate(
        w,
        users=rng.randint(25, 50),
        admins=rng.randint(3, 5),
        servers=rng.randint(5, 9),
        services=rng.randint(4, 8),
        dcs=2,
    )
    estate.day(density=8 * scale)
    background_traffic(w, Cloud(w), int(1500 * scale))


def calm_fleet(w: World, scale: float = 1.0) -> None:
    """A Linux fleet behind a web server, with the guesses that any public ssh port sees."""
    rng = w.rng
    fleet = Fleet(w, hosts=rng.randint(10, 20), users=rng.randint(20, 40))
    fleet.day(density=6 * scale)
    background_web(w, Cloud(w), fleet.hosts[0], int(2000 * scale))
    for _ in range(int(20 * scale)):
        fleet.lx.ssh_fail(
            w.moment(),
            rng.choice(["admin", "test", "oracle", "pi", "guest"]),
            fleet.hosts[0],
            w.outside_ip(),
            valid=False,
        )


def calm_cloud(w: World, scale: float = 1.0) -> None:
    """An AWS account and its pipelines."""
    rng = w.rng
    Tenant(w, users=rng.randint(20, 40), instances=rng.randint(10, 20)).day(density=15 * scale)


def calm_directory(w: World, scale: float = 1.0) -> None:
    """An identity provider's day."""
    rng = w.rng
    Directory(w, users=rng.randint(40, 90), okta=rng.random() < 0.5).day(density=10 * scale)


CALM = {f.__name__: f for f in (calm_office, calm_fleet, calm_cloud, calm_directory)}
"""Calm worlds by name."""
