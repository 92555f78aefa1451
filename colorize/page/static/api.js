// What the page asks of its server, and how it says what went wrong.

const token = new URLSearchParams(location.search).get('token') || '';

// An error whose message is for people.
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, {
      ...options,
      headers: {Authorization: `Bearer ${token}`, ...options.headers},
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Refused('The program does not answer. Is it still running?', 0);
  }
  if (response.ok) return response;
  let message = `${response.status} ${response.statusText}`;
  try {
    message = (await response.json()).error;
  } catch { /* it said nothing that we can read */ }
  throw new Refused(message, response.status);
}

function send(path, content, signal) {
  return ask(path, {method: 'POST', body: JSON.stringify(content), signal});
}

export async function about() {
  return (await ask('/api/about')).json();
}

// Waits and tries again while the server has its hands full; cancelled
// meanwhile, the next try says so.
export async function add(file, place, signal) {
  for (;;) {
    const form = new FormData();
    form.append('place', place);
    form.append('photo', file, file.name);
    try {
      const response = await ask('/api/photos',
        {method: 'POST', body: form, signal});
      return await response.json();
    } catch (error) {
      if (error.status === 0) await mustBeThere(file);
      if (error.status !== 503) throw error;
      await new Promise(done => setTimeout(done, 1000));
    }
  }
}

// A file that cannot be read any more looks like a server that is gone.
async function mustBeThere(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Refused(
      `${file.name}: the file was moved or changed; add it again`, 0);
  }
}

// Pictures; size is 'small', 'shown' or 'whole'.
export async function gray(id, size, signal) {
  return (await ask(`/api/photos/${id}/gray?size=${size}`, {signal})).blob();
}

export async function color(id, look, size, signal) {
  return (await send(`/api/photos/${id}/color?size=${size}`, look, signal))
    .blob();
}

export async function suggest(id, row, column) {
  return (await (await send(`/api/photos/${id}/suggest`, {row, column}))
    .json()).colors;
}

// Returns what is to be said of the result, or ''.
export async function download(id, look, name) {
  const response = await send(`/api/photos/${id}/file`, look);
  save(await response.blob(), name);
  return decodeURIComponent(response.headers.get('X-Notes') || '');
}

// A link, so that the browser writes the archive while it comes.
export async function downloadAll(photos) {
  const {ticket} = await (await send('/api/zip', photos)).json();
  click(`/api/zip/${ticket}?token=${encodeURIComponent(token)}`, '');
}

export function forget(ids) {
  return fetch('/api/forget', {
    method: 'POST', body: JSON.stringify(ids), keepalive: true,
    headers: {Authorization: `Bearer ${token}`},
  }).catch(() => {});
}

export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  click(address, name);
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

function click(address, name) {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
