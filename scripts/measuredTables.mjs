/** Makes the README's tables of quality from docs/quality.json, which `npm run bench -- quality --write` writes. */

const NAMES = {
  'en-fiction-wells': 'English fiction',
  'en-tech-book': 'English technical book',
  'latex-notes': 'lecture notes in LaTeX',
  'notes-til': 'short notes in Markdown',
  'zh-docs': 'Chinese documentation',
};

const name = ({ workspace }) =>
  NAMES[workspace] ?? (workspace.startsWith('code-') ? `code: ${workspace.slice(5)}` : workspace);
/** What workspaces stand for in the README's first figures, by how their names begin. */
const WRITINGS = {
  'en-fiction-wells': 'novels',
  'en-tech-book': 'a technical book',
  'latex-notes': 'lecture notes in LaTeX',
  'notes-til': 'short notes',
  'zh-docs': 'Chinese documentation',
  'code-': 'code',
};

const bits = (value) => (value === null || value === undefined ? '–' : value.toFixed(2));
const percent = (share) => `${Math.round(100 * share)} %`;
const absent = (value, show) => (value === null || value === undefined ? '–' : show(value));

function bitsColumns({ report, quality }) {
  const { before, after } = report.bitsPerByte;
  return [
    bits(before.base),
    bits(after.personal),
    bits(after.counts),
    bits(after.copy),
    bits(before.mix),
    `**${bits(after.mix)}**`,
    bits(quality.peers.ppmd),
    bits(quality.peers.zpaq),
  ];
}

const pointAt = ({ quality: { detail } }, eagerness) =>
  detail.curve.find((point) => point.eagerness === eagerness);

function keystrokeColumns(measured, eagerness) {
  const { detail } = measured.quality;
  const shown = pointAt(measured, eagerness);
  return [
    `**${percent(shown.savedShare)}**`,
    percent(shown.wrongShownShare),
    shown.shownPer100Characters.toFixed(1),
    shown.meanShownLength.toFixed(0),
    `${(100 * shown.calibrationError).toFixed(1)}`,
    `${percent(detail.wholeAlone.savedShare)} (${percent(detail.wholeAlone.wrongShownShare)})`,
    percent(detail.order6.savedShare),
    percent(detail.wordList.savedShare),
  ];
}

/** One suggestion at each of some sampled cursors, as a transformer is too slow to be asked at every cursor. */
function cursorColumns({ quality: { detail, peers } }) {
  const peer = (score) => [
    absent(score, ({ bitsPerByte }) => bits(bitsPerByte)),
    absent(
      score,
      ({ keysSaved, wrongShownShare }) => `${keysSaved.toFixed(2)} (${percent(wrongShownShare)})`,
    ),
    absent(score, ({ milliseconds }) => milliseconds.toFixed(0)),
  ];
  return [
    ...peer(detail.atCursors),
    ...peer(peers.transformers['SmolLM2-135M']),
    ...peer(peers.transformers['Gemma 3 270M']),
  ];
}

/** Of shares, in whole hundredths. */
function range(shares) {
  const [least, most] = [Math.min(...shares), Math.max(...shares)].map((share) => Math.round(100 * share));
  return least === most ? `${most}` : `${least} to ${most}`;
}

/**
 * The sentence that says first what ghost text is worth.
 * @param figures content of docs/quality.json
 */
export function savedSentence({ seconds, eagerness, workspaces }) {
  const saved = Object.entries(WRITINGS)
    .map(([start, writing]) => ({
      writing,
      shares: workspaces
        .filter(({ workspace }) => workspace.startsWith(start))
        .map((measured) => pointAt(measured, eagerness).savedShare),
    }))
    .filter(({ shares }) => shares.length > 0)
    .map(
      ({ writing, shares }, i) => `${range(shares)} %${i === 0 ? ' of the keystrokes' : ''} in ${writing}`,
    );
  const wrong = range(workspaces.map((measured) => pointAt(measured, eagerness).wrongShownShare));
  const gained = range(
    workspaces.map(
      ({ report: { keystrokes } }) => keystrokes.after.savedShare - keystrokes.before.savedShare,
    ),
  );
  return (
    `In texts that it had not seen, after at most ${Math.round(seconds / 60)} minutes of training, it saved\n` +
    `${new Intl.ListFormat('en-GB').format(saved)};\n` +
    `${wrong} % of the suggestions shown were wrong ([how this was measured](#measured)). ` +
    `Before training it saved ${gained} points less.`
  );
}

/**
 * @param figures content of docs/quality.json
 * @param table makes a Markdown table from a head and rows
 */
export function measuredTables({ eagerness, workspaces }, table) {
  const rows = (columns) => workspaces.map((measured) => [name(measured), ...columns(measured, eagerness)]);
  const peer = (title) => [`${title}: bits`, 'keys (wrong)', 'ms'];
  const parts = [
    table(
      [
        'bits per byte',
        'base',
        'trained',
        'counts',
        'copy',
        'mix, untrained',
        'mix, trained',
        '7z PPMd',
        'zpaq -m5',
      ],
      rows(bitsColumns),
    ),
    table(
      [
        'keystrokes',
        'saved',
        'shown but wrong',
        'shown per 100 characters',
        'mean length',
        'calibration error, points',
        'saved by whole ones or none (wrong)',
        'saved by order 6 alone',
        "by VS Code's words",
      ],
      rows(keystrokeColumns),
    ),
  ];
  if (workspaces.some(({ quality }) => quality.detail.atCursors !== null)) {
    parts.push(
      table(
        ['at sampled cursors', ...peer('Understudy'), ...peer('SmolLM2-135M'), ...peer('Gemma 3 270M')],
        rows(cursorColumns),
      ),
    );
  }
  parts.push(
    '[The curve of eagerness](docs/quality.svg): keystrokes saved against suggestions that were wrong.',
  );
  return parts.join('\n\n');
}
