import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';

const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;
const source = (path: string): string => JSON.stringify(join(__dirname, '../../../src', path));

/** The priority at which a process goes on that was started at `before`. */
function priorityAfter(before: number, starts: string): number {
  const script = `
    const { getPriority, setPriority } = require('node:os');
    setPriority(${before});
    ${starts};
    console.log(getPriority());
    process.exit();`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--eval', script], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return Number(stdout);
}

describe('the priority of the processes that compute', () => {
  for (const [name, starts] of [
    ['the trainer', `require(${source('trainer/trainerProcess.ts')})`],
    ['a language model', `require(${source('completion/process/serveModel.ts')}).serveModel(() => {})`],
  ]) {
    it(`${name} yields to whoever types`, () => {
      // The tests themselves may run at a low priority.
      const present = getPriority();
      assert.equal(priorityAfter(present, starts), Math.max(present, PRIORITY_BELOW_NORMAL));
    });

    it(`${name} leaves a lower priority as it is, which only an administrator may raise`, () => {
      assert.equal(priorityAfter(PRIORITY_LOW, starts), PRIORITY_LOW);
    });
  }
});
