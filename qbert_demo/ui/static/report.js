// Draws the figures of a judgement's page; follows the module of the views. See report.py.

const dark = matchMedia('(prefers-color-scheme: dark)');
const followTheme = () => document.body.classList.toggle('dark', dark.matches);
dark.addEventListener('change', followTheme);
followTheme();

const packed = atob(document.getElementById('plotly-packed').textContent);
const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
const script = document.createElement('script');
script.textContent = await new Response(unpacked).text();
document.head.append(script);

for (const block of document.querySelectorAll('.panel')) {
  const panel = JSON.parse(block.querySelector('script').textContent);
  await makePlotlyView(block, block, () => {}).show(panel);
}
