// Hands the visitor a file that was made for them; nothing stays on the server.

const link = document.createElement('a');
link.className = 'download';
element.replaceChildren(link);

function offer(isNew) {
  if (link.href) URL.revokeObjectURL(link.href);
  link.hidden = !props.value;
  link.removeAttribute('href');
  if (!props.value) return;
  const { name, base64 } = JSON.parse(props.value);
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/zip' }));
  link.download = name;
  link.textContent = `Save ${name} again`;
  if (isNew) link.click();
}

offer(false);
watch('value', () => offer(true));
