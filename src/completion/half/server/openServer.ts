/** Opens a model on a server, which may be unreachable at any time. */
import { SharedTokens } from '../../../model/bridge/sharedTokens';
import type { Tokenizer } from '../../../model/tokenizer/tokenizer';
import type { HalfChoice, ModelStatus } from '../../../protocol/generatorProtocol';
import type { OpenedHalf } from '../openHalf';
import { ChoiceSource } from './choiceSource';
import { CompletionsClient } from './completionsClient';
import { ServerFault } from './serverConnection';
import { ServerExpert } from './serverExpert';

/** Most characters shown of a model's name. */
const LONGEST_NAME = 80;

/**
 * A server that cannot be reached now is opened all the same, and asked again later: the user may have started the editor first.
 * @throws Error with one sentence, by rejecting, when it cannot be used until something is changed
 */
export async function openServer(
  { address, model, key }: Extract<HalfChoice, { kind: 'server' }>,
  tokenizer: Tokenizer,
  onStatus: (status: ModelStatus) => void,
): Promise<OpenedHalf> {
  const client = new CompletionsClient({ address, model, key });
  let name = model ?? 'its model';
  let told = 'its likeliest tokens';
  let isAway = false;
  try {
    name = await client.modelName();
    const [{ choices }] = await client.choicesAfter('The', 1);
    told = choices?.length === 1 ? 'its likeliest token' : `its ${choices?.length ?? 0} likeliest tokens`;
  } catch (error) {
    if (!(error instanceof ServerFault) || error.isLasting) {
      client.close();
      throw error;
    }
    isAway = true;
    onStatus({ state: 'away', message: error.message });
  }
  const source = new ChoiceSource(client, { onStatus, now: () => performance.now(), isAway });
  return {
    expert: new ServerExpert(source, new SharedTokens(tokenizer)),
    description: `${shortName(name)} on ${client.host} (server; ${told}, the rest spread evenly)`,
  };
}

/** llama.cpp names a model by the path of its file. */
function shortName(name: string): string {
  const short = /^(?:\/|[A-Za-z]:\\)/.test(name) ? name.split(/[\\/]/).at(-1)! : name;
  return short.length > LONGEST_NAME ? `${short.slice(0, LONGEST_NAME)}…` : short;
}
