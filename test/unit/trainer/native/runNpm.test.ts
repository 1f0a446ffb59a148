import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNpm } from '../../../../src/trainer/native/runNpm';

describe('npm', () => {
  let folder: string;
  const before = process.env['npm_execpath'];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-npm-'));
  });
  afterEach(async () => {
    if (before === undefined) {
      delete process.env['npm_execpath'];
    } else {
      process.env['npm_execpath'] = before;
    }
    await rm(folder, { recursive: true, force: true });
  });

  it('opens no second window where VS Code was itself started by npm', async () => {
    const script = join(folder, 'npm-cli.js');
    await writeFile(
      script,
      `require('node:fs').writeFileSync('said', process.argv[2] + ' ' + process.env.ELECTRON_RUN_AS_NODE);`,
    );
    process.env['npm_execpath'] = script;
    await runNpm(['install'], folder, {});
    assert.equal(await readFile(join(folder, 'said'), 'utf8'), 'install 1');
  });
});
