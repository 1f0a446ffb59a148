import { checkToken } from '../languageModel';
import { OneByOne } from '../oneByOne';
import { writeDistribution, type KerasModel } from './kerasModel';
import { feedInputs, runNodes, type Network } from './network';

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
    checkToken(tokenId, this.network.readableTokens);
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
    const mask = feedInputs(network.inputs, tokens, length, 0);
    runNodes(network.nodes, { position: 0, mask, isWhole: true }, this.starts);
    writeDistribution(network.output.operation.rows.data, 0, network.endsInLogits, probs);
  }

  dispose(): void {
    // The garbage collector frees everything.
  }
}
