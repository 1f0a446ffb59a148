import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realRoots } from '../../../src/editor/realRoots';

describe('the folders of a workspace that are read', () => {
  it('are known by their real paths, without a missing one, which is reported', async () => {
    const place = realpathSync(mkdtempSync(join(tmpdir(), 'understudy-roots-')));
    mkdirSync(join(place, 'novel'));
    symlinkSync(join(place, 'novel'), join(place, 'link'), 'junction');
    const [gone, link] = ['gone', 'link'].map((name) => ({ uri: { fsPath: join(place, name) } }));
    const told: string[] = [];
    const roots = await realRoots([gone, link], (sentence) => told.push(sentence));
    assert.deepEqual([...roots], [[join(place, 'novel'), link.uri]]);
    assert.deepEqual(told, [
      `The folder ${gone.uri.fsPath} cannot be read; check that it exists and that you may open it.`,
    ]);
    rmSync(place, { recursive: true });
  });
});
