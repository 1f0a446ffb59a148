import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'iconv-lite';
import { decodeText } from '../../../../src/trainer/corpus/decodeText';
import { readHead } from '../../../../src/trainer/corpus/readHead';

/** In UTF-16, some of its characters contain the byte of a line end. */
const LINE = 'She went up, 上山, ਊ Ċ ਅ, and the café was closed 🎭 at night.';

describe('readHead', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-head-'));
    path = join(folder, 'notes.txt');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const headOf = async (maxBytes: number): Promise<string> => {
    const head = await readHead(path, maxBytes);
    assert.ok(head.kind === 'head' && head.truncated && head.bytes.length <= maxBytes);
    const decoded = decodeText(head.bytes);
    assert.equal(decoded.kind, 'text', `${maxBytes} bytes are ${decoded.kind}`);
    return 'text' in decoded ? decoded.text : '';
  };

  for (const encoding of ['utf8', 'utf16le', 'utf16be']) {
    for (const addBOM of [false, true]) {
      const name = `${encoding} ${addBOM ? 'with' : 'without'} a mark`;

      it(`gives whole lines of ${name}, wherever the limit falls`, async () => {
        const bytes = encode(`${LINE}\n`.repeat(4), encoding, { addBOM });
        await writeFile(path, bytes);
        for (let maxBytes = bytes.length / 2; maxBytes < bytes.length; maxBytes++) {
          assert.match(await headOf(Math.floor(maxBytes)), new RegExp(`^(${LINE}\n){1,3}$`));
        }
      });

      it(`gives whole characters of ${name} where no line ends`, async () => {
        const start = 'The kettle had gone cold. '.repeat(4);
        const bytes = encode(start + LINE, encoding, { addBOM });
        await writeFile(path, bytes);
        for (let maxBytes = encode(start, encoding, { addBOM }).length; maxBytes < bytes.length; maxBytes++) {
          const text = await headOf(maxBytes);
          assert.ok(text.length >= start.length - 1 && (start + LINE).startsWith(text));
          assert.equal(Buffer.from(text).toString(), text);
        }
      });
    }
  }

  it('gives whole lines of UTF-32, the last perhaps without its end', async () => {
    const bytes = encode(`${LINE}\n`.repeat(4), 'utf32le', { addBOM: true });
    await writeFile(path, bytes);
    const text = await headOf(bytes.length - 3);
    assert.equal(text.trimEnd(), `${LINE}\n`.repeat(3).trimEnd());
  });

  it('reads to its end a file that is longer than the system says, as one that grows', async function () {
    if (process.platform !== 'linux') {
      this.skip();
    }
    const whole = await readFile('/proc/self/limits');
    const head = await readHead('/proc/self/limits', 1_000_000);
    assert.ok(head.kind === 'head' && !head.truncated);
    assert.deepEqual(head.bytes, whole);
  });

  it('leaves out a pipe that nobody writes to, and a device without end', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    execFileSync('mkfifo', [path]);
    for (const special of [path, '/dev/zero', folder]) {
      assert.deepEqual(await readHead(special, 100), { kind: 'leftOut', reason: 'specialFile' });
    }
  });
});
