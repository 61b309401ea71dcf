(task, text) => {
  // Says in "Which words?" that what is explained is not the sentence or the task above any more.
  const told = document.getElementById('why-outdated');
  if (!told) return;
  told.hidden = told.dataset.task === task && told.dataset.text.trim() === (text || '').trim();
}
