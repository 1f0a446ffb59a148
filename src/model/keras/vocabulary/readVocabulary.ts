import { isNestedTooDeeply } from '../../nesting';
import { isObject } from '../layerSpec';
import { characterText, listedEntries, mappedEntries } from './entryList';
import { isKerasTokenizer, kerasTokenizer } from './kerasTokenizer';
import { huggingFaceTokenizer, isHuggingFaceTokenizer } from './huggingFaceTokenizer';
import { VocabularyError, type Vocabulary } from './vocabulary';

/**
 * Reads the vocabulary of a Keras model in any of these forms: Hugging Face's `tokenizer.json`; the output of Keras'
 * `Tokenizer.to_json()`; a JSON list of characters or words by number (such as `TextVectorization.get_vocabulary()`); a JSON object
 * from characters or words to numbers, or the reverse; or a text of the characters in their order.
 * @param fileName names the file in errors
 * @throws VocabularyError with one sentence
 */
export function readVocabulary(content: string, fileName: string): Vocabulary {
  // Some editors begin a file with a byte order mark.
  const text = content.replace(/^\ufeff/, '');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    if (/\.json$/i.test(fileName)) {
      throw new VocabularyError(
        `The vocabulary "${fileName}" is not JSON; save it again, with Keras' Tokenizer.to_json() or as a list of characters.`,
      );
    }
    return characterText(text, fileName);
  }
  // `json.dump(tokenizer.to_json())`, a common mistake, writes the JSON as a JSON string.
  const inner = typeof json === 'string' ? parsed(json) : json;
  if (isNestedTooDeeply(inner)) {
    throw new VocabularyError(
      `The vocabulary "${fileName}" is nested too deeply for one of a model; choose the one that the model was trained with.`,
    );
  }
  if (isHuggingFaceTokenizer(json)) {
    return huggingFaceTokenizer(json, fileName);
  }
  if (isKerasTokenizer(inner)) {
    return kerasTokenizer(inner, fileName);
  }
  if (Array.isArray(inner)) {
    return listedEntries(inner, fileName);
  }
  if (isObject(inner)) {
    return mappedEntries(inner, fileName);
  }
  if (!/\.json$/i.test(fileName)) {
    return characterText(text, fileName);
  }
  throw new VocabularyError(
    `The vocabulary "${fileName}" is neither a tokenizer nor a list of characters or words; choose the one that the model was trained with.`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
