/** Reads checkpoints for the terminal tool, and puts their networks on the kernel. */
import { decodeCheckpoint, decodeMixable, type Checkpoint } from '../model/checkpoint/checkpoint';
import { createKernelNetwork } from '../model/network/kernelNetwork';
import type { NetworkModel } from '../model/network/networkModel';
import type { Tokenizer } from '../model/tokenizer/tokenizer';
import { readModel } from '../trainer/modelFile';

/** @throws Error whose message is for the user, when the file cannot be read or is no model */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  return decodeCheckpoint(await readModel(path), path);
}

/** A checkpoint to be mixed with others. @throws also when it has another tokenizer */
export async function readMixable(path: string, tokenizer: Tokenizer): Promise<Checkpoint> {
  return decodeMixable(await readModel(path), path, tokenizer);
}

export function onKernel({ config, weights }: Checkpoint, name: string, kernel: Uint8Array): NetworkModel {
  return createKernelNetwork(config, weights, name, kernel);
}
