// A Plotly figure in a frame: drawn in the theme's colours, kept between updates, scrolled inside
// its own frame when it is wide, with its values as a table. See plotly_view.py.

function plotly() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  const script = document.getElementById('plotly-script');
  return new Promise((resolve) => {
    script.addEventListener('load', () => resolve(window.Plotly));
  });
}

const isNumbers = (list) => typeof list[0] === 'number' && typeof list[list.length - 1] === 'number';

// Looking up a style may lay out the whole page, so each colour is asked for once a theme.
const colours = new Map();
new MutationObserver(() => colours.clear()).observe(document.body, {
  attributes: true,
  attributeFilter: ['class'],
});

function colourOf(name) {
  if (!colours.has(name)) {
    colours.set(name, getComputedStyle(document.body).getPropertyValue(name).trim());
  }
  return colours.get(name);
}

// Replace "var(--name)" anywhere in the figure by the colour of the theme that is on.
function themed(node) {
  if (typeof node === 'string') {
    return node.startsWith('var(--') ? colourOf(node.slice(4, -1)) : node;
  }
  if (Array.isArray(node)) return isNumbers(node) ? node : node.map(themed);
  if (node && typeof node === 'object') {
    return Object.fromEntries(Object.entries(node).map(([key, v]) => [key, themed(v)]));
  }
  return node;
}

// Put a figure into `element`. `block` is the node that hides when there is no figure, and
// `onClick(trace, index)` hears of clicks on points.
function makePlotlyView(element, block, onClick = () => {}) {
  const view = make('figure', 'plotly-view');
  view.innerHTML =
    '<figcaption></figcaption>' +
    '<div class="frame"><div class="rows" aria-hidden="true"></div>' +
    '<div class="plot" role="img"></div></div>' +
    '<div class="below"></div><div class="values"></div>';
  element.replaceChildren(view);
  const [caption, frame, below, values] = view.children;
  const [rowLabels, plot] = frame.children;
  const details = make('details');
  const scroller = make('div', 'table-frame');
  let figure = null;
  let forEveryone = true;
  let width = 0;

  async function draw() {
    if (!figure || !width) return;
    const Plotly = await plotly();
    const { data, layout } = themed({ data: figure.data, layout: figure.layout });
    layout.width = width;
    const config = { displayModeBar: false, responsive: false, doubleClick: false };
    await Plotly.react(plot, data, layout, config);
    if (plot.on && !plot.listening) {
      plot.listening = true;
      plot.on('plotly_click', (event) => {
        const point = event.points[0];
        onClick(point.data.name, point.pointIndex);
      });
    }
    view.dataset.drawn = String(Number(view.dataset.drawn || 0) + 1);
    plot.dispatchEvent(new Event('drawn'));
  }

  // The table is there for everyone, built when it is opened, or for screen readers only.
  function tabulate() {
    if (!forEveryone) {
      values.replaceChildren(tableOf(figure));
      values.className = 'values visually-hidden';
      return;
    }
    if (!details.isConnected) values.replaceChildren(details);
    scrollable(scroller, `Values: ${figure.title}`);
    if (details.open) scroller.replaceChildren(tableOf(figure));
  }

  function pinRows(rows) {
    rowLabels.replaceChildren();
    if (!rows) return;
    rows.labels.forEach((text, k) => {
      const label = make('span', '', text);
      label.style.top = `${rows.top + k * rows.pitch}px`;
      rowLabels.append(label);
    });
  }

  async function show(panel) {
    block.classList.toggle('no-figure', !panel);
    figure = panel ? panel.figure : null;
    if (!figure) return;
    if (panel.above) caption.innerHTML = panel.above;
    else caption.replaceChildren(make('h3', '', figure.title));
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
    forEveryone = panel.show_table;
    await update();
  }

  // Draw again what was changed in the figure shown.
  async function update() {
    tabulate();
    await draw();
  }

  // A frame that scrolls must be reachable by keyboard and have a name; one that does not, not.
  function measure() {
    width = plot.clientWidth;
    const scrolls = frame.scrollWidth > frame.clientWidth + 1;
    if (scrolls) {
      scrollable(frame, `${figure.title} (scrolls sideways)`);
    } else {
      ['tabindex', 'role', 'aria-label'].forEach((name) => frame.removeAttribute(name));
    }
  }

  details.append(make('summary', '', 'Values as a table'), scroller);
  details.addEventListener('toggle', tabulate);
  new MutationObserver(draw).observe(document.body, {
    attributes: true,
    attributeFilter: ['class'],
  });
  new ResizeObserver(() => {
    const before = width;
    if (figure) measure();
    if (width !== before) draw();
  }).observe(frame);
  return { show, update, tabulate, plot };
}
