/** What the user reads after training: whether it helped. */
import type { DoneEvent, HeldOutScore, MixScores } from '../protocol/trainerEvents';
import type { Translate } from './translate';

/** Bits per byte with two decimals, or with up to five if two scores would otherwise look the same. */
function bitsTexts(...scores: readonly HeldOutScore[]): string[] {
  const rounded = (digits: number) => scores.map(({ bitsPerByte }) => bitsPerByte.toFixed(digits));
  const isTold = (texts: readonly string[]) => new Set(texts).size === texts.length;
  return [2, 3, 4].map(rounded).find(isTold) ?? rounded(5);
}

/** What ghost text as a whole gains from the new personal network. */
function mixText(t: Translate, { before, after, earlier }: MixScores): string {
  return earlier === undefined
    ? t(
        'Ghost text as a whole: {0} bits per byte without the personal network, {1} with it (fewer is better).',
        ...bitsTexts(before, after),
      )
    : t(
        'Ghost text as a whole: {0} bits per byte without a personal network, {1} with the earlier one, {2} with the new one (fewer is better).',
        ...bitsTexts(before, earlier, after),
      );
}

/** Joins two sentences; Chinese puts no space between them. */
function sentencesText(t: Translate, first: string, second: string): string {
  return t('{0} {1}', first, second);
}

/**
 * A few sentences on whether training helped, measured on held-out text.
 * @param isInUse whether the model that it wrote, if any, belongs to the workspace's present folders
 */
export function resultText(t: Translate, done: DoneEvent, isInUse: boolean): string {
  const sentences = [outcomeText(t, done)];
  if (done.outcome === 'improved' && done.after !== null) {
    sentences.push(
      isInUse
        ? t('The new model is used from now on.')
        : t(
            'The folders of the workspace have changed meanwhile; the new model is used once they are as they were.',
          ),
    );
  }
  if (done.mix !== undefined) {
    sentences.push(mixText(t, done.mix));
  }
  return sentences.reduce((text, sentence) => sentencesText(t, text, sentence));
}

function outcomeText(t: Translate, done: DoneEvent): string {
  const { before, after, earlier } = done;
  if (done.outcome === 'cancelled') {
    return t('Training was cancelled; the model is unchanged.');
  }
  if (after === null) {
    return t('Training ended before its result could be measured; the model is unchanged.');
  }
  if (done.outcome === 'notImproved' && done.mix !== undefined) {
    return done.mix.earlier === undefined
      ? t('The new network does not improve ghost text as a whole, so it is not used.')
      : t('The new network does not improve ghost text as a whole, so the earlier one stays.');
  }
  if (done.outcome === 'notImproved' && earlier !== undefined) {
    return t(
      'The model of this workspace is better than the newly trained one ({0} bits per byte on text kept aside, against {1}), so it stays.',
      ...bitsTexts(earlier, after),
    );
  }
  const change = before === null ? 0 : Math.round(100 * (1 - after.bitsPerByte / before.bitsPerByte));
  // Without an earlier network there is no change to name; with one, the new network may score worse alone while ghost text gains.
  if (done.outcome === 'improved' && change <= 0) {
    return t(
      'The personal network is trained: {0} bits per byte on text kept aside.',
      after.bitsPerByte.toFixed(2),
    );
  }
  if (before === null) {
    return t(
      'Training gave no usable network ({0} bits per byte on text kept aside); a longer training may.',
      after.bitsPerByte.toFixed(2),
    );
  }
  return done.outcome === 'improved'
    ? t(
        'Training helped: {0} bits per byte on text kept aside, {1} before ({2} % fewer).',
        ...bitsTexts(after, before),
        change,
      )
    : t(
        'Training did not help: {0} bits per byte on text kept aside, {1} before; the model is unchanged.',
        ...bitsTexts(after, before),
      );
}
