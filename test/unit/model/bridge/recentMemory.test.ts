import assert from 'node:assert/strict';
import { RecentMemory } from '../../../../src/model/bridge/recentMemory';

describe('a memory of what was used last', () => {
  it('keeps what is asked for again and again, and forgets the rest', () => {
    const memory = new RecentMemory<number>(4);
    memory.set('kept', 1);
    memory.set('lost', 2);
    for (let i = 0; i < 20; i++) {
      memory.set(`other ${i}`, i);
      assert.equal(memory.get('kept'), 1);
    }
    assert.equal(memory.get('lost'), undefined);
  });

  it('makes a value once, also one that is null', () => {
    const memory = new RecentMemory<null>(4);
    let made = 0;
    for (let i = 0; i < 3; i++) {
      memory.getOrMake('a', () => {
        made++;
        return null;
      });
    }
    assert.equal(made, 1);
  });
});
