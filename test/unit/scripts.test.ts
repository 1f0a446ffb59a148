import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(__dirname, '../..');

describe('scripts that are started by name and imported as well', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy 剧团 '));
    await cp(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** They fail for lack of sources or of an option; what matters is that they do not end as if they had done their work. */
  for (const [script, ...args] of [['build.mjs'], ['llama.mjs', '--no-such-option']]) {
    it(`${script} does not pass over its work in a folder with spaces or Chinese in its name`, () => {
      const { status, stderr } = spawnSync(process.execPath, [join(folder, 'scripts', script), ...args], {
        encoding: 'utf8',
      });
      assert.equal(status, 1, stderr);
      assert.match(stderr, /ENOENT|^Unknown option '--no-such-option'/);
    });
  }

  it('build.mjs does its work when a link lies on the way to it, which Windows leaves in the name of the current folder', async () => {
    const link = `${folder} link`;
    await symlink(folder, link, 'junction');
    try {
      const { status, stderr } = spawnSync(process.execPath, [join(link, 'scripts', 'build.mjs')], {
        encoding: 'utf8',
      });
      assert.equal(status, 1, stderr);
    } finally {
      await rm(link);
    }
  });

  it('build.mjs looks first whether the packages of the lock file are installed, as in a fresh clone they are not', () => {
    const { stderr } = spawnSync(process.execPath, [join(folder, 'scripts', 'build.mjs')], {
      encoding: 'utf8',
    });
    assert.match(stderr, /ENOENT.*package-lock\.json/);
  });

  it('build.mjs refuses a Node that lacks what Understudy calls, as 21 and the first of 22 do', () => {
    for (const [version, expected] of [
      ['20.18.3', /^Node 20\.18\.3 is too old: Understudy needs 20\.19, or 22\.2 or newer\./],
      ['20.19.0', /ENOENT/],
      ['21.7.3', /^Node 21\.7\.3 is too old/],
      ['22.1.0', /^Node 22\.1\.0 is too old/],
      ['22.2.0', /ENOENT/],
      ['23.0.0', /ENOENT/],
    ] as const) {
      const pretend = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });`;
      const { stderr } = spawnSync(
        process.execPath,
        ['--import', `data:text/javascript,${pretend}`, join(folder, 'scripts', 'build.mjs')],
        { encoding: 'utf8' },
      );
      assert.match(stderr, expected);
    }
  });

  it('llama.mjs and testLarge.mjs do so, too, before they need any', async () => {
    await rm(join(folder, 'node_modules'));
    for (const script of ['llama.mjs', 'testLarge.mjs']) {
      const { status, stderr } = spawnSync(process.execPath, [join(folder, 'scripts', script)], {
        encoding: 'utf8',
        env: { ...process.env, npm_execpath: join(folder, 'npm-missing.cjs') },
      });
      assert.equal(status, 1);
      assert.match(stderr, /^Installing packages/);
    }
  });

  it('hand on to the tool that they are asked to end, as it would go on alone', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const tool = `process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000); console.log('up');`;
    const setup = pathToFileURL(join(folder, 'scripts', 'setup.mjs')).href;
    const script = `(await import(${JSON.stringify(setup)})).become(['-e', ${JSON.stringify(tool)}])`;
    const started = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe' });
    started.stdout.once('data', () => started.kill('SIGTERM'));
    const status = await new Promise((resolve) => started.once('close', resolve));
    assert.equal(status, 7);
  });
});

describe('the packages that the scripts need', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-setup-'));
    await cp(join(root, 'scripts', 'setup.mjs'), join(folder, 'setup', 'setup.mjs'));
    const packages = {
      '': { version: '0.1.0' },
      'node_modules/used': { version: '1.0.0' },
      'node_modules/builder/part': { version: '2.0.0', dev: true },
      'node_modules/for-another-system': { version: '3.0.0', optional: true },
    };
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
    await writeFile(
      join(folder, 'npm.cjs'),
      "require('node:fs').writeFileSync('asked.json', JSON.stringify(process.argv.slice(2)));",
    );
    await mkdir(join(folder, 'node_modules'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** What npm was asked to do, or null, by a script that a program in the folder has started. */
  async function setUp(starter = 'npm.cjs'): Promise<string[] | null> {
    await rm(join(folder, 'asked.json'), { force: true });
    const setup = pathToFileURL(join(folder, 'setup', 'setup.mjs')).href;
    const script = `(await import(${JSON.stringify(setup)})).setUp()`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${folder}${delimiter}${process.env['PATH']}`,
        npm_execpath: join(folder, starter),
      },
    });
    assert.equal(status, 0, stderr);
    const asked = await readFile(join(folder, 'asked.json'), 'utf8').catch(() => 'null');
    return JSON.parse(asked) as string[] | null;
  }

  /** npm's own list, as it writes it where it installs. */
  const installed = (packages: Record<string, string>): Promise<void> =>
    writeFile(
      join(folder, 'node_modules', '.package-lock.json'),
      JSON.stringify({
        packages: Object.fromEntries(
          Object.entries(packages).map(([name, version]) => [`node_modules/${name}`, { version }]),
        ),
      }),
    );

  it('are installed where npm has not installed them, or not in these versions, or not those for development', async () => {
    const asked = ['ci', '--include=dev', '--no-audit', '--no-fund'];
    assert.deepEqual(await setUp(), asked);
    await installed({ used: '1.0.0', 'builder/part': '2.0.0', 'of-an-earlier-lock-file': '1.0.0' });
    assert.equal(await setUp(), null);
    await installed({ used: '0.9.0', 'builder/part': '2.0.0' });
    assert.deepEqual(await setUp(), asked);
    await installed({ used: '1.0.0' });
    assert.deepEqual(await setUp(), asked, 'as after npm ci --omit=dev');
  });

  it('are installed by the npm in the search path where another manager of packages has started the script', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    await writeFile(join(folder, 'npm'), '#!/bin/sh\necho "[\\"$1\\"]" > asked.json\n', { mode: 0o755 });
    for (const manager of ['pnpm.cjs', 'yarn.js']) {
      await writeFile(join(folder, manager), 'process.exit(1);');
      assert.deepEqual(await setUp(manager), ['ci']);
    }
  });
});

