/**
 * Installs tfjs-node, the native engine, into a folder of its own: first by tfjs-node's own download; where that is not
 * reachable, on Linux x64, with TensorFlow's libraries out of the wheel that PyPI has and the binding compiled here.
 *
 * Each part that is done stays, so that an installation that was broken off goes on from there.
 */
import { rm, statfs } from 'node:fs/promises';
import { compileBinding, findCompiler } from './compileBinding';
import { bytesInWords, downloadWheel } from './downloadWheel';
import { installAlone, removeAlone } from './installAlone';
import { arePackagesInstalled, installPackages } from './installPackages';
import type { InstallContext } from './installProgress';
import {
  DOWNLOAD_BYTES,
  INSTALLED_BYTES,
  NODE_HEADERS,
  NODE_HEADERS_VERSION,
  PEAK_BYTES,
  TFJS_NODE,
  TFJS_NODE_VERSION,
  nativePaths,
} from './pinnedFiles';
import { putLibraryBesideBinding } from './putLibraryBesideBinding';
import { NPM_FILES } from './removeInstalled';
import { CommandError, runCommand } from './runCommand';
import { runNpm } from './runNpm';
import { noPrebuilt, thisSystem } from './thisSystem';
import { isUnpacked, unpackWheel } from './unpackWheel';

const NAME = 'The native engine';
/** Those that tfjs-node's install script knows. */
const SYSTEMS = /^((linux|darwin) (x64|arm64)|win32 x64)$/;
const WHEEL_SYSTEM = /^linux x64$/;

/** What to tell the user before anything is downloaded. */
export function describeInstallation(folder: string): string {
  return (
    `TensorFlow's native engine: downloads up to ${bytesInWords(DOWNLOAD_BYTES)} ` +
    `and takes ${bytesInWords(INSTALLED_BYTES)} in ${folder}.`
  );
}

/**
 * @returns TensorFlow's version; an installation that runs is left as it is
 * @throws Error that says what is missing and how to get it; the signal's reason when it was cancelled
 */
export function installNative(folder: string, context: InstallContext): Promise<string> {
  return installAlone(folder, NAME, context, async (alone) => {
    alone.onProgress({ message: 'Looking at what is installed' });
    const present = await tryTensorFlow(folder, alone).catch(commandFault);
    const version = typeof present === 'string' ? present : await installInto(folder, alone);
    await rm(nativePaths(folder).workFolder, { recursive: true, force: true });
    return version;
  });
}

async function installInto(folder: string, context: InstallContext): Promise<string> {
  checkSystem();
  await checkSpace(folder);
  await installJavaScript(folder, context);
  const prebuilt = await installPrebuilt(folder, context).catch(commandFault);
  return typeof prebuilt === 'string' ? prebuilt : installFromWheel(folder, context, prebuilt);
}

/** Removes everything in `folder` that {@link installNative} put there. */
export async function removeNative(folder: string): Promise<void> {
  const { workFolder, librariesFolder } = nativePaths(folder);
  await removeAlone(folder, NAME, [workFolder, librariesFolder, ...NPM_FILES]);
}

/** Where tfjs-node finds no library to download, hundreds of megabytes need not be downloaded first. */
function checkSystem(): void {
  if (!SYSTEMS.test(thisSystem)) {
    throw noPrebuilt('TensorFlow', 'Training goes on with another engine.');
  }
}

async function checkSpace(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < PEAK_BYTES) {
    throw new Error(
      `The native engine needs ${bytesInWords(PEAK_BYTES)} of free space while it is installed; ` +
        `${folder} has ${bytesInWords(free)}. Make room and install again.`,
    );
  }
}

/** The JavaScript part, by npm, which verifies what it downloads. */
async function installJavaScript(folder: string, context: InstallContext): Promise<void> {
  const packages = { [TFJS_NODE]: TFJS_NODE_VERSION, [NODE_HEADERS]: NODE_HEADERS_VERSION };
  if (await arePackagesInstalled(packages, folder)) {
    return;
  }
  context.onProgress({ message: 'Installing TensorFlow.js from npm' });
  await installPackages(NAME, packages, [], folder, context);
}

/** tfjs-node's own way: its install script, which downloads libraries and binding. @throws CommandError */
async function installPrebuilt(folder: string, context: InstallContext): Promise<string> {
  context.onProgress({ message: 'Asking for the prebuilt TensorFlow of tfjs-node' });
  await runNpm(['rebuild', TFJS_NODE], folder, context);
  await putLibraryBesideBinding(nativePaths(folder).packageFolder);
  return tryTensorFlow(folder, context);
}

/** @param fault why there is nothing prebuilt */
async function installFromWheel(
  folder: string,
  context: InstallContext,
  fault: CommandError,
): Promise<string> {
  if (!WHEEL_SYSTEM.test(thisSystem)) {
    throw new Error(
      `tfjs-node could not install TensorFlow (${reasonOf(fault)}), and there is no other way to install it on ${thisSystem}. ` +
        'Check the network and its proxy, then install again.',
      { cause: fault },
    );
  }
  // Before the long download, not after it.
  const compiler = await findCompiler(context);
  if (!(await isUnpacked(folder, context))) {
    await unpackWheel(await downloadWheel(folder, context), folder, context);
  }
  await compileBinding(compiler, folder, context);
  context.onProgress({ message: 'Trying TensorFlow' });
  const version = await tryTensorFlow(folder, context).catch(commandFault);
  if (typeof version !== 'string') {
    throw new Error(
      `TensorFlow was installed into ${folder}, but does not run here (${reasonOf(version)}). Training goes on with another engine. To free the space, run "Understudy: Remove Native Engine" (or "npm run native -- --remove" in a checkout).`,
      { cause: version },
    );
  }
  return version;
}

function commandFault(error: unknown): CommandError {
  if (error instanceof CommandError) {
    return error;
  }
  throw error;
}

/** Node.js ends what it says of an error with its own version. */
const reasonOf = ({ output, message }: CommandError): string =>
  /Error: .*/.exec(output)?.[0].trim() ?? message;

/**
 * Loads the engine in a process of its own, which may crash, and multiplies with it; answers TensorFlow's version.
 * @throws CommandError
 */
async function tryTensorFlow(folder: string, { signal }: InstallContext): Promise<string> {
  const script = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value === null || value === undefined;
    util.isArray ??= Array.isArray;
    const tf = require(process.argv[1]);
    const product = tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0];
    if (tf.getBackend() !== 'tensorflow' || product !== 11) throw new Error('TensorFlow gave ' + product + ' for 11.');
    process.stdout.write('version ' + tf.backend().binding.TF_Version);`;
  const output = await runCommand(process.execPath, ['-e', script, nativePaths(folder).packageFolder], {
    // The extension's own program is Electron, which is Node when it is told so.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '2' },
    signal,
  });
  return /version (\S+)$/.exec(output)?.[1] ?? 'of an unknown version';
}
