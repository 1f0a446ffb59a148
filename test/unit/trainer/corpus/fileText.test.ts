import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { CELL_BREAK } from '../../../../src/protocol/generatorProtocol';
import { readFileText } from '../../../../src/trainer/corpus/fileText';
import { notebookText } from '../../../../src/trainer/corpus/notebook';
import { faultsNoted } from '../../../support/faultsNoted';

const LIMIT = 1000;
const notebook = (cells: readonly unknown[]): string =>
  JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, null, 1);
const picture = (bytes: number) => ({
  output_type: 'display_data',
  data: { 'image/png': 'iVBORw0KGgo'.repeat(bytes / 11) },
  metadata: {},
});

describe('The text of a file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-text-'));
  });
  after(() => rm(folder, { recursive: true }));

  const read = async (name: string, content: string) => {
    await writeFile(join(folder, name), content);
    const result = await readFileText(join(folder, name), LIMIT);
    return result.kind === 'text' ? result.text : result.reason;
  };

  it('is all of it', async () => {
    assert.equal(await read('notes.md', '# Notes\r\n\r\nTwo.\r\n'), '# Notes\n\nTwo.\n');
  });

  it('is of a notebook what its cells hold, in their order, without outputs', async () => {
    const cells = [
      { cell_type: 'markdown', metadata: {}, source: ['# Soundings\n', 'By hand.'] },
      { cell_type: 'code', metadata: {}, source: 'depth = 4\r\nprint(depth)', outputs: [picture(50_000)] },
      { cell_type: 'code', metadata: {}, source: [], outputs: [] },
    ];
    assert.equal(
      await read('survey.ipynb', notebook(cells)),
      '# Soundings\nBy hand.\n\ndepth = 4\nprint(depth)\n\n',
    );
  });

  it('is of a notebook without the data of a picture that a cell shows', async () => {
    const source = `![](data:image/png;base64,${'iVBORw0KGgo'.repeat(3000)}) The harbour at noon.`;
    const cells = [{ cell_type: 'markdown', source }];
    assert.equal(await read('noon.ipynb', notebook(cells)), '![](data:image/png) The harbour at noon.');
  });

  it('is nothing where a notebook has just been created', async () => {
    assert.equal(await read('new.ipynb', ''), '');
  });

  it('is left out where a notebook is of another format or damaged', async () => {
    const old = { nbformat: 3, worksheets: [{ cells: [{ cell_type: 'code', input: 'a = 1' }] }] };
    assert.equal(await read('old.ipynb', JSON.stringify(old)), 'otherNotebook');
    assert.equal(await read('cut.ipynb', notebook([{ source: 'a = 1' }]).slice(0, -3)), 'otherNotebook');
    assert.equal(await read('odd.ipynb', notebook([{ source: [1, 2] }])), 'otherNotebook');
  });

  it('is left out at the first fault of a notebook that was made to have a million', () => {
    const cells = notebook(Array.from({ length: 100 }, () => ({ source: Array(100).fill(1) })));
    assert.ok(faultsNoted(() => notebookText(cells)) < 10);
  });

  it('is left out where the outputs of a notebook are huge', async () => {
    const cells = [{ cell_type: 'code', source: 'plot()', outputs: [picture(9 * 1024 * 1024)] }];
    assert.equal(await read('huge.ipynb', notebook(cells)), 'largeNotebook');
  });

  it('is of any notebook its cells joined', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string().map((line) => line.replaceAll('\r', '')))), (sources) => {
        const expected = sources.map((lines) => lines.join('')).join(CELL_BREAK);
        assert.equal(notebookText(notebook(sources.map((source) => ({ source })))), expected);
      }),
    );
  });
});
