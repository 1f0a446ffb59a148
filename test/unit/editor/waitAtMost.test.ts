import assert from 'node:assert/strict';
import { waitAtMost } from '../../../src/editor/waitAtMost';

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

describe('Work that is waited for', () => {
  it('is waited for no longer than was said, also where it never ends', async () => {
    const start = performance.now();
    await waitAtMost(20, new Promise(() => undefined));
    assert.ok(performance.now() - start >= 15);
  });

  it('leaves no timer when it has ended before, and may fail', async () => {
    await waitAtMost(60_000, Promise.resolve());
    // Mocha has begun to time this test by now.
    const before = timers();
    await waitAtMost(60_000, Promise.resolve());
    await assert.rejects(waitAtMost(60_000, Promise.reject(new Error('closed'))), { message: 'closed' });
    assert.equal(timers(), before);
  });
});
