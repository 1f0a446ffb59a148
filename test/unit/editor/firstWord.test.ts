import assert from 'node:assert/strict';
import { differsFromVsCode } from '../../../src/editor/firstWord';

describe('the first word of a suggestion', () => {
  it("gets a key of our own only where VS Code's takes a space or backslash alone, a run of words, the last, an emoji or a word up to its apostrophe", () => {
    assert.ok(differsFromVsCode('今天'));
    assert.ok(differsFromVsCode(' ひと'));
    assert.ok(differsFromVsCode('React组件 here'));
    assert.ok(differsFromVsCode('2024年3月 here'));
    assert.ok(differsFromVsCode('，然后 here'));
    assert.ok(differsFromVsCode('React“组件” here'));
    assert.ok(differsFromVsCode('“React”组件 here'));
    assert.ok(differsFromVsCode(' lamp'));
    assert.ok(differsFromVsCode('\\item One'));
    assert.ok(!differsFromVsCode('lamp 今天'));
    assert.ok(differsFromVsCode('lamp'));
    assert.ok(differsFromVsCode("don't go"));
    assert.ok(differsFromVsCode('’t go'));
    assert.ok(differsFromVsCode('🎉 lamp'));
    assert.ok(!differsFromVsCode('lamp 🎉'));
    assert.ok(!differsFromVsCode('한국어 사전'));
    assert.ok(!differsFromVsCode('“Lamp” and'));
    assert.ok(!differsFromVsCode('lamp—light and'));
    assert.ok(!differsFromVsCode('\n  return'));
    assert.ok(!differsFromVsCode(' '));
  });
});
