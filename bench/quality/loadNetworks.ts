import { readFile } from 'node:fs/promises';
import type { NetworkModel } from '../../src/model/network/networkModel';
import { Tokenizer } from '../../src/model/tokenizer/tokenizer';
import { onKernel, readCheckpoint } from '../../src/terminal/loadedNetwork';
import type { ProductPaths } from '../../src/terminal/productPaths';

/** The base network and the personal one, as far as they exist, with their gate. */
export async function loadNetworks(product: ProductPaths, modelPath: string | null) {
  const kernel = await readFile(product.kernel);
  const base = product.baseModel === null ? null : await readCheckpoint(product.baseModel);
  const personal = modelPath === null ? null : await readCheckpoint(modelPath);
  const json: unknown = base?.tokenizer ?? JSON.parse(await readFile(product.tokenizer, 'utf8'));
  const networks: NetworkModel[] = [
    ...(base === null ? [] : [onKernel(base, 'base', kernel)]),
    ...(personal === null ? [] : [onKernel(personal, 'personal', kernel)]),
  ];
  return { networks, gate: (personal ?? base)?.gate ?? null, tokenizer: Tokenizer.fromJson(json) };
}
