import assert from 'node:assert/strict';
import { GeneratedPlace } from '../../../src/editor/generatedPlace';

/** A text that is edited as a document is, and a place in it: behind `|`, of a prompt that begins behind `[`, or of all before. */
class Draft {
  text: string;
  readonly place: GeneratedPlace;

  constructor(marked: string) {
    const bare = marked.replace('|', '');
    this.text = bare.replace('[', '');
    const promptStart = bare.includes('[') ? bare.indexOf('[') : null;
    this.place = new GeneratedPlace(promptStart, marked.replace('[', '').indexOf('|'));
  }

  /** Replaces the first occurrence of `old` at `from` or behind it. */
  replace(old: string, text: string, from = 0): void {
    const rangeOffset = this.text.indexOf(old, from);
    assert.ok(rangeOffset >= 0);
    const { lineEnd } = this;
    this.text = this.text.slice(0, rangeOffset) + text + this.text.slice(rangeOffset + old.length);
    this.place.edited([{ rangeOffset, rangeLength: old.length, text }], lineEnd);
  }

  /** Writes a sample behind the prompt, as *Generate from Selection* does, in place of the one that stands there. */
  write(sample: string): void {
    const standing = this.place.standing(this.text);
    if (standing !== null) {
      this.replace(this.text.slice(standing.start, standing.end), sample, standing.start);
    } else {
      const at = this.text.indexOf('Wren') + 'Wren'.length;
      this.text = this.text.slice(0, at) + sample.replaceAll('\n', this.lineEnd) + this.text.slice(at);
    }
    this.place.add(sample);
  }

  /** The prompt and the sample that stand there; null when there is no sample. */
  get standing(): [prompt: string, sample: string] | null {
    const found = this.place.standing(this.text);
    return (
      found && [this.text.slice(found.promptStart ?? 0, found.start), this.text.slice(found.start, found.end)]
    );
  }

  private get lineEnd(): string {
    return this.text.includes('\r\n') ? '\r\n' : '\n';
  }
}

describe('the place of a generated text', () => {
  it('is none before a text was written there, nor after it was changed', () => {
    const draft = new Draft('Old Tobias Wren|\n');
    assert.equal(draft.standing, null);
    draft.write(' rowed home.');
    assert.deepEqual(draft.standing, ['Old Tobias Wren', ' rowed home.']);
    draft.replace('home', 'away');
    assert.equal(draft.standing, null);
    draft.replace('away', 'home');
    assert.deepEqual(draft.standing, ['Old Tobias Wren', ' rowed home.']);
    draft.replace(' rowed home.', ' rowed');
    assert.equal(draft.standing, null);
  });

  it('stays where an undo has taken the text back, until something else is written there', () => {
    const draft = new Draft('Old Tobias Wren|\n');
    draft.write(' rowed home.');
    draft.replace(' rowed home.', '');
    assert.deepEqual(draft.standing, ['Old Tobias Wren', '']);
    draft.replace('Old', 'Young');
    draft.write(' sat there.');
    assert.deepEqual(draft.standing, ['Young Tobias Wren', ' sat there.']);
    for (const [old, text] of [
      ['\n', ' ate.\n'],
      ['Young Tobias Wren', 'She'],
      ['Wren\n', ''],
      ['\n', ''],
    ]) {
      const other = new Draft('Young Tobias Wren|\n');
      other.write(' sat there.');
      other.replace(' sat there.', '');
      other.replace(old, text);
      assert.equal(other.standing, null, other.text);
    }
  });

  it('has again what an undo or a redo brings back, also an earlier sample', () => {
    const draft = new Draft('Old Tobias Wren|\n');
    draft.write(' rowed');
    draft.write(' rowed home.');
    draft.write(' sat there.');
    draft.replace(' sat there.', ' rowed home.');
    assert.equal(draft.standing?.[1], ' rowed home.');
    draft.replace('home', 'away');
    assert.equal(draft.standing, null, 'Of another sample, only the beginning would be replaced.');
    draft.replace('away', 'home');
    draft.replace(' rowed home.', ' rowed');
    assert.equal(draft.standing?.[1], ' rowed');
    draft.replace(' rowed', '');
    assert.equal(draft.standing?.[1], '');
    draft.replace('', ' rowed', 'Old Tobias Wren'.length);
    assert.equal(draft.standing?.[1], ' rowed');
    draft.replace(' rowed', ' sat there.');
    assert.deepEqual(draft.standing, ['Old Tobias Wren', ' sat there.']);
  });

  it('moves with the text above it, and so does the text that was continued', () => {
    const draft = new Draft('Chapter One\n[Old Tobias Wren|\n');
    draft.write(' rowed home.');
    draft.replace('One', 'Twenty-two');
    draft.replace('Old', 'Young');
    assert.deepEqual(draft.standing, ['Young Tobias Wren', ' rowed home.']);
    draft.replace('Chapter Twenty-two\n', '');
    assert.deepEqual(draft.standing, ['Young Tobias Wren', ' rowed home.']);
    draft.replace(' rowed', ', old, rowed');
    assert.equal(draft.standing, null);
  });

  it('takes what replaces the beginning of the continued text as its beginning', () => {
    const draft = new Draft('Chapter One\n[Old Tobias Wren|\n');
    draft.write(' rowed home.');
    draft.replace('One\nOld', 'One\n\nYoung');
    assert.deepEqual(draft.standing, ['One\n\nYoung Tobias Wren', ' rowed home.']);
  });

  it('finds a text of several lines in a document with line ends of Windows', () => {
    const draft = new Draft('Old Tobias Wren|\r\n');
    draft.write('\nrowed\nhome.');
    assert.deepEqual(draft.standing, ['Old Tobias Wren', '\r\nrowed\r\nhome.']);
    draft.replace('\r\nrowed\r\nhome.', '');
    assert.equal(draft.standing?.[1], '');
    draft.replace('', '\r\nrowed\r\nhome.', 'Old Tobias Wren'.length);
    draft.replace('Old', 'Young');
    assert.deepEqual(draft.standing, ['Young Tobias Wren', '\r\nrowed\r\nhome.']);
  });
});
