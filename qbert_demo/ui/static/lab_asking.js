// The Circuit tab follows the sentence as it is typed: a pause asks the server, and until its
// circuit is here, the one that stands is marked as another sentence's.

let pause = 0;

const sentence = () => document.querySelector('#circuit-sentence textarea');

function markStale() {
  const isStale = Boolean(own) && sentence().value !== own.text;
  lab.classList.toggle('stale', isStale);
  lab.setAttribute('aria-busy', String(isStale));
}

document.addEventListener('input', (event) => {
  if (event.target !== sentence()) return;
  clearTimeout(pause);
  if (!event.isTrusted) return;
  markStale();
  pause = setTimeout(() => trigger('submit'), LAB_PAUSE_MS);
});
document.addEventListener('keydown', (event) => {
  if (event.target === sentence() && event.key === 'Enter') clearTimeout(pause);
}, true);
