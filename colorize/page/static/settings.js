// The look of a photo: strength, evenness, and how colours are chosen.

const $ = id => document.getElementById(id);

const WORDS = {
  vivid: ['Vivid', 'rare colours count for more'],
  annealed: ['Balanced', 'close to the likeliest colour'],
  mean: ['Cautious', 'the mean of all possible colours: pale'],
  argmax: ['Likeliest', 'one colour at each place, as in the paper'],
};

const EVEN = {
  '': 'as it suits',
  none: 'off',
  segments: 'one colour each',
  tv: 'smoothed',
  crf: 'alike stays alike',
  guided: 'along edges',
  areas: 'smooth parts alike',
};

export class Settings extends EventTarget {
  constructor(about) {
    super();
    this.about = about;
    this.default = {saturation: 1, decode: about.decode};
    this.default.coherence = null;
    $('coherence').append(...['', ...about.coherences].map(name =>
      new Option(EVEN[name] || name, name)));
    $('coherence-part').hidden = about.coherences.length < 2;
    this.common = this.default;  // of photos that are still to come
    for (const name of about.decodings) this.#choice(name);
    if (about.decodings.length < 2) $('decodings').hidden = true;
    for (const name of ['saturation', 'coherence']) {
      $(name).addEventListener('input', () => this.#changed());
    }
    $('reset').addEventListener('click', () => {
      this.show({...this.default});
      this.#changed();
    });
  }

  #choice(name) {
    const label = document.createElement('label');
    const input = document.createElement('input');
    input.type = 'radio';
    input.name = 'decode';
    input.value = name;
    input.addEventListener('change', () => this.#changed());
    const [title, text] = WORDS[name] || [name, ''];
    const span = document.createElement('span');
    const small = document.createElement('small');
    small.textContent = text;
    span.append(title, small);
    label.append(input, span);
    $('decodings').append(label);
  }

  show(look) {
    $('saturation').value = look.saturation;
    $('coherence').value = look.coherence || '';
    for (const input of document.getElementsByName('decode')) {
      input.checked = input.value === look.decode;
    }
    this.#say();
  }

  get look() {
    const look = {saturation: Number($('saturation').value)};
    const chosen = document.querySelector('[name=decode]:checked');
    if (chosen) look.decode = chosen.value;
    look.coherence = $('coherence').value || null;
    return look;
  }

  #changed() {
    this.#say();
    this.dispatchEvent(new Event('changed'));
  }

  #say() {
    $('saturation-now').value = `${Math.round($('saturation').value * 100)} %`;
  }
}
