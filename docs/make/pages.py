"""Pages as a browser shows them."""

from __future__ import annotations

import base64
import io
import shutil
from pathlib import Path

SCALE = 1
COLOURS = 64
HIGH = 1400
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-background-networking",
)


def photographed(page: Path, to: Path, width: int, high: int = HIGH) -> None:
    """The top of a page as a PNG of few colours, which keeps it small."""
    from PIL import Image
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*QUIET, f"--window-size={width},{high}"):
        options.add_argument(flag)
    with webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver") or "")) as driver:
        metrics = {"width": width, "height": high, "deviceScaleFactor": SCALE, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        driver.get(page.as_uri())
        taken = driver.execute_cdp_cmd("Page.captureScreenshot", {})["data"]
    image = Image.open(io.BytesIO(base64.b64decode(taken))).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(to, optimize=True)
