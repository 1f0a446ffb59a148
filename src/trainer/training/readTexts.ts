import type { Checkpoint } from '../../model/checkpoint/checkpoint';
import type { TrainJob } from '../../protocol/trainerProtocol';
import { readCorpus, type Corpus } from '../corpus/readCorpus';
import { scanReporter } from '../corpus/scanReporter';
import type { Beginning } from './beginning';
import { learnedTest } from './continuation';
import type { TrainSurroundings } from './trainSurroundings';

/** Files named in a warning. */
const MOST_NAMES = 5;

/**
 * The texts of a training; the user is told what was found, and what is gone or not readable.
 * @param earlier the model whose place the new one would take
 * @throws Error with a sentence for the user; CancelledError
 */
export async function readTexts(
  job: TrainJob,
  { tokenizer, initial }: Beginning,
  earlier: Checkpoint | null,
  { emit, warn, control }: TrainSurroundings,
): Promise<Corpus> {
  const learned = (earlier ?? initial)?.training.learned ?? '';
  const corpus = await readCorpus(job, tokenizer, job.options.seed, {
    signal: control.signal,
    onProgress: scanReporter(emit),
    isLearned: learnedTest(learned),
  });
  const lost = corpus.leftOut.filter(({ reason }) => reason === 'vanished' || reason === 'unreadable');
  if (lost.length > 0) {
    const names = lost.slice(0, MOST_NAMES).map(({ path }) => path);
    const more = lost.length > names.length ? ` and ${lost.length - names.length} more` : '';
    warn(`Training goes on without ${names.join(', ')}${more}: gone or not readable.`);
  }
  const { train, heldOut, bytes } = corpus;
  emit({ kind: 'files', trainFiles: train.length, heldOutFiles: heldOut.length, bytes });
  return corpus;
}
