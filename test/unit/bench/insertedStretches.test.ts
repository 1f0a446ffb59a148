import assert from 'node:assert/strict';
import { sampleInsertions } from '../../../bench/quality/insertedStretches';
import { refusePlace } from '../../../src/completion/cursorPlace';
import { seededRandom } from '../../../src/model/generation/seededRandom';
import { wordEnds } from '../../../src/model/generation/wordUnits';
import { languageIdOf } from '../../../src/terminal/languageId';

const prose = {
  name: 'file:///a.md',
  text: 'The crew took the long road to the old castle on the hill.\n'.repeat(20),
};
const chinese = { name: 'file:///b.md', text: '委员会在十月批准了年度预算和建设计划。\n'.repeat(20) };
const code = {
  name: 'file:///c.ts',
  text: 'const depth = read(first, open(second));\nlet depth;\n}\n'.repeat(20),
};

describe('parts of lines that a simulated user inserts', () => {
  for (const anywhere of [false, true]) {
    it(`stand ${anywhere ? 'anywhere' : 'where ghost text may'}, with the rest of their line after them`, () => {
      for (const file of [prose, chinese, code]) {
        const insertions = sampleInsertions([file], 200, seededRandom(3), anywhere);
        assert.ok(insertions.length > 3, file.name);
        for (const { file: before, from, to, after } of insertions) {
          assert.equal(before.text.slice(0, to) + after, file.text);
          assert.equal(before.text.length, to);
          assert.ok(from < to && !before.text.slice(from).includes('\n'));
          const [rest] = after.split('\n', 1);
          assert.ok(rest !== '');
          const place = { languageId: languageIdOf(file.name), prefix: before.text, suffix: after };
          assert.equal(refusePlace(place, anywhere), null);
        }
      }
    });
  }

  it('have at least two words after them in prose, and the closers of the line in code', () => {
    for (const { after } of sampleInsertions([prose], 300, seededRandom(4))) {
      assert.ok(wordEnds('', after.split('\n', 1)[0]).length >= 2);
    }
    for (const { after } of sampleInsertions([code], 300, seededRandom(4))) {
      assert.match(after, /^(\)\);|;)\n/);
    }
  });

  it('have about as many characters as asked for', () => {
    const typed = sampleInsertions([prose], 300, seededRandom(5)).reduce(
      (sum, { from, to }) => sum + to - from,
      0,
    );
    assert.ok(typed >= 300 && typed < 400, `${typed}`);
  });
});
