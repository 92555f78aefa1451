"""What the page says: where it is seen, what it is about, when it goes."""

import json

from tests.page.browsing import ANSWER, HOLD, REFUSE, Browsing
from tests.page.serving import gray_file

#: Whether the middle of a message is what is seen at its place.
_IN_SIGHT = '''
const box = document.querySelector('.notice').getBoundingClientRect();
const seen = document.elementFromPoint(
  box.left + box.width / 2, box.top + box.height / 2);
return Boolean(seen && seen.closest('.notice'));
'''


class TestNotices(Browsing):
    def load(self, name, content):
        with open(self.path(name), 'w') as file:
            json.dump(content, file)
        self.the('hints-file').send_keys(self.path(name))

    def test_they_are_in_sight_wherever_the_page_is_scrolled_to(self):
        self.one(rows=240, columns=320)
        for width, height in (360, 740), (1280, 500):
            self.page.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', {
                'width': width, 'height': height, 'deviceScaleFactor': 1,
                'mobile': False})
            self.page.execute_script('scrollTo(0, document.body.scrollHeight)')
            self.load('no.json', {})
            self.wait(lambda: 'no file of hints' in self.text('notices'))
            self.assertTrue(self.page.execute_script(_IN_SIGHT))
            self.page.find_element('css selector', '.notice button').click()

    def test_one_about_a_picture_goes_when_there_is_another(self):
        self.one()
        self.page.execute_script(REFUSE)
        self.slide_to('saturation', 2)
        self.wait(lambda: 'no' in self.text('notices'))
        self.page.execute_script(ANSWER)
        self.painted_anew(lambda: self.slide_to('saturation', 1))
        self.wait(lambda: not self.text('notices'))

    def test_one_about_a_picture_without_colours_stays(self):
        self.one(rows=1800, columns=60)
        self.page.execute_script('''
            const ask = fetch;
            fetch = async (path, ...more) => path.includes('/gray')
              ? new Response('{"error": "no"}', {status: 422})
              : ask(path, ...more);''')
        self.painted_anew(self.the('zoom-full').click)
        self.wait(lambda: 'no' in self.text('notices'))
        self.painted_anew(lambda: self.slide_to('saturation', 1.5))
        self.assertIn('no', self.text('notices'))

    def test_hints_are_given_to_the_photo_that_they_were_loaded_for(self):
        self.one()
        self.drop(gray_file(self.path('two.png')), target='body')
        self.until_counted('2 of 2')
        self.page.execute_script(HOLD)
        self.load('mine.json', [{'row': 9, 'column': 9, 'color': '#aa2200'}])
        self.choose(1)
        self.page.execute_script('go()')
        self.wait(lambda: self.source_of('gray'))
        self.assertTrue(self.the('hints-none').is_displayed())
        self.choose(0)
        self.wait(lambda: self.page.find_elements(
            'css selector', '#hints button'))

    def test_hints_that_the_server_refuses_are_not_taken(self):
        self.one()
        good = {'row': 9, 'column': 9, 'color': '#aa2200'}
        for wrong, words in (({'row': 60}, 'row must be 0 to 59'),
                             ({'radius': None}, 'radius must be'),
                             ({'frame': 0}, 'frame'),
                             ({'size': 2}, 'size')):
            self.load('wrong.json', [good, dict(good, **wrong)])
            self.wait(lambda: words in self.text('notices'))
            self.assertIn('wrong.json is not taken. one.png: hint 2: ',
                          self.text('notices'))
            self.assertFalse(self.page.find_elements(
                'css selector', '#hints button'))
        self.load('good.json', [good])
        self.wait(lambda: self.page.find_elements(
            'css selector', '#hints button'))
