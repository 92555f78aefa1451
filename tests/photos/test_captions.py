"""What people and programs wrote into a photo is in its result."""

import itertools
import os
import struct
from unittest import mock

import numpy as np
import tifffile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from colorize.photos import captions, opening, photo_file
from colorize.photos.captions import Captions
from tests.shared.photo_files import PhotoFiles
from tests.shared.photos import photo

XMP = (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description '
       b'dc:title="Oma"/></rdf:RDF></x:xmpmeta>')
TURNED = XMP.replace(b'dc:title', b'tiff:Orientation="6" dc:title')
IPTC = b'\x1c\x02\x19\x00\x06family\x1c\x02x\x00\x03Oma'
ALL = Captions(XMP, IPTC, b'by hand, f\xc3\xbcr Oma', (('Title', 'Omas Haus'),
                                                       ('Place', 'K\xf6ln')))


class TestCaptions(PhotoFiles):
    def test_what_each_format_holds(self):
        deep = photo().astype('uint16') * 257
        for name, lost in (('a.jpg', 'text'), ('a.png', None),
                           ('a.tif', 'text'),
                           ('a.webp', 'IPTC and comment and text'),
                           ('a.avif', 'IPTC and comment and text'),
                           ('a.bmp', 'XMP and IPTC and comment and text')):
            for pixels in (photo(), deep)[:2 if name in (
                    'a.png', 'a.tif') else 1]:
                notes = self.written(name, pixels, captions=ALL)
                self.assertEqual(len(notes), 1 if lost else 0, notes)
                if lost:
                    self.assertRegex(notes[0], f'its {lost} cannot be held')
                self.check(name, lost or '')

    def check(self, name, lost):
        found = photo_file.read(self.path(name))
        self.assertEqual(found.captions.xmp, None if 'XMP' in lost else XMP)
        self.assertEqual(found.captions.iptc,
                         None if 'IPTC' in lost else IPTC)
        with Image.open(self.path(name)) as image:
            image.load()
            if name == 'a.jpg':
                self.assertEqual(image.info['comment'], ALL.comment)
                self.assertEqual(image.info['photoshop'][0x0404], IPTC)
            if name == 'a.png':
                self.assertEqual(image.text['Comment'],
                                 ALL.comment.decode())
                self.assertEqual(image.text['Place'], 'K\xf6ln')
            if name == 'a.tif':
                self.assertEqual(image.tag_v2[270].encode('latin-1'),
                                 ALL.comment)

    def test_iptc_of_a_tiff_in_whole_numbers(self):
        """As Photoshop and libtiff write it."""
        iptc = IPTC + bytes(-len(IPTC) % 4)
        for order, large in itertools.product('<>', (False, True)):
            numbers = struct.unpack(f'{order}{len(iptc) // 4}I', iptc)
            tifffile.imwrite(
                self.path('a.tif'), photo(), byteorder=order, bigtiff=large,
                photometric='rgb', extratags=[
                    (33723, 'I', len(numbers), numbers, True)])
            found = photo_file.read(self.path('a.tif'))
            self.assertEqual(found.captions.iptc, iptc)

    def test_from_a_format_to_each_other(self):
        for source in ('a.jpg', 'a.png', 'a.tif'):
            self.written(source, captions=ALL)
            read = photo_file.read(self.path(source))
            for target in ('b.jpg', 'b.png', 'b.tif'):
                photo_file.write(self.path(target), read)
                found = photo_file.read(self.path(target)).captions
                self.assertEqual((found.xmp, found.iptc), (XMP, IPTC))

    def test_a_turned_photo_is_not_turned_again_by_its_xmp(self):
        for name in ('a.jpg', 'a.png', 'a.tif'):
            exif = Image.Exif()
            exif[0x0112] = 6
            options = {'pnginfo': self.info()} if name == 'a.png' else \
                {'tiffinfo': {700: TURNED}} if name == 'a.tif' else {
                    'xmp': TURNED}
            if name == 'a.tif':
                options['tiffinfo'][0x0112] = 6
            else:
                options['exif'] = exif
            found = self.read(Image.fromarray(photo()), name, **options)
            self.assertNotIn(b'tiff:Orientation="6"', found.captions.xmp)
            self.assertIn(b'dc:title="Oma"', found.captions.xmp)

    def info(self):
        info = PngInfo()
        info.add_itxt('XML:com.adobe.xmp', TURNED.decode())
        return info

    def test_in_boxes(self):
        """Of JPEG XL by its own writer, of JPEG 2000 as the standard has."""
        opening.add_extras()
        image = Image.fromarray(photo())
        image.save(self.path('a.jxl'), xmp=XMP)
        image.save(self.path('a.jp2'))
        box = bytes.fromhex('be7acfcb97a942e89c71999491e3afac') + XMP
        with open(self.path('a.jp2'), 'ab') as file:
            file.write((len(box) + 8).to_bytes(4, 'big') + b'uuid' + box)
        for name in ('a.jxl', 'a.jp2'):
            self.assertEqual(photo_file.read(self.path(name)).captions.xmp,
                             XMP)

    def test_marks_of_faces_and_gain_maps_are_said(self):
        faces = XMP.replace(b'dc:title', b'mwg-rs:Regions')
        exif = Image.Exif()
        exif[0x0112] = 6
        found = self.read(Image.fromarray(photo()), 'a.jpg', xmp=faces,
                          exif=exif)
        self.assertRegex(found.notes[0], 'marks of faces')
        found = self.read(Image.fromarray(photo()), 'a.jpg', xmp=XMP.replace(
            b'dc:title', b'hdrgm:Version'))
        self.assertRegex(found.notes[0], 'gain map')

    def test_what_stands_behind_the_picture_is_said_and_no_longer_told(self):
        packet = (b'<x:xmpmeta><rdf:Description dc:title="a" %s/>'
                  b'</x:xmpmeta>')
        for said, told, words in (
                (b'hdrgm:Version="1.0"', b'', 'gain map'),
                (b'GCamera:MotionPhoto="1"', b'GCamera:MotionPhoto="0"',
                 'film'),
                (b"GCamera:MicroVideo='1'", b"GCamera:MicroVideo='0'",
                 'film')):
            found = self.read(Image.fromarray(photo()), 'a.jpg',
                              xmp=packet % said)
            self.assertRegex(found.notes[0], words)
            self.assertEqual(found.captions.xmp.replace(b'" />', b'"/>'),
                             (packet % told).replace(b'" />', b'"/>'))

    def test_a_phones_gain_map(self):
        """It lies behind the JPEG, or among the pictures of a HEIC."""
        first = Image.fromarray(photo())
        first.save(self.path('a.mpo'), 'MPO', save_all=True,
                   append_images=[first])
        os.rename(self.path('a.mpo'), self.path('a.jpg'))
        self.assertEqual(photo_file.read(self.path('a.jpg')).notes, [])
        with open(self.path('a.jpg'), 'ab') as file:
            file.write(b'<apdi:AuxiliaryImageType>HDRGainMap')
        self.assertRegex(photo_file.read(self.path('a.jpg')).notes[0],
                         'gain map')
        image = mock.Mock(format='HEIF', info={}, spec=['format', 'info'])
        for words, count in ((b'auxC...urn:com:apple:photo:2020:aux:'
                              b'hdrgainmap', 1), (b'infe..tmap', 1),
                             (b'infe..grid', 0)):
            notes = captions.found_in(image, bytes(99) + words)[1]
            self.assertEqual(len(notes), count)

    def test_more_than_a_jpeg_holds(self):
        long = XMP + bytes(70000)
        notes = self.written('a.jpg', captions=Captions(long, None, None, ()))
        self.assertRegex(notes[0], 'XMP cannot be held by JPEG')
        self.assertIsNone(photo_file.read(self.path('a.jpg')).captions.xmp)

    def test_one_text_of_a_png_is_a_jpegs_comment(self):
        info = PngInfo()
        info.add_text('Description', 'Omas Haus')
        found = self.read(Image.fromarray(photo()), 'a.png', pnginfo=info)
        self.assertEqual(photo_file.write(self.path('b.jpg'), found), [])
        with Image.open(self.path('b.jpg')) as image:
            self.assertEqual(image.info['comment'], b'Omas Haus')

    def test_texts_behind_the_picture_of_a_png(self):
        info = PngInfo()
        info.add(b'tEXt', b'Title\0Omas Haus', True)
        found = self.read(Image.fromarray(photo()), 'a.png', pnginfo=info)
        self.assertEqual(found.captions.texts, (('Title', 'Omas Haus'),))


