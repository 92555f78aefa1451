"""Good photo files for ``make fuzz``, of every kind that is read."""

import io

import imagecodecs
import numpy as np
import tifffile
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from colorize.photos import opening, profiles

__all__ = ['good_photos', 'saved']

_XMP = (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description '
        b'tiff:Orientation="6" dc:title="Oma"/></rdf:RDF></x:xmpmeta>')
_IPTC = b'\x1c\x02\x19\x00\x06family'
_BLOCK = b'Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0b' + _IPTC + b'\0'
_SEGMENT = b'\xff\xed' + (len(_BLOCK) + 2).to_bytes(2, 'big') + _BLOCK


def good_photos():
    """Lists of bytes by ending."""
    opening.add_extras()
    found = {
        'jpg': _jpegs(), 'png': _pngs(), 'tif': _tiffs() + _deep_tiffs(),
        'webp': _others('WEBP'), 'avif': _others('AVIF'), 'heic': _heics(),
        'jxl': _others('JXL'), 'jp2': [saved(_photo(), 'JPEG2000')],
        'gif': _gifs(), 'ppm': _ppms(), 'bmp': [saved(_photo(), 'BMP')]}
    for ending, content in _of_more_bits().items():
        found[ending].append(content)
    return found


def _of_more_bits():
    deep = _deep()
    return {'avif': imagecodecs.avif_encode(deep >> 6, bitspersample=10),
            'jp2': imagecodecs.jpeg2k_encode(deep, level=0),
            'jxl': imagecodecs.jpegxl_encode(deep, lossless=True)}


def _photo():
    rng = np.random.RandomState(0)
    return Image.fromarray(rng.randint(0, 256, (6, 5, 3)).astype(
        'uint8')).resize((40, 48), Image.BICUBIC)


def _deep():
    return np.asarray(_photo()).astype('uint16') * 257


def saved(image, form, **kwargs):
    """The bytes of a file that Pillow writes of an image."""
    file = io.BytesIO()
    image.save(file, form, **kwargs)
    return file.getvalue()


def _exif():
    exif = Image.Exif()
    exif[0x0112], exif[271], exif[282] = 6, 'Maker', 72.0
    exif[34665] = {36867: '2001:02:03 04:05:06',
                   40965: {1: 'R03', 2: b'0100'}}
    exif[34853] = {1: 'N', 2: (1.0, 2.0, 3.0)}
    return exif


def _srgb():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()


def _jpegs():
    gray = profiles.made_of(curve=1.8)
    return [saved(_photo(), 'JPEG'),
            saved(_photo(), 'JPEG', progressive=True, exif=_exif()),
            saved(_photo().convert('L'), 'JPEG', dpi=(300, 300)),
            saved(_photo().convert('L'), 'JPEG', icc_profile=gray),
            saved(_photo().convert('CMYK'), 'JPEG'),
            saved(_photo(), 'JPEG', icc_profile=profiles.adobe(), xmp=_XMP,
                  exif=_exif(), comment=b'by hand', extra=_SEGMENT),
            saved(_photo(), 'JPEG', icc_profile=_srgb()),
            saved(_photo(), 'MPO', save_all=True, append_images=[_photo()])]


def _pngs():
    from colorize.photos import captions, photo_file, png_writer
    info = PngInfo()
    info.add(b'gAMA', (55556).to_bytes(4, 'big'))
    coded = PngInfo()
    coded.add(b'cICP', b'\x0c\x0d\0\1')
    told = captions.Captions(_XMP, _IPTC, b'by hand', (('Title', 'Oma'),))
    file = io.BytesIO()
    png_writer.write(file, photo_file.Photo(
        _deep(), _deep()[..., 0], _exif().tobytes(), profiles.adobe(),
        (300., 300.), [], told))
    deep = Image.fromarray(np.arange(480, dtype='uint16').reshape(20, 24))
    return [saved(_photo(), 'PNG'), saved(deep, 'PNG'), file.getvalue(),
            saved(deep, 'PNG', transparency=9,
                  icc_profile=profiles.made_of(curve=1.8)),
            saved(_photo().quantize(16), 'PNG', transparency=3),
            saved(_photo().convert('RGBA'), 'PNG', pnginfo=info),
            saved(_photo(), 'PNG', pnginfo=coded, exif=_exif()),
            saved(_photo().convert('1'), 'PNG', transparency=1),
            saved(_photo(), 'PNG', save_all=True, append_images=[_photo()])]


