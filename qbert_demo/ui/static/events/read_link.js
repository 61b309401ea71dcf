(task, text, asking) => {
  const link = new URLSearchParams(window.location.search);
  const known = [...document.querySelectorAll('#task input')].map((input) => input.value);
  const chosen = known.includes(link.get('task')) ? link.get('task') : task;
  if (link.get('text') !== null) return [chosen, link.get('text'), `${chosen}#link`];
  return [chosen, text, chosen];
}
