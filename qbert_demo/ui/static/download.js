// A link to a CSV file that lives in this page only. See download.py.

const link = document.createElement('a');
link.className = 'download';
link.textContent = 'Download as CSV';
link.download = props.file_name;
element.replaceChildren(link);

function offer() {
  if (link.href) URL.revokeObjectURL(link.href);
  link.hidden = !props.value;
  link.removeAttribute('href');
  if (!props.value) return;
  // The byte order mark makes spreadsheets read the file as UTF-8.
  link.href = URL.createObjectURL(new Blob(['\ufeff', props.value], { type: 'text/csv' }));
}

offer();
watch('value', offer);