const imported = (name: string): Promise<unknown> =>
  import(pathToFileURL(join(root, 'scripts', 'vscode', name)).href);

describe('the windows of the tests, on systems that the tests of these scripts do not run on', () => {
  it('have a profile whose path leaves room for a socket below the temporary folder of macOS', async () => {
    const { windowFolder } = (await imported('windowFolder.mjs')) as {
      windowFolder: (
        source: null,
      ) => Promise<{ path: string; dataFolder: string; remove: () => Promise<void> }>;
    };
    const { path, dataFolder, remove } = await windowFolder(null);
    await remove();
    const ofMacos = '/private/var/folders/0g/xq3m1h1s1h7_8xqk4p1j3c0w0000gn/T';
    const socket = join(ofMacos, basename(path), relative(path, dataFolder), '1.39-main.sock');
    assert.ok(socket.length <= 103, `${socket} has ${socket.length} characters.`);
  });

  it('are given paths with spaces whole on Windows, where cmd.exe parts what is not quoted', async () => {
    const { desktopPaths } = (await imported('runOnDesktop.mjs')) as {
      desktopPaths: (
        places: object,
        platform: string,
      ) => { launchArgs: string[]; extensionDevelopmentPath: string; extensionTestsPath: string };
    };
    const home = String.raw`C:\Users\Jürgen Müller`;
    const { launchArgs, ...paths } = desktopPaths(
      { dataFolder: `${home}\\p`, workspace: `${home}\\w`, extension: `${home}\\e`, suite: `${home}\\s` },
      'win32',
    );
    const given = [...launchArgs, ...Object.values(paths)].filter((argument) => argument.includes(' '));
    assert.equal(given.length, 5);
    assert.deepEqual(
      given.filter((argument) => !/^"[^"]+"$/.test(argument)),
      [],
    );
  });
});
