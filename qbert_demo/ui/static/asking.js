// Example buttons and the pause while typing. See asking.py.
// `props.value` is the key of the chosen task, with `#link` when a link chose it; `trigger('submit')` classifies the text in the box.

const settings = JSON.parse(props.settings);
const bar = document.createElement('div');
bar.className = 'examples';
bar.setAttribute('role', 'group');
bar.setAttribute('aria-label', 'Examples');
element.replaceChildren(bar);
let timer = 0;

const box = () => document.querySelector(`#${settings.text} textarea`);
const task = () => props.value.split('#')[0];
const isFromLink = () => props.value.endsWith('#link');
// A guest's task ends in ~ and the key of the task it stands beside, whose examples suit it.
const examples = () => settings.examples[task()] || settings.examples[task().split('~')[1]] || [];
const isLive = () => document.querySelector(`#${settings.live} input`).checked;

function ask() {
  clearTimeout(timer);
  trigger('submit');
}

function fill(text) {
  const area = box();
  area.value = text;
  area.dispatchEvent(new InputEvent('input', { bubbles: true }));
  // Let Gradio take the text over before it is sent.
  requestAnimationFrame(ask);
}

function isExample(text) {
  return Object.values(settings.examples).some((list) => list.some((e) => e.text === text));
}

function showExamples() {
  const hint = document.createElement('span');
  hint.textContent = 'Try:';
  const buttons = examples().map(({ name, text }) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = name;
    button.title = text;
    button.addEventListener('click', () => fill(text));
    return button;
  });
  bar.replaceChildren(...(buttons.length ? [hint, ...buttons] : []));
  mark();
}

// The example that stands in the box looks pressed; the box may come later than this bar.
function mark() {
  if (!box()) {
    requestAnimationFrame(mark);
    return;
  }
  bar.querySelectorAll('button').forEach((button) => {
    button.setAttribute('aria-pressed', String(button.title === box().value));
  });
}

// A new task: an example of the old one, or nothing, gives way to an example of the new one.
// What a link brought stays as it is.
function changeTask() {
  showExamples();
  const [first] = examples();
  const text = box().value;
  if (first && !isFromLink() && (!text.trim() || isExample(text))) fill(first.text);
  else requestAnimationFrame(ask);
  requestAnimationFrame(mark);
  requestAnimationFrame(showTask);
}

// On a narrow screen the tasks are a row that scrolls, and a link may choose one beyond its end.
function showTask() {
  const chosen = document.querySelector('#task input:checked');
  chosen?.closest('label').scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

// Texts elsewhere on the page are links that open them here, as a link from outside would.
document.addEventListener('click', (event) => {
  const link = event.target.closest('a.in-compare');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const asked = new URL(link.href).searchParams;
  const radio = [...document.querySelectorAll('#task input')].find(
    (input) => input.value === asked.get('task'),
  );
  const tab = document.getElementById('compare-tab-button');
  tab.click();
  tab.focus();
  window.scrollTo(0, 0);
  fill(asked.get('text'));
  if (radio && !radio.checked) radio.click();
});
document.addEventListener('input', (event) => {
  if (event.target !== box()) return;
  mark();
  clearTimeout(timer);
  if (event.isTrusted && isLive()) timer = setTimeout(ask, settings.pause);
});
// Asking by hand makes the pause's own question needless.
document.addEventListener('click', (event) => {
  if (event.target.closest(`#${settings.button}`)) clearTimeout(timer);
}, true);
document.addEventListener('keydown', (event) => {
  if (event.target === box() && event.key === 'Enter') clearTimeout(timer);
}, true);
showExamples();
watch('value', changeTask);
