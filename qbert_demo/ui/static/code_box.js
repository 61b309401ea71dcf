// A text with buttons to copy and to download it. See circuit_tools.py.

const code = document.createElement('pre');
code.tabIndex = 0;
code.setAttribute('role', 'region');
code.setAttribute('aria-label', 'Code');
const copy = document.createElement('button');
copy.type = 'button';
copy.className = 'plain';
const link = document.createElement('a');
link.className = 'download';
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

function offer() {
  if (link.href) URL.revokeObjectURL(link.href);
  element.hidden = !props.value;
  if (!props.value) return;
  const { name, text } = JSON.parse(props.value);
  code.textContent = text;
  copy.textContent = 'Copy';
  link.textContent = `Download ${name}`;
  link.download = name;
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
}

offer();
watch('value', offer);
