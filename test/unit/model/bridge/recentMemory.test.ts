import assert from 'node:assert/strict';
import { RecentMemory } from '../../../../src/model/bridge/recentMemory';

describe('a memory of what was used last', () => {
  it('keeps what is asked for again and again, and forgets the rest', () => {
    const memory = new RecentMemory<number>(4);
    const made: string[] = [];
    const ask = (key: string) =>
      memory.getOrMake(key, () => {
        made.push(key);
        return key.length;
      });
    ask('kept');
    ask('lost');
    for (let i = 0; i < 20; i++) {
      ask(`other ${i}`);
      assert.equal(ask('kept'), 4);
    }
    ask('lost');
    assert.deepEqual(
      made.filter((key) => !key.startsWith('other')),
      ['kept', 'lost', 'lost'],
    );
  });
});
