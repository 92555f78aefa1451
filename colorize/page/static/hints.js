// Hints: a place of the photo and its colour, said by who knows better.

import * as api from './api.js';

const $ = id => document.getElementById(id);

// Pixels between the dialog and its place, and the window's edge.
const AWAY = 24;
const EDGE = 16;

export class Hints extends EventTarget {
  constructor(view, most) {
    super();
    this.view = view;
    this.most = most;
    const frame = $('frame');
    frame.addEventListener('click', event => this.#click(event));
    frame.addEventListener('keydown', event => this.#key(event));
    frame.addEventListener('blur', () => { $('cross').hidden = true; });
    $('free').addEventListener('input', () => this.#paint($('free').value));
    $('reach').addEventListener('input', () => this.#reach());
    $('drop-hint').addEventListener('click', () => {
      this.#removeOpen();
      $('picker').close();
    });
    $('picker').addEventListener('close', () => this.#closed());
    $('undo').addEventListener('click', () => this.#back('past', 'future'));
    $('redo').addEventListener('click', () => this.#back('future', 'past'));
    $('clear').addEventListener('click', () => this.#set([]));
    $('save-hints').addEventListener('click', () => this.#save());
    $('load-hints').addEventListener('click', () => $('hints-file').click());
    $('hints-file').addEventListener('change', () => this.#load());
    document.addEventListener('keydown', event => this.#shortcut(event));
  }

  show(photo) {
    this.photo = photo;
    if ($('picker').open) $('picker').close();
    this.#draw();
  }

  #click(event) {
    if (event.target.closest('.mark, #divider')) return;
    const box = $('frame').getBoundingClientRect();
    this.#open((event.clientX - box.left) / box.width,
      (event.clientY - box.top) / box.height);
  }

  // Ask for the colour of a place, x and y from 0 to 1.
  #open(x, y) {
    const {rows, columns} = this.photo;
    const inside = (share, length) =>
      Math.min(Math.max(Math.floor(share * length), 0), length - 1);
    this.#pick({row: inside(y, rows), column: inside(x, columns),
      color: null, radius: usualRadius(this.photo)}, -1);
  }

  async #pick(hint, number) {
    if (number < 0 && this.#tooMany(this.photo.hints.length + 1)) return;
    this.open = {...hint};
    this.number = number;
    this.before = this.photo.hints;
    const {rows, columns} = this.photo;
    $('free').value = hint.color || '#808080';
    $('reach').max = Math.max(4, Math.round(Math.max(rows, columns) / 8));
    $('reach').value = hint.radius;
    $('likely').replaceChildren();
    $('drop-hint').hidden = number < 0;
    this.#draw();
    $('picker').showModal();
    this.#place(hint);
    const {photo} = this;
    try {
      const colors = await api.suggest(photo.id, hint.row, hint.column);
      if (photo === this.photo && this.open) this.#likely(colors);
    } catch (error) {
      this.#say(error.message);
    }
  }

  #likely(colors) {
    $('likely').replaceChildren(...colors.map(([color, share], place) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.style.setProperty('--color', color);
      button.dataset.color = color;
      button.title = `${color}, ${Math.round(100 * share)} %`;
      button.setAttribute('aria-label',
        `likely colour ${place + 1}, ${button.title}`);
      button.addEventListener('click', () => {
        $('free').value = color;
        this.#paint(color);
      });
      return button;
    }));
  }

  // The dialog beside the place, below or above it, where that fits into the
  // window and leaves the place in sight.
  #place(hint) {
    const {photo} = this;
    const box = $('frame').getBoundingClientRect();
    const {width, height} = $('picker').getBoundingClientRect();
    const x = box.left + box.width * (hint.column + 0.5) / photo.columns;
    const y = box.top + box.height * (hint.row + 0.5) / photo.rows;
    const inside = (at, size, room) =>
      Math.max(EDGE, Math.min(at, room - size - EDGE));
    const spots = [[x + AWAY, y - 40], [x - AWAY - width, y - 40],
      [x - width / 2, y + AWAY], [x - width / 2, y - AWAY - height],
    ].map(([left, top]) => [inside(left, width, innerWidth),
      inside(top, height, innerHeight)]);
    const apart = (at, start, size) =>
      at < start - AWAY / 2 || at > start + size + AWAY / 2;
    const [left, top] = spots.find(([left, top]) =>
      apart(x, left, width) || apart(y, top, height)) || spots[0];
    $('picker').style.setProperty('--left', `${left}px`);
    $('picker').style.setProperty('--top', `${top}px`);
  }

  #paint(color) {
    this.open.color = color;
    for (const button of $('likely').children) {
      button.setAttribute('aria-pressed', button.dataset.color === color);
    }
    this.#try();
  }

  #reach() {
    this.open.radius = Number($('reach').value);
    if (this.open.color) this.#try();
  }

  // Show what is being chosen; it becomes one step of undo at the end.
  #try() {
    const hints = [...this.before];
    if (this.number < 0) hints.push({...this.open});
    else hints[this.number] = {...this.open};
    this.photo.hints = hints;
    this.#draw();
    this.#changed();
  }

