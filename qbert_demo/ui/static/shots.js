// What runs of finitely many shots say, and how many shots make the answer steady, without asking
// the server. Needs response.js for `randomAngles`. As circuit/shots.py: few shots are drawn one by
// one over the basis states, many from the normal distribution of the label's lead on its rivals.

const FEW_SHOTS = 100;

// The lead of the winning label on each rival, for one shot that reads each basis state.
function leadsOf(probabilities, head, n) {
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  const signs = order.map((state) => Array.from({ length: n }, (_, k) => (state & (1 << (n - 1 - k)) ? -1 : 1)));
  const shares = order.map((state) => probabilities[state]);
  const exact = Array.from({ length: n }, (_, k) => shares.reduce((sum, p, s) => sum + p * signs[s][k], 0));
  const winner = winnerOf(logitsOf(exact, head));
  const rivals = head.bias.map((_, label) => label).filter((label) => label !== winner);
  const lead = (values) => {
    const logits = logitsOf(values, head);
    return rivals.map((rival) => logits[winner] - logits[rival]);
  };
  return { winner, rivals, shares, each: signs.map(lead), mean: lead(exact) };
}

// Lower triangle of the leads' covariance for one shot; a lead that does not vary has a zero row.
function spreadOf({ shares, each, mean }) {
  const root = mean.map(() => mean.map(() => 0));
  mean.forEach((_, i) => {
    for (let j = 0; j <= i; j += 1) {
      let rest = shares.reduce((sum, p, s) => sum + p * (each[s][i] - mean[i]) * (each[s][j] - mean[j]), 0);
      for (let k = 0; k < j; k += 1) rest -= root[i][k] * root[j][k];
      if (i === j) root[i][i] = Math.sqrt(Math.max(rest, 0));
      else root[i][j] = root[j][j] > 1e-9 ? rest / root[j][j] : 0;
    }
  });
  return root;
}

function uniform(count, seed) {
  return randomAngles(count, seed).map((angle) => angle / (2 * Math.PI));
}

// `share(shots)`: the share of `runs` seeded runs that say what infinitely many shots say.
function shotSampler(probabilities, head, n, runs) {
  const leads = leadsOf(probabilities, head, n);
  const root = spreadOf(leads);
  const count = leads.mean.length;
  const isAhead = (value, i) => value > 1e-12 || (value > -1e-12 && leads.winner < leads.rivals[i]);
  const drawn = uniform(2 * runs * count, 1);
  const normal = Array.from({ length: runs * count }, (_, i) =>
    Math.sqrt(-2 * Math.log(1 - drawn[2 * i])) * Math.cos(2 * Math.PI * drawn[2 * i + 1]));
  const byNormal = (shots) => {
    let same = 0;
    for (let run = 0; run < runs; run += 1) {
      const one = normal.slice(run * count, (run + 1) * count);
      const at = (mean, i) => mean + root[i].reduce((sum, r, j) => sum + r * one[j], 0) / Math.sqrt(shots);
      if (leads.mean.every((mean, i) => isAhead(at(mean, i), i))) same += 1;
    }
    return same / runs;
  };
  const oneByOne = (shots) => {
    const picks = uniform(runs * shots, shots);
    let same = 0;
    for (let run = 0; run < runs; run += 1) {
      const sums = new Array(count).fill(0);
      for (let shot = 0; shot < shots; shot += 1) {
        let left = picks[run * shots + shot];
        let state = 0;
        while (left >= leads.shares[state] && state < leads.shares.length - 1) {
          left -= leads.shares[state];
          state += 1;
        }
        for (let i = 0; i < count; i += 1) sums[i] += leads.each[state][i];
      }
      if (sums.every((sum, i) => isAhead(sum / shots, i))) same += 1;
    }
    return same / runs;
  };
  const share = (shots) => (shots > FEW_SHOTS ? byNormal(shots) : oneByOne(shots));
  return { winner: leads.winner, share };
}

// About the fewest shots (to 5 %) with which at least `enough` of the runs agree, or null.
function steadyShots({ share }, enough, most) {
  if (share(most) < enough) return null;
  let [low, high] = [0, most];
  while (high - low > Math.max(1, 0.05 * low)) {
    const middle = low ? Math.round(Math.sqrt(low * high)) : 1;
    const shots = Math.min(Math.max(middle, low + 1), high - 1);
    if (share(shots) >= enough) high = shots;
    else low = shots;
  }
  return high;
}
