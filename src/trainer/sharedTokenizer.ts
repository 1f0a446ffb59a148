/** The tokenizer that Understudy comes with, whose tokens all networks of one mix predict. */
import { readFile } from 'node:fs/promises';
import { Tokenizer } from '../model/tokenizer/tokenizer';

interface SharedTokenizer {
  readonly tokenizer: Tokenizer;
  /** The content of its `tokenizer.json`, as a checkpoint keeps it. */
  readonly json: unknown;
}

/** @throws Error with a sentence for the user */
export async function readTokenizer(path: string): Promise<SharedTokenizer> {
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'));
    return { tokenizer: Tokenizer.fromJson(json), json };
  } catch (error) {
    throw new Error(`The tokenizer ${path} cannot be read; install Understudy again.`, { cause: error });
  }
}
