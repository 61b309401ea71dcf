async (task, text) => {
  const longest = 8000;
  const link = new URL(window.location.href);
  link.hash = '';
  link.search = new URLSearchParams({ task, text }).toString();
  if (link.href.length > longest) return 'This text is too long for a link.';
  try {
    await navigator.clipboard.writeText(link.href);
  } catch {
    // Without https the clipboard is closed, so the link goes where it can be copied by hand.
    window.history.replaceState(null, '', link.href);
    return 'The link is in the address bar.';
  }
  return 'Link copied.';
}
