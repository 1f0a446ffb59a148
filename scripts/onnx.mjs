/** `npm run onnx [-- --remove]`: installs ONNX Runtime, which runs masked models, or removes it. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exitWith, root, setUp } from './setup.mjs';

const folder = join(root, '.cache', 'onnx');

try {
  const { values: flags } = parseArgs({ options: { remove: { type: 'boolean', default: false } } });
  await setUp();
  const { tsImport } = await import('tsx/esm/api');
  const { installRuntime, removeRuntime, ONNX_RUNTIME } = await tsImport(
    '../src/trainer/native/installRuntime.ts',
    import.meta.url,
  );
  if (flags.remove) {
    await removeRuntime(ONNX_RUNTIME, folder);
  } else {
    await installRuntime(ONNX_RUNTIME, folder, {
      onProgress: ({ message }) => process.stderr.write(`${message}…\n`),
    });
    process.stdout.write(`ONNX Runtime is installed in ${folder}.\n`);
  }
} catch (error) {
  exitWith(error);
}
