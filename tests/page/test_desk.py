"""The desk holds the photo that is chosen, whatever goes wrong beside it."""

import json
from unittest import mock

import numpy as np
from PIL import Image

from colorize.page import limits
from tests.page.browsing import Browsing
from tests.page.serving import gray_file

#: Counts the addresses of pictures that nobody has let go of.
_COUNT_ADDRESSES = '''
live = new Set();
const {createObjectURL, revokeObjectURL} = URL;
URL.createObjectURL = blob => {
  const address = createObjectURL.call(URL, blob);
  live.add(address);
  return address;
};
URL.revokeObjectURL = address => {
  live.delete(address);
  revokeObjectURL.call(URL, address);
};
'''

#: Pictures take until release() to be decoded; how many do, says held.
_HOLD_DECODING = '''
const {decode} = HTMLImageElement.prototype;
const going = new Promise(go => { release = go; });
held = 0;
HTMLImageElement.prototype.decode = async function () {
  held += 1;
  await going;
  return decode.call(this);
};
stopHolding = () => { HTMLImageElement.prototype.decode = decode; };
'''

#: Notes what is asked for.
_NOTE_REQUESTS = '''
asked = [];
const ask = fetch;
fetch = (path, options) => {
  asked.push(path.replace(/.*[/]/, ''));
  return ask(path, options);
};
'''

#: Cancels one that the server has no room for; how that ends.
_FULL = '''
const [done] = arguments;
const stop = new AbortController();
const ask = fetch;
fetch = async () => {
  fetch = ask;
  stop.abort();
  return new Response('{"error": "full"}', {status: 503});
};
import('/api.js')
  .then(api => api.add(new File([], 'one.png'), 'one.png', stop.signal))
  .then(() => done('it came'), error => done(error.name));
'''

#: The small pictures of the strip.
_THUMBS = '''
return [...document.querySelectorAll('#photos canvas')]
  .map(each => each.toDataURL());
'''


