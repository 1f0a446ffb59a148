import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
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

  it('is the one in the search path where VS Code was started by another manager of packages', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const { env } = process;
    await writeFile(join(folder, 'npm'), '#!/bin/sh\necho $1 > said\n', { mode: 0o755 });
    for (const manager of ['pnpm.cjs', 'yarn.js']) {
      await writeFile(join(folder, manager), 'process.exit(1);');
      process.env = {
        ...env,
        PATH: `${folder}${delimiter}${env['PATH']}`,
        npm_execpath: join(folder, manager),
      };
      try {
        await runNpm(['install'], folder, {});
      } finally {
        process.env = env;
      }
    }
    assert.equal(await readFile(join(folder, 'said'), 'utf8'), 'install\n');
  });
});
