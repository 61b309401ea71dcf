// The browser's half of PlotlyView. Gradio passes `element`, `props`, `trigger` and `watch`.
// props.value is the JSON text of a Panel or a Figure, or empty.

const block = element.closest('.block') || element;
const view = document.createElement('figure');
view.className = 'plotly-view';
view.innerHTML =
  '<figcaption></figcaption>' +
  '<div class="frame"><div class="rows" aria-hidden="true"></div>' +
  '<div class="plot" role="img"></div></div>' +
  '<div class="below"></div><div class="values"></div>';
element.replaceChildren(view);
const [caption, frame, below, values] = view.children;
const [rowLabels, plot] = frame.children;
const details = document.createElement('details');
const scroller = document.createElement('div');
let figure = null;
let width = 0;

function plotly() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  const script = document.getElementById('plotly-script');
  return new Promise((resolve) => {
    script.addEventListener('load', () => resolve(window.Plotly));
  });
}

// Replace "var(--name)" anywhere in the figure by the colour of the theme that is on.
function themed(node, style) {
  if (typeof node === 'string') {
    const name = /^var\((--[\w-]+)\)$/.exec(node);
    return name ? style.getPropertyValue(name[1]).trim() : node;
  }
  if (Array.isArray(node)) {
    return typeof node[0] === 'number' ? node : node.map((item) => themed(item, style));
  }
  if (node && typeof node === 'object') {
    return Object.fromEntries(Object.entries(node).map(([key, v]) => [key, themed(v, style)]));
  }
  return node;
}

async function draw() {
  if (!figure || !width) return;
  const Plotly = await plotly();
  const style = getComputedStyle(document.body);
  const { data, layout } = themed({ data: figure.data, layout: figure.layout }, style);
  layout.width = width;
  const config = { displayModeBar: false, responsive: false };
  await Plotly.react(plot, data, layout, config);
  if (plot.on && !plot.listening) {
    plot.listening = true;
    plot.on('plotly_click', (event) => {
      const point = event.points[0];
      trigger('select', { trace: point.data.name, index: point.pointIndex });
    });
  }
  view.dataset.drawn = String(Number(view.dataset.drawn || 0) + 1);
}

function cell(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}

function tableOf({ table, title }) {
  const grid = document.createElement('table');
  const caption = cell('caption', title);
  const head = document.createElement('tr');
  head.append(...table.head.map((name) => cell('th', name)));
  head.childNodes.forEach((node) => node.setAttribute('scope', 'col'));
  const rows = table.rows.map((cells) => {
    const row = document.createElement('tr');
    row.append(...cells.map((text) => cell('td', text)));
    return row;
  });
  const thead = document.createElement('thead');
  thead.append(head);
  const tbody = document.createElement('tbody');
  tbody.append(...rows);
  grid.append(caption, thead, tbody);
  return grid;
}

// The table is there for everyone, built when it is opened, or for screen readers only.
function tabulate(forEveryone) {
  if (!forEveryone) {
    values.replaceChildren(tableOf(figure));
    values.className = 'values visually-hidden';
    return;
  }
  if (!details.isConnected) values.replaceChildren(details);
  scroller.setAttribute('aria-label', `Values: ${figure.title}`);
  if (details.open) scroller.replaceChildren(tableOf(figure));
}

function pinRows(rows) {
  rowLabels.replaceChildren();
  if (!rows) return;
  rows.labels.forEach((text, k) => {
    const label = cell('span', text);
    label.style.top = `${rows.top + k * rows.pitch}px`;
    rowLabels.append(label);
  });
}

function show() {
  block.classList.toggle('no-figure', !props.value);
  if (!props.value) {
    figure = null;
    return;
  }
  const value = JSON.parse(props.value);
  const panel = value.figure ? value : { figure: value, above: '', below: '', show_table: true };
  figure = panel.figure;
  if (panel.above) caption.innerHTML = panel.above;
  else caption.replaceChildren(cell('h3', figure.title));
  below.innerHTML = panel.below;
  plot.setAttribute('aria-label', figure.title);
  plot.style.height = `${figure.layout.height}px`;
  const limits = `${figure.min_width} ${figure.max_width}`;
  if (limits !== view.dataset.limits) {
    view.dataset.limits = limits;
    plot.style.minWidth = figure.min_width ? `${figure.min_width}px` : '';
    plot.style.maxWidth = figure.max_width ? `${figure.max_width}px` : '';
    block.style.setProperty('--natural-width', `${figure.min_width}px`);
    measure();
  }
  pinRows(figure.rows);
  tabulate(panel.show_table);
  draw();
}

// A frame that scrolls must be reachable by keyboard and have a name; one that does not, not.
function measure() {
  width = plot.clientWidth;
  const scrolls = frame.scrollWidth > frame.clientWidth + 1;
  if (scrolls) {
    frame.tabIndex = 0;
    frame.setAttribute('role', 'region');
    frame.setAttribute('aria-label', `${figure.title} (scrolls sideways)`);
  } else {
    frame.removeAttribute('tabindex');
    frame.removeAttribute('role');
    frame.removeAttribute('aria-label');
  }
}

scroller.className = 'table-frame';
scroller.tabIndex = 0;
scroller.setAttribute('role', 'region');
details.append(cell('summary', 'Values as a table'), scroller);
details.addEventListener('toggle', () => tabulate(true));
show();
watch('value', show);
new MutationObserver(draw).observe(document.body, { attributes: true, attributeFilter: ['class'] });
new ResizeObserver(() => {
  const before = width;
  if (figure) measure();
  if (width !== before) draw();
}).observe(frame);
