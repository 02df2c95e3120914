import { el, say, count } from './dom.js';
import { Chart } from './chart.js';
import { Held } from './held.js';

const KINDS = {
  plain: ['Plain', 'Spring Kafka alone'],
  guarded: ['Guarded', 'with the defaults of Holdfast'],
  capped: ['Capped', 'not guarded, never asks for epochs']
};

const NUMBERS = [['delivered', ''], ['duplicates', 'harm'], ['lost', 'harm'], ['waiting', 'waits']];

const TABLE_ROWS = 20;

class Partition {

  constructor(number) {
    this.number = number;
    this.where = el('span');
    this.place = el('div', { class: 'chart', role: 'img' });
    this.rows = el('tbody');
    this.table = el('details', { toggle: () => this.fill() },
      el('summary', {}, `Partition ${number} as a table`),
      el('div', { class: 'scroll' }, el('table', {},
        el('thead', {}, el('tr', {}, ...['time', 'log start', 'position', 'log end']
          .map((name) => el('th', { scope: 'col' }, name)))), this.rows)));
    this.root = el('figure', { class: 'partition', 'data-partition': number },
      el('figcaption', {}, el('strong', {}, `Partition ${number}`), this.where), this.place, this.table);
    this.chart = new Chart(this.place);
  }

  add(time, partition) {
    this.chart.add(time, partition);
  }

  show(partition) {
    const position = partition.held ? 'held' : partition.position === null ? 'no position yet'
      : `position ${count(partition.position)}`;
    const text = `${position}, log ${count(partition.start)} to ${count(partition.end)}`;
    say(this.where, text);
    this.place.setAttribute('aria-label', `Partition ${this.number}: ${text}. The table below has the course.`);
    this.chart.show();
    this.fill();
  }

  fill() {
    if (this.table.open) {
      this.rows.replaceChildren(...this.chart.last(TABLE_ROWS).map(([time, start, position, end]) => el('tr', {},
        ...[`${time.toFixed(1)} s`, count(start), position === null ? '–' : count(position), count(end)]
          .map((text) => el('td', {}, text)))));
    }
  }

}

class Group {

  constructor(name) {
    const [title, subtitle] = KINDS[name];
    this.name = name;
    this.numbers = new Map();
    this.partitions = new Map();
    this.held = new Map();
    this.told = new Map();
    const numbers = NUMBERS.map(([number]) => {
      const value = el('dd', { 'data-number': number }, '0');
      const place = el('div', {}, el('dt', {}, number), value);
      this.numbers.set(number, { value, place });
      return place;
    });
    this.charts = el('div', { class: 'charts' });
    this.holds = el('div', { class: 'holds' });
    this.list = el('ul', { class: 'decisions' });
    this.answered = el('p', { class: 'quiet', role: 'status' });
    this.nothing = el('p', { class: 'quiet' },
      name === 'guarded' ? 'Nothing was in question yet.' : 'Nothing decides here, and nothing is told.');
    this.root = el('section', { class: `group ${name}`, 'data-group': name, 'aria-labelledby': `group-${name}` },
      el('header', {}, el('h2', { id: `group-${name}` }, title), el('p', { class: 'quiet' }, subtitle)),
      el('dl', { class: 'numbers' }, ...numbers), this.charts, this.holds, this.answered,
      el('div', { class: 'decisions' }, el('h3', {}, 'Decisions'), this.nothing, this.list));
    this.root.addEventListener('answered', (event) => say(this.answered, event.detail));
  }

  add(time, group) {
    for (const each of group.partitions) {
      if (!this.partitions.has(each.partition)) {
        const partition = new Partition(each.partition);
        this.partitions.set(each.partition, partition);
        this.charts.append(partition.root);
      }
      this.partitions.get(each.partition).add(time, each);
    }
  }

  show(group) {
    for (const [number, kind] of NUMBERS) {
      const { value, place } = this.numbers.get(number);
      say(value, count(group.tally[number]));
      place.className = group.tally[number] > 0 && (kind !== 'waits' || group.held.length > 0) ? kind : '';
    }
    group.partitions.forEach((each) => this.partitions.get(each.partition).show(each));
    this.showHeld(group.held);
    this.showDecisions(group.decisions);
  }

  showHeld(held) {
    const numbers = new Set(held.map((each) => each.partition));
    for (const [number, each] of this.held) {
      if (!numbers.has(number)) {
        each.root.remove();
        this.held.delete(number);
      }
    }
    for (const facts of held) {
      if (!this.held.has(facts.partition)) {
        const each = new Held(facts.partition);
        this.held.set(facts.partition, each);
        this.holds.append(each.root);
        say(this.answered, '');
      }
      this.held.get(facts.partition).show(facts);
    }
  }

  showDecisions(decisions) {
    const numbers = new Set(decisions.map((each) => each.number));
    for (const [number, item] of this.told) {
      if (!numbers.has(number)) {
        item.remove();
        this.told.delete(number);
      }
    }
    for (const each of decisions.slice().reverse()) {
      if (!this.told.has(each.number)) {
        const item = el('li', {}, el('details', {}, el('summary', {}, each.words),
          el('dl', {}, ...each.evidence.flatMap((fact) => [el('dt', {}, fact.name), el('dd', {}, fact.value)]))));
        this.told.set(each.number, item);
        this.list.prepend(item);
      }
    }
    this.nothing.hidden = decisions.length > 0;
  }

  close() {
    this.partitions.forEach((partition) => partition.chart.close());
  }

}

/** All groups of the trial that is on. */
export class Groups {

  constructor(place) {
    this.place = place;
    this.scene = null;
    this.groups = new Map();
  }

  /** Takes what was at a time, and draws nothing yet. */
  add(view) {
    if (view.scene !== this.scene) {
      this.groups.forEach((group) => group.close());
      this.groups.clear();
      this.place.replaceChildren();
      this.scene = view.scene;
    }
    for (const each of view.groups) {
      if (!this.groups.has(each.name)) {
        const group = new Group(each.name);
        this.groups.set(each.name, group);
        this.place.append(group.root);
      }
      this.groups.get(each.name).add(view.time, each);
    }
  }

  show(view) {
    view.groups.forEach((each) => this.groups.get(each.name).show(each));
  }

}
