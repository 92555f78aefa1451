"""The page in a real browser, as somebody with a shoebox would use it."""

import json
import os

import numpy as np

from colorize.predict import __main__ as predict
from tests.page.browsing import Browsing
from tests.page.serving import gray_file, picture


class TestPage(Browsing):
    def test_two_photos_and_a_broken_one(self):
        sources = [gray_file(self.path('a.jpg')),
                   gray_file(self.path('b.png'), 1)]
        self.drop(sources[0], self.broken(), sources[1])
        self.until_counted('2 of 3 photos coloured, 1 could not be read')
        cards = self.page.find_elements('css selector', '#photos li')
        self.assertEqual([card.get_attribute('class') for card in cards],
                         ['done', 'failed', 'done'])
        self.assertRegex(cards[1].text, '^not a readable photo(.|\n)*'
                         'broken.jpg$')
        self.assertEqual(self.text('photo-name'), 'a.jpg')
        self.wait(lambda: self.source_of())
        self.the('download').click()
        content = self.downloaded('a-color.jpg')
        output = self.path('a-predicted.jpg')
        predict.main([sources[0], '-o', output, '--weights', self.weights])
        with open(output, 'rb') as file:
            self.assertEqual(content, file.read())
        self.the('download-all').click()
        self.wait(lambda: 'colorized.zip' in os.listdir(self.saved))

    def test_the_slider_parts_grey_from_colour(self):
        self.one(rows=120, columns=160)
        at = {}
        for value in (0, 100):
            self.slide_to('slide', value)
            at[value] = picture(self.the('frame').screenshot_as_png)
        gray = np.ptp(at[100][5:-5, 5:-20, :3], axis=-1).mean()
        color = np.ptp(at[0][5:-5, 20:-5, :3], axis=-1).mean()
        self.assertLess(gray, 1)
        self.assertGreater(color, 3)

    def test_a_hint_changes_pixels_there(self):
        self.one(rows=240, columns=320)
        before = self.shown()
        colors = self.click_at(0.75, 0.5)
        self.assertEqual(len(colors), 5)
        self.painted_anew(lambda: self.page.execute_script(
            "const free = document.getElementById('free');"
            "free.value = '#2040d0';"
            "free.dispatchEvent(new Event('input'))"))
        after = self.shown()
        change = np.abs(after - before).mean(axis=-1)
        self.assertGreater(change[118:122, 238:242].mean(), 15)
        self.assertGreater((after - before)[120, 240, 2], 10)
        self.page.find_element('css selector', '#picker .main').click()
        self.painted_anew(lambda: self.the('undo').click())
        np.testing.assert_array_equal(self.shown(), before)
        self.painted_anew(lambda: self.the('redo').click())
        np.testing.assert_array_equal(self.shown(), after)
        self.the('save-hints').click()
        saved = json.loads(self.downloaded('one-hints.json'))
        self.assertEqual([each['color'] for each in saved], ['#2040d0'])
        self.assertAlmostEqual(saved[0]['row'], 120, delta=2)
        self.assertAlmostEqual(saved[0]['column'], 240, delta=2)
        self.painted_anew(lambda: self.the('clear').click())
        np.testing.assert_array_equal(self.shown(), before)
        self.painted_anew(lambda: self.the('hints-file').send_keys(
            os.path.join(self.saved, 'one-hints.json')))
        np.testing.assert_array_equal(self.shown(), after)

    def test_settings_answer_at_once(self):
        from selenium.webdriver import Keys
        self.one(rows=240, columns=320)
        before = self.shown()
        self.painted_anew(lambda: self.slide_to('saturation', 0))
        gray = self.shown()
        self.assertLess(np.ptp(gray, axis=-1).mean(), 1)
        self.painted_anew(lambda: self.the('reset').click())
        np.testing.assert_array_equal(self.shown(), before)
        evenness = self.the('coherence')
        self.painted_anew(lambda: evenness.send_keys('off'))
        self.assertGreater(np.abs(self.shown() - before).mean(), 0.1)
        self.painted_anew(lambda: evenness.send_keys(Keys.END))
        np.testing.assert_array_equal(self.shown(), before)
        self.painted_anew(lambda: self.page.find_element(
            'css selector', '[name=decode][value=mean]').click())
        self.assertGreater(np.abs(self.shown() - before).mean(), 0.1)

    def test_zoom_and_side_by_side(self):
        self.one(rows=300, columns=400)
        self.the('zoom-full').click()
        self.assertEqual([self.the('frame').size[side] for side
                          in ('width', 'height')], [400, 300])
        for _ in range(3):
            self.the('zoom-in').click()
        self.assertEqual(self.the('frame').size['width'], 1200)
        self.assertIn('pixels', self.the('frame').get_attribute('class'))
        self.the('as-pair').click()
        self.assertTrue(self.the('pane-gray').is_displayed())
        self.page.execute_script(
            "document.getElementById('pane-color').scrollLeft = 50")
        self.wait(lambda: self.page.execute_script(
            "return document.getElementById('pane-gray').scrollLeft") == 50)

    def test_large_photos_show_every_pixel_when_asked(self):
        self.one('large.png', rows=1200, columns=1800)
        self.assertEqual(self.shown().shape[:2], (1067, 1600))
        self.painted_anew(lambda: self.the('zoom-full').click())
        self.assertEqual(self.shown().shape[:2], (1200, 1800))

    def test_very_large_ones_answer_first_and_then_show_every_pixel(self):
        self.one('huge.png', rows=2500, columns=3300)
        self.page.execute_script(
            "const image = document.getElementById('color'); seen = [];"
            "image.onload = () => seen.push(image.naturalWidth)")
        for doing in (lambda: self.the('zoom-full').click(),
                      lambda: self.slide_to('saturation', 2)):
            self.page.execute_script('seen.length = 0')
            doing()
            self.wait(lambda: self.page.execute_script('return seen')
                      == [1600, 3300])

    def test_with_the_keyboard_alone(self):
        from selenium.webdriver import ActionChains, Keys
        self.one(rows=240, columns=320)
        self.page.execute_script("document.getElementById('frame').focus()")
        keys = ActionChains(self.page)
        keys.send_keys(*[Keys.ARROW_RIGHT] * 5, Keys.ENTER).perform()
        colors = self.wait(lambda: self.page.find_elements(
            'css selector', '#likely button'))
        self.painted_anew(lambda: colors[1].send_keys(Keys.ENTER))
        ActionChains(self.page).send_keys(Keys.ESCAPE).perform()
        self.wait(lambda: not self.the('picker').is_displayed())
        mark = self.page.find_element('css selector', '#hints button')
        self.assertIn('row 120, column 176',
                      mark.get_attribute('aria-label'))

    def test_everything_has_a_name(self):
        self.one()
        nameless = self.page.execute_script('''
            return [...document.querySelectorAll(
              'button, input, select, img, progress, section, nav, aside')]
              .filter(each => !(each.getAttribute('aria-label')
                || each.getAttribute('aria-labelledby')
                || each.textContent.trim() || each.alt
                || each.labels && each.labels.length))
              .map(each => each.outerHTML);''')
        self.assertEqual(nameless, [])

    def test_paste_and_cancel(self):
        source = gray_file(self.path('p.png'))
        self.drop(source, target='body', events=['paste'])
        self.until_counted('1 of 1 photo coloured')
        self.drop(*[source] * 40, target='body')
        self.the('cancel').click()
        self.wait(lambda: not self.the('cancel').is_displayed())
        left = int(self.text('count').split(' of ')[1].split()[0])
        self.assertLess(left, 30)  # two were on their way
        self.wait(lambda: len(self.page.find_elements(
            'css selector', '#photos li.done')) == left)

    def test_narrow_screens_scroll_one_way(self):
        self.one(rows=240, columns=320)
        for width in (360, 700, 1280):
            self.page.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', {
                'width': width, 'height': 900, 'deviceScaleFactor': 1,
                'mobile': False})
            self.assertLessEqual(self.page.execute_script(
                'return document.documentElement.scrollWidth'), width)

    def test_the_token_is_needed(self):
        self.page.get(self.address.partition('?')[0])
        self.assertIn('token', self.page.page_source)