class TestDesk(Browsing):
    def have(self, *sources):
        """Have these photos in the strip, the first good one on the desk."""
        self.drop(*sources)
        self.wait(lambda: len(self.page.find_elements(
            'css selector', '#photos .done, #photos .failed')) == len(sources))
        self.wait(lambda: self.source_of() and self.source_of('pair-gray'))

    def choose_and_see(self, place):
        """Click a photo of the strip; wait until the desk has another."""
        before = self.source_of(), self.source_of('pair-gray')
        self.choose(place)
        self.wait(lambda: not {None, *before} & {
            self.source_of(), self.source_of('pair-gray')})

    def size_of(self, image):
        return self.page.execute_script(
            'const image = document.getElementById(arguments[0]);'
            'return [image.naturalWidth, image.naturalHeight]', image)

    def test_one_that_could_not_be_read_does_not_come_onto_it(self):
        self.have(gray_file(self.path('good.png')), self.broken())
        self.choose(1)
        self.assertIn('broken.jpg: not a readable photo',
                      self.text('notices'))
        self.the('download').click()
        self.downloaded('good-color.png')
        self.the('remove').click()
        self.until_counted('0 of 1 photo coloured, 1 could not be read')
        self.assertFalse(self.the('desk').is_displayed())

    def test_one_that_could_not_be_read_can_be_taken_away(self):
        self.have(gray_file(self.path('good.png')), self.broken(),
                  self.broken('other.jpg'))
        self.choose(1)
        self.page.find_element('css selector', '#notices .remove').click()
        self.assertEqual(self.page.switch_to.active_element.get_attribute(
            'id'), 'add')
        self.until_counted('1 of 2 photos coloured, 1 could not be read')
        self.assertEqual(self.text('notices'), '')
        self.assertEqual(self.text('photo-name'), 'good.png')
        self.assertEqual([card.text for card in self.page.find_elements(
            'css selector', '#photos .name')], ['good.png', 'other.jpg'])

    def test_the_strip_follows_one_that_has_left_it(self):
        self.have(gray_file(self.path('a.png')), gray_file(
            self.path('b.png'), 1))
        before = self.page.execute_script(_THUMBS)
        self.slide_to('saturation', 3)
        self.choose(1)
        self.wait(lambda: self.page.execute_script(_THUMBS) != before)
        now = self.page.execute_script(_THUMBS)
        self.assertEqual([one != other for one, other in zip(before, now)],
                         [True, False])

    def test_after_a_removal_the_one_beside_it_is_there(self):
        self.have(self.broken(), *(gray_file(self.path(f'{name}.png'))
                                   for name in 'abc'))
        for removed, beside in ('a', 'b'), ('b', 'c'):
            self.assertEqual(self.text('photo-name'), f'{removed}.png')
            self.the('remove').click()
            self.assertEqual(self.text('photo-name'), f'{beside}.png')

    def test_addresses_of_pictures_are_let_go_of(self):
        self.page.execute_script(_COUNT_ADDRESSES)
        self.have(gray_file(self.path('a.png')), gray_file(
            self.path('b.png'), 1))
        for place in (1, 0, 1):
            self.choose_and_see(place)
        self.painted_anew(lambda: self.slide_to('saturation', 2))
        self.assertEqual(self.page.execute_script('return live.size'), 2)
        self.the('remove').click()
        self.the('remove').click()
        # One that was on its way is let go of when it has come.
        self.wait(lambda: not self.page.execute_script('return live.size'))

    def test_a_file_of_too_many_hints_changes_nothing(self):
        self.one()
        path = self.path('many-hints.json')
        with open(path, 'w') as file:
            json.dump([{'row': 9, 'column': 9, 'color': '#aa2200'}]
                      * (limits.MOST_HINTS + 1), file)
        self.the('hints-file').send_keys(path)
        self.wait(lambda: f'At most {limits.MOST_HINTS} hints'
                  in self.text('notices'))
        self.assertFalse(self.page.find_elements(
            'css selector', '#hints button'))

    def test_one_that_is_decoded_late_does_not_come_onto_it(self):
        self.have(gray_file(self.path('a.png')), gray_file(
            self.path('b.png'), rows=90, columns=70))
        self.page.execute_script(_HOLD_DECODING)
        self.choose(1)
        self.wait(lambda: self.page.execute_script('return held') == 2)
        self.page.execute_script('stopHolding()')
        self.choose_and_see(0)
        self.page.execute_async_script(
            'release(); setTimeout(arguments[0], 500)')
        for image in ('color', 'gray', 'pair-gray'):
            self.assertEqual(self.size_of(image), [80, 60], image)

    def test_every_pixel_is_asked_for_once(self):
        self.page.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', {
            'width': 1280, 'height': 900, 'deviceScaleFactor': 4,
            'mobile': False})
        self.have(gray_file(self.path('a.png')), gray_file(
            self.path('large.png'), rows=1200, columns=1800))
        self.page.execute_script(_NOTE_REQUESTS)
        self.choose_and_see(1)
        self.wait(lambda: self.size_of('color')[0] == 1800)
        self.assertEqual(self.page.execute_script('return asked.sort()'),
                         ['color?size=whole', 'gray?size=whole'])

    def test_cancelled_while_the_server_is_full_is_cancelled(self):
        self.assertEqual(self.page.execute_async_script(_FULL), 'AbortError')

    def test_a_tab_that_closes_can_name_every_photo(self):
        number = self.brought(gray_file(self.path('one.png')))['id']
        status = self.page.execute_async_script('''
            const [number, most, done] = arguments;
            import('/api.js')
              .then(api => api.forget(Array(most).fill(number)))
              .then(answer => done(answer?.status));
            ''', number, limits.MOST_PHOTOS)
        self.assertEqual(status, 204)
        self.refused(404, 'not here any more', self.ask(
            'GET', f'/api/photos/{number}/gray'))

    def test_a_long_name_leaves_room_for_the_reason(self):
        name = 'a' * 90 + '.jpg'
        self.drop(self.broken(name))
        self.until_counted('1 could not be read')
        card = self.page.find_element('css selector', '#photos li')
        self.assertTrue(card.text.startswith('not a readable photo'))
        self.assertIn(f'{name}: not a', card.get_attribute('title'))

    def test_a_film_that_is_too_large_is_for_the_command(self):
        with mock.patch.object(limits, 'LARGEST_FILE', 3):
            self.setUp()
        self.drop(self.broken('film.mp4'))
        self.wait(lambda: 'python -m colorize.predict' in self.text(
            'notices'))
        self.drop(self.broken())
        self.wait(lambda: 'are too large.×' in self.text('notices'))

    def test_a_new_photo_has_the_look_of_all_not_of_another(self):
        self.have(gray_file(self.path('a.png')))
        self.painted_anew(lambda: self.slide_to('saturation', 2))
        for place, look in (1, '100 %'), (2, '200 %'):
            self.drop(gray_file(self.path('b.png'), 1))
            self.until_counted(f'{place + 1} of {place + 1} photos coloured')
            self.choose_and_see(place)
            self.assertEqual(self.text('saturation-now'), look)
            self.choose_and_see(0)
            self.the('for-all').click()

    def test_what_a_result_has_lost_is_said_beside_the_photo(self):
        deep = np.linspace(900, 64000, 3000).reshape(50, 60)
        Image.fromarray(deep.astype('uint16')).save(self.path('deep.jpg'),
                                                    'PNG')
        self.have(self.path('deep.jpg'))
        self.assertNotIn('16 bits', self.text('notes'))
        self.the('download').click()
        self.wait(lambda: '16 bits' in self.text('notes'))

    def asks_before_it_leaves(self):
        return self.page.execute_script('''
            const leaving = new Event('beforeunload', {cancelable: true});
            return !dispatchEvent(leaving);''')

    def test_who_leaves_without_a_result_is_asked(self):
        self.assertFalse(self.asks_before_it_leaves())
        self.have(gray_file(self.path('good.png')), self.broken())
        self.assertTrue(self.asks_before_it_leaves())
        self.the('download').click()
        self.wait(lambda: not self.asks_before_it_leaves())
        self.painted_anew(lambda: self.slide_to('saturation', 2))
        self.assertTrue(self.asks_before_it_leaves())
        self.the('download-all').click()
        self.wait(lambda: not self.asks_before_it_leaves())
