/** Reads checkpoints for the terminal tool, and puts their networks on the kernel. */
import { readFile } from 'node:fs/promises';
import { decodeMixable, type Checkpoint } from '../model/checkpoint/checkpoint';
import type { MixtureOptions } from '../model/mixture/mixture';
import { createKernelNetwork } from '../model/network/kernelNetwork';
import { tokenKinds } from '../model/tokenizer/tokenKinds';
import type { Tokenizer } from '../model/tokenizer/tokenizer';
import { readModel } from '../trainer/readModel';
import { readTokenizer } from '../trainer/sharedTokenizer';
import type { ShippedFiles } from '../trainer/shippedFiles';

/** A checkpoint to be mixed with others. @throws also when it has another tokenizer */
export async function readMixable(path: string, tokenizer: Tokenizer): Promise<Checkpoint> {
  return decodeMixable(await readModel(path), path, tokenizer);
}

export interface LoadedMixture {
  /** Of the base network and the personal one, as far as they exist, and the gate. */
  readonly options: MixtureOptions;
  readonly tokenizer: Tokenizer;
}

/**
 * What a mix of the product's networks is made with.
 * @param modelPath of the personal network; null for the base network alone
 * @throws as {@link readMixable}
 */
export async function loadMixture(product: ShippedFiles, modelPath: string | null): Promise<LoadedMixture> {
  const kernel = await readFile(product.kernel);
  const tokenizer = await readTokenizer(product.tokenizer);
  const load = (path: string | null) => (path === null ? null : readMixable(path, tokenizer));
  const base = await load(product.baseModel);
  const personal = await load(modelPath);
  const networks = [
    ...(base === null ? [] : [createKernelNetwork(base.config, base.weights, 'base', kernel)]),
    ...(personal === null
      ? []
      : [createKernelNetwork(personal.config, personal.weights, 'personal', kernel)]),
  ];
  const gate = personal?.gate ?? base?.gate ?? null;
  const { endOfTextId } = tokenizer;
  return { options: { endOfTextId, kinds: tokenKinds(tokenizer), gate, networks }, tokenizer };
}
