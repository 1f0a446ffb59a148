import assert from 'node:assert/strict';
import { SuggestionLearning, type Learned } from '../../../src/completion/suggestionLearning';
import type { GeneratorDocument } from '../../../src/protocol/generatorProtocol';
import { heapInUse } from '../../support/heapInUse';

const at = (prefix: string, languageId = 'markdown', uri = 'file:///a'): GeneratorDocument => ({
  uri,
  languageId,
  prefix,
  suffix: '',
});

/** Shows a suggestion after a text, then asks at each further text. @returns what the last request takes along */
function use(learning: SuggestionLearning, before: string, suggestion: string, ...after: string[]) {
  learning.lessonsFor(at(before));
  learning.shown(at(before), suggestion, 0.5);
  return after.map((prefix) => learning.lessonsFor(at(prefix))).at(-1)!;
}

const learner = (stored: Partial<Learned> = {}) => {
  const kept: Learned[] = [];
  return { kept, learning: new SuggestionLearning(stored, (shifts) => kept.push(shifts)) };
};

describe('learning from suggestions', () => {
  it('trusts the model more after a suggestion that was taken', () => {
    const { learning, kept } = learner();
    const lessons = use(learning, 'I saw', ' the cat', 'I saw the cat', 'I saw the cat ');
    assert.ok(lessons.confidenceShift > 0);
    assert.deepEqual(kept, [{ prose: lessons.confidenceShift, code: 0, takesWords: 0.5 }]);
  });

  it('counts one that was typed out as right, also when the next one is shown at its end', () => {
    const { learning } = learner();
    use(learning, 'I saw', ' the', 'I saw ', 'I saw the');
    learning.shown(at('I saw the'), ' cat', 0.5);
    assert.ok(learning.lessonsFor(at('I saw the ')).confidenceShift > 0);
  });

  it('counts one as wrong when its last word goes on', () => {
    const { learning } = learner();
    assert.ok(use(learning, 'Is', ' the', 'Is the', 'Is ther').confidenceShift < 0);
  });

  it('does not suggest again at a place what was refused there, nor the word that was wrong', () => {
    const { learning } = learner();
    use(learning, 'I saw', ' the cat sat', 'I saw ', 'I saw the ', 'I saw the d');
    assert.deepEqual(learning.lessonsFor(at('I saw')).refused, [' the cat']);
    assert.deepEqual(learning.lessonsFor(at('I saw the')).refused, [' cat']);
    assert.deepEqual(learning.lessonsFor(at('He saw the')).refused, []);
    assert.deepEqual(learning.lessonsFor(at('I saw the', 'markdown', 'file:///b')).refused, []);
  });

  it('learns nothing when the cursor goes elsewhere or the text before is changed', () => {
    const { learning, kept } = learner();
    use(learning, 'I saw', ' the cat', 'I sa');
    use(learning, 'I saw', ' the cat', 'Elsewhere');
    learning.shown(at('I saw'), ' the cat', 0.5);
    learning.lessonsFor(at('I saw x', 'markdown', 'file:///b'));
    assert.deepEqual(kept, []);
  });

  it('waits for the characters that an input method makes of what is typed', () => {
    const { learning, kept } = learner();
    const after = ['今天的t', '今天的天气', '今天的天气h'];
    assert.deepEqual(use(learning, '今天的', '天气很好', ...after).refused, []);
    assert.deepEqual(kept, []);
    assert.ok(learning.lessonsFor(at('今天的天气很好，')).confidenceShift > 0);
    for (const [before, suggestion, key, written] of [
      ['明天的', '天气', 's', '事'],
      ['本を', '書く', 'か', '買う'],
      ['한', '국어', 'ㄱ', '글은'],
    ]) {
      const lessons = learner();
      use(lessons.learning, before, suggestion, before + key);
      assert.deepEqual(lessons.kept, [], key);
      assert.ok(lessons.learning.lessonsFor(at(before + written)).confidenceShift < 0, written);
    }
  });

  it('waits for no input method where letters stand for themselves', () => {
    const { learning } = learner();
    assert.ok(use(learning, 'I saw the', ' cat', 'I saw thet').confidenceShift < 0);
    assert.ok(use(learning, '使用', 'React', '使用V').confidenceShift < 0);
  });

  it('learns nothing when the cursor goes on to a later line, and that it was wrong at a line break', () => {
    const { learning, kept } = learner();
    const rest = '\nThe dog ran.\n';
    const between = (prefix: string, suffix: string) => ({ ...at(prefix), suffix });
    learning.shown(between('I saw', rest), ' the cat', 0.5);
    learning.lessonsFor(between('I saw\nThe dog ran. I', '\n'));
    assert.deepEqual(kept, []);
    learning.shown(between('I saw', rest), ' the cat', 0.5);
    learning.lessonsFor(between('I saw\n', rest));
    assert.equal(kept.length, 1);
    learning.shown(between('He saw', '\n'), ' the cat', 0.5);
    learning.lessonsFor(between('He saw\n', ''));
    assert.equal(kept.length, 1, 'the line break was there');
  });

  it('learns nothing when the cursor goes past text of the same line, but that it was wrong where a bracket is typed over', () => {
    const { learning, kept } = learner();
    const between = (prefix: string, suffix: string) => ({ ...at(prefix), suffix });
    const rest = ' ran from the dog.) It was late.\n';
    learning.shown(between('I saw', rest), ' the cat', 0.5);
    learning.lessonsFor(between('I saw ran from the dog, and', '.) It was late.\n'));
    assert.deepEqual(kept, []);
    assert.deepEqual(learning.lessonsFor(between('I saw', rest)).refused, []);
    learning.shown(between('(I saw', ')'), ' the cat', 0.5);
    learning.lessonsFor(between('(I saw).', ''));
    assert.equal(kept.length, 1);
  });

  it('recognises a suggestion whose rest stays while it is typed', () => {
    const { learning, kept } = learner();
    use(learning, 'I saw', ' the cat', 'I saw ');
    learning.shown(at('I saw '), 'the cat', 0.5);
    learning.lessonsFor(at('I saw x'));
    assert.equal(kept.length, 1);
    assert.deepEqual(learning.lessonsFor(at('I saw')).refused, [' the']);
  });

  it('does not take a suggestion elsewhere for the rest of "null;"', () => {
    const { learning, kept } = learner();
    learning.shown(at('x = ', 'javascript'), 'null;', 0.5);
    learning.shown(at('y()', 'javascript', 'file:///b'), ';', 0.5);
    learning.lessonsFor(at('y().', 'javascript', 'file:///b'));
    assert.equal(kept.length, 1);
  });

  describe('whether single words are taken', () => {
    const before = 'I saw';
    const suggestion = ' the cat sat';
    /** The habit learned after `word` of the suggestion was typed or taken, and `next` was then typed. */
    function habitAfter(word: string, wasTaken: boolean, next: string): number {
      const { learning } = learner();
      learning.shown(at(before), suggestion, 0.5);
      if (wasTaken) {
        learning.wordTaken();
      }
      learning.lessonsFor(at(before + word));
      if (word !== '') {
        learning.shown(at(before + word), suggestion.slice(word.length), 0.5);
      }
      return learning.lessonsFor(at(before + word + next)).takesWords;
    }

    it('is more likely after one was taken, and less after one was passed over that alone was right', () => {
      assert.ok(habitAfter(' the', true, ' dog') > 0.5);
      assert.ok(habitAfter(' the', false, ' dog') < 0.5);
    });

    it('cannot be learned where no word was right, or all were', () => {
      assert.equal(habitAfter('', false, ' a'), 0.5);
      assert.equal(habitAfter(' th', false, 'en'), 0.5);
      assert.equal(habitAfter('', false, `${suggestion}.`), 0.5);
    });

    it('cannot be learned from a sign, which is typed as fast as it is taken', () => {
      const { learning } = learner();
      assert.equal(use(learning, 'I saw', '. The', 'I saw.', 'I saw. A').takesWords, 0.5);
    });

    it('continues from an earlier session, and follows a change', () => {
      const { learning, kept } = learner({ prose: 0, code: 0, takesWords: 0.9 });
      assert.equal(learning.lessonsFor(at('a')).takesWords, 0.9);
      for (let i = 0; i < 30; i++) {
        use(learning, `Line ${i}:`, ' the cat', `Line ${i}: the`, `Line ${i}: the dog`);
      }
      assert.ok(kept.at(-1)!.takesWords < 0.1);
    });
  });

  it('keeps prose and code apart, and goes on from an earlier session', () => {
    const { learning } = learner({ prose: 0.4, code: -0.2 });
    assert.equal(learning.lessonsFor(at('a')).confidenceShift, 0.4);
    assert.equal(learning.lessonsFor(at('a', 'typescript')).confidenceShift, -0.2);
  });

  it('forgets the oldest places, so that its memory is bounded', () => {
    const { learning } = learner();
    for (let i = 0; i < 600; i++) {
      use(learning, `Line ${i}:`, ' wrong', `Line ${i}: right`);
    }
    assert.deepEqual(learning.lessonsFor(at('Line 0:')).refused, []);
    assert.deepEqual(learning.lessonsFor(at('Line 599:')).refused, [' wrong']);
    use(learning, 'Line 200:', ' bad', 'Line 200: right');
    for (let i = 600; i < 900; i++) {
      use(learning, `Line ${i}:`, ' wrong', `Line ${i}: right`);
    }
    assert.deepEqual(learning.lessonsFor(at('Line 200:')).refused, [' wrong', ' bad']);
  });

  it('keeps the places alone, and not the long texts before them', () => {
    const { learning } = learner();
    const textAt = (line: number): string => `${'A long document. '.repeat(4000)}Line ${line}:`;
    const before = heapInUse();
    for (let i = 0; i < 300; i++) {
      use(learning, textAt(i), ' wrong', `${textAt(i)} right`);
    }
    const grown = heapInUse() - before;
    assert.ok(grown < 3e6, `${grown} bytes for 300 places`);
    assert.deepEqual(learning.lessonsFor(at(textAt(0))).refused, [' wrong']);
  });
});
