/** Exactly what the native engine is installed from, so that every machine gets what was tested. */
import { join } from 'node:path';

export const TFJS_NODE = '@tensorflow/tfjs-node';
export const TFJS_NODE_VERSION = '4.22.0';
/** The headers of Node's C interface alone, which are the same for every Node and for Electron. */
export const NODE_HEADERS = 'node-api-headers';
export const NODE_HEADERS_VERSION = '1.9.0';

/** TensorFlow's libraries and C headers; of the wheel's Python part nothing is used, so any Python's wheel does. */
export const WHEEL = {
  project: 'tensorflow-cpu',
  version: '2.21.0',
  fileName: 'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
  bytes: 274_000_871,
  sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
  /** What pip is told, so that it takes this file under any Python. */
  pythonVersion: '3.12',
  abi: 'cp312',
  platform: 'manylinux_2_27_x86_64',
} as const;

/** SHA-256 by name of the libraries in the wheel. */
export const LIBRARIES: ReadonlyMap<string, string> = new Map([
  ['libtensorflow_cc.so.2', '6505a4b9657e62100c6bdacb683957a395cb047725042945aaa50e40a71e429e'],
  ['libtensorflow_framework.so.2', 'f060b323b26ef80add21b9df9428de3aeaf2843d772c5bb098745f7abff3709b'],
]);

/** Folders of the wheel that hold the headers which the binding includes. */
export const HEADER_FOLDERS = [
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/',
  'tensorflow/include/tsl/platform/',
  'tensorflow/include/xla/tsl/c/',
] as const;

/** Downloaded, about: npm's packages and the wheel. */
export const DOWNLOAD_BYTES = WHEEL.bytes + 45_000_000;
/** On disk when done, about, and at the most while it is installed. */
export const INSTALLED_BYTES = 1_160_000_000;
export const PEAK_BYTES = INSTALLED_BYTES + WHEEL.bytes;

/** Where things stand below the folder that the engine is installed in. */
export function nativePaths(folder: string) {
  const packageFolder = join(folder, 'node_modules', ...TFJS_NODE.split('/'));
  return {
    packageFolder,
    headersFolder: join(folder, 'node_modules', NODE_HEADERS, 'include'),
    librariesFolder: join(folder, 'tensorflow'),
    /** Written when the wheel's files have all been unpacked. */
    unpacked: join(folder, 'tensorflow', 'unpacked'),
    /** TensorFlow's C headers. */
    includeFolder: join(folder, 'tensorflow', 'include'),
    /** Holds what is being downloaded. */
    workFolder: join(folder, 'work'),
    wheel: join(folder, 'work', WHEEL.fileName),
    compiledBinding: join(packageFolder, 'lib', 'napi-v8', 'tfjs_binding.node'),
  };
}
