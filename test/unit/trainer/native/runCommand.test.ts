import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { runCommand } from '../../../../src/trainer/native/runCommand';

describe('npm on Windows, which a shell starts', () => {
  const { platform, env } = process;
  let folder: string;
  beforeEach(async function () {
    if (platform === 'win32') {
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), 'understudy-shell-'));
    const said = (name: string): string => `"${join(folder, name)}"`;
    // These replace the programs of Windows; the second one ends a process with all that it has started.
    const programs = {
      'cmd.exe': `echo $$ > ${said('shell')}; exec sleep 60`,
      'taskkill.exe': `echo "$*" > ${said('ended')}; kill $2`,
    };
    for (const [name, script] of Object.entries(programs)) {
      await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(folder, name), 0o755);
    }
    process.env = {
      ...env,
      comspec: join(folder, 'cmd.exe'),
      PATH: `${folder}${delimiter}${env['PATH']}`,
    };
    Object.defineProperty(process, 'platform', { value: 'win32' });
  });
  afterEach(async () => {
    Object.defineProperty(process, 'platform', { value: platform });
    process.env = env;
    await rm(folder, { recursive: true, force: true });
  });

  it('ends with all that the shell has started when it is cancelled', async () => {
    const stop = new AbortController();
    const running = runCommand('npm', ['install'], { signal: stop.signal });
    let shell = '';
    while (!shell.endsWith('\n')) {
      await setTimeout(20);
      shell = await readFile(join(folder, 'shell'), 'utf8').catch(() => '');
    }
    stop.abort(new Error('cancelled by the user'));
    await assert.rejects(running, /cancelled by the user/);
    assert.equal(await readFile(join(folder, 'ended'), 'utf8'), `/pid ${shell.trim()} /t /f\n`);
  });
});
