/** The curve of eagerness as a picture: keys saved against wrong suggestions, one line per workspace. */
import type { CurvePoint } from './eagernessCurve';

export interface PlottedWorkspace {
  readonly workspace: string;
  readonly curve: readonly CurvePoint[];
}

const WIDTH = 720;
const HEIGHT = 440;
const LEFT = 56;
const RIGHT = 150;
const TOP = 24;
const BOTTOM = 52;
/** Colours that colour-blind people can tell apart (Okabe and Ito 2008). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#666666', '#000000'];
/** Least distance between two labels in pixels. */
const LABEL_HEIGHT = 15;

/** The plot as an SVG file; a filled dot marks the default eagerness. */
export function savingPlot(workspaces: readonly PlottedWorkspace[], defaultEagerness: number): string {
  const points = workspaces.flatMap(({ curve }) => curve);
  const mostWrong = roundUp(Math.max(...points.map(({ wrongShownShare }) => wrongShownShare)));
  const mostSaved = roundUp(Math.max(...points.map(({ savedShare }) => savedShare)));
  const x = (wrong: number) => LEFT + ((WIDTH - LEFT - RIGHT) * wrong) / mostWrong;
  const y = (saved: number) => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * saved) / mostSaved;
  const lines = workspaces.map(({ curve }, i) => {
    const colour = COLOURS[i % COLOURS.length];
    const path = curve.map((point) => `${px(x(point.wrongShownShare))},${px(y(point.savedShare))}`);
    const dots = curve.map((point) => {
      const isDefault = point.eagerness === defaultEagerness;
      const fill = isDefault ? colour : '#fff';
      return `<circle cx="${px(x(point.wrongShownShare))}" cy="${px(y(point.savedShare))}" r="${isDefault ? 5 : 3}" fill="${fill}" stroke="${colour}"/>`;
    });
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="Keystrokes saved against wrong suggestions, by workspace">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...ticks(mostWrong).map(
      (share) =>
        `<line x1="${px(x(share))}" x2="${px(x(share))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" stroke="#ddd"/><text x="${px(x(share))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${Math.round(100 * share)} %</text>`,
    ),
    ...ticks(mostSaved).map(
      (share) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${px(y(share))}" y2="${px(y(share))}" stroke="#ddd"/><text x="${LEFT - 8}" y="${px(y(share) + 4)}" text-anchor="end">${Math.round(100 * share)} %</text>`,
    ),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">suggestions shown of which nothing was right</text>`,
    `<text transform="rotate(-90 14 ${HEIGHT / 2})" x="14" y="${HEIGHT / 2}" text-anchor="middle">keystrokes saved</text>`,
    ...lines,
    ...labels(workspaces, y),
    '</svg>',
    '',
  ].join('\n');
}

/** Names beside the ends of the lines, moved apart where they would overlap. */
function labels(workspaces: readonly PlottedWorkspace[], y: (saved: number) => number): string[] {
  const ends = workspaces
    .map(({ workspace, curve }, i) => ({
      workspace,
      colour: COLOURS[i % COLOURS.length],
      at: y(curve.at(-1)!.savedShare),
    }))
    .sort((a, b) => a.at - b.at);
  let last = -Infinity;
  return ends.map(({ workspace, colour, at }) => {
    last = Math.max(at, last + LABEL_HEIGHT);
    return `<text x="${WIDTH - RIGHT + 10}" y="${px(last + 4)}" fill="${colour}">${escaped(workspace)}</text>`;
  });
}

const px = (value: number): string => value.toFixed(1);
const roundUp = (share: number): number => Math.max(0.1, Math.ceil(10 * share) / 10);
const ticks = (most: number): number[] => Array.from({ length: Math.round(10 * most) + 1 }, (_, i) => i / 10);
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
