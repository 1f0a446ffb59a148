/** A worker thread with a TensorFlow.js of its own, which holds a copy of the network and takes a part of each batch. */
import { parentPort } from 'node:worker_threads';
import { asError } from '../../protocol/asError';
import type { Tensor } from '../network/tensorOps';
import { deviceShapes, sizeOf } from '../network/parameters';
import { TensorNetwork } from '../network/tensorNetwork';
import { adamOn } from './adamOn';
import { loadWasmOps, wasmFolders } from './loadWasmOps';
import { readTensors } from './sharedParameters';
import { FLOAT_BYTES, kernelFunctions, readSharedKernel, type KernelFunctions } from './trainingKernel';
import type { WasmOps } from './wasmOps';
import type { NetworkRequest, NumberedRequest, ValuesVersion, WorkerAnswer } from './wasmWorkerMessages';

type Request<K extends NetworkRequest['kind']> = Extract<NetworkRequest, { kind: K }>;

class SharedNetwork {
  private readonly network: TensorNetwork;
  /** On the shared memory. */
  private readonly functions: KernelFunctions;
  private version = 0;

  constructor(
    private readonly ops: WasmOps,
    sharedKernel: Uint8Array,
    private readonly created: Request<'create'>,
  ) {
    const { config, shared, seed } = created;
    this.functions = kernelFunctions(sharedKernel, shared.memory);
    this.network = new TensorNetwork(ops, config, readTensors(config, shared.values), seed);
    this.network.dropMoments();
  }

  async answer(request: NetworkRequest): Promise<unknown> {
    switch (request.kind) {
      case 'create':
        return undefined;
      case 'gradients':
        return this.writeGradients(request);
      case 'sum':
        return this.sumGradients(request);
      case 'update':
        this.update(request);
        return undefined;
      case 'evaluate':
        this.takeOver(request.values);
        return request.batch.batchSize === 0 ? 0 : this.network.evaluateStep(request.batch);
      case 'limitRows':
        this.network.limitRows(request.rows);
        return undefined;
      case 'resetState':
        this.network.resetState(request.which);
        return undefined;
      case 'dispose':
        this.network.dispose();
        return undefined;
    }
  }

  private writeGradients({ values, batch, dropout, share }: Request<'gradients'>): number {
    const { config, shared, own } = this.created;
    const region = shared.gradients[own];
    this.takeOver(values);
    if (batch.batchSize === 0) {
      region.fill(0);
      return 0;
    }
    const { meanLoss, byName } = this.network.gradients(batch, dropout, share);
    const [loss] = meanLoss.dataSync<'float32'>();
    meanLoss.dispose();
    let offset = 0;
    for (const name of deviceShapes(config).keys()) {
      const gradient = byName.get(name)!;
      region.set(this.ops.view(gradient), offset);
      offset += gradient.size;
      gradient.dispose();
    }
    return loss;
  }

  /** Into the first region. */
  private sumGradients({ from, to }: Request<'sum'>): number {
    const length = to - from;
    const [total, ...others] = this.created.shared.gradients.map((region) => offsetIn(region, from));
    for (const other of others) {
      this.functions.add(total, other, length);
    }
    return this.functions.sumOfSquares(total, length);
  }

  private update({ from, to, update }: Request<'update'>): void {
    const { shared } = this.created;
    const values = offsetIn(shared.values, from);
    const arrays = {
      values,
      firstMoments: offsetIn(shared.firstMoments, from),
      secondMoments: offsetIn(shared.secondMoments, from),
      gradients: offsetIn(shared.gradients[0], from),
      newValues: values,
    };
    adamOn(this.functions, arrays, to - from, update);
  }

  private takeOver({ version, step }: ValuesVersion): void {
    if (version === this.version) {
      return;
    }
    const { tf } = this.ops;
    const { config, shared } = this.created;
    const tensors = new Map<string, Tensor>();
    let offset = 0;
    for (const [name, shape] of deviceShapes(config)) {
      const end = offset + sizeOf(shape);
      tensors.set(name, tf.tensor(shared.values.subarray(offset, end), shape));
      offset = end;
    }
    this.network.replaceValues(tensors, step);
    this.version = version;
  }
}

/** Byte offset of an element of a region. */
function offsetIn(region: Float32Array, element: number): number {
  return region.byteOffset + FLOAT_BYTES * element;
}

async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  const loading = Promise.all([loadWasmOps(), readSharedKernel(wasmFolders().kernel)]);
  const networks = new Map<number, SharedNetwork>();
  const answer = async ({ id, request }: NumberedRequest): Promise<WorkerAnswer> => {
    try {
      const [ops, sharedKernel] = await loading;
      if (request.kind === 'load') {
        return { id, result: undefined };
      }
      if (request.kind === 'create') {
        networks.set(request.network, new SharedNetwork(ops, sharedKernel, request));
      }
      const network = networks.get(request.network)!;
      if (request.kind === 'dispose') {
        networks.delete(request.network);
      }
      return { id, result: await network.answer(request) };
    } catch (error) {
      return { id, fault: asError(error).message };
    }
  };
  // Requests are answered in their order, one at a time.
  let last = Promise.resolve();
  port.on('message', (request: NumberedRequest) => {
    last = last.then(async () => {
      port.postMessage(await answer(request));
    });
  });
  await loading;
}

void serve(parentPort!);
