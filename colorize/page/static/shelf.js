// All photos: how they come in, one by one and in order, and the strip.

import * as api from './api.js';

// Photos that are on their way at a time.
const AT_ONCE = 2;

export class Shelf extends EventTarget {
  constructor(list, look) {
    super();
    this.photos = [];
    this.list = list;
    this.look = look;  // gives a new photo its look
    this.stop = new AbortController();
    this.going = 0;
    list.addEventListener('keydown', event => this.#key(event));
  }

  // files: pairs of file and its place below a folder.
  add(files) {
    for (const [file, place] of files) {
      const photo = {file, place, state: 'waiting', hints: [], past: [],
        future: [], look: this.look()};
      photo.item = this.#item(photo);
      this.photos.push(photo);
      this.list.append(photo.item);
    }
    this.#changed();
    this.#go();
  }

  #go() {
    while (this.going < AT_ONCE) {
      const photo = this.photos.find(each => each.state === 'waiting');
      if (!photo) return;
      this.going += 1;
      // Two are on their way, but they appear in order.
      this.turn = this.#bring(photo, this.turn).finally(() => {
        this.going -= 1;
        this.#changed();
        this.#go();
      });
    }
  }

  async #bring(photo, before) {
    photo.state = 'working';
    this.#show(photo);
    const {signal} = this.stop;
    let state = 'done';
    try {
      Object.assign(photo, await api.add(photo.file, photo.place, signal));
      await this.paint(photo, signal);
      photo.file = null;
    } catch (error) {
      if (photo.id) api.forget([photo.id]);
      if (error.name === 'AbortError') return this.#drop(photo);
      state = 'failed';
      photo.error = error.message;
    }
    await before;
    photo.state = state;
    this.#show(photo);
    this.dispatchEvent(new CustomEvent('came', {detail: photo}));
  }

  // Draw the small picture of a photo.
  async paint(photo, signal) {
    const blob = await api.color(photo.id, photo.asked(), 'small', signal);
    const bitmap = await createImageBitmap(blob);
    const canvas = document.createElement('canvas');
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext('2d').drawImage(bitmap, 0, 0);
    photo.canvas = canvas;
    this.#show(photo);
  }

  #item(photo) {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    const thumb = document.createElement('span');
    thumb.className = 'thumb';
    const name = document.createElement('span');
    name.className = 'name';
    button.append(thumb, name);
    button.addEventListener('click', () => this.choose(photo));
    item.append(button);
    photo.asked = () => ({...photo.look, hints: photo.hints});
    return item;
  }

  #show(photo) {
    const button = photo.item.firstChild;
    const [thumb, name] = button.children;
    const words = {waiting: 'waiting', working: 'on its way', done: '',
      failed: reason(photo)}[photo.state];
    photo.item.className = photo.state;
    photo.item.title = photo.error || photo.place;
    name.textContent = photo.place.split('/').pop();
    thumb.replaceChildren(photo.state === 'done' && photo.canvas
      ? photo.canvas : words);
    button.setAttribute('aria-label',
      `${photo.place}${words ? ': ' + words : ''}`);
    button.disabled = photo.state !== 'done';
    if (photo.state === 'failed') button.disabled = false;
  }

  // One that could not be read has nothing for the desk: it only says why.
  choose(photo) {
    if (photo?.state !== 'failed') this.#mark(photo);
    this.dispatchEvent(new CustomEvent('chosen', {detail: photo}));
  }

  #mark(photo) {
    this.current = photo;
    for (const each of this.photos) {
      each.item.firstChild.setAttribute('aria-current', each === photo);
    }
  }

  // Take a photo away; the one beside it is chosen.
  remove(photo) {
    const place = this.done().indexOf(photo);
    if (photo.id) api.forget([photo.id]);
    this.#drop(photo);
    if (this.current === photo) {
      const done = this.done();
      this.choose(done[Math.min(place, done.length - 1)] || null);
    }
    this.#changed();
  }

  #drop(photo) {
    this.photos = this.photos.filter(each => each !== photo);
    photo.item.remove();
  }

  // Let go of all that has not come yet.
  cancel() {
    for (const photo of this.photos.filter(each =>
      each.state === 'waiting')) this.#drop(photo);
    this.stop.abort();
    this.stop = new AbortController();
    this.#changed();
  }

  done() {
    return this.photos.filter(each => each.state === 'done');
  }

  failed() {
    return this.photos.filter(each => each.state === 'failed');
  }

  #key(event) {
    const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    const buttons = [...this.list.querySelectorAll('button:enabled')];
    const at = buttons.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = buttons[at + step];
    if (next) {
      next.focus();
      next.scrollIntoView({block: 'nearest', inline: 'nearest'});
    }
  }

  #changed() {
    this.dispatchEvent(new Event('changed'));
  }
}

// Why a photo could not be read, less its name, which stands beside it.
function reason({error = '', place}) {
  const named = `${place}: `;
  return error.startsWith(named) ? error.slice(named.length) : error;
}

// Photos of a drop, folders with all below them; endings: what counts as a
// photo there. What was dropped or chosen by itself is always tried.
export async function filesOf(transfer, endings) {
  const entries = [...transfer.items].map(item => item.kind === 'file'
    && item.webkitGetAsEntry && item.webkitGetAsEntry());
  if (!entries.some(entry => entry && entry.isDirectory)) {
    return [...transfer.files].map(file => [file, file.name]);
  }
  const found = [];
  for (const entry of entries.filter(Boolean)) {
    await walk(entry, found, entry.isFile ? null : endings);
  }
  return found;
}

async function walk(entry, found, endings) {
  const place = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) {
    if (!endings || isPhoto(place, endings)) {
      found.push([await new Promise((give, fail) =>
        entry.file(give, fail)), place]);
    }
    return;
  }
  const reader = entry.createReader();
  const below = [];
  for (;;) {
    const some = await new Promise((give, fail) =>
      reader.readEntries(give, fail));
    if (!some.length) break;
    below.push(...some);
  }
  below.sort((one, other) => one.name < other.name ? -1 : 1);
  for (const each of below) await walk(each, found, endings);
}

export function isPhoto(name, endings) {
  return endings.some(ending => name.toLowerCase().endsWith(ending));
}
