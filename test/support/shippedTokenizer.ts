import { readFileSync } from 'node:fs';
import { Tokenizer } from '../../src/model/tokenizer/tokenizer';

export const shippedTokenizer = Tokenizer.fromJson(
  JSON.parse(readFileSync('models/base/tokenizer.json', 'utf8')),
);
