/** `npm run test:keras`: checks that real Keras opens exported models. Needs Python with Keras; PYTHON names it if not python3. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitWith, root, run, setUp } from './setup.mjs';

const python = process.env.PYTHON ?? 'python3';

async function testKeras() {
  const found = spawnSync(python, ['-c', 'import importlib.util as u; exit(u.find_spec("keras") is None)']);
  if (found.status !== 0) {
    console.log(
      `SKIPPED: ${python} has no Keras. Do "pip install keras tensorflow-cpu tf_keras" in some environment and set PYTHON to its python.`,
    );
    return;
  }
  await setUp();
  const folder = mkdtempSync(join(tmpdir(), 'understudy-keras-'));
  try {
    await run(process.execPath, ['--import', 'tsx', 'test/support/kerasExportTrial.ts', folder]);
    const { status } = spawnSync(python, ['pretraining/checkExport.py', folder], {
      cwd: root,
      stdio: 'inherit',
    });
    process.exitCode = status ?? 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

testKeras().catch(exitWith);
