/** What the generator predicts at the cursor, as the panel shows it; texts only. */
import type { InspectedResponse } from '../protocol/generatorProtocol';
import type { PanelInspection } from '../protocol/panelProtocol';
import type { Translate } from './translate';

/** Characters of the user's text that are shown before the candidates. */
const SHOWN_BEFORE = 60;

export function panelInspection(
  t: Translate,
  where: string,
  prefix: string,
  { candidates, expertWeights, sample, isSampleCut }: InspectedResponse,
): PanelInspection {
  const experts = Object.entries(expertWeights)
    .map(([name, weight]) => ({ key: name, name: expertName(t, name), weight }))
    .sort((a, b) => b.weight - a.weight);
  return {
    state: 'ready',
    where,
    before: lastCharacters(prefix),
    experts: experts.map(({ name, weight }) => ({ name, weight })),
    candidates: candidates.map(({ text, probability, byExpert }) => ({
      text: visible(text),
      probability,
      byExpert: experts.map(({ key, name }) => ({ name, probability: byExpert[key] ?? 0 })),
    })),
    sample: isSampleCut ? `${sample}…` : sample,
  };
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** UTF-16 units of the longest character, such as a family; a longer one is cut. */
const MAX_GRAPHEME = 32;

/** An ellipsis marks what is cut off, as the cut may fall within a word. */
function lastCharacters(prefix: string): string {
  const end = prefix.slice(-MAX_GRAPHEME * (SHOWN_BEFORE + 1));
  const shown = Array.from(graphemes.segment(end), ({ segment }) => segment).slice(-SHOWN_BEFORE);
  const text = shown.join('');
  return text.length < prefix.length ? `…${text}` : text;
}

/** Experts are named by the mixture; a name that this version does not know is shown as it is. */
export function expertName(t: Translate, name: string): string {
  switch (name) {
    case 'personal':
      return t('Personal network');
    case 'base':
      return t('Base network');
    case 'half':
      return t('Language model');
    case 'counts':
      return t('Word counts');
    case 'copy':
      return t('Longest match');
    default:
      return name;
  }
}

/** Makes white space visible, as a token may consist of nothing else. */
export function visible(text: string): string {
  return text.replaceAll(' ', '·').replaceAll('\n', '⏎').replaceAll('\t', '→').replaceAll('\r', '␍');
}
