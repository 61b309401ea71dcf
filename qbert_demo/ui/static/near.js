// The buttons that ask for training texts near a listed one. See nearest.py.

element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-row]');
  if (button) trigger('select', { row: Number(button.dataset.row) });
});
