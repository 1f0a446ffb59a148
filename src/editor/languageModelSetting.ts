/** The value of `understudy.languageModel`: the pretrained model that predicts beside the personal network, or none. */
import { basename, extname } from 'node:path';
import * as v from 'valibot';
import type { HalfChoice } from '../protocol/generatorProtocol';
import { absolutePath } from './absolutePath';
import type { Translate } from './translate';

/** The value as it stands in the settings; an empty object means no language model. */
interface LanguageModelSetting {
  /** The path of a Keras model or a GGUF Transformer. */
  readonly file?: string;
  /** The path of a Keras model's vocabulary, if it does not lie beside the model. */
  readonly vocabulary?: string;
  /** The address of a server that speaks the OpenAI completions protocol. */
  readonly server?: string;
  /** The model's name on the server. */
  readonly model?: string;
}

export const LANGUAGE_MODEL_SETTING = 'understudy.languageModel';
export const KERAS_EXTENSIONS = ['h5', 'keras', 'hdf5'];
export const GGUF_EXTENSIONS = ['gguf'];

const text = v.optional(v.pipe(v.string(), v.trim()), '');
const schema = v.strictObject({ file: text, vocabulary: text, server: text, model: text });

/**
 * The model that the setting chooses; null is none.
 * @throws Error with a sentence for the user when the value is invalid or contradicts itself
 */
export function parseLanguageModel(t: Translate, given: unknown): HalfChoice | null {
  const parsed = v.safeParse(schema, given ?? {});
  if (!parsed.success) {
    throw new Error(
      t(
        'The setting understudy.languageModel takes texts named file, vocabulary, server and model only; correct it in your user settings.',
      ),
    );
  }
  const { file, vocabulary, server, model } = parsed.output;
  if (file !== '' && server !== '') {
    throw new Error(
      t('The setting understudy.languageModel names both a file and a server; remove one of them.'),
    );
  }
  if (model !== '' && server === '') {
    throw new Error(
      t(
        'The setting understudy.languageModel names a model but no server to ask for it; name the server, or remove the model.',
      ),
    );
  }
  if (vocabulary !== '' && (file === '' || GGUF_EXTENSIONS.includes(extensionOf(file)))) {
    throw new Error(
      t(
        'The setting understudy.languageModel names a vocabulary, which goes with a Keras file (.h5, .keras) only; remove it.',
      ),
    );
  }
  if (server !== '') {
    return { kind: 'server', address: checkAddress(t, server), ...(model !== '' && { model }) };
  }
  return file === '' ? null : fileChoice(t, file, vocabulary);
}

/** The value that chooses this model; the inverse of {@link parseLanguageModel}. */
export function languageModelSetting(choice: HalfChoice | null): LanguageModelSetting {
  switch (choice?.kind) {
    case undefined:
      return {};
    case 'keras':
      return {
        file: choice.path,
        ...(choice.vocabularyPath !== undefined && { vocabulary: choice.vocabularyPath }),
      };
    case 'gguf':
      return { file: choice.path };
    case 'server':
      return { server: choice.address, ...(choice.model !== undefined && { model: choice.model }) };
  }
}

/** The model's name in a list of models, and where it is. */
export function languageModelName(choice: HalfChoice): { readonly name: string; readonly place: string } {
  return choice.kind === 'server'
    ? { name: choice.model ?? new URL(choice.address).host, place: choice.address }
    : { name: basename(choice.path), place: choice.path };
}

/**
 * The address of a server, without slashes at its end.
 * @throws Error with a sentence for the user when it is no http or https address, or holds a user name or a password
 */
export function checkAddress(t: Translate, given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new Error(
      t(
        '"{0}" is not the address of a server; one looks like http://localhost:8080/v1.',
        withoutPassword(given),
      ),
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error(
      t(
        'The address of the server holds a name or a password; remove it, and use the command Understudy: Set Language Model Key.',
      ),
    );
  }
  return given.replace(/\/+$/, '');
}

function fileChoice(t: Translate, given: string, vocabulary: string): HalfChoice {
  const path = absolutePath(t, LANGUAGE_MODEL_SETTING, given);
  const extension = extensionOf(path);
  if (GGUF_EXTENSIONS.includes(extension)) {
    return { kind: 'gguf', path };
  }
  if (!KERAS_EXTENSIONS.includes(extension)) {
    throw new Error(
      t(
        'Understudy does not open the language model "{0}"; it opens Keras files (.h5, .keras) and Transformers (.gguf).',
        basename(path),
      ),
    );
  }
  return {
    kind: 'keras',
    path,
    ...(vocabulary !== '' && { vocabularyPath: absolutePath(t, LANGUAGE_MODEL_SETTING, vocabulary) }),
  };
}

const extensionOf = (path: string): string => extname(path).slice(1).toLowerCase();
const withoutPassword = (address: string): string => address.replace(/\/\/[^/@]*@/, '//');
