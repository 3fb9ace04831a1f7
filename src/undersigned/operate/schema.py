"""What the database knows of migrations, compared with what this program brings."""

import importlib.util
import pkgutil
from dataclasses import dataclass

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Key = tuple[str, str]


@dataclass(frozen=True)
class Standing:
    """The difference between database and program; both lists empty when they fit."""

    unapplied: list[Key]
    unknown: list[Key]

    @property
    def problem(self) -> str:
        """One line that says what to do; empty when database and program fit."""
        if self.unknown:
            app, name = self.unknown[-1]
            return (
                f"the database was written by a newer version of Undersigned ({app}.{name} is unknown): "
                "start that version again, or restore a backup of before the upgrade"
            )
        if self.unapplied:
            return f"the database lacks {len(self.unapplied)} migrations: run `undersigned migrate`"
        return ""


def standing() -> Standing:
    """How database and program fit."""
    brought = _brought()
    labels = {app for app, _name in brought}
    applied_here = MigrationRecorder(connections[DEFAULT_DB_ALIAS]).applied_migrations()
    if {key for key in applied_here if key[0] in labels} == brought:
        # They agree by name: the common case, and the files need not be loaded.
        return Standing([], [])
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return Standing([(step.app_label, step.name) for step, _backwards in plan], unknown(executor.loader))


def _brought() -> set[Key]:
    """The migrations that the program brings, by the names of their files."""
    found = set()
    for config in apps.get_app_configs():
        module, _explicit = MigrationLoader.migrations_module(config.label)
        spec = importlib.util.find_spec(module) if module else None
        for file in pkgutil.iter_modules(spec.submodule_search_locations if spec else []):
            if not file.ispkg and file.name[0] not in "_~":
                found.add((config.label, file.name))
    return found


def unknown(loader: MigrationLoader) -> list[Key]:
    """Migrations that the database has and the program has not: a newer version ran here."""
    here = set(loader.disk_migrations or ())
    here |= {key for migration in loader.disk_migrations.values() for key in migration.replaces}
    applied = loader.applied_migrations or {}
    return sorted(key for key in applied if key not in here and key[0] in loader.migrated_apps)


def applied() -> list[Key]:
    """The migrations that the database has."""
    loader = MigrationLoader(connections[DEFAULT_DB_ALIAS])
    return sorted(key for key in loader.applied_migrations or {} if key[0] in loader.migrated_apps)


def unknown_here(keys: list[Key]) -> list[Key]:
    """Those of the named migrations that this program does not bring."""
    loader = MigrationLoader(None)
    return sorted(key for key in keys if key not in loader.disk_migrations)
