// The browser's half of PlotlyView. Gradio passes `element`, `props`, `trigger` and `watch`.
// props.value is the JSON text of a Panel, or empty.

const block = element.closest('.block') || element;
const view = makePlotlyView(element, block, (trace, index) => trigger('select', { trace, index }));

function showValue() {
  view.show(props.value ? JSON.parse(props.value) : null);
}

showValue();
watch('value', showValue);
