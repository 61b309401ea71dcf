// A text with a button to copy it, beside the link of file_link.js, which runs first.

const code = document.createElement('pre');
code.tabIndex = 0;
code.setAttribute('role', 'region');
code.setAttribute('aria-label', 'Code');
const copy = document.createElement('button');
copy.type = 'button';
copy.className = 'plain';
const row = document.createElement('div');
row.className = 'buttons';
row.append(copy, link);
element.replaceChildren(row, code);

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

function show() {
  element.hidden = !props.value;
  if (!props.value) return;
  code.textContent = new TextDecoder().decode(fileOf(props.value).bytes);
  copy.textContent = 'Copy';
}

show();
watch('value', show);
