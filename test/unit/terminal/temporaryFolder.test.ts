import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { temporaryFolder } from '../../../src/terminal/temporaryFolder';

describe('the temporary folder of a run', () => {
  const variable = process.platform === 'win32' ? 'TEMP' : 'TMPDIR';
  const temporary = tmpdir();
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(temporary, 'understudy-folders-'));
    process.env[variable] = folder;
  });
  afterEach(async () => {
    process.env[variable] = temporary;
    await rm(folder, { recursive: true });
  });

  it('takes with it that of a run that was killed, and nothing else', async () => {
    const { pid: dead } = spawnSync(process.execPath, ['--version']);
    const names = {
      killed: `understudy-${hostname()}-${dead}-aB3dEf`,
      elsewhere: `understudy-elsewhere-${dead}-aB3dEf`,
      running: `understudy-${hostname()}-${process.ppid}-aB3dEf`,
      other: `understudy-${hostname()}-notes`,
    };
    for (const name of Object.values(names)) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'resume'), '');
    }
    const own = basename(await temporaryFolder());
    const { elsewhere, running, other } = names;
    assert.deepEqual((await readdir(folder)).toSorted(), [elsewhere, running, other, own].toSorted());
  });
});
