"""``make page-picture``: what the page looks like, for the README."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time

from PIL import Image

from experiments.shared import bundled

__all__ = ['browser', 'main']

_PHOTOS = ('astronaut.png', 'coffee.png', 'chelsea.png', 'rocket.jpg')


@contextlib.contextmanager
def browser(width=1280, height=900, **prefs):
    """Debian's chromium without a window, steered by selenium.

    Parameters
    ----------
    width, height : int
        Of what is seen.
    prefs
        As the browser's own preferences.

    Yields
    ------
    selenium.webdriver.Chrome
    """
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    options.binary_location = '/usr/bin/chromium'
    for each in ('--headless=new', '--no-sandbox', '--hide-scrollbars',
                 '--disable-dev-shm-usage'):
        options.add_argument(each)
    options.add_experimental_option('prefs', prefs)
    found = webdriver.Chrome(options, Service('/usr/bin/chromedriver'))
    try:
        found.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', {
            'width': width, 'height': height, 'deviceScaleFactor': 1,
            'mobile': width < 600})
        yield found
    finally:
        found.quit()


def main(path='experiments/results/page.png'):
    """Run the page, show it photos, and write what is seen."""
    with tempfile.TemporaryDirectory() as folder, _page() as address, \
            browser() as seen:
        seen.get(address)
        seen.find_element('id', 'files').send_keys('\n'.join(_grays(folder)))
        ready = f'{len(_PHOTOS)} of {len(_PHOTOS)}'
        while ready not in seen.find_element('id', 'count').text:
            time.sleep(0.2)
        time.sleep(2)  # the large picture comes last
        os.makedirs(os.path.dirname(path), exist_ok=True)
        seen.save_screenshot(path)
        with Image.open(path) as image:
            image.convert('RGB').save(path, optimize=True)


def _grays(folder):
    for name in _PHOTOS:
        path = os.path.join(folder, name)
        with Image.open(bundled.path(name)) as image:
            image.convert('L').save(path)
        yield path


@contextlib.contextmanager
def _page():
    running = subprocess.Popen(
        [sys.executable, '-m', 'colorize.page', '--no-browser'],
        stdout=subprocess.PIPE, text=True)
    try:
        yield re.match(r'http\S+', running.stdout.readline()).group()
    finally:
        running.terminate()
        running.wait()


if __name__ == '__main__':
    main()
