// Nodes that several components are made of. Texts enter through textContent only.

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

// Let a node that may scroll be reached by keyboard and have a name.
function scrollable(node, name) {
  node.tabIndex = 0;
  node.setAttribute('role', 'region');
  node.setAttribute('aria-label', name);
  return node;
}

function tableOf({ table, title }) {
  const head = make('tr', '', ...table.head.map((name) => make('th', '', name)));
  head.childNodes.forEach((node) => node.setAttribute('scope', 'col'));
  // Rows that take long to make are a function, asked only when the table is seen.
  const list = typeof table.rows === 'function' ? table.rows() : table.rows;
  const rows = list.map((cells) => make('tr', '', ...cells.map((text) => make('td', '', text))));
  return make('table', '', make('caption', '', title), make('thead', '', head), make('tbody', '', ...rows));
}

// Let a link save a file that lives in this page only: JSON of its name, type, label and content,
// or empty. See file_link.py.
function offerFile(link, value) {
  if (link.href) URL.revokeObjectURL(link.href);
  link.hidden = !value;
  link.removeAttribute('href');
  if (!value) return null;
  const file = JSON.parse(value);
  const content = file.text ?? Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0));
  link.href = URL.createObjectURL(new Blob([content], { type: file.type }));
  link.download = file.name;
  link.textContent = file.label;
  return file;
}

// A button that moves on by itself, `beat` milliseconds a step, while its block can be seen.
// `at()` and `last()` say where it is and where it ends; `play(false)` stops it.
function makePlayer(button, block, beat, at, last, goTo) {
  let playing = 0;
  function play(on) {
    clearInterval(playing);
    playing = 0;
    if (on) {
      if (at() === last()) goTo(0);
      playing = setInterval(() => (at() < last() && block.offsetParent ? goTo(at() + 1) : play(false)), beat);
    }
    button.textContent = on ? 'Pause' : 'Play';
  }
  button.addEventListener('click', () => play(!playing));
  return play;
}
