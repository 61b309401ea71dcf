// What moves in the replay's figures: it lies over them, and they are not drawn again for it.

function layOver({ plot }, markup) {
  if (!plot.querySelector(':scope > .moving')) {
    plot.insertAdjacentHTML('beforeend', '<svg class="moving" aria-hidden="true"></svg>');
  }
  plot.lastElementChild.innerHTML = markup;
}

// A dot for each curve at the place that `placeOf` names, and an upright line where all are alike.
function markCurves({ plot }, curves, placeOf) {
  const axes = plot._fullLayout;
  if (!axes) return;
  const { _offset: top, _length: length } = axes.yaxis;
  const places = curves.map(({ name, x }) => placeOf(name.split(',')[0], x.length));
  const dots = curves.map(({ x, y, line }, i) => {
    if (x[places[i]] === undefined) return '';
    const [cx, cy] = [axes.xaxis, axes.yaxis].map((axis, k) => axis._offset + axis.l2p([x, y][k][places[i]]));
    return `<circle cx="${cx}" cy="${cy}" r="4.5" fill="${line.color}"/>`;
  });
  const epochs = new Set(curves.map(({ x }, i) => x[places[i]]).filter((epoch) => epoch !== undefined));
  const [epoch] = epochs;
  const x = axes.xaxis._offset + axes.xaxis.l2p(epoch);
  const line = epochs.size === 1 ? `<path class="line" d="M${x} ${top}v${length}"/>` : '';
  layOver({ plot }, line + dots.join(''));
}

// Anticlockwise from the right; the page's y points down.
function showAngles(view, { middles, radius }, angles) {
  const hands = angles.map((angle, i) =>
    `M${middles[i]}l${radius * Math.cos(angle)} ${-radius * Math.sin(angle)}`);
  layOver(view, `<path class="hands" d="${hands.join('')}"/>`);
}

function showValues(view, { zeros, half }, values) {
  const bars = values.flatMap((row, text) => row.map((z, k) => {
    const [x, y] = zeros[text][k];
    return `<path class="${z < 0 ? 'negative' : 'positive'}" d="M${x} ${y}h${z * half}"/>`
      + `<text x="${x + half + 6}" y="${y}">${signed(z)}</text>`;
  }));
  layOver(view, bars.join(''));
}

function confusionTable({ head, labels }) {
  const table = tableOf({ title: '', table: { head: ['true \\ said', ...labels], rows: labels.map((name) => [name, ...labels]) } });
  table.className = 'confusion';
  // Long names are cut by the style sheet; the pointer shows them whole.
  table.querySelectorAll('th, td:first-child').forEach((name) => { name.title = name.textContent; });
  table.style.setProperty('--head', `var(--${head})`);
  const frame = document.createElement('div');
  frame.className = 'table-frame';
  frame.tabIndex = 0;
  frame.setAttribute('role', 'region');
  frame.setAttribute('aria-label', `Confusion matrix, ${head}`);
  frame.append(table);
  return frame;
}

function showConfusion(frame, { head, most }, counts, words) {
  frame.querySelector('caption').textContent = `${head}, ${words}`;
  const cells = frame.querySelectorAll('td:not(:first-child)');
  counts.flat().forEach((count, j) => {
    cells[j].textContent = count;
    cells[j].style.setProperty('--share', count / most);
  });
}
