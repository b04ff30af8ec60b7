"""What the endpoints work with, put together once."""

from dataclasses import dataclass

from lantern.server.auth import Auth
from lantern.server.catalog import CatalogKeeper
from lantern.server.desk import Desk
from lantern.server.fleet import Fleet
from lantern.server.idle import IdleRule
from lantern.server.journal import Journal
from lantern.server.lifecycle import Lifecycle
from lantern.server.metrics import Meters
from lantern.server.picture_sets import PictureSets
from lantern.server.previews import Previews
from lantern.server.secrets_file import secret_at
from lantern.server.sessions import Sessions
from lantern.server.settings import Settings
from lantern.server.store import Database


@dataclass(frozen=True)
class Services:
    """The parts of one server."""

    settings: Settings
    database: Database
    auth: Auth
    catalog: CatalogKeeper
    sessions: Sessions
    fleet: Fleet
    journal: Journal
    lifecycle: Lifecycle
    desk: Desk
    idle: IdleRule
    previews: Previews
    picture_sets: PictureSets
    meters: Meters


def services_of(settings: Settings) -> Services:
    """Return the parts, wired to each other; nothing runs yet."""
    link_secret = secret_at(settings.secrets / "agent-token")
    database = Database(settings.home / "lantern.sqlite")
    meters = Meters()
    catalog = CatalogKeeper(settings.home / "catalog.json")
    sessions = Sessions(database, limit=settings.max_sessions)
    fleet = Fleet()
    journal = Journal(database, lambda: sessions, meters)
    lifecycle = Lifecycle(
        sessions=sessions,
        fleet=fleet,
        database=database,
        journal=journal,
        meters=meters,
        link_secret=link_secret,
    )
    desk = Desk(catalog=catalog, lifecycle=lifecycle, database=database, meters=meters)
    return Services(
        settings=settings,
        database=database,
        auth=Auth(settings, database, link_secret),
        catalog=catalog,
        sessions=sessions,
        fleet=fleet,
        journal=journal,
        lifecycle=lifecycle,
        desk=desk,
        idle=IdleRule(sessions, desk, limit_s=settings.idle_pause_s),
        previews=Previews(settings.home / "previews", fleet, lifecycle),
        picture_sets=PictureSets(settings.data or settings.home / "data"),
        meters=meters,
    )
