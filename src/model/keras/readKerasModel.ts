import { isHdf5Failure } from './hdf5File';
import { openKerasFile, type KerasFile } from './kerasFile';
import { KerasError, KerasFault } from './kerasFault';
import type { KerasModel } from './kerasModel';
import { buildNetwork, type Network } from './network';
import { MAX_VALUES, MAX_WINDOW } from './sizeLimits';
import { SteppedModel } from './steppedModel';
import { WindowModel } from './windowModel';

/** Steps that a network with attention looks back when its file sets no limit. */
const ATTENTION_STEPS = 512;
/** Steps of which some layer keeps its values at the least. */
const STEPS_KEPT = 32;
/** Tokens in the window of a network over whole texts when its file sets no length. */
const WINDOW_STEPS = 128;

/**
 * Reads an `.h5` file of Keras 2 or 3 or a `.keras` archive: layers and weights, never code.
 *
 * A network whose steps depend only on earlier ones is run step by step. One that predicts from a window of fixed length, or that
 * needs the whole text to predict its next token, is run over the last tokens each time, padded on the left.
 *
 * @param name names the file in errors and the model to the user
 * @throws KerasError with one sentence when the file is damaged, no language model, or has layers that are not supported
 */
export async function readKerasModel(bytes: Uint8Array, name: string): Promise<KerasModel> {
  return withKerasFile(bytes, name, (file) => chooseRunner(buildNetwork(file), name));
}

/** @throws KerasError for every fault that `read` finds in the file */
export async function withKerasFile<Result>(
  bytes: Uint8Array,
  name: string,
  read: (file: KerasFile) => Result,
): Promise<Result> {
  try {
    const file = await openKerasFile(bytes);
    try {
      return read(file);
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof KerasFault) {
      throw new KerasError(name, error.message, { cause: error });
    }
    if (isHdf5Failure(error)) {
      throw new KerasError(name, 'it is damaged; copy or save it again', { cause: error });
    }
    throw error;
  }
}

function chooseRunner(network: Network, name: string): KerasModel {
  const { nodes, output, windowLength, isStateful } = network;
  const needsAll = nodes.find(({ operation }) => operation.scope === 'whole');
  const { perStep } = output.operation.shape;
  if (needsAll !== undefined && perStep) {
    throw needsAll.call.layer.fault(
      `${needsAll.operation.whyWhole ?? 'needs the whole text'}, so the model would be shown what it is to predict`,
    );
  }
  const described = describe(network);
  const hasPositions = network.inputs.some(({ kind }) => kind === 'positions');
  const maxSteps = Math.min(...nodes.map(({ operation }) => operation.maxSteps));
  if (maxSteps < 1 || (windowLength !== null && windowLength > maxSteps)) {
    throw new KerasFault(
      `it has fewer positions (${Math.max(0, maxSteps)}) than its window has words (${windowLength ?? 1})`,
    );
  }
  const values = valuesPerStep(network);
  if (values * STEPS_KEPT > MAX_VALUES) {
    throw new KerasFault(`its layers give ${values} numbers for each word; choose a smaller model`);
  }
  const isWindow = !perStep && windowLength !== null && !isStateful;
  if (needsAll !== undefined || isWindow) {
    const model = new WindowModel(network, name, described, Math.min(WINDOW_STEPS, maxSteps));
    checkRoom(network, model.contextLength);
    return model;
  }
  const looksBack =
    hasPositions ||
    maxSteps < Infinity ||
    nodes.some(({ call }) => call.layer.className.endsWith('Attention'));
  const contextLength = looksBack
    ? Math.min(windowLength ?? ATTENTION_STEPS, maxSteps, MAX_WINDOW)
    : Infinity;
  return new SteppedModel(network, name, described, contextLength);
}

/** @throws KerasFault when the window is too long, or its values would take more memory than any useful model does */
function checkRoom(network: Network, steps: number): void {
  if (steps > MAX_WINDOW || steps * valuesPerStep(network) > MAX_VALUES) {
    throw new KerasFault(
      `its window of ${steps} words is too long, since all of it is run for every prediction; choose a model with a shorter one`,
    );
  }
}

function valuesPerStep({ inputs, nodes }: Network): number {
  return [...inputs, ...nodes.map(({ operation }) => operation)].reduce(
    (sum, { rows }) => sum + rows.size,
    0,
  );
}

/** The classes of the layers in order, and the number of tokens. */
function describe({ nodes, vocabSize }: Network): string {
  const skipped =
    /Dropout|OpLambda|OnesLike|Cumsum|GetItem|NotEqual|LogicalOr|ConvertToTensor|^(Add|Subtract|Multiply)$/;
  const names = nodes.map(({ call }) => call.layer.className).filter((name) => !skipped.test(name));
  const runs: { name: string; count: number }[] = [];
  for (const name of names) {
    const last = runs.at(-1);
    if (last?.name === name) {
      last.count++;
    } else {
      runs.push({ name, count: 1 });
    }
  }
  const shown = runs.slice(0, 8).map(({ name, count }) => (count > 1 ? `${count} × ${name}` : name));
  const layers = runs.length > 8 ? [...shown, '…'] : shown;
  return `${layers.join(', ')}; vocabulary of ${vocabSize} tokens`;
}
