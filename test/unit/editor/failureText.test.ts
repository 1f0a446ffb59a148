import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GeneratorDiedError } from '../../../src/completion/generatorLink';
import { failureText } from '../../../src/editor/failureText';
import { KerasError } from '../../../src/model/keras/kerasFault';
import { startTrainerChild, TrainerFailedError } from '../../../src/trainer/trainerChild';

/** What a piece of work throws. */
async function thrownBy(work: () => unknown): Promise<Error> {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It threw nothing.');
}

describe('What the log holds of a failure', () => {
  const sentence = 'There is no folder to train on; open one with File: Open Folder.';

  it('is one line where a sentence tells the user what is missing', () => {
    assert.equal(failureText(new Error(sentence)), sentence);
    assert.equal(failureText(new TrainerFailedError({ kind: 'failed', message: sentence })), sentence);
    const refused = new KerasError('lstm.h5', 'it has no layers');
    assert.equal(failureText(refused), 'The Keras model "lstm.h5" cannot be used: it has no layers.');
    const died = new GeneratorDiedError(sentence);
    assert.equal(failureText(died), sentence);
  });

  it('is also what the process of a training has said at its end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-failure-'));
    try {
      const path = join(folder, 'trainer.cjs');
      await writeFile(path, "process.on('message', () => { console.error('no memory'); process.exit(9); });");
      const { last } = startTrainerChild(
        path,
        { kind: 'pause' },
        (event) => event.kind === 'done',
        () => undefined,
      );
      assert.match(
        failureText(await thrownBy(() => last)),
        /ended unexpectedly, with status 9\. .*\nno memory$/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is the stack of a fault in the program or the system', async () => {
    const nothing = null as unknown as { folder: string };
    const fault = await thrownBy(() => nothing.folder);
    assert.match(failureText(fault), /^TypeError: .+\n +at .*failureText\.test\.ts/);
    const missing = await thrownBy(() => readFile('/no/such/model'));
    assert.equal(failureText(missing), missing.stack);
  });
});
