/** The option by which a command mixes a pretrained language model in. */
import { join, resolve } from 'node:path';
import type { HalfChoice } from '../protocol/generatorProtocol';
import { UsageError, type OptionValues } from './commandLine';

/** Read from the environment, so that the key of a server stands in no list of processes. */
const KEY_VARIABLE = 'UNDERSTUDY_SERVER_KEY';

export const HALF_OPTIONS = {
  half: {
    type: 'text',
    value: 'MODEL',
    help: `a language model to mix in: a .gguf, .h5 or .keras file, or the address of a server, to which text is then sent (its key in ${KEY_VARIABLE})`,
  },
  vocabulary: {
    type: 'text',
    value: 'FILE',
    help: 'the vocabulary of a .h5 or .keras model, where it does not lie beside it',
  },
  'half-name': {
    type: 'text',
    value: 'NAME',
    help: 'name of the model on the server (default: the first that it lists)',
  },
} as const;

interface HalfDetails {
  readonly vocabulary?: string | undefined;
  readonly model?: string | undefined;
}

/**
 * @param name a path or an address
 * @param llamaFolder where llama.cpp was installed
 * @throws UsageError when it is neither
 */
export function halfChoice(
  name: string,
  llamaFolder: string,
  { vocabulary, model }: HalfDetails = {},
): HalfChoice {
  if (/^https?:\/\//i.test(name)) {
    if (/^https?:\/\/[^/?#]*@/i.test(name)) {
      throw new UsageError(`--half takes no name or password in an address; set the key in ${KEY_VARIABLE}.`);
    }
    const key = process.env[KEY_VARIABLE];
    return { kind: 'server', address: name, ...(model && { model }), ...(key && { key }) };
  }
  const path = resolve(name);
  if (/\.gguf$/i.test(name)) {
    return { kind: 'gguf', path, modulePath: llamaFolder };
  }
  if (/\.(h5|hdf5|keras)$/i.test(name)) {
    return { kind: 'keras', path, ...(vocabulary !== undefined && { vocabularyPath: resolve(vocabulary) }) };
  }
  throw new UsageError(
    `--half takes a .gguf, .h5 or .keras file or an address that begins with http, not "${name}".`,
  );
}

/** Where `npm run llama` puts llama.cpp. @param root the folder of package.json */
const llamaFolderOf = (root: string): string => join(root, '.cache', 'llama');

/** The language model that a command was given, or null. @throws UsageError when an option would do nothing */
export function chosenHalf(options: OptionValues<typeof HALF_OPTIONS>, root: string): HalfChoice | null {
  const { half, vocabulary, 'half-name': model } = options;
  if (half === undefined) {
    const useless = vocabulary !== undefined ? 'vocabulary' : model !== undefined ? 'half-name' : null;
    if (useless !== null) {
      throw new UsageError(`--${useless} does nothing without --half.`);
    }
    return null;
  }
  const choice = halfChoice(half, llamaFolderOf(root), { vocabulary, model });
  if (vocabulary !== undefined && choice.kind !== 'keras') {
    throw new UsageError(`--vocabulary does nothing with ${half}; only a .h5 or .keras model needs one.`);
  }
  if (model !== undefined && choice.kind !== 'server') {
    throw new UsageError(`--half-name does nothing with ${half}; it names a model on a server.`);
  }
  return choice;
}
