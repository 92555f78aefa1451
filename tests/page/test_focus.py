"""The page by keyboard, by what is read aloud, and in narrow windows."""

import os

from tests.page.browsing import ANSWER, HOLD, REFUSE, Browsing
from tests.page.serving import gray_file

#: Whether the picker lies over a place of the photo, x and y from 0 to 1.
_COVERS = '''
const frame = document.getElementById('frame').getBoundingClientRect();
const box = document.getElementById('picker').getBoundingClientRect();
const x = frame.left + frame.width * arguments[0];
const y = frame.top + frame.height * arguments[1];
return [x >= box.left && x <= box.right && y >= box.top && y <= box.bottom,
  box.left >= 0 && box.top >= 0 && box.right <= innerWidth
    && box.bottom <= innerHeight];
'''

#: Scrolls to the photo, once the page has been laid out at a new size.
_MIDDLE = '''
const done = arguments[0];
requestAnimationFrame(() => requestAnimationFrame(() => {
  document.getElementById('frame').scrollIntoView({block: 'center'});
  requestAnimationFrame(done);
}));
'''


class TestFocus(Browsing):
    def focused(self):
        return self.page.execute_script('return document.activeElement.id')

    def press(self, name):
        """Push a button as the keyboard does it."""
        from selenium.webdriver import Keys
        self.the(name).send_keys(Keys.ENTER)

    def test_the_photo_has_a_name(self):
        self.one()
        nodes = self.page.execute_cdp_cmd('Accessibility.getFullAXTree', {})
        names = [node['name']['value'] for node in nodes['nodes']
                 if node.get('role', {}).get('value') == 'application']
        self.assertEqual(names, ['one.png'])

    def test_it_is_on_the_photo_after_a_hint_was_removed(self):
        self.one()
        self.click_at(0.75, 0.5)
        self.painted_anew(lambda: self.slide_to('free', '#2040d0'))
        self.page.execute_script('''
            document.getElementById('picker').addEventListener('close',
              () => { window.hasClosed = true; });''')
        self.page.find_element('css selector', '#picker .main').click()
        self.wait(lambda: self.page.execute_script('return window.hasClosed'))
        # At once, as hints are drawn anew when the picture comes.
        self.wait(lambda: self.page.execute_script('''
            const hint = document.querySelector('#hints button');
            hint?.focus();
            hint?.click();
            return hint !== null;'''))
        self.press('drop-hint')
        self.wait(lambda: not self.the('picker').is_displayed())
        self.wait(lambda: self.focused() == 'frame')

    def test_it_is_where_photos_come_in_after_the_last_has_left(self):
        self.one()
        self.press('remove')
        self.wait(lambda: self.focused() == 'choose')

    def test_it_is_where_photos_come_in_after_cancelling(self):
        self.one()
        self.page.execute_script(HOLD)
        self.drop(*[gray_file(self.path('more.png'))] * 3, target='body')
        self.press('cancel')
        self.page.execute_script('go()')
        self.wait(lambda: not self.the('cancel').is_displayed())
        self.wait(lambda: self.focused() == 'add')

    def test_it_is_where_photos_come_in_after_a_message_has_gone(self):
        self.one()
        self.page.execute_script(REFUSE)
        for value, end in ((2, ''), (1.5, ANSWER)):
            self.slide_to('saturation', value)
            self.wait(lambda: self.text('notices'))
            self.page.execute_script(
                "document.querySelector('.notice button').focus()")
            self.page.execute_script(end)
            self.slide_to('saturation', 1)
            self.wait(lambda: self.focused() == 'add')

    def test_a_file_that_has_left_its_folder_is_named(self):
        source = gray_file(self.path('moved.png'))
        self.page.execute_script(HOLD)
        self.the('files').send_keys(source)
        self.wait(lambda: 'on its way' in self.text('photos'))
        os.unlink(source)
        self.page.execute_script('go()')
        self.until_counted('1 could not be read')
        card = self.page.find_element('css selector', '#photos li')
        self.assertEqual(card.get_attribute('title'), 'moved.png: the file '
                         'was moved or changed; add it again')

    def test_the_colours_leave_their_place_in_sight(self):
        self.one(rows=240, columns=320)
        for size in (400, 740), (360, 740), (640, 400), (800, 700):
            self.page.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', {
                'width': size[0], 'height': size[1], 'deviceScaleFactor': 1,
                'mobile': False})
            for place in (0.1, 0.1), (0.9, 0.5), (0.6, 0.9):
                self.page.execute_async_script(_MIDDLE)
                self.click_at(*place)
                self.assertEqual(self.page.execute_script(_COVERS, *place),
                                 [False, True], (size, place))
                self.page.find_element('css selector',
                                       '#picker .main').click()
