/** Opens a network from a Keras file, with its vocabulary. It runs in the generator's own thread. */
import { basename } from 'node:path';
import { foreignModelOf } from '../../model/bridge/foreignModelOf';
import type { ForeignModel } from '../../model/bridge/foreignModel';
import { readKerasModel } from '../../model/keras/readKerasModel';
import { MAX_KERAS_FILE_BYTES } from '../../model/keras/sizeLimits';
import { readVocabulary } from '../../model/keras/vocabulary/readVocabulary';
import { checkVocabularySize } from '../../model/keras/vocabulary/vocabulary';
import type { HalfChoice } from '../../protocol/generatorProtocol';
import { boundedEncode } from '../boundedEncode';
import { readLimited } from '../readLimited';
import { vocabularyBeside } from './vocabularyBeside';

const MAX_VOCABULARY_BYTES = 64 * 1024 ** 2;
/** Encoded once on opening; a tokenizer that fails on it is refused. */
const PROBE = 'The end, 夏天 🙂\n';

interface OpenedKeras {
  readonly model: ForeignModel;
  readonly description: string;
  /** True once its vocabulary has failed to encode a text, after which its predictions are useless. */
  readonly isAway: () => boolean;
}

/**
 * @param onAway called at most once, with a sentence that says why
 * @param turn gives other work in the thread its turn
 * @throws Error with one sentence, by rejecting, when the model or its vocabulary cannot be used
 */
export async function openKeras(
  { path, vocabularyPath }: Extract<HalfChoice, { kind: 'keras' }>,
  onAway: (sentence: string) => void,
  turn: () => Promise<void>,
): Promise<OpenedKeras> {
  const name = basename(path);
  const network = await readKerasModel(await readLimited(path, 'The model', MAX_KERAS_FILE_BYTES), name);
  const found = vocabularyPath ?? vocabularyBeside(path);
  if (found === null) {
    throw new Error(
      `${name} has no vocabulary beside it to say what its numbers stand for. Put its tokenizer.json there, or choose the file (in a terminal by --vocabulary).`,
    );
  }
  const vocabularyName = basename(found);
  const text = Buffer.from(await readLimited(found, 'The vocabulary', MAX_VOCABULARY_BYTES)).toString('utf8');
  const vocabulary = readVocabulary(text, vocabularyName);
  await turn();
  checkVocabularySize(vocabulary, vocabularyName, network.vocabSize, name);
  const description = `${name} with ${vocabularyName} (Keras; ${network.description})`;
  let usable = vocabulary;
  let isAway = () => false;
  if (vocabulary.kind === 'bpe') {
    const { encode: own, mayHang } = vocabulary;
    const { attempt, encode, hasHung } = boundedEncode(vocabularyName, own, onAway, mayHang);
    attempt(PROBE);
    if (mayHang) {
      usable = { ...vocabulary, encode };
      isAway = hasHung;
    }
  }
  return { model: foreignModelOf(network, usable), description, isAway };
}