class TestInteroperability(PhotoFiles):
    def test_kept_whole(self):
        made = Image.Exif()
        made[34665] = {36867: '2001:02:03 04:05:06',
                       40965: {1: 'R98', 2: b'0100'}}
        found = self.read(Image.fromarray(photo()), 'a.jpg',
                          exif=made.tobytes())
        for name in ('b.jpg', 'b.png', 'b.webp', 'b.tif'):
            photo_file.write(self.path(name), found)
            with Image.open(self.path(name)) as image:
                exif = image.getexif()
                self.assertEqual(exif.get_ifd(34665)[36867],
                                 '2001:02:03 04:05:06')
                self.assertEqual(exif.get_ifd(40965),
                                 {1: 'R98', 2: b'0100'}, name)

    def test_a_dangling_one_goes(self):
        made = Image.Exif()
        made[34665] = {36867: '2001:02:03 04:05:06', 40965: 99999}
        found = self.read(Image.fromarray(photo()), 'a.jpg',
                          exif=made.tobytes())
        photo_file.write(self.path('b.jpg'), found)
        with Image.open(self.path('b.jpg')) as image:
            self.assertEqual(image.getexif().get_ifd(34665),
                             {36867: '2001:02:03 04:05:06'})


class TestNearlyWhole(PhotoFiles):
    def content(self, **options):
        return self.saved(np.tile(photo(), (3, 4, 1)), **options)

    def saved(self, pixels, **options):
        Image.fromarray(pixels).save(self.path('a.jpg'), **options)
        with open(self.path('a.jpg'), 'rb') as file:
            return file.read()

    def with_margins(self, **options):
        return self.saved(np.pad(np.tile(photo(), (3, 4, 1)), (
            (1500, 0), (0, 1500), (0, 0)), constant_values=255), **options)

    def put(self, content):
        with open(self.path('a.jpg'), 'wb') as file:
            file.write(content)
        return photo_file.read(self.path('a.jpg'))

    def test_an_end_marker_that_is_missing(self):
        for options in ({}, {'progressive': True}, {'quality': 100}):
            content = self.content(**options)
            with Image.open(self.path('a.jpg')) as image:
                expected = np.asarray(image)
            for left in (1, 2):
                found = self.put(content[:-left])
                np.testing.assert_array_equal(found.pixels, expected)
                self.assertEqual(found.notes, ['its end marker is missing'])

    def test_pixels_that_are_missing(self):
        for options in ({}, {'progressive': True}, {'quality': 100}):
            content = self.content(**options)
            for left in (4, 9, 40, len(content) // 2):
                with self.assertRaisesRegex(ValueError, 'not a readable'):
                    self.put(content[:-left])

    def test_a_hole_of_zeros(self):
        content = self.content(quality=100)
        place = len(content) // 2
        found = self.put(content[:place] + bytes(2048)
                         + content[place + 2048:])
        self.assertRegex(found.notes[0], 'zeros lie inside')
        Image.new('L', (2000, 2000), 'white').save(self.path('a.jpg'),
                                                   optimize=True)
        self.assertEqual(photo_file.read(self.path('a.jpg')).notes, [])

    def test_blank_margins_and_a_hole_beside_them(self):
        """Where codes are made for the photo, a margin is written as zeros."""
        for options in ({'optimize': True}, {'progressive': True},
                        {'progressive': True, 'quality': 95}):
            content = self.with_margins(**options)
            self.assertGreater(content.count(bytes(1024)), 0)
            self.assertEqual(self.put(content).notes, [])
            place = len(content) * 9 // 10
            self.assertLess(content[place:place + 2048].count(0), 500)
            found = self.put(content[:place] + bytes(2048)
                             + content[place + 2048:])
            self.assertRegex(found.notes[0], 'zeros lie inside')

    def test_blank_margins_of_what_is_damaged_elsewhere(self):
        content = self.with_margins(optimize=True)
        self.assertEqual(self.put(content[:-2]).notes,
                         ['its end marker is missing'])
        self.assertEqual(self.put(content[:-2] + bytes(5000)).notes, [])
        beside = b'\xff\xe0\0\x07JFIF\0'
        self.assertEqual(self.put(content[:2] + beside + content[2:]).notes,
                         ['its APP0 is damaged and left out'])

    def test_a_file_that_ends_in_zeros(self):
        """As of a download that room was made for and that never ended."""
        content = self.content(optimize=True)
        found = self.put(content[:len(content) // 2] + bytes(9 * len(content)))
        self.assertRegex(found.notes[0], 'zeros lie inside')

    def test_blank_paper_of_a_middle_grey(self):
        """Its mean's change is zero, of which other bits say so, too."""
        for pen in 100, 255:
            page = np.full((1754, 1240), 128, 'uint8')
            page[208:304, 304:464] = pen
            self.saved(page, quality=90, optimize=True)
            self.assertEqual(photo_file.read(self.path('a.jpg')).notes, [])

    def test_zeros_beside_the_picture(self):
        """Room in a maker's notes, and what fills a file up."""
        made = Image.Exif()
        made[34665] = {37500: bytes(4096)}
        content = self.content(exif=made.tobytes())
        place = len(content) - 999
        for filled in (b'', b'\xff' * 3):
            for tail in (b'', bytes(4096), bytes(4096) + b'a film'):
                head = content[:2] + filled + content[2:place]
                found = self.put(head + content[place:] + tail)
                self.assertEqual(found.notes, [])
                found = self.put(head + bytes(1024) + content[place:] + tail)
                self.assertRegex(found.notes[0], 'zeros lie inside')
