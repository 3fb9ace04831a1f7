"""The async door before Django."""
