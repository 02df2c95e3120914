import { el, say, post } from './dom.js';

/** The buttons. One that cannot be used now keeps the focus, and does nothing. */
export class Controls {

  constructor(menu) {
    this.view = null;
    this.buttons = new Map();
    const act = (path, body) => () => {
      if (this.view?.busy === null) {
        post(path, body);
      }
    };
    document.getElementById('tour').append(...menu.tour.map((step) =>
      el('li', {}, this.button(`tour-${step.id}`, step.title[0].toUpperCase() + step.title.substring(1), act(`/api/tour/${step.id}`)))));
    document.getElementById('mishaps').append(...menu.mishaps.map((mishap) => {
      const button = this.button(`mishap-${mishap.id}`, mishap.title, act(`/api/mishap/${mishap.id}`));
      button.title = mishap.explanation;
      if (mishap.lasts) {
        button.setAttribute('aria-pressed', 'false');
      }
      return el('li', {}, button);
    }));
    this.pause = el('button', {
      type: 'button', id: 'pause',
      click: () => post('/api/producer', { paused: !this.view.paused, rate: this.view.rate })
    }, 'Pause');
    this.rates = menu.rates.map((rate) => el('button', {
      type: 'button', id: `rate-${rate}`, 'aria-pressed': 'false',
      click: () => post('/api/producer', { paused: this.view.paused, rate })
    }, `${rate}`));
    document.getElementById('producer').append(el('div', { class: 'row' }, this.pause, ...this.rates,
      el('span', {}, 'orders a second')));
    document.getElementById('anew').append(el('div', { class: 'row' },
      this.button('anew-latest', 'latest', act('/api/trial', { autoOffsetReset: 'latest' })),
      this.button('anew-earliest', 'earliest', act('/api/trial', { autoOffsetReset: 'earliest' })),
      el('span', {}, 'as auto.offset.reset')));
    this.results = document.getElementById('results');
    this.results.querySelector('thead').append(el('tr', {}, ...menu.headings.map((heading) =>
      el('th', { scope: 'col' }, heading))));
    this.rows = '';
  }

  button(id, title, click) {
    const button = el('button', { type: 'button', id, click }, title);
    this.buttons.set(id, button);
    return button;
  }

  show(view) {
    this.view = view;
    for (const [id, button] of this.buttons) {
      button.setAttribute('aria-disabled', String(view.busy !== null
        || (id.startsWith('mishap-') && view.scene < 0)));
      if (button.hasAttribute('aria-pressed')) {
        button.setAttribute('aria-pressed', String(view.active.includes(id.substring('mishap-'.length))));
      }
      if (id.startsWith('tour-')) {
        if (id === `tour-${view.step}`) {
          button.setAttribute('aria-current', 'step');
        }
        else {
          button.removeAttribute('aria-current');
        }
      }
    }
    say(this.pause, view.paused ? 'Go on' : 'Pause');
    this.rates.forEach((button) => button.setAttribute('aria-pressed', String(button.id === `rate-${view.rate}`)));
    this.showResults(view.tour);
  }

  showResults(rows) {
    const key = JSON.stringify(rows);
    if (key !== this.rows) {
      this.rows = key;
      this.results.hidden = rows.length === 0;
      this.results.querySelector('tbody').replaceChildren(...rows.map((row) => el('tr', {}, ...row.map((cell, i) =>
        el('td', { class: (i === 4 || i === 5) && cell !== '0' ? 'harm' : null }, cell)))));
    }
  }

}
