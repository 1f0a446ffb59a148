/** Fetches TensorFlow's wheel: through pip, which knows the user's index, proxy and certificates, or else from PyPI itself. */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileHash } from './fileHash';
import type { InstallContext } from './installProgress';
import { WHEEL, nativePaths } from './pinnedFiles';
import { runCommand } from './runCommand';

const INDEX = 'https://pypi.org/simple';
const POLL_MILLISECONDS = 500;
/** The status of a server that is asked for what lies beyond a file's end. */
const NOTHING_FOLLOWS = 416;

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
  const python = await pythonWithPip(folder, context);
  if (python === null) {
    await fetchFromIndex(wheel, context);
  } else {
    await fetchWithPip(python, folder, context);
  }
  if ((await fileHash(wheel, context.signal)) !== WHEEL.sha256) {
    await rm(wheel, { force: true });
    throw new Error(
      `The downloaded ${WHEEL.fileName} is not the file that was published: its checksum differs. ` +
        'It was deleted; install again, and if it happens again, look at what stands between you and PyPI.',
    );
  }
  return wheel;
}

/** @param folder where Python is run: in that of a workspace it would take a `pip.py` there, which a stranger may have written, for pip */
async function pythonWithPip(folder: string, { signal }: InstallContext): Promise<string | null> {
  for (const python of ['python3', 'python']) {
    try {
      await runCommand(python, ['-m', 'pip', '--version'], { cwd: folder, signal });
      return python;
    } catch {
      signal?.throwIfAborted();
    }
  }
  return null;
}

async function fetchWithPip(python: string, folder: string, context: InstallContext): Promise<void> {
  const { workFolder } = nativePaths(folder);
  const temporary = join(workFolder, 'pip');
  await mkdir(temporary, { recursive: true });
  // pip tells no progress to a pipe, but the file that it writes grows.
  const timer = setInterval(() => {
    void bytesBelow(temporary).then((bytes) => {
      tell(context, Math.min(bytes, WHEEL.bytes));
    });
  }, POLL_MILLISECONDS);
  // Of a pip that is not the newest, the last thing said would be a notice of that, and not why nothing came.
  const download = ['-m', 'pip', 'download', '--disable-pip-version-check', '--no-deps'];
  const choice = ['--python-version', WHEEL.pythonVersion, '--implementation', 'cp', '--abi', WHEEL.abi];
  try {
    await runCommand(
      python,
      [
        ...[...download, '--only-binary', ':all:', '--platform', WHEEL.platform, ...choice],
        ...['--dest', workFolder, `${WHEEL.project}==${WHEEL.version}`],
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

/** Continues a download that was cut off. */
async function fetchFromIndex(wheel: string, context: InstallContext): Promise<void> {
  const partial = `${wheel}.partial`;
  const { signal } = context;
  try {
    const url = await urlInIndex(signal);
    const askFrom = (first: number): Promise<Response> =>
      fetch(url, { headers: { range: `bytes=${first}-` }, ...(signal && { signal }) });
    let have = (await stat(partial).catch(() => null))?.size ?? 0;
    let response = await askFrom(have);
    if (response.status === NOTHING_FOLLOWS) {
      // It was cut off after its last byte and before it got its name, or it is no beginning of this file.
      if ((await fileHash(partial, signal)) === WHEEL.sha256) {
        await rename(partial, wheel);
        return;
      }
      await rm(partial);
      have = 0;
      response = await askFrom(have);
    }
    if (!response.ok || response.body === null) {
      throw new Error(`${url} answered with status ${response.status}.`);
    }
    // A server that knows no ranges sends all of it again.
    const continued = response.status === 206;
    let done = continued ? have : 0;
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, next) {
        done += chunk.length;
        tell(context, done);
        next(null, chunk);
      },
    });
    await pipeline(
      Readable.fromWeb(response.body),
      counted,
      createWriteStream(partial, { flags: continued ? 'a' : 'w' }),
      { signal },
    );
    await rename(partial, wheel);
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(
      `${WHEEL.fileName} (${bytesInWords(WHEEL.bytes)}) could not be downloaded from ${INDEX}: ${reasonOf(error)} ` +
        'Check the network, or install Python with pip and configure it for your network, then install again.',
      { cause: error },
    );
  }
}

async function urlInIndex(signal: AbortSignal | undefined): Promise<string> {
  const response = await fetch(`${INDEX}/${WHEEL.project}/`, {
    headers: { accept: 'application/vnd.pypi.simple.v1+json' },
    ...(signal && { signal }),
  });
  if (!response.ok) {
    throw new Error(`The index answered with status ${response.status}.`);
  }
  const { files } = (await response.json()) as { files: { filename: string; url: string }[] };
  const file = files.find(({ filename }) => filename === WHEEL.fileName);
  if (file === undefined) {
    throw new Error(`The index does not have ${WHEEL.fileName}.`);
  }
  return new URL(file.url, response.url).href;
}

function tell({ onProgress }: InstallContext, doneBytes: number): void {
  onProgress({
    message: `Downloading TensorFlow ${WHEEL.version}`,
    doneBytes,
    totalBytes: WHEEL.bytes,
  });
}

async function bytesBelow(folder: string): Promise<number> {
  // A file may be renamed between the listing and the look at it.
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(folder, name)).catch(() => null))?.size ?? 0),
  );
  return sizes.reduce((total, size) => total + size, 0);
}

function reasonOf(error: unknown): string {
  const cause = (error as { cause?: { code?: string } }).cause?.code;
  return `${(error as Error).message}${cause === undefined ? '' : ` (${cause})`}.`.replace('..', '.');
}

export function bytesInWords(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
