/**
 * The process in which llama.cpp runs, so that its crash or lack of memory does not end suggestions. The bridge between the
 * vocabularies runs here as well, so that building its tables and converting distributions does not block the generator.
 */
import { Bridge } from '../../../model/bridge/bridge';
import { Tokenizer } from '../../../model/tokenizer/tokenizer';
import { asError } from '../../../protocol/asError';
import { Refusal } from '../../process/openingFaults';
import { serveModel, type ServedModel } from '../../process/serveModel';
import type { Question } from '../remoteExpert';
import { BridgedSource } from './bridgedSource';
import { loadGguf, readGguf, type GgufFile } from './ggufModel';
import type { LlamaAnswer, LlamaOpened, LlamaOpening } from './llamaMessages';

serveModel(open);

async function open(opening: LlamaOpening): Promise<ServedModel<LlamaOpened, Question, LlamaAnswer>> {
  let file: GgufFile;
  try {
    file = readGguf(opening.path, opening.modulePath);
  } catch (error) {
    throw new Refusal(asError(error).message);
  }
  const { model, source, description } = await loadGguf(file, opening.threads);
  const bridged = new BridgedSource(new Bridge(model, Tokenizer.fromJson(opening.tokenizer)));
  return {
    opened: { description },
    answer: async (question) => {
      const distributions = await bridged.answer(question);
      return distributions.map((distribution) => {
        if (distribution === null) {
          throw source.fault ?? new Error('llama.cpp gave no probabilities');
        }
        return distribution;
      });
    },
  };
}
