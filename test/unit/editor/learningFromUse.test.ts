import assert from 'node:assert/strict';
import { learningFromUse } from '../../../src/editor/learningFromUse';
import type { GeneratorDocument } from '../../../src/protocol/generatorProtocol';
import { StoredValues } from '../../support/storedValues';

const at = (prefix: string): GeneratorDocument => ({
  uri: 'file:///a',
  languageId: 'markdown',
  prefix,
  suffix: '',
});

function open(workspaceState: StoredValues, globalState: StoredValues) {
  const taken: (() => void)[] = [];
  const onDidTakeWord = (listener: () => void) => {
    taken.push(listener);
    return { dispose: () => undefined };
  };
  const state = {
    workspaceState,
    globalState: Object.assign(globalState, { setKeysForSync: () => undefined }),
  };
  return {
    learning: learningFromUse(state, { onDidTakeWord }),
    take: () => {
      taken.forEach((tell) => {
        tell();
      });
    },
  };
}

describe('what is learned from use', () => {
  it('is kept: the habit for every workspace, the confidence for this one', () => {
    const [workspace, user] = [new StoredValues(), new StoredValues()];
    const { learning, take } = open(workspace, user);
    learning.shown(at('I saw'), ' the cat', 0.5);
    take();
    learning.lessonsFor(at('I saw the'));
    const { takesWords, confidenceShift } = learning.lessonsFor(at('I saw the dog'));
    assert.ok(takesWords > 0.5 && confidenceShift < 0);

    const here = open(workspace, user).learning.lessonsFor(at(''));
    assert.deepEqual([here.takesWords, here.confidenceShift], [takesWords, confidenceShift]);
    const elsewhere = open(new StoredValues(), user).learning.lessonsFor(at(''));
    assert.deepEqual([elsewhere.takesWords, elsewhere.confidenceShift], [takesWords, 0]);
  });
});