def _tiffs():
    """As Pillow writes them."""
    grey = np.linspace(0, 1, 480, dtype='float32').reshape(20, 24)
    forms = (('RGB', None), ('RGB', 'tiff_lzw'), ('RGB', 'jpeg'),
             ('RGB', 'tiff_adobe_deflate'), ('1', 'group4'),
             ('L', 'packbits'), ('LAB', None), ('RGBA', None))
    return [saved(Image.fromarray(grey), 'TIFF'),
            saved(_photo(), 'TIFF', exif=_exif(), tiffinfo={
                700: _XMP, 33723: _IPTC}, icc_profile=profiles.adobe()),
            saved(_photo(), 'TIFF', save_all=True,
                  append_images=[_photo().quantize(16)])] + [
        saved(_as(_photo(), mode), 'TIFF', compression=compression)
        for mode, compression in forms]


def _as(image, mode):
    if mode != 'LAB':
        return image.convert(mode)
    return ImageCms.profileToProfile(
        image, ImageCms.createProfile('sRGB'), ImageCms.createProfile('LAB'),
        outputMode='LAB')


def _deep_tiffs():
    """As scanners do, by tifffile."""
    deep, alpha = _deep(), _deep()[..., :1]
    made = []
    for values, options in (
            (np.moveaxis(deep, -1, 0), {'planarconfig': 'separate'}),
            (deep, {'tile': (16, 16), 'compression': 'zlib'}),
            (deep, {'compression': 'lzw', 'predictor': True,
                    'iccprofile': profiles.adobe()}),
            (deep, {'compression': 'zstd', 'bigtiff': True}),
            (np.concatenate([deep, alpha], 2), {
                'extrasamples': ['assocalpha']}),
            (np.concatenate([deep, alpha], 2), {
                'photometric': 'separated'}),
            (deep[..., 0], {'photometric': 'miniswhite', 'byteorder': '>'}),
            (deep[..., 0], {'photometric': 'minisblack',
                            'iccprofile': profiles.made_of(curve=1.8)}),
            ((deep / 65535).astype('float32'), {'rowsperstrip': 9}),
            (deep, {'photometric': 'cielab'}),
            (np.asarray(_photo()), {'compression': 'webp'})):
        file = io.BytesIO()
        tifffile.imwrite(file, values, metadata=None,
                         **dict({'photometric': 'rgb'}, **options))
        made.append(file.getvalue())
    return made


def _others(form):
    more = {} if form == 'JXL' else {'icc_profile': profiles.adobe(),
                                     'xmp': _XMP}
    return [saved(_photo(), form),
            saved(_photo().convert('RGBA'), form),
            saved(_photo(), form, exif=_exif().tobytes(), **more)]


def _heics():
    import pillow_heif
    made = []
    for image in (_photo(), _photo().convert('RGBA')):
        file = io.BytesIO()
        pillow_heif.from_pillow(image).save(file, quality=80)
        made.append(file.getvalue())
    return made


def _gifs():
    return [saved(_photo().quantize(16), 'GIF', transparency=3,
                  comment=b'by hand'),
            saved(_photo(), 'GIF', save_all=True, append_images=[_photo()])]


def _ppms():
    deep = _deep()
    head = f'P6\n{deep.shape[1]} {deep.shape[0]}\n65535\n'.encode()
    return [saved(_photo(), 'PPM'), saved(_photo().convert('L'), 'PPM'),
            saved(_photo().convert('1'), 'PPM'),
            head + deep.astype('>u2').tobytes()]
