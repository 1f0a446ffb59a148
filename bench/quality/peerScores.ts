/** The scores of peers on the same test texts: compressors and two transformers. They depend on no part of Understudy that learns. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { TypedText } from '../../src/model/evaluate/typedStretches';
import { costOfWrong } from '../../src/model/generation/expectedSaving';
import { ppmdBitsPerByte, zpaqBitsPerByte } from '../peers/compressors';
import type { KeptMeasurements } from './kept';
import { scoreTransformer, type TransformerName, type TransformerScore } from './transformers';

export interface PeerScores {
  /** Bits per byte of the test text after the training text; null if the program is not installed. */
  readonly ppmd: number | null;
  readonly zpaq: number | null;
  readonly transformers: Readonly<Record<TransformerName, TransformerScore | null>>;
}

export interface PeerQuestion {
  readonly folder: string;
  readonly train: readonly TypedText[];
  readonly test: readonly TypedText[];
  /** Number of cursors at which a transformer is asked; 0 asks none. */
  readonly cursors: number;
  readonly eagerness: number;
}

export async function scorePeers(
  kept: KeptMeasurements,
  peersFolder: string,
  question: PeerQuestion,
  onProgress: (line: string) => void,
): Promise<PeerScores> {
  const compressed = (name: string, bits: typeof ppmdBitsPerByte) => {
    onProgress(`${name}…`);
    const [train, test] = [joined(question.train), joined(question.test)];
    return kept.measured(`${basename(question.folder)}-${name}`, [textsOf(question)], () =>
      bits(peersFolder, train, test),
    );
  };
  return {
    ppmd: await compressed('ppmd', ppmdBitsPerByte),
    zpaq: await compressed('zpaq', zpaqBitsPerByte),
    transformers: {
      'SmolLM2-135M': await transformerScore(kept, peersFolder, 'SmolLM2-135M', question, onProgress),
      'Gemma 3 270M': await transformerScore(kept, peersFolder, 'Gemma 3 270M', question, onProgress),
    },
  };
}

async function transformerScore(
  kept: KeptMeasurements,
  peersFolder: string,
  name: TransformerName,
  question: PeerQuestion,
  onProgress: (line: string) => void,
): Promise<TransformerScore | null> {
  const { folder, test, cursors, eagerness } = question;
  const conditions = [
    textsOf(question),
    cursors,
    costOfWrong(eagerness, 'prose'),
    costOfWrong(eagerness, 'code'),
  ];
  return cursors === 0
    ? null
    : kept.measured(`${basename(folder)}-${name.replaceAll(' ', '-')}`, conditions, () =>
        scoreTransformer(name, peersFolder, test, { cursors, eagerness }, (share) => {
          onProgress(`${name}… ${Math.round(100 * share)} %`);
        }),
      );
}

const joined = (files: readonly TypedText[]): string => files.map(({ text }) => text).join('');

function textsOf({ train, test }: PeerQuestion): string {
  return createHash('sha256').update(joined(train)).update('\0').update(joined(test)).digest('hex');
}
