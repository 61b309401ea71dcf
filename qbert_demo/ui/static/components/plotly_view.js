// The browser's half of PlotlyView. props.value is the JSON text of a Panel, or empty.

const QUICK = 20; // milliseconds
const REST = 10;

const block = element.closest('.block') || element;
const view = makePlotlyView(element, block);
let isBusy = false;
let isStale = false;

// Streamed values may come faster than a slow device can draw. Then a drawing is followed by a
// rest, in which the page can do other things; of what came meanwhile, the latest is drawn.
async function showValue() {
  isStale = true;
  if (isBusy) return;
  isBusy = true;
  try {
    while (isStale) {
      isStale = false;
      const start = performance.now();
      await view.show(props.value ? JSON.parse(props.value) : null);
      const rest = REST * (performance.now() - start - QUICK);
      if (props.streamed && rest > 0) await new Promise((go) => setTimeout(go, rest));
    }
  } finally {
    isBusy = false;
  }
}

showValue();
watch('value', showValue);
