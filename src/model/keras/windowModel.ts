import { OneByOne } from '../oneByOne';
import { checkReadable, writeDistribution, type KerasModel } from './kerasModel';
import { runNodes, type Network } from './network';
import type { RunContext } from './operation';

/** The last tokens, as many as the window holds; an immutable value. */
interface WindowState {
  readonly tokens: Int32Array;
}

/** A network that sees a window of tokens at a time and predicts the one that follows it. */
export class WindowModel extends OneByOne<WindowState> implements KerasModel<WindowState> {
  readonly vocabSize: number;
  readonly contextLength: number;
  private readonly starts: readonly unknown[];

  /** @param maxLength tokens in the window when the network itself sets no length */
  constructor(
    private readonly network: Network,
    readonly name: string,
    readonly description: string,
    maxLength: number,
  ) {
    super();
    this.vocabSize = network.vocabSize;
    this.contextLength = network.windowLength ?? maxLength;
    this.starts = network.nodes.map(({ operation }) => operation.start);
  }

  start(): WindowState {
    return { tokens: new Int32Array(0) };
  }

  next({ tokens }: WindowState, tokenId: number): WindowState {
    checkReadable(tokenId, this.network.readableTokens);
    const kept = tokens.subarray(Math.max(0, tokens.length + 1 - this.contextLength));
    const longer = new Int32Array(kept.length + 1);
    longer.set(kept);
    longer[kept.length] = tokenId;
    return { tokens: longer };
  }

  predict({ tokens }: WindowState, probs: Float32Array): void {
    const { network } = this;
    const length = network.windowLength ?? tokens.length;
    if (length === 0) {
      probs.fill(1 / this.vocabSize);
      return;
    }
    const context = this.feed(tokens, length);
    runNodes(network.nodes, context, this.starts);
    writeDistribution(network.output.operation.rows.data, 0, network.endsInLogits, probs);
  }

  dispose(): void {
    // The garbage collector frees everything.
  }

  /** Puts the tokens at the end of the window and padding before them, as `pad_sequences` does. */
  private feed(tokens: Int32Array, length: number): RunContext {
    const padding = length - tokens.length;
    const mask = new Uint8Array(length);
    for (const { kind, rows } of this.network.inputs) {
      const data = rows.resize(length);
      data.fill(0, 0, length * rows.size);
      for (let step = 0; step < length; step++) {
        const tokenId = step < padding ? 0 : tokens[step - padding];
        if (kind === 'positions') {
          data[step] = step;
          continue;
        }
        mask[step] = tokenId === 0 ? 0 : 1;
        if (kind === 'tokens') {
          data[step] = tokenId;
        } else if (step >= padding) {
          data[step * rows.size + tokenId] = 1;
        }
      }
    }
    return { position: 0, mask, isWhole: true };
  }
}
