import { readFileSync } from 'node:fs';
import { Tokenizer } from '../../src/model/tokenizer/tokenizer';
import { scanFolders } from '../../src/trainer/corpus/scanFolders';
import { residentBytes } from './peakMemory';
import { processorSeconds } from '../processorTime';

export interface ReadingCost {
  /** Size of the text as it is learned. */
  readonly bytes: number;
  readonly tokens: number;
  readonly seconds: number;
  readonly processorSeconds: number;
  /** The part of `processorSeconds` that turns text into tokens. */
  readonly encodingSeconds: number;
  readonly peakBytes: number | null;
}

/** Measures what the trainer does first: it finds a folder's texts, drops duplicates, and keeps their tokens. */
export async function readingCost(folder: string, tokenizerPath: string): Promise<ReadingCost> {
  const tokenizer = Tokenizer.fromJson(JSON.parse(readFileSync(tokenizerPath, 'utf8')));
  const texts: Uint16Array[] = [];
  let encodingSeconds = 0;
  const started = performance.now();
  const processor = processorSeconds();
  const { bytes } = await scanFolders([folder], {
    onText: (_, text) => {
      const before = processorSeconds();
      texts.push(Uint16Array.from(tokenizer.encode(text)));
      encodingSeconds += processorSeconds() - before;
    },
  });
  return {
    bytes,
    tokens: texts.reduce((sum, { length }) => sum + length, 0),
    seconds: (performance.now() - started) / 1000,
    processorSeconds: processorSeconds() - processor,
    encodingSeconds,
    peakBytes: residentBytes('self', 'VmHWM'),
  };
}
