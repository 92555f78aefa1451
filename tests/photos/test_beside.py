"""What a file holds beside its picture, wherever its format has it."""

import io
import struct
import zlib

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

from colorize.photos import opening, photo_file
from tests.shared import icc
from tests.shared.photo_files import PhotoFiles
from tests.shared.photos import photo

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">Oma</x:xmpmeta>'
IPTC = b'\x1c\x02x\x00\x03Oma'
BLOCK = b'8BIM\4\4\0\0' + struct.pack('>I', len(IPTC)) + IPTC
ADOBE = icc.rgb(icc.ADOBE, 2.2)

#: 16 x 8 pixels, a grey of 200 in the upper left quarter; the picture itself
#: says that it is to be turned as by EXIF's 6.
TURNED_JXL = bytes.fromhex(
    'ff0ac12d10130804010078004b188b1500d48d8a3136465d2004004692cc07c8'
    'a9b1475049054f057801')


def exif():
    made = Image.Exif()
    made[270], made[0x0112] = 'Omas Haus', 1
    made[34665] = {36867: '2001:02:03 04:05:06', 33434: (1, 60)}
    made[34853] = {1: 'N', 2: (51.0, 30.0, 0.0)}
    return made.tobytes()


def box(kind, content):
    return struct.pack('>I', len(content) + 8) + kind + content


class Beside(PhotoFiles):
    def saved(self, name, **options):
        opening.add_extras()
        Image.fromarray(photo()).save(self.path(name), **options)
        with open(self.path(name), 'rb') as file:
            return file.read()

    def put(self, name, *parts):
        with open(self.path(name), 'wb') as file:
            file.write(b''.join(parts))
        return photo_file.read(self.path(name))

    def check_exif(self, found):
        self.assertEqual(found.notes, [])
        kept = Image.Exif()
        kept.load(found.exif)
        self.assertEqual(kept[270], 'Omas Haus')
        self.assertEqual(kept.get_ifd(34665)[36867], '2001:02:03 04:05:06')
        self.assertEqual(kept.get_ifd(34853)[2], (51.0, 30.0, 0.0))


class TestBoxes(Beside):
    def test_of_jpeg_2000(self):
        iptc = bytes.fromhex('33c7a4d2b81d4723a0baf1a3e097ad38')
        found = self.put('a.jp2', self.saved('a.jp2'), box(
            b'uuid', b'JpgTiffExif->JP2' + exif()[6:]),
            box(b'uuid', iptc + IPTC))
        self.check_exif(found)
        self.assertEqual(found.captions.iptc, IPTC)
        found = self.put('a.jp2', self.saved('a.jp2'),
                         box(b'xml ', b'<note/>'))
        self.assertEqual(found.notes, ['its XML is left out'])

    def test_packed_in_jpeg_xl(self):
        self.saved('a.jxl', exif=exif(), xmp=XMP, compress_metadata=True)
        found = photo_file.read(self.path('a.jxl'))
        self.check_exif(found)
        self.assertEqual(found.captions.xmp, XMP)
        bomb = imagecodecs.brotli_encode(bytes(1 << 25))
        for packed in (b'damaged', bomb):
            found = self.put('a.jxl', self.saved('a.jxl', exif=b'', xmp=XMP),
                             box(b'brob', b'Exif' + packed))
            self.assertEqual(found.notes,
                             ['its EXIF is damaged and left out'])

    def test_jpeg_xl_is_turned_once(self):
        turned = Image.Exif()
        turned[0x0112] = 6
        found = self.put(
            'a.jxl', bytes.fromhex('0000000c4a584c200d0a870a'),
            box(b'ftyp', b'jxl \0\0\0\0jxl '),
            box(b'Exif', bytes(4) + turned.tobytes()[6:]),
            box(b'jxlc', TURNED_JXL))
        expected = np.zeros((16, 8, 3), 'uint8')
        expected[:8, 4:] = 200
        np.testing.assert_array_equal(found.pixels, expected)


