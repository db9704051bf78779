"""The naming of constraints, and the kinds of columns that the tables of ``storage.schema`` are made of."""

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, Float, ForeignKey, Index, MetaData, Text, false, text
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def identifier() -> Column[str]:
    """The primary key, a UUID."""
    return Column("id", Text, primary_key=True)


def json(name: str) -> Column[object]:
    """A JSON value."""
    # Python's None is stored as SQL NULL, never as JSON null.
    return Column(name, JSON(none_as_null=True))


def flag(name: str) -> Column[bool]:
    """A boolean, false unless given."""
    return Column(name, Boolean, nullable=False, server_default=false())


def time(name: str, *, nullable: bool = False) -> Column[float]:
    """A time in unix seconds."""
    return Column(name, Float, nullable=nullable)


def refers(name: str, target: str, *, nullable: bool = False) -> Column[str]:
    """The id of a row of another table, such as "projects.id"."""
    return Column(name, Text, ForeignKey(target), nullable=nullable)


def one_of(name: str, values: tuple[str, ...]) -> CheckConstraint:
    """The condition that a text column has one of these values."""
    return CheckConstraint(f"{name} IN ({', '.join(repr(value) for value in values)})", name=name)


def parents() -> tuple[SchemaItem, ...]:
    """The edits of the corrections from which a propagated row was spread, the later one of two first."""
    where = text("other_parent_edit IS NOT NULL")  # few rows grew from two
    second = Index(None, "other_parent_edit", sqlite_where=where, postgresql_where=where)
    return Column("parent_edit", Text), Column("other_parent_edit", Text), Index(None, "parent_edit"), second


def name_in_use(table: str) -> Index:
    """The names of a table's rows differ within a project, those of retired rows aside."""
    where = text("NOT retired")
    columns = ("project_id", "name")
    return Index(f"uq_{table}_name_in_use", *columns, unique=True, sqlite_where=where, postgresql_where=where)
