// One photo before and after: slider, side by side, zoom.

import * as api from './api.js';

const $ = id => document.getElementById(id);
// Longer side of the pictures that are shown until more pixels are needed.
const SHOWN = 1600;
// Of more pixels the smaller picture is shown first: an answer in half a
// second, and then every pixel.
const LARGE = 8e6;
const STEPS = [0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8];

export class View extends EventTarget {
  constructor() {
    super();
    this.panes = [$('pane-gray'), $('pane-color')];
    this.frames = this.panes.map(pane => pane.firstElementChild);
    this.zoom = null;  // null: fits
    $('slide').addEventListener('input', () => this.slide());
    $('as-slider').addEventListener('click', () => this.pair(false));
    $('as-pair').addEventListener('click', () => this.pair(true));
    $('zoom-fit').addEventListener('click', () => this.scale(null));
    $('zoom-full').addEventListener('click', () => this.scale(1));
    $('zoom-in').addEventListener('click', () => this.step(1));
    $('zoom-out').addEventListener('click', () => this.step(-1));
    for (const pane of this.panes) {
      pane.addEventListener('scroll', () => this.#follow(pane));
      pane.addEventListener('wheel', event => this.#wheel(event),
        {passive: false});
    }
    this.#drag($('divider'));
    new ResizeObserver(() => this.layout()).observe($('panes'));
    this.slide();
  }

  // Show a photo; what was shown of it before is asked for again.
  async show(photo) {
    this.photo = photo;
    this.zoom = null;
    this.whole = false;
    this.asking?.abort();
    for (const name of ['gray', 'pair-gray', 'color']) {
      URL.revokeObjectURL($(name).src);
      $(name).removeAttribute('src');
    }
    if (!photo) return;
    const name = photo.place.split('/').pop();
    $('photo-name').textContent = name;
    $('color').alt = `${name} in colour`;
    $('gray').alt = $('pair-gray').alt = `${name} in black and white`;
    this.#arrange();
    await this.#ask();
  }

  #ask() {
    return Promise.all([this.#gray(), this.repaint()]);
  }

  get size() {
    return this.whole ? 'whole' : 'shown';
  }

  async #gray() {
    const {photo, size} = this;
    const blob = await api.gray(photo.id, size);
    await put([$('gray'), $('pair-gray')], blob,
      () => photo === this.photo && size === this.size);
  }

  // Paint again; a newer wish lets go of an older one.
  async repaint() {
    const {photo} = this;
    this.asking?.abort();
    const asking = this.asking = new AbortController();
    const late = setTimeout(() => { $('busy').hidden = false; }, 300);
    try {
      const large = this.whole && photo.rows * photo.columns > LARGE;
      for (const size of large ? ['shown', 'whole'] : [this.size]) {
        const blob = await api.color(photo.id, photo.asked(), size,
          asking.signal);
        await put([$('color')], blob, () => !asking.signal.aborted);
      }
      if (asking === this.asking) this.dispatchEvent(new Event('painted'));
    } catch (error) {
      if (error.name !== 'AbortError') {
        this.dispatchEvent(new CustomEvent('unpainted', {detail: error}));
      }
    } finally {
      clearTimeout(late);
      if (asking === this.asking) $('busy').hidden = true;
    }
  }

  slide() {
    const share = $('slide').value;
    $('frame').style.setProperty('--at', `${share}%`);
    $('slide').setAttribute('aria-valuetext', `${Math.round(share)} % before`);
  }

  pair(yes) {
    $('panes').classList.toggle('pair', yes);
    $('viewer').classList.toggle('pair', yes);
    $('as-pair').setAttribute('aria-pressed', yes);
    $('as-slider').setAttribute('aria-pressed', !yes);
    this.layout();
  }

  // Screen pixels for a pixel of the photo, when it fits.
  get fit() {
    const pane = this.panes[1];
    return Math.min(pane.clientWidth / this.photo.columns,
      pane.clientHeight / this.photo.rows, 4);
  }

  get scaled() {
    return this.zoom ?? this.fit;
  }

  scale(zoom, x = 0.5, y = 0.5) {
    const pane = this.panes[1];
    const middle = [(pane.scrollLeft + x * pane.clientWidth)
      / pane.scrollWidth,
    (pane.scrollTop + y * pane.clientHeight) / pane.scrollHeight];
    this.zoom = zoom;
    this.layout();
    pane.scrollLeft = middle[0] * pane.scrollWidth - x * pane.clientWidth;
    pane.scrollTop = middle[1] * pane.scrollHeight - y * pane.clientHeight;
    this.#follow(pane);
  }

  step(direction, x, y) {
    const now = this.scaled;
    const next = direction > 0
      ? STEPS.find(each => each > now * 1.01)
      : [...STEPS].reverse().find(each => each < now * 0.99);
    if (next) this.scale(next, x, y);
  }

  layout() {
    if (this.photo && this.#arrange()) {
      this.#ask().catch(error =>
        this.dispatchEvent(new CustomEvent('failed', {detail: error})));
    }
  }

  // Give the photo its place; whether it needs more pixels there than before.
  #arrange() {
    const scale = this.scaled;
    for (const frame of this.frames) {
      frame.style.width = `${this.photo.columns * scale}px`;
      frame.style.height = `${this.photo.rows * scale}px`;
      frame.classList.toggle('pixels', scale * devicePixelRatio >= 2);
    }
    $('zoom-now').value = `${Math.round(scale * 100)} %`;
    const longest = Math.max(this.photo.rows, this.photo.columns);
    const more = !this.whole && longest > SHOWN
      && longest * scale * devicePixelRatio > SHOWN * 1.1;
    this.whole ||= more;  // asked for once: it serves every zoom after it
    return more;
  }

  #follow(pane) {
    const other = this.panes[pane === this.panes[0] ? 1 : 0];
    other.scrollLeft = pane.scrollLeft;
    other.scrollTop = pane.scrollTop;
  }

  #wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = event.currentTarget.getBoundingClientRect();
    this.step(-Math.sign(event.deltaY), (event.clientX - box.left) / box.width,
      (event.clientY - box.top) / box.height);
  }

  #drag(divider) {
    divider.addEventListener('pointerdown', event => {
      divider.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    divider.addEventListener('pointermove', event => {
      if (!divider.hasPointerCapture(event.pointerId)) return;
      const box = $('frame').getBoundingClientRect();
      $('slide').value = 100 * (event.clientX - box.left) / box.width;
      this.slide();
    });
    divider.addEventListener('click', event => event.stopPropagation());
  }
}

// Show a picture only once it is there, and only if it is still wanted then.
// What is not shown, or not any more, is let go of.
async function put(images, blob, wanted) {
  const address = URL.createObjectURL(blob);
  let unused = [address];
  try {
    const next = new Image();
    next.src = address;
    await next.decode();
    if (!wanted()) return;
    unused = images.map(image => image.src);
    for (const image of images) image.src = address;
  } finally {
    unused.forEach(each => URL.revokeObjectURL(each));
  }
}
