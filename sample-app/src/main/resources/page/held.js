import { el, say, post, count } from './dom.js';

const ACTIONS = {
  'earliest': 'Read from the log start',
  'latest': 'Skip to the log end',
  'timestamp': 'Read from the time of the last record',
  'divergence': 'Go where the logs diverge',
  'latest-known': 'Go to the last known commit',
  'keep': 'Stay',
  'offset': 'Read from offset',
  'fail': 'Stop the consumer'
};

function cost(action, costs) {
  if (action === 'fail') {
    return 'Nothing is delivered any more until the application starts again.';
  }
  if (action === 'offset') {
    return 'You say where it reads on.';
  }
  if (costs?.continueAt === undefined) {
    return 'The guard still counts the cost.';
  }
  const parts = [`reads on at ${count(costs.continueAt)}`];
  if (costs.lost !== undefined) {
    parts.push(`${count(costs.lost)} lost`);
    parts.push(`${count(costs.rewound)} again`);
  }
  else {
    parts.push('nobody can count what is lost or comes again');
  }
  return parts.join(', ');
}

/** One held partition, with the answers that its operator can give. */
export class Held {

  constructor(partition) {
    this.partition = partition;
    this.key = '';
    this.title = el('h3');
    this.why = el('p');
    this.answers = el('ul');
    this.answer = el('p', { class: 'answer', role: 'status' });
    this.root = el('section', { class: 'held', 'data-held': partition, 'aria-label': `Partition ${partition} is held` },
      this.title, this.why, this.answers, this.answer);
  }

  show(facts) {
    say(this.title, `Partition ${this.partition} is held`);
    const log = facts.logEnd == null ? ''
      : `The log goes from ${count(facts.logStart)} to ${count(facts.logEnd)}. `;
    say(this.why, `The cause is ${facts.cause}. ${log}This is what each answer costs:`);
    const resolutions = facts.resolutions ?? [];
    const key = JSON.stringify([resolutions, Object.keys(facts.costs ?? {})]);
    if (key !== this.key) {
      this.key = key;
      this.answers.replaceChildren(...resolutions.map((action) => this.choice(action)));
    }
    resolutions.forEach((action, i) =>
      say(this.answers.children[i].querySelector('.cost'), cost(action, facts.costs?.[action])));
  }

  choice(action) {
    const offset = action === 'offset'
      ? el('input', { type: 'number', min: '0', value: '0', 'aria-label': 'Offset' }) : null;
    const id = `cost-${this.partition}-${action}`;
    const button = el('button', {
      type: 'button', 'data-action': action, 'aria-describedby': id,
      click: () => this.resolve(action, offset === null ? null : Number(offset.value))
    }, ACTIONS[action] ?? action);
    return el('li', {}, el('div', { class: 'row' }, button, offset), el('span', { class: 'cost', id }));
  }

  async resolve(action, offset) {
    say(this.answer, 'The endpoint works on it.');
    const { status, body } = await post('/api/resolve', { partition: this.partition, action, offset });
    say(this.answer, `The endpoint answers ${status}: ${body.message ?? ''}`);
    this.root.dispatchEvent(new CustomEvent('answered', { bubbles: true, detail: this.answer.textContent }));
  }

}
