// The buttons that unpin a text. See pins.py. Gradio passes `element`, `trigger` and `watch`.

const buttons = () => [...element.querySelectorAll('article [data-pin]')];
let place = -1;

element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-pin]');
  if (!button) return;
  place = Math.max(0, buttons().indexOf(button));
  trigger('select', { pin: button.dataset.pin });
});

// The pressed button is gone; the keyboard goes on at the next one, or where the section opens.
watch('value', () => {
  if (place < 0) return;
  const wanted = place;
  place = -1;
  requestAnimationFrame(() => {
    const left = buttons();
    (left[Math.min(wanted, left.length - 1)] || document.querySelector('#pins > button')).focus();
  });
});
