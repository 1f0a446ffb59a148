import assert from 'node:assert/strict';
import { getOrMake } from '../../../src/model/boundedMap';

describe('a map that keeps its newest entries alone', () => {
  it('keeps what is asked for again and again, and forgets the rest', () => {
    const map = new Map<string, number>();
    const made: string[] = [];
    const ask = (key: string) =>
      getOrMake(map, key, 4, () => {
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
    assert.equal(map.size, 4);
    assert.deepEqual(
      made.filter((key) => !key.startsWith('other')),
      ['kept', 'lost', 'lost'],
    );
  });
});