  #removeOpen() {
    this.photo.hints = this.before.filter((_, at) => at !== this.number);
    this.#draw();
    this.#changed();
  }

  #closed() {
    if (this.photo && this.before && this.photo.hints !== this.before) {
      this.photo.past.push(this.before);
      this.photo.future = [];
    }
    this.open = this.before = null;
    this.#draw();
    // The hint's button, from which it was opened, was drawn anew.
    const focused = document.activeElement;
    if (focused === document.body || $('picker').contains(focused)) {
      $('frame').focus({preventScroll: true});
    }
  }

  #set(hints, photo = this.photo) {
    photo.past.push(photo.hints);
    photo.future = [];
    photo.hints = hints;
    this.#draw();
    this.#changed(photo);
  }

  #back(from, to) {
    const {photo} = this;
    if (!photo || !photo[from].length) return;
    photo[to].push(photo.hints);
    photo.hints = photo[from].pop();
    this.#draw();
    this.#changed();
  }

  #draw() {
    const hints = this.photo ? this.photo.hints : [];
    $('hints-none').hidden = hints.length > 0;
    for (const id of ['clear', 'save-hints']) $(id).disabled = !hints.length;
    $('undo').disabled = !this.photo?.past.length;
    $('redo').disabled = !this.photo?.future.length;
    $('marks').replaceChildren(...hints.map((hint, at) => {
      const mark = this.#button(hint, at);
      mark.className = 'mark';
      mark.style.left = `${100 * (hint.column + 0.5) / this.photo.columns}%`;
      mark.style.top = `${100 * (hint.row + 0.5) / this.photo.rows}%`;
      mark.tabIndex = -1;  // the list below holds the same for the keyboard
      return mark;
    }));
    $('hints').replaceChildren(...hints.map((hint, at) => {
      const item = document.createElement('li');
      const button = this.#button(hint, at);
      const dot = document.createElement('span');
      dot.className = 'dot';
      button.append(dot, String(at + 1));
      item.append(button);
      return item;
    }));
  }

  #button(hint, at) {
    const button = document.createElement('button');
    button.type = 'button';
    button.style.setProperty('--color', hint.color);
    button.setAttribute('aria-label', `hint ${at + 1}: ${hint.color} at row `
      + `${hint.row}, column ${hint.column}; change`);
    button.addEventListener('click', event => {
      event.stopPropagation();
      this.#pick(hint, at);
    });
    return button;
  }

  #key(event) {
    const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1],
      ArrowDown: [0, 1]}[event.key];
    if (event.target !== $('frame') || event.ctrlKey || event.metaKey) return;
    if (step) {
      const far = event.shiftKey ? 0.1 : 0.01;
      this.cross = (this.cross || [0.5, 0.5]).map((at, axis) =>
        Math.min(Math.max(at + far * step[axis], 0), 0.9999));
      $('cross').style.left = `${100 * this.cross[0]}%`;
      $('cross').style.top = `${100 * this.cross[1]}%`;
      $('cross').hidden = false;
      $('cross').scrollIntoView({block: 'nearest', inline: 'nearest'});
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.#open(...(this.cross || [0.5, 0.5]));
    } else if (event.key === '+' || event.key === '=') {
      this.view.step(1);
    } else if (event.key === '-') {
      this.view.step(-1);
    } else {
      return;
    }
    event.preventDefault();
  }

  #shortcut(event) {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || $('picker').open) return;
    if (key === 'z' || key === 'y') {
      event.preventDefault();
      if (key === 'y' || event.shiftKey) this.#back('future', 'past');
      else this.#back('past', 'future');
    }
  }

  #save() {
    const stem = this.photo.place.split('/').pop().replace(/\.[^.]*$/, '');
    api.save(new Blob([JSON.stringify(this.photo.hints, null, 1) + '\n'],
      {type: 'application/json'}), `${stem}-hints.json`);
  }

  // All of a file's hints, if the server takes them, or none; for the photo
  // that was there when they were chosen.
  async #load() {
    const [file] = $('hints-file').files;
    const {photo} = this;
    $('hints-file').value = '';
    const hints = await this.#read(file, photo);
    if (!hints || this.#tooMany(hints.length)) return;
    try {
      await api.color(photo.id, {...photo.asked(), hints}, 'small');
    } catch (error) {
      return this.#say(`${file.name} is not taken. ${error.message}`);
    }
    this.#set(hints, photo);
  }

  async #read(file, photo) {
    try {
      const hints = JSON.parse(await file.text());
      const good = Array.isArray(hints) && hints.every(each =>
        ['row', 'column', 'radius'].every(name =>
          Number.isFinite(each[name] ?? 1))
        && /^#[0-9a-f]{6}$/i.test(each.color));
      if (!good) throw new Error();
      return hints.map(each => ({radius: usualRadius(photo), ...each}));
    } catch {
      this.#say(`${file.name} is no file of hints.`);
    }
  }

  #tooMany(count) {
    if (count <= this.most) return false;
    this.#say(`At most ${this.most} hints for one photo.`);
    return true;
  }

  #changed(photo = this.photo) {
    this.dispatchEvent(new CustomEvent('changed', {detail: photo}));
  }

  #say(message) {
    this.dispatchEvent(new CustomEvent('failed', {detail: {message}}));
  }
}

// How far a hint reaches until somebody says otherwise.
function usualRadius({rows, columns}) {
  return Math.max(2, Math.round(0.015 * Math.max(rows, columns)));
}
