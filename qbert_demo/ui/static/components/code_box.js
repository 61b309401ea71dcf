// A text with buttons to copy and to save it; its value is what `offerFile` takes.

const code = scrollable(make('pre'), 'Code');
const copy = make('button', 'plain');
copy.type = 'button';
const link = make('a', 'download');
element.replaceChildren(make('div', 'buttons', copy, link), code);

copy.addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(code.textContent);
    copy.textContent = 'Copied';
  } catch {
    // Without https the clipboard is closed, so the text is marked for copying by hand.
    window.getSelection().selectAllChildren(code);
    copy.textContent = 'Marked; press Ctrl+C';
  }
});

function offer() {
  const file = offerFile(link, props.value);
  element.hidden = !file;
  code.textContent = file?.text ?? '';
  copy.textContent = 'Copy';
}

offer();
watch('value', offer);
