"""Somebody with a browser, watched: what is asked of whom, what the console says, what is stored."""

from pathlib import Path
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response

PHONE, DESK, NARROWEST = (390, 844), (1280, 900), (320, 640)
PATIENCE = 45_000
SCREENS = Path(__file__).resolve().parents[2] / "test-artifacts" / "screens"

_AXE = Axe()
_OPTIONS = {"resultTypes": ["violations"]}


class Visitor:
    """One browser profile with one page; with or without script."""

    def __init__(
        self, browser: Browser, base: str, *, script: bool = True, dark: bool = False, locale: str = "en-GB"
    ) -> None:
        self.base = base
        self.script = script
        self.context = browser.new_context(
            base_url=base,
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
            viewport={"width": DESK[0], "height": DESK[1]},
            locale=locale,
        )
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.troubles: list[str] = []
        self._refused: set[str] = set()
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))

    def open(self, path: str, status: int = 200) -> Page:
        """Goes to a page, which must answer so."""
        answer = self.page.goto(urljoin(self.base, path))
        assert answer is not None
        assert answer.status == status, f"{path} answers {answer.status}, not {status}"
        return self.page

    def press(self, name: str, within: Locator | None = None) -> Page:
        """Presses the button of this name, waits for the page that it leads to, and looks at it closely."""
        button = (within or self.page).get_by_role("button", name=name, exact=True)
        with self.page.expect_navigation():
            button.click()
        if self.script:
            self.troubles += [f"after “{name}”: {line}" for line in self.violations()]
        return self.page

    def follow(self, name: str, within: Locator | None = None) -> Page:
        """Follows the first link of this name."""
        link = (within or self.page).get_by_role("link", name=name).first
        with self.page.expect_navigation():
            link.click()
        return self.page

    def fill(self, **values: str) -> None:
        """Types into fields by their names; choices are chosen."""
        for name, value in values.items():
            field = self.page.locator(f"[name={name}]")
            kind = field.first.get_attribute("type")
            if kind == "radio":
                self.page.locator(f"[name={name}][value='{value}']").check()
            elif kind == "checkbox":
                field.set_checked(bool(value))
            elif field.first.evaluate("node => node.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def heading(self) -> str:
        """The page's first heading."""
        return self.page.locator("h1").first.inner_text()

    def violations(self) -> list[str]:
        """What axe-core finds on the page, a line each."""
        found = _AXE.run(self.page, options=_OPTIONS).response["violations"]
        return [
            f"{one['id']}: {node['target']} {node['html'][:160]} | {node['failureSummary'][:300]}"
            for one in found
            for node in one["nodes"]
        ]

    def overflow(self) -> str:
        """What is wider than the page, if the page can be scrolled sideways."""
        return str(
            self.page.evaluate(
                """() => {
                  const root = document.documentElement;
                  if (root.scrollWidth <= root.clientWidth) return "";
                  const wide = [...document.querySelectorAll("body *")].filter((node) => {
                    const box = node.getBoundingClientRect();
                    return box.width && (box.right > root.clientWidth + 1 || box.left < -1);
                  });
                  return `${root.scrollWidth} > ${root.clientWidth}: `
                    + wide.slice(0, 3).map((node) => node.outerHTML.slice(0, 120)).join(" | ");
                }"""
            )
        )

    def resize(self, size: tuple[int, int]) -> None:
        """Takes another device into the hand."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def shoot(self, name: str) -> None:
        """Keeps a picture of the whole page."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        width = (self.page.viewport_size or {"width": 0})["width"]
        self.page.screenshot(path=SCREENS / f"{name}-{width}.png", full_page=True)

    def shoot_both(self, name: str) -> None:
        """Keeps a picture at a phone's and at a desk's width."""
        for size in (PHONE, DESK):
            self.resize(size)
            self.shoot(name)

    def has_cookies(self) -> bool:
        """Whether the browser was given anything to keep."""
        return bool(self.context.cookies())

    def close(self) -> None:
        """Goes away."""
        self.context.close()

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).scheme in ("data", "blob", "about"):
            return
        if not request.url.startswith(f"{self.base}/"):
            self.troubles.append(f"{self.page.url} asks another host: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.troubles.append(f"{response.status}: {response.url}")
        if response.status >= 400 and response.request.is_navigation_request():
            self._refused.add(response.url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # Chromium reports every page with an error status; a form that says what is wrong has one.
        where = str(message.location.get("url", ""))
        if message.text.startswith("Failed to load resource") and where in self._refused:
            return
        self.troubles.append(f"console at {self.page.url}: {message.text}")
