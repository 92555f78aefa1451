// The page: what happens when, and who is told.

import * as api from './api.js';
import {Hints} from './hints.js';
import {Settings} from './settings.js';
import {Shelf, filesOf, isPhoto} from './shelf.js';
import {View} from './view.js';

const FILMS = 'Films are coloured by python -m colorize.predict.';

const $ = id => document.getElementById(id);

// remove: what takes away whom the message is about.
function notice(message, remove) {
  const line = document.createElement('p');
  line.className = 'notice';
  const close = document.createElement('button');
  close.type = 'button';
  close.textContent = '×';
  close.setAttribute('aria-label', 'Close this message');
  close.addEventListener('click', () => leave(line));
  const text = document.createElement('span');
  text.textContent = message;
  line.append(text, ...remove ? [removal(line, remove)] : [], close);
  putNotice(line);
  return line;
}

// The one message that is shown, or none; focus on what goes goes on.
function putNotice(...lines) {
  const focused = $('notices').contains(document.activeElement);
  $('notices').replaceChildren(...lines);
  if (focused) goOn();
}

function removal(line, remove) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'remove';
  button.textContent = 'Remove';
  button.addEventListener('click', () => {
    remove();
    leave(line);
  });
  return button;
}

// Take a message away, if it is still there.
function leave(line) {
  if (line?.isConnected) putNotice();
}

// Who uses the keyboard goes on where photos come in.
function goOn() {
  $(document.body.classList.contains('empty') ? 'choose' : 'add').focus();
}

// What is said of the photo on the desk; of its result once it was taken.
function noted(photo) {
  $('notes').textContent = (photo.notes || []).join('; ');
}

// A function that waits until nobody has called it for a moment; each photo
// has a wait of its own.
function calm(call, wait) {
  const timers = new Map();
  return photo => {
    clearTimeout(timers.get(photo));
    timers.set(photo, setTimeout(() => {
      timers.delete(photo);
      call(photo);
    }, wait));
  };
}

async function start() {
  const about = await api.about();
  const settings = new Settings(about);
  const shelf = new Shelf($('photos'), () => ({...settings.common}));
  const view = new View();
  const hints = new Hints(view, about.limits.hints);
  $('hints-part').hidden = $('keys').hidden = !about.hints;
  $('limits').textContent = `Files of at most ${
    Math.round(about.limits.bytes / 2 ** 20)} MB and ${
    about.limits.pixels / 1e6} megapixels, ${
    about.limits.photos} photos at a time.`;
  bringing(shelf, about);
  counting(shelf);
  looking(shelf, view, settings, hints);
  taking(shelf);
}

// Ways for photos to come in.
function bringing(shelf, about) {
  const take = files => {
    const small = files.filter(([file]) => file.size <= about.limits.bytes);
    if (small.length < files.length) {
      const film = files.some(([, place]) => isPhoto(place, about.films));
      notice(`${files.length - small.length} of ${files.length} files are `
        + `too large.${film ? ` ${FILMS}` : ''}`);
    }
    if (small.length) shelf.add(small);
    else if (!files.length) notice('No photos were found there.');
  };
  const chosen = input => {
    let files = [...input.files].map(file =>
      [file, file.webkitRelativePath || file.name]);
    if (input.webkitdirectory) {
      files = files.filter(([, place]) => isPhoto(place, about.endings))
        .sort(([, one], [, other]) => one < other ? -1 : 1);
    }
    input.value = '';
    take(files);
  };
  for (const [button, input] of [['choose', 'files'], ['add', 'files'],
    ['choose-folder', 'folder']]) {
    $(button).addEventListener('click', () => $(input).click());
  }
  for (const input of ['files', 'folder']) {
    $(input).addEventListener('change', () => chosen($(input)));
  }
  document.addEventListener('paste', event => {
    const files = [...event.clipboardData.files];
    if (files.length) take(files.map(file => [file, file.name]));
  });
  let depth = 0;
  const brings = event => event.dataTransfer?.types.includes('Files');
  const veil = change => {
    depth = change ? depth + change : 0;
    $('veil').hidden = depth <= 0;
  };
  document.addEventListener('dragenter', event => brings(event) && veil(1));
  document.addEventListener('dragleave', event => brings(event) && veil(-1));
  document.addEventListener('dragover', event => event.preventDefault());
  document.addEventListener('drop', async event => {
    event.preventDefault();
    veil(0);
    take(await filesOf(event.dataTransfer, about.endings));
  });
}

