import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { ModelProcess } from '../../../../src/completion/process/modelProcess';

describe('A model in a process of its own', function () {
  this.timeout(20_000);
  const told: string[] = [];
  const open = (path: string) =>
    ModelProcess.open<{ path: string }, number, string, string>({
      processPath: resolve('test/support/scriptedModel.ts'),
      opening: { path },
      program: 'Runner',
      name: 'small',
      script: 'runner',
      onStatus: ({ state, message }) => told.push(`${state}: ${message}`),
    });

  it('is asked one question after the other, and hears of newer ones, whatever was faulty before', async () => {
    const { process: model, opened: pid } = await open('small');
    if (process.platform !== 'win32') {
      // Ctrl+C reaches it together with the tool, which ends it in good order.
      process.kill(pid, 'SIGINT');
    }
    const answers = await Promise.all(['one', 'FAULTY', 'two', 'last'].map((text) => model.ask(text)));
    model.dispose();
    assert.deepEqual(answers, ['one 1', null, 'two 1', 'last 1, the newest']);
    assert.deepEqual(told, [
      `away: Runner cannot answer with small (It is broken ${'.'.repeat(487)}).`,
      'answering: small answers again.',
    ]);
  });

  it('says no more than the beginning of a long fault, but all of a sentence of ours', async () => {
    await assert.rejects(open('THROWS'), {
      message: `small cannot be loaded by Runner (It is broken ${'.'.repeat(487)}). Download it again, or choose another model.`,
    });
    await assert.rejects(open('REFUSED'), {
      message: `It is broken ${'.'.repeat(600)}\nat a place that says nothing to a user`,
    });
  });
});
