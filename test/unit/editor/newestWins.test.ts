import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { NewestWins } from '../../../src/editor/newestWins';

describe('of works that must not overlap', () => {
  /** Works that record what happens to them, and need a while to end after an abort. */
  const scene = () => {
    const works = new NewestWins();
    const story: string[] = [];
    const start = (name: string, ends = Promise.resolve()): Promise<string> =>
      works.run(async ({ signal }) => {
        story.push(`${name} begins${signal.aborted ? ' aborted' : ''}`);
        await ends;
        await sleep(5);
        story.push(`${name} ends${signal.aborted ? ' aborted' : ''}`);
        return name;
      });
    return { works, story, start };
  };

  it('the newest begins when the one before has ended, which is told to end', async () => {
    const { story, start } = scene();
    const first = start('first');
    await sleep(1);
    assert.deepEqual(await Promise.all([first, start('second')]), ['first', 'second']);
    assert.deepEqual(story, ['first begins', 'first ends aborted', 'second begins', 'second ends']);
  });

  it('one that is overtaken while it waits is aborted before it begins', async () => {
    const { story, start } = scene();
    await Promise.all([start('first'), start('second'), start('third')]);
    assert.deepEqual(story.slice(2), [
      'second begins aborted',
      'second ends aborted',
      'third begins',
      'third ends',
    ]);
  });

  it('one that has ended leaves the one after it to be waited for, and to be cancelled', async () => {
    const { works, story, start } = scene();
    const [first, second] = [start('first'), start('second')];
    await first;
    const third = start('third');
    await second;
    works.cancel();
    await third;
    assert.deepEqual(story.slice(2), [
      'second begins',
      'second ends aborted',
      'third begins',
      'third ends aborted',
    ]);
  });

  it('one that fails rejects for whoever asked for it, and holds up no other', async () => {
    const { start } = scene();
    const first = assert.rejects(start('first', Promise.reject(new Error('read-only'))), /read-only/);
    assert.equal(await start('second'), 'second');
    await first;
  });

  it('cancelling ends the one under way, but not the next', async () => {
    const { works, story, start } = scene();
    const first = start('first');
    works.cancel();
    await first;
    await start('second');
    assert.deepEqual(story, ['first begins aborted', 'first ends aborted', 'second begins', 'second ends']);
  });
});
