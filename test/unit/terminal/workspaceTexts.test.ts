import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { documentUri, fileUri } from '../../../src/terminal/workspaceTexts';

describe('the URI of a file in a terminal', () => {
  const { platform } = process;
  afterEach(() => {
    Object.defineProperty(process, 'platform', { value: platform });
  });

  it('is that of the document, also where macOS gives the real path with decomposed characters', () => {
    const [composed, decomposed] = [resolve('\u00dcber'), resolve('U\u0308ber')];
    assert.equal(documentUri(`${composed}/a.md`), fileUri(composed, 'a.md'));
    Object.defineProperty(process, 'platform', { value: 'darwin' });
    assert.equal(documentUri(`${decomposed}/Cafe\u0301.md`), fileUri(decomposed, 'Caf\u00e9.md'));
  });
});
