/** Opens the language-model half that the user chose. */
import { Bridge } from '../../model/bridge/bridge';
import { DeferredModel } from '../../model/bridge/deferredModel';
import { hasSharedTokens } from '../../model/bridge/hasSharedTokens';
import type { Expert } from '../../model/expert';
import type { Tokenizer } from '../../model/tokenizer/tokenizer';
import type { HalfChoice, ModelStatus } from '../../protocol/generatorProtocol';
import { openGguf } from './gguf/openGguf';
import { openKeras } from './openKeras';
import { openServer } from './server/openServer';

export interface OpenedHalf {
  /** Over the shared vocabulary; its name is `half`. */
  readonly expert: Expert;
  /** One line: what was opened, and which part of it is only approximate. */
  readonly description: string;
}

export interface HalfSurroundings {
  readonly tokenizer: Tokenizer;
  /** The process in which llama.cpp runs: the built dist/llama.js, or its TypeScript source. */
  readonly llamaPath: string;
  /** Called when the opened half stops or resumes answering. */
  readonly onStatus: (status: ModelStatus) => void;
  /** Aborts the opening of a GGUF model; the other kinds ignore it. */
  readonly signal?: AbortSignal;
}

/** @throws Error with one sentence that names the model and says what to do, by rejecting */
export async function openHalf(choice: HalfChoice, surroundings: HalfSurroundings): Promise<OpenedHalf> {
  const { tokenizer, onStatus } = surroundings;
  switch (choice.kind) {
    case 'keras': {
      const turn = oneATurn();
      const onAway = (message: string) => {
        onStatus({ state: 'away', message });
      };
      const { model, description, isAway } = await openKeras(choice, onAway, turn);
      // The tables of a vocabulary, and then those of a bridge to it, each take about as long as the file.
      await turn();
      const expert = new DeferredModel('half', model.expert, turn);
      return {
        expert: hasSharedTokens(model, tokenizer)
          ? expert
          : new Bridge({ ...model, expert }, tokenizer, { isAway }),
        description,
      };
    }
    case 'gguf':
      return openGguf(choice, surroundings);
    case 'server':
      return openServer(choice, tokenizer, onStatus);
  }
}

/**
 * A pause between what is done in this thread, such as the steps of a network: other work gets a turn after each step, however many
 * callers wait for steps.
 */
function oneATurn(): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return last;
  };
}
