/** Starts TensorFlow.js' WebGPU backend outside of a browser, on Dawn (npm `webgpu`): a GPU of any vendor, no CUDA. */
import { pathToFileURL } from 'node:url';
import { isElectron, webgpuObstacle } from '../native/trainerNode';
import type { TensorFlow } from '../network/tensorOps';
import { requireInstalled, startInstalled, type EnginePackage } from './enginePackages';
import { describeAdapter, isSoftwareAdapter, type AdapterInfo } from './webgpuAdapter';

/** The parts of the WebGPU interface that are used here; its packages are optional, and so are their types. */
interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<GpuAdapter | null>;
}
interface GpuAdapter {
  readonly info: AdapterInfo;
  readonly limits: Readonly<Record<string, number>>;
  requestDevice(options: { requiredLimits: Readonly<Record<string, number>> }): Promise<GpuDevice>;
}
interface GpuDevice {
  readonly lost: Promise<{ readonly message: string }>;
  addEventListener(kind: 'uncapturederror', listener: (event: { error: Error }) => void): void;
}
interface Dawn {
  readonly create: (flags: readonly string[]) => Gpu;
  readonly globals: Readonly<Record<string, unknown>>;
}
interface WebgpuBackendPackage {
  readonly WebGPUBackend: new (device: GpuDevice, info: AdapterInfo) => Parameters<RegisteredBackend>[0];
}
type RegisteredBackend = (backend: ReturnType<Parameters<TensorFlow['registerBackend']>[1]>) => void;

export interface WebgpuDevice {
  readonly tf: TensorFlow;
  readonly description: string;
  readonly isSoftware: boolean;
  /** What went wrong on the device since it started; its results are worthless from then on. */
  readonly fault: () => string | null;
}

/** Limits that large matrices need raised above what WebGPU guarantees everywhere. */
const RAISED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
];

/**
 * @param folders where the packages may have been installed, tried in order after this program's own
 * @throws Error that says what is missing: the packages, or a device; or why it cannot be used in this program
 */
export async function startWebgpu(folders: readonly string[]): Promise<WebgpuDevice> {
  requireInstalled('webgpu', [__dirname, ...folders]);
  if (isElectron()) {
    throw webgpuObstacle();
  }
  const { tf, backendPackage, dawn } = await startInstalled('webgpu', folders, loadPackages);
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) {
    throw new Error(
      'No GPU was found that WebGPU can use: its driver may lack Vulkan, Metal or Direct3D 12.',
    );
  }
  const requiredLimits = Object.fromEntries(RAISED_LIMITS.map((name) => [name, adapter.limits[name]]));
  const device = await adapter.requestDevice({ requiredLimits });
  let fault: string | null = null;
  device.addEventListener('uncapturederror', ({ error }) => {
    // The lines after the first tell programmers which call it was.
    fault ??= error.message.split('\n')[0];
  });
  void device.lost.then(({ message }) => {
    fault ??= message === '' ? 'the device was lost' : message;
  });
  // The backend asks for this before it starts, in a browser's way.
  const browser = globalThis as { navigator?: object };
  browser.navigator ??= {};
  Object.defineProperty(browser.navigator, 'gpu', { value: gpu, configurable: true });
  tf.registerBackend('webgpu', () => new backendPackage.WebGPUBackend(device, adapter.info));
  return {
    tf,
    description: describeAdapter(adapter.info),
    isSoftware: isSoftwareAdapter(adapter.info),
    fault: () => fault,
  };
}

interface Packages {
  readonly tf: TensorFlow;
  readonly backendPackage: WebgpuBackendPackage;
  readonly dawn: Dawn;
}

async function loadPackages({ requireFrom }: EnginePackage): Promise<Packages> {
  // An ES module, which Node.js 21, and 22 before 22.12, import but cannot require.
  const dawn = pathToFileURL(requireFrom.resolve('webgpu'));
  return {
    tf: requireFrom('@tensorflow/tfjs-core') as TensorFlow,
    backendPackage: requireFrom('@tensorflow/tfjs-backend-webgpu') as WebgpuBackendPackage,
    dawn: (await import(/* webpackIgnore: true */ dawn.href)) as Dawn,
  };
}
