/** One workspace's measurements, each kept, so that an interrupted bench continues where it was. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { TypedText } from '../src/model/evaluate/typedStretches';
import { DEFAULT_TRAINING } from '../src/protocol/trainerProtocol';
import { evaluate, type EvaluationReport } from '../src/terminal/evaluation';
import { DEFAULT_KEYSTROKES } from '../src/terminal/keystrokeScore';
import { readSplit, readTexts } from '../src/terminal/split';
import type { Terminal } from '../src/terminal/terminal';
import { fileUri } from '../src/terminal/workspaceTexts';
import type { BenchOptions } from './benchOptions';
import { KeptMeasurements } from './quality/kept';
import { measureQuality, type QualityDetail } from './quality/measureQuality';
import { scorePeers, type PeerScores } from './quality/peerScores';

export interface MeasuredWorkspace {
  readonly workspace: string;
  readonly report: EvaluationReport;
  /** Null when only latency was asked for. */
  readonly quality: { readonly detail: QualityDetail; readonly peers: PeerScores } | null;
}

export interface BenchFolders {
  /** Where measurements are kept. */
  readonly kept: string;
  /** Where `bench/peers/fetchPeers.mjs` puts its programs and models. */
  readonly peers: string;
}

/** @throws Error whose message is for the user; the signal's reason when it aborts */
export async function measureWorkspace(
  terminal: Terminal,
  folder: string,
  folders: BenchFolders,
  { seconds, engine, keystrokes, cursors, again, parts }: BenchOptions,
): Promise<MeasuredWorkspace> {
  const workspace = basename(folder);
  const kept = new KeptMeasurements(folders.kept, again);
  const splitPath = join(folder, 'split.json');
  const split = await readSplit(splitPath);
  const [train, test] = [await textsOf(folder, split.train), await textsOf(folder, split.test)];
  const conditions = [folder, seconds, engine, keystrokes, await fingerprint(terminal)];
  const modelPath = join(
    folders.kept,
    `${workspace}-${createHash('sha256').update(JSON.stringify(conditions)).digest('hex').slice(0, 16)}.safetensors`,
  );
  const report = await kept.measured(workspace, conditions, async () => {
    await mkdir(folders.kept, { recursive: true });
    await rm(modelPath, { force: true });
    return evaluate(terminal, {
      folder,
      splitPath,
      training: { ...DEFAULT_TRAINING, seconds, engine },
      modelPath,
      keystrokes: { ...DEFAULT_KEYSTROKES, characters: keystrokes },
    });
  });
  if (!parts.includes('quality')) {
    return { workspace, report, quality: null };
  }
  const detail = await kept.measured(`${workspace}-detail`, [...conditions, cursors], () =>
    measureQuality(terminal, {
      folder,
      train,
      test,
      // A training that did not help leaves no model.
      modelPath: existsSync(modelPath) ? modelPath : null,
      characters: keystrokes,
      cursors,
    }),
  );
  const { eagerness } = DEFAULT_KEYSTROKES;
  const peers = await scorePeers(kept, folders.peers, { folder, train, test, cursors, eagerness }, (line) => {
    terminal.signal.throwIfAborted();
    terminal.progress.show(`${workspace}: ${line}`);
  });
  terminal.progress.clear();
  return { workspace, report, quality: { detail, peers } };
}

async function textsOf(folder: string, paths: readonly string[]): Promise<TypedText[]> {
  const texts = await readTexts(folder, paths);
  return texts.map(({ path, text }) => ({ name: fileUri(folder, path), text }));
}

/** Changes with the build and the base model, so that figures of an earlier program are not reused. */
async function fingerprint({ product }: Terminal): Promise<string> {
  const hash = createHash('sha256');
  const parts = [product.trainer, product.generator, product.kernel, product.tokenizer, product.baseModel];
  for (const path of parts) {
    hash.update(path === null ? '' : await readFile(path));
  }
  return hash.digest('hex').slice(0, 16);
}
