/** The measurements behind the README's claims about quality and speed; see `npm run bench -- --help`. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT_CANCELLED } from '../src/terminal/runTool';
import { benchOptions, USAGE, type BenchOptions } from './benchOptions';
import { benchTerminal } from './benchTerminal';
import { codeWorkspaces } from './codeWorkspaces';
import { latencyTable } from './benchTables';
import { measureWorkspace, type MeasuredWorkspace } from './measuredWorkspace';
import { missingPeers } from './quality/missingPeers';
import { qualityTables } from './quality/qualityTables';
import { writeQuality } from './quality/writeQuality';
import { workspaceFolders } from './workspaceFolders';
import { runBench } from './runBench';

const root = join(__dirname, '..');
const cacheFolder = join(root, '.cache', 'bench');
const folders = { kept: cacheFolder, peers: join(root, '.cache', 'peers') };

/** Aborts at the first Ctrl+C; the second ends the process. */
function interruption(): AbortSignal {
  const cancel = new AbortController();
  process.on('SIGINT', () => {
    if (cancel.signal.aborted) {
      process.exit(EXIT_CANCELLED);
    }
    cancel.abort();
  });
  return cancel.signal;
}

async function chosenFolders({ workspaces, only, code }: BenchOptions): Promise<string[]> {
  const packages = join(resolve(workspaces), 'code-packages.txt');
  return workspaceFolders(workspaces, only, code ? await codeWorkspaces(packages, cacheFolder) : []);
}

/** Runs a script that measures in its own processes and prints its own tables. */
async function runScript(script: string, args: readonly string[]): Promise<void> {
  await new Promise<void>((settle, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, script), ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) {
        settle();
      } else {
        reject(new Error(`bench/${script} ended with status ${status}.`));
      }
    });
  });
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) {
    process.stdout.write(USAGE);
    return;
  }
  const options = benchOptions(args);
  const terminal = benchTerminal(interruption());
  const measured: MeasuredWorkspace[] = [];
  if (options.parts.some((part) => part === 'quality' || part === 'latency')) {
    for (const folder of await chosenFolders(options)) {
      terminal.note(folder);
      measured.push(await measureWorkspace(terminal, folder, folders, options));
    }
    if (options.parts.includes('quality')) {
      missingPeers(measured, options.cursors).forEach(terminal.note);
      if (options.write) {
        await writeQuality(join(root, 'docs'), options.seconds, measured);
      }
    }
    if (options.json) {
      terminal.write(`${JSON.stringify({ seconds: options.seconds, workspaces: measured })}\n`);
    } else {
      terminal.write(options.parts.includes('quality') ? qualityTables(measured) : '');
      terminal.write(options.parts.includes('latency') ? latencyTable(measured) : '');
    }
  }
  const json = options.json ? ['--json'] : [];
  if (options.parts.includes('speed')) {
    const engines = existsSync(join(root, '.cache', 'native')) ? 'wasm,native' : 'wasm';
    await runScript('kernelSpeed.ts', json);
    await runScript('trainSpeed.ts', ['--contestants', engines, ...json]);
  }
  if (options.parts.includes('cost')) {
    await runScript('cost.ts', ['--corpus', resolve(options.corpus), '--sizes', options.sizes, ...json]);
  }
  const workspaces = ['--workspaces', resolve(options.workspaces)];
  if (options.parts.includes('engines')) {
    await runScript('engines.ts', ['--corpus', resolve(options.corpus), ...workspaces, ...json]);
  }
  const only = options.only.length === 0 ? [] : ['--only', options.only.join(',')];
  if (options.parts.includes('adaptation')) {
    await runScript('adaptation.ts', [...workspaces, ...only, ...json]);
  }
  if (options.parts.includes('architectures')) {
    const engine = options.engine === 'auto' ? 'wasm' : options.engine;
    const conditions = ['--engine', engine, '--seconds', String(options.seconds)];
    await runScript('architectures.ts', [...workspaces, ...only, ...conditions, ...json]);
  }
  if (options.parts.includes('halves')) {
    const conditions = ['--engine', options.engine, '--seconds', String(options.seconds)];
    await runScript('halves.ts', [...workspaces, ...only, ...conditions, ...json]);
  }
}

runBench(() => main(process.argv.slice(2)));
