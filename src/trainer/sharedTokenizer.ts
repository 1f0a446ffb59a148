/** The tokenizer that Understudy comes with, whose tokens all networks of one mix predict. */
import { readFile } from 'node:fs/promises';
import { Tokenizer } from '../model/tokenizer/tokenizer';

/** @throws Error with a sentence for the user */
export async function readTokenizer(path: string): Promise<Tokenizer> {
  try {
    return Tokenizer.fromJson(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new Error(`The tokenizer ${path} cannot be read; install Understudy again.`, { cause: error });
  }
}
