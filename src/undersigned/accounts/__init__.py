"""The people who run appeals: accounts, teams, roles, the audit record."""
