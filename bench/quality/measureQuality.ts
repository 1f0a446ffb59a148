/** Figures of one workspace beyond those of `understudy evaluate`: what each expert contributes, the curve of eagerness, peers. */
import { basename } from 'node:path';
import { sampleStretches, type TypedText } from '../../src/model/evaluate/typedStretches';
import { seededRandom } from '../../src/model/generation/seededRandom';
import { Mixture } from '../../src/model/mixture/mixture';
import { DEFAULT_KEYSTROKES } from '../../src/terminal/keystrokeScore';
import { loadMixture } from '../../src/terminal/loadedNetwork';
import type { Terminal } from '../../src/terminal/terminal';
import { scoreWordList, type WordListScore } from '../peers/wordList';
import { ablate, type Ablation } from './ablation';
import { EAGERNESSES, eagernessCurve, type CurvePoint } from './eagernessCurve';
import { documentHeads } from './documentHeads';
import { scoreAtCursors, type CursorScore } from './scoreAtCursors';
import { readTypedPositions, type TypedPosition } from './typedPositions';

export interface QualityDetail {
  readonly ablation: Ablation;
  readonly curve: readonly CurvePoint[];
  /** The same experts at the default eagerness, without correcting confidence by the outcome of suggestions. */
  readonly uncorrected: CurvePoint;
  /** A user who takes only whole suggestions, at the default eagerness. */
  readonly wholeAlone: CurvePoint;
  /** Counts of order 6 alone, at the default eagerness. */
  readonly order6: CurvePoint;
  readonly wordList: WordListScore;
  /** At the cursors where transformers are asked; null when none is asked. */
  readonly atCursors: CursorScore | null;
}

export interface QualityQuestion {
  readonly folder: string;
  readonly train: readonly TypedText[];
  readonly test: readonly TypedText[];
  /** The personal model; null scores without one. */
  readonly modelPath: string | null;
  /** Characters that the simulated user types. */
  readonly characters: number;
  readonly cursors: number;
}

export async function measureQuality(terminal: Terminal, question: QualityQuestion): Promise<QualityDetail> {
  const { folder, train, test, characters, cursors } = question;
  const { progress, signal } = terminal;
  const say = (line: string) => async (share: number) => {
    progress.show(`${basename(folder)}: ${line}… ${Math.round(100 * share)} %`);
    // Lets Ctrl+C be handled.
    await new Promise(setImmediate);
    signal.throwIfAborted();
  };
  const { options, tokenizer } = await loadMixture(terminal.product, question.modelPath);
  const mix = new Mixture(options);
  try {
    for (const { name, text } of train) {
      mix.workspace.learnFile(name, tokenizer.encode(text), false);
    }
    const stretches = sampleStretches(test, characters, seededRandom(DEFAULT_KEYSTROKES.seed));
    const read = async (line: string, model: Mixture): Promise<TypedPosition[]> => {
      const positions: TypedPosition[] = [];
      const report = say(line);
      for (const position of readTypedPositions(model, tokenizer, stretches)) {
        positions.push(position);
        if (positions.length % 100 === 0) {
          await report(positions.length / characters);
        }
      }
      return positions;
    };
    const positions = await read('typing', mix);
    const counts = new Mixture({
      ...options,
      gate: null,
      networks: [],
      without: ['copy'],
      workspace: mix.workspace,
    });
    const countsPositions = await read('typing with counts alone', counts);
    // A new mixture, as the gate of `mix` has learned from the text that was typed.
    const unread = new Mixture({ ...options, workspace: mix.workspace });
    const byDefault = [DEFAULT_KEYSTROKES.eagerness];
    const [uncorrected] = await eagernessCurve(stretches, positions, byDefault, {
      learns: { confidence: false, taking: true },
    });
    const [wholeAlone] = await eagernessCurve(stretches, positions, byDefault, { takesWords: false });
    const [order6] = await eagernessCurve(stretches, countsPositions, byDefault);
    return {
      curve: await eagernessCurve(stretches, positions, EAGERNESSES),
      uncorrected,
      wholeAlone,
      order6,
      wordList: scoreWordList(train, test, { characters, seed: DEFAULT_KEYSTROKES.seed }),
      atCursors: cursors === 0 ? null : await scoreAtCursors(unread, tokenizer, test, cursors),
      ablation: await ablate(
        options,
        mix.workspace,
        documentHeads(test, tokenizer),
        say('leaving experts out'),
      ),
    };
  } finally {
    mix.dispose();
    progress.clear();
  }
}
