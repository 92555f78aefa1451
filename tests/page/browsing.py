"""A real browser that the page is open in, and who clicks and looks there.

Debian's chromium, without a window; without one, these tests skip.
"""

import base64
import os
import shutil
import time
import unittest

from tests.page.serving import Serving, gray_file, picture

__all__ = ['HOLD', 'Browsing']

_HERE = all(map(shutil.which, ('chromium', 'chromedriver')))

#: Seconds until a wish should have come true, on a busy machine.
_PATIENCE = 30

_DROP = '''
const [names, files, target] = arguments;
const transfer = new DataTransfer();
files.forEach((file, at) => transfer.items.add(new File(
  [Uint8Array.from(atob(file), each => each.charCodeAt(0))], names[at])));
const put = kind => document.querySelector(target).dispatchEvent(
  kind === 'paste'
    ? new ClipboardEvent(kind, {clipboardData: transfer, bubbles: true})
    : new DragEvent(kind, {dataTransfer: transfer, bubbles: true,
        cancelable: true}));
(arguments[3] || ['dragenter', 'dragover', 'drop']).forEach(put);
'''

#: Requests wait until go() is called.
HOLD = '''
const ask = fetch;
const going = new Promise(done => { go = done; });
fetch = async (...given) => { await going; return ask(...given); };
'''

#: Requests are refused until ANSWER.
REFUSE = '''
ask = fetch;
fetch = async () => new Response('{"error": "no"}', {status: 422});
'''
ANSWER = 'fetch = ask'

#: The picture that is shown in colour, as a PNG.
_SHOWN = '''
const image = document.getElementById(arguments[0]);
const canvas = document.createElement('canvas');
canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
canvas.getContext('2d').drawImage(image, 0, 0);
return canvas.toDataURL('image/png').split(',')[1];
'''


class Browsing(Serving):
    @classmethod
    def setUpClass(cls):
        if not _HERE:  # nose sets up classes that a decorator skips, too
            raise unittest.SkipTest('no chromium and chromedriver here '
                                    '(Debian: apt install chromium '
                                    'chromium-driver)')
        super().setUpClass()
        from experiments.show.page_picture import browser
        cls.saved = os.path.join(cls.folder, 'saved')
        os.mkdir(cls.saved)
        cls.page = cls.ends.enter_context(browser(**{
            'download.default_directory': cls.saved,
            'download.prompt_for_download': False}))

    def setUp(self):
        for name in os.listdir(self.saved):
            os.unlink(os.path.join(self.saved, name))
        self.page.get(self.address)
        self.wait(lambda: 'megapixels' in self.text('limits'))

    def wait(self, holds):
        """Until something holds; what it has returned."""
        until = time.time() + _PATIENCE
        while time.time() < until:
            found = holds()
            if found:
                return found
            time.sleep(0.05)
        self.fail(f'not within {_PATIENCE} s; the page says '
                  f"{self.text('count')!r} {self.text('notices')!r}")

    def the(self, name):
        return self.page.find_element('id', name)

    def text(self, name):
        return self.page.execute_script(
            'return document.getElementById(arguments[0]).textContent', name)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def drop(self, *paths, target='#drop', events=None):
        contents = []
        for path in paths:
            with open(path, 'rb') as file:
                contents.append(base64.b64encode(file.read()).decode())
        self.page.execute_script(_DROP, [os.path.basename(path) for path
                                         in paths], contents, target, events)

    def until_counted(self, words):
        self.wait(lambda: words in self.text('count'))

    def shown(self, image='color'):
        return picture(base64.b64decode(self.page.execute_script(
            _SHOWN, image)))[..., :3]

    def source_of(self, image='color'):
        return self.the(image).get_attribute('src')

    def painted_anew(self, do):
        """Do something; wait for another picture; seconds it took."""
        before, began = self.source_of(), time.time()
        do()
        self.wait(lambda: self.source_of() not in (None, before))
        return time.time() - began

    def one(self, name='one.png', **size):
        """Have one photo on the desk; its file."""
        source = gray_file(self.path(name), **size)
        self.drop(source)
        self.until_counted('1 of 1 photo coloured')
        self.wait(lambda: self.source_of() and self.source_of('gray'))
        return source

    def broken(self, name='broken.jpg'):
        """A file that is no photo."""
        with open(self.path(name), 'w') as file:
            file.write('no photo')
        return self.path(name)

    def choose(self, place):
        """Click a photo of the strip."""
        self.page.find_elements('css selector', '#photos button')[
            place].click()

    def slide_to(self, name, value):
        self.page.execute_script(
            "const input = document.getElementById(arguments[0]);"
            "input.value = arguments[1];"
            "input.dispatchEvent(new Event('input', {bubbles: true}))",
            name, value)

    def click_at(self, x, y):
        """Click a place of the photo, x and y from 0 to 1."""
        from selenium.webdriver import ActionChains
        box = self.the('frame').rect
        ActionChains(self.page).move_to_element_with_offset(
            self.the('frame'), round(box['width'] * (x - 0.5)),
            round(box['height'] * (y - 0.5))).click().perform()
        return self.wait(lambda: self.page.find_elements(
            'css selector', '#likely button'))

    def downloaded(self, name):
        path = os.path.join(self.saved, name)
        self.wait(lambda: os.path.exists(path))
        with open(path, 'rb') as file:
            return file.read()
