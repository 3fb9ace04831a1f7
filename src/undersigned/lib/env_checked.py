"""Settings that are not plain, read and refused by pydantic: odd spellings, wrong values, TOML files."""

import os
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, create_model, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from undersigned.lib import env


class _FileSource(PydanticBaseSettingsSource):
    """Reads `UNDERSIGNED_<NAME>_FILE`."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return env.from_files().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return dict(env.from_files())


class _Base(BaseSettings):
    """Where values come from: the environment wins over `_FILE`, and `_FILE` over the TOML file."""

    model_config = SettingsConfigDict(env_prefix=env.PREFIX, extra="ignore", env_ignore_empty=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        sources: tuple[PydanticBaseSettingsSource, ...] = (
            init_settings,
            env_settings,
            _FileSource(settings_cls),
        )
        config = os.environ.get(f"{env.PREFIX}CONFIG")
        if config:
            sources += (TomlConfigSettingsSource(settings_cls, toml_file=Path(config)),)
        return sources


def _model() -> type[BaseSettings]:
    declared: dict[str, Any] = {
        name: (row.annotation, Field(default=row.default, ge=row.ge, le=row.le))
        for name, row in env.Settings.model_fields.items()
    }
    checks: dict[str, Any] = {f"check_{name}": field_validator(name)(act) for name, act in env.CHECKS.items()}
    return create_model("Settings", __base__=_Base, __validators__=checks, **declared)


def load() -> env.Settings:
    """The settings from all sources; raises SettingsError with one line that names the setting."""
    try:
        found = _model()()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{env.PREFIX}{str(first['loc'][0]).upper()}" if first["loc"] else env.PREFIX
        raise env.SettingsError(f"{name}: {first['msg'].removeprefix('Value error, ')}") from error
    return env.Settings(**found.model_dump(), given=frozenset(found.model_fields_set))
