import { el, say } from './dom.js';
import { Controls } from './controls.js';
import { Groups } from './groups.js';

const state = document.getElementById('state');

const said = document.getElementById('said');

const SENTENCES = 3;

let lastSaid = -1;

function tell(sentences) {
  for (const { number, sentence } of sentences) {
    if (number > lastSaid) {
      lastSaid = number;
      said.append(el('p', {}, sentence));
    }
  }
  while (said.children.length > SENTENCES) {
    said.firstElementChild.remove();
  }
}

function status(text, live) {
  say(state, text);
  state.classList.toggle('live', live);
}

const controls = new Controls(await (await fetch('/api/menu')).json());
const groups = new Groups(document.getElementById('groups'));

function show(view) {
  groups.show(view);
  controls.show(view);
  tell(view.said);
  state.dataset.done = view.done;
  status(view.busy === null ? 'live' : `${view.busy} …`, view.busy === null);
}

const live = new EventSource('/api/live');
live.addEventListener('past', (event) => {
  groups.add({ scene: null, groups: [] });
  const views = JSON.parse(event.data);
  views.forEach((view) => groups.add(view));
  if (views.length > 0) {
    show(views[views.length - 1]);
  }
});
live.addEventListener('view', (event) => {
  const view = JSON.parse(event.data);
  groups.add(view);
  show(view);
});
live.addEventListener('error', () => status('The demonstration does not answer.', false));