class TestTiffs(Beside):
    def test_big_endian_bigtiff(self):
        """Made by hand; read from its result by tifffile."""
        exif_ifd = self.directory(1000, (
            36867, 2, b'2001:02:03 04:05:06\0'), (33434, 5, struct.pack(
                '>2I', 1, 60)), (40965, 4, struct.pack('>I', 2000)))
        inter = self.directory(2000, (1, 2, b'R98\0'))
        gps = self.directory(3000, (1, 2, b'N\0'), (2, 5, struct.pack(
            '>6I', 51, 1, 30, 1, 0, 1)))
        pixels = photo()
        page = self.directory(
            100, *((tag, 3, struct.pack('>H', value)) for tag, value in (
                (256, 48), (257, 40), (259, 1), (262, 2))),
            (258, 3, struct.pack('>3H', 8, 8, 8)), (270, 2, b'Omas Haus\0'),
            (273, 16, struct.pack('>Q', 4000)),
            (277, 3, struct.pack('>H', 3)), (278, 3, struct.pack('>H', 40)),
            (279, 4, struct.pack('>I', pixels.nbytes)),
            (34665, 18, struct.pack('>Q', 1000)),
            (34853, 13, struct.pack('>I', 3000)))
        content = bytearray(b'MM\0\x2b\0\x08\0\0' + struct.pack('>Q', 100))
        for place, part in ((100, page), (1000, exif_ifd), (2000, inter),
                            (3000, gps), (4000, pixels.tobytes())):
            content += bytes(place - len(content)) + part
        found = self.put('a.tif', content)
        np.testing.assert_array_equal(found.pixels, pixels)
        self.check_exif(found)
        photo_file.write(self.path('b.tif'), found)
        with tifffile.TiffFile(self.path('b.tif')) as file:
            tags = file.pages.first.tags
            said = tags['ExifTag'].value
            self.assertEqual(said['DateTimeOriginal'], '2001:02:03 04:05:06')
            self.assertEqual(said['ExposureTime'], (1, 60))
            self.assertEqual(tags['GPSTag'].value['GPSLatitude'],
                             (51, 1, 30, 1, 0, 1))
        found = self.put('a.tif', content.replace(
            struct.pack('>Q', 1000), b'\xff' * 8))
        np.testing.assert_array_equal(found.pixels, pixels)
        self.assertEqual(found.notes, ['its EXIF is damaged and left out'])
        for place in range(100, 3060, 7):  # whatever is damaged, it is said
            torn = bytes(content[:place]) + b'\xff' + content[place + 1:]
            try:
                self.put('a.tif', torn)
            except ValueError as error:
                self.assertIn('a.tif: not a readable photo', str(error))

    def directory(self, place, *entries):
        """As it stands at a place, what is long behind it."""
        table, rest = struct.pack('>Q', len(entries)), b''
        end = place + 8 + 20 * len(entries) + 8
        for tag, kind, value in sorted(entries):
            count = len(value) // {2: 1, 3: 2, 4: 4, 5: 8, 13: 4, 16: 8,
                                   18: 8}[kind]
            if len(value) > 8:
                value, longer = struct.pack('>Q', end + len(rest)), value
                rest += longer
            table += struct.pack('>HHQ', tag, kind, count) \
                + value.ljust(8, b'\0')
        return table + bytes(8) + rest

    def test_iptc_among_photoshops_blocks(self):
        other = b'8BIM\3\xed\3abc' + struct.pack('>I', 3) + b'odd\0'
        blocks = other + BLOCK
        tifffile.imwrite(self.path('a.tif'), photo(), photometric='rgb',
                         extratags=[(34377, 'B', len(blocks), blocks, True)])
        self.assertEqual(photo_file.read(self.path('a.tif')).captions.iptc,
                         IPTC)

    def test_no_page(self):
        with self.assertRaisesRegex(ValueError, 'holds no page'):
            self.put('a.tif', b'II*\0\0\0\0\0')

    def test_a_next_page_out_of_all_files(self):
        tifffile.imwrite(self.path('a.tif'), photo(), photometric='rgb',
                         bigtiff=True)
        with tifffile.TiffFile(self.path('a.tif')) as file:
            page = file.pages.first
            place = page.offset + 8 + 20 * len(page.tags)
        with open(self.path('a.tif'), 'rb') as file:
            content = file.read()
        found = self.put('a.tif', content[:place], b'\xff' * 8,
                         content[place + 8:])
        np.testing.assert_array_equal(found.pixels, photo())
        self.assertEqual(found.notes,
                         ['only the first of its pages is coloured'])


class TestPngs(Beside):
    def with_raw(self, kind, content):
        """As ImageMagick writes it, behind the picture."""
        text = f'\n{kind}\n{len(content):8}\n{content.hex()}\n'
        chunk = b'zTXt' + f'Raw profile type {kind}'.encode() + b'\0\0' \
            + zlib.compress(text.encode())
        plain = self.saved('a.png')
        return self.put('a.png', plain[:-12], struct.pack(
            '>I', len(chunk) - 4), chunk, struct.pack(
                '>I', zlib.crc32(chunk)), plain[-12:])

    def test_raw_profiles(self):
        for kind, content in (('exif', exif()), ('APP1', exif())):
            self.check_exif(self.with_raw(kind, content))
        for kind, content in (('iptc', BLOCK), ('8bim', BLOCK),
                              ('iptc', IPTC)):
            self.assertEqual(self.with_raw(kind, content).captions.iptc,
                             IPTC)
        for kind, head in (('xmp', b''),
                           ('APP1', b'http://ns.adobe.com/xap/1.0/\0')):
            self.assertEqual(self.with_raw(kind, head + XMP).captions.xmp,
                             XMP)
        for kind in ('icc', 'icm'):
            self.assertEqual(self.with_raw(kind, ADOBE).icc, ADOBE)
        self.assertEqual(self.with_raw('odd', b'x').notes,
                         ['its odd is not known and left out'])


