/** `npm run native [-- --remove] [-- --folder FOLDER]`: installs the native engine, or removes it. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exitWith, root, setUp } from './setup.mjs';

const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

/** On a terminal each message overwrites the line before; elsewhere each message is printed once. */
function progressWriter() {
  let last = '';
  return ({ message, doneBytes, totalBytes }) => {
    const isMeasured = doneBytes !== undefined;
    const part = isMeasured
      ? `${message}: ${megabytes(doneBytes)} of ${megabytes(totalBytes)}`
      : `${message}…`;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\u001b[K${part}`);
    } else if (message !== last) {
      process.stderr.write(`${isMeasured ? `${message} (${megabytes(totalBytes)})` : part}\n`);
    }
    last = message;
  };
}

async function main() {
  const { values: flags } = parseArgs({
    options: {
      remove: { type: 'boolean', default: false },
      folder: { type: 'string', default: join(root, '.cache', 'native') },
    },
  });
  await setUp();
  const { tsImport } = await import('tsx/esm/api');
  const native = await tsImport('../src/trainer/native/installNative.ts', import.meta.url);
  if (flags.remove) {
    await native.removeNative(flags.folder);
    process.stdout.write(`Removed the native engine from ${flags.folder}.\n`);
    return;
  }
  process.stderr.write(`${native.describeInstallation(flags.folder)}\n`);
  const stop = new AbortController();
  process.once('SIGINT', () => {
    stop.abort(new Error('Cancelled. Run "npm run native" again to go on from here.'));
  });
  const version = await native.installNative(flags.folder, {
    onProgress: progressWriter(),
    signal: stop.signal,
  });
  if (process.stderr.isTTY) {
    process.stderr.write('\r\u001b[K');
  }
  process.stdout.write(`The native engine is installed: TensorFlow ${version}.\n`);
}

main().catch(exitWith);
