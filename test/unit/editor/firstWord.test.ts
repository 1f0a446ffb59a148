import assert from 'node:assert/strict';
import { startsRun, startsWithPair } from '../../../src/editor/firstWord';

describe('the first word of a suggestion', () => {
  it("is only a part of the run that VS Code's command takes where it is of a script without spaces, or runs into one", () => {
    for (const text of [
      '今天',
      ' ひと',
      'React组件 here',
      '2024年3月 here',
      '，然后 here',
      'React“组件” here',
      '“React”组件 here',
    ]) {
      assert.ok(startsRun(text), text);
    }
    for (const text of ['lamp 今天', '한국어 사전', '“Lamp” and', 'lamp—light and', '\n  return', ' ']) {
      assert.ok(!startsRun(text), text);
    }
  });

  it('has VS Code misplace the cursor where it has an emoji', () => {
    assert.deepEqual(['🎉 lamp', 'lamp 🎉'].map(startsWithPair), [true, false]);
  });
});