class TestOthers(Beside):
    def test_gif(self):
        plain = self.saved('a.gif')
        place = plain.index(b'\x21\xf9') if b'\x21\xf9' in plain \
            else plain.index(b',')
        trailer = b'\1' + bytes(range(255, -1, -1)) + b'\0'
        parts = [ADOBE[start:start + 255]
                 for start in range(0, len(ADOBE), 255)]
        found = self.put(
            'a.gif', plain[:place], b'\x21\xff\x0bXMP DataXMP', XMP, trailer,
            b'\x21\xff\x0bICCRGBG1012', *(bytes([len(each)]) + each
                                          for each in parts), b'\0',
            plain[place:])
        self.assertEqual((found.captions.xmp, found.icc), (XMP, ADOBE))

    def bitmap(self, kind, rest=b'', told=bytes(48), length=None):
        """With a fifth header (its kind of colours, primaries, gammas)."""
        pixels = np.ascontiguousarray(photo()[::-1, :, ::-1]).tobytes()
        size = len(rest) if length is None else length
        head = struct.pack('<IiiHHIIiiII', 124, 48, 40, 1, 24, 0,
                           len(pixels), 2835, 2835, 0, 0) + bytes(16) + kind \
            + told + struct.pack('<4I', 4, 124 + len(pixels), size, 0)
        return self.put('a.bmp', struct.pack(
            '<2sIHHI', b'BM', 138 + len(pixels) + len(rest), 0, 0, 138),
            head, pixels, rest)

    def test_bmp(self):
        self.assertEqual(self.bitmap(b'DEBM', ADOBE).icc, ADOBE)
        self.assertRegex(self.bitmap(b'DEBM', ADOBE, length=9999).notes[
            0], 'its ICC profile is damaged')
        self.assertRegex(self.bitmap(b'KNIL').notes[0], 'in another file')
        srgb = (.64, .33, .03, .3, .6, .1, .15, .06, .79)
        wide = (.64, .33, .03, .21, .71, .08, .15, .06, .79)
        for points, gamma, noted in ((srgb, 2.2, 0), (wide, 2.2, 1),
                                     (srgb, 1.8, 1), ((0,) * 9, 0, 0)):
            told = struct.pack('<12I', *(round(each * 2 ** 30)
                                         for each in points),
                               *[round(gamma * 2 ** 16)] * 3)
            self.assertEqual(len(self.bitmap(bytes(4), told=told).notes),
                             noted)
        self.assertEqual(self.bitmap(b'BGRs').notes, [])

    def test_ppm(self):
        found = self.put('a.ppm', b'P6\n# Oma, 1950\n48 40 # her house\n255\n',
                         photo().tobytes())
        self.assertEqual(found.captions.comment, b'Oma, 1950\nher house')

    def test_jpeg(self):
        def segment(marker, content):
            return bytes([255, marker]) + struct.pack(
                '>H', len(content) + 2) + content
        made = io.BytesIO()
        Image.fromarray(photo()).save(made, 'JPEG')
        plain = made.getvalue()
        half = ADOBE[:len(ADOBE) // 2]
        for part, noted in (
                (segment(0xe1, exif()[:80]), 'its EXIF is damaged; a part'),
                (segment(0xe1, b'Exif\0\0junk'), 'its EXIF is damaged; a'),
                (segment(0xe1, b'Exif\0\xff' + exif()[6:]), 'its EXIF is da'),
                (segment(0xe2, b'ICC_PROFILE\0\1\2' + half),
                 'its ICC profile is damaged and left out')):
            found = self.put('a.jpg', plain[:2], part, plain[2:])
            self.assertEqual(len(found.notes), 1)
            self.assertIn(noted, found.notes[0])
        self.check_exif(self.put('a.jpg', plain[:2], segment(0xe1, exif()),
                                 plain[2:]))
        iptc = b'\x1c\x02x\x75\x30' + b'a' * 30000
        block = BLOCK[:8] + struct.pack('>I', 90015) + 3 * iptc + b'\0'
        found = self.put('a.jpg', plain[:2], *(segment(
            0xed, b'Photoshop 3.0\0' + block[start:start + 60000])
            for start in (0, 60000)), plain[2:])
        self.assertEqual(found.captions.iptc, 3 * iptc)
        found = self.put('a.jpg', plain[:2], segment(0xfe, b'Oma'),
                         segment(0xfe, b'1950'), plain[2:])
        self.assertEqual(found.captions.comment, b'Oma\n1950')
