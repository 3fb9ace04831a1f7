"""Pages that read several apps: the public letter, the desk's reading pages, feeds, the API."""