// n of m, and what is shown at all.
function counting(shelf) {
  shelf.addEventListener('changed', () => {
    const focused = document.activeElement;
    const total = shelf.photos.length;
    const done = shelf.done().length;
    const failed = shelf.failed().length;
    const left = total - done - failed;
    document.body.classList.toggle('empty', !total);
    $('progress').hidden = $('strip').hidden = !total;
    $('desk').hidden = !done;
    $('bar').max = total || 1;
    $('bar').value = done + failed;
    $('bar').hidden = $('cancel').hidden = !left;
    $('download-all').disabled = !done || left > 0;
    $('count').textContent = `${done} of ${total} ${
      total === 1 ? 'photo' : 'photos'} coloured${
      failed ? `, ${failed} could not be read` : ''}`;
    const lost = focused !== document.body
      && !focused.getClientRects().length;
    if (lost) goOn();
  });
  $('cancel').addEventListener('click', () => shelf.cancel());
  addEventListener('pagehide', () => api.forget(
    shelf.photos.map(photo => photo.id).filter(Boolean)));
}

// The photo on the desk follows what is chosen for it.
function looking(shelf, view, settings, hints) {
  const fail = error => notice(error.message);
  let wrong = null;  // what is said of a picture, until the next is there
  const unpainted = error => { wrong = fail(error); };
  const repaint = calm(photo => {
    if (photo && photo === shelf.current) view.repaint();
  }, 60);
  const thumb = calm(photo => {
    if (shelf.photos.includes(photo)) shelf.paint(photo).catch(unpainted);
  }, 700);
  const changed = photo => {
    repaint(photo);
    thumb(photo);
  };
  shelf.addEventListener('came', event => {
    if (!shelf.current && event.detail.state === 'done') {
      shelf.choose(event.detail);
    }
  });
  shelf.addEventListener('chosen', event => {
    const photo = event.detail;
    if (photo?.state === 'failed') {
      return notice(photo.error, () => shelf.remove(photo));
    }
    $('desk').hidden = !photo;
    hints.show(photo);
    if (photo) {
      settings.show(photo.look);
      noted(photo);
    }
    view.show(photo).catch(fail);
  });
  settings.addEventListener('changed', () => {
    shelf.current.look = settings.look;
    changed(shelf.current);
  });
  hints.addEventListener('changed', event => changed(event.detail));
  hints.addEventListener('failed', event => fail(event.detail));
  view.addEventListener('failed', event => fail(event.detail));
  view.addEventListener('unpainted', event => unpainted(event.detail));
  view.addEventListener('painted', () => leave(wrong));
  $('for-all').addEventListener('click', async () => {
    settings.common = settings.look;
    const others = shelf.photos.filter(photo => photo !== shelf.current);
    for (const photo of others) photo.look = settings.look;
    for (const photo of others.filter(each => each.state === 'done')) {
      await shelf.paint(photo).catch(fail);
    }
  });
  $('remove').addEventListener('click', () => shelf.remove(shelf.current));
}

// Results to take away; who leaves without one is asked.
function taking(shelf) {
  const now = photo => JSON.stringify(photo.asked());
  addEventListener('beforeunload', event => {
    if (shelf.photos.some(photo => photo.state !== 'failed'
      && photo.taken !== now(photo))) event.preventDefault();
  });
  const doing = async (button, call) => {
    button.disabled = true;
    try {
      await call();
    } catch (error) {
      notice(error.message);
    }
    button.disabled = false;
  };
  const one = async () => {
    const photo = shelf.current;
    const taken = now(photo);
    photo.notes = [await api.download(photo.id, photo.asked(),
      photo.result.split('/').pop())];
    photo.taken = taken;
    if (photo === shelf.current) noted(photo);
  };
  const all = async () => {
    const taken = shelf.done().map(photo => [photo, now(photo)]);
    await api.downloadAll(taken.map(([photo]) =>
      ({id: photo.id, look: photo.asked()})));
    for (const [photo, look] of taken) photo.taken = look;
  };
  for (const [name, call] of [['download', one], ['download-all', all]]) {
    $(name).addEventListener('click', () => doing($(name), call));
  }
}

start().catch(error => notice(error.message));
