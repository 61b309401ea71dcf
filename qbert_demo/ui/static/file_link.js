// A link that saves a file; the file lives in this page only. See file_link.py.

const link = document.createElement('a');
link.className = 'download';
element.replaceChildren(link);
const fileOf = (value) => {
  const { name, type, base64 } = JSON.parse(value);
  return { name, type, bytes: Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)) };
};

function offer() {
  if (link.href) URL.revokeObjectURL(link.href);
  link.hidden = !props.value;
  link.removeAttribute('href');
  if (!props.value) return;
  const { name, type, bytes } = fileOf(props.value);
  link.href = URL.createObjectURL(new Blob([bytes], { type }));
  link.download = name;
  link.textContent = props.link_label.replace('{name}', name);
}

offer();
watch('value', () => {
  offer();
  if (props.at_once && props.value) link.click();
});
