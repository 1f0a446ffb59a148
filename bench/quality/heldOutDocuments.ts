/** The beginnings of files that a workspace's training held out, to be scored by the mix. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ScoredDocument } from '../../src/model/evaluate/scoreText';
import { DEFAULT_TRAINING } from '../../src/protocol/trainerProtocol';
import { heldOutWorkspace, type HeldOutWorkspace } from './heldOutWorkspace';

/** Most tokens scored of one file, so that a small sample covers many files. */
const MOST_DOCUMENT_TOKENS = 2000;

export interface HeldOutDocuments extends Pick<HeldOutWorkspace, 'mix' | 'options'> {
  readonly documents: readonly ScoredDocument[];
}

/**
 * @param most tokens to score
 * @param models the folder of what `npm run bench -- quality` has trained; without a workspace's model, the base is the only network
 */
export async function heldOutDocuments(
  folder: string,
  most: number,
  models?: string,
): Promise<HeldOutDocuments> {
  const modelPath = models === undefined ? null : modelIn(models, basename(folder));
  const { seed } = DEFAULT_TRAINING;
  const { mix, options, tokenizer, heldOut } = await heldOutWorkspace(folder, seed, modelPath);
  const documents: ScoredDocument[] = [];
  let room = most;
  for (const { name, text } of heldOut) {
    if (room <= 0) {
      break;
    }
    const tokens = tokenizer.encode(text).subarray(0, Math.min(room, MOST_DOCUMENT_TOKENS));
    const bytes = tokens.reduce((sum, id) => sum + tokenizer.tokenBytes(id).length, 0);
    documents.push({ uri: name, tokens, bytes });
    room -= tokens.length;
  }
  return { mix, options, documents };
}

function modelIn(folder: string, workspace: string): string | null {
  const file = readdirSync(folder).find(
    (name) => name.startsWith(`${workspace}-`) && name.endsWith('.safetensors'),
  );
  return file === undefined ? null : join(folder, file);
}
