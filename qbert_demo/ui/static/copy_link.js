async (task, text) => {
  const longest = 8000;
  const link = new URL(window.location.href);
  // The key of a visitor's own task opens its models, and means nothing on another page.
  const own = /^(hub|mine)-/.test(task);
  const shared = own ? task.split('~')[1] : task;
  const holds = own
    ? 'It does not hold your own model, which lives on this page alone.'
    : 'It holds the task and the text.';
  link.hash = '';
  link.search = new URLSearchParams(shared ? { task: shared, text } : { text }).toString();
  if (link.href.length > longest) return 'This text is too long for a link.';
  try {
    await navigator.clipboard.writeText(link.href);
  } catch {
    // Without https the clipboard is closed, so the link goes where it can be copied by hand.
    window.history.replaceState(null, '', link.href);
    return `The link is in the address bar. ${holds}`;
  }
  return `Link copied. ${holds}`;
}
