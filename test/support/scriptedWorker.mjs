/**
 * A generator's worker whose answers are known, for tests of the client.
 *
 * A text is continued with " word" after a few milliseconds, with " word of it" where the request is patient, unless it is secret. A
 * longer one goes on with "one two", or "one secret". A word in the text changes that: CRASH ends the thread, HANG is answered only when
 * cancelled, ENDED is continued with nothing, and ENDLESS holds the thread for good while a half is loaded.
 *
 * `tokens` of `filesLearned` counts the files that this thread was told of. The description of a model is the number of models
 * loaded so far and the base model; a personal model CRASH ends the thread. The description of a half is the paths of all halves
 * loaded so far, each of which is away at once. An absolute path has to exist, also that of a masked model, and a half there is
 * not away. By its path a half also behaves in other ways:
 * - HANG holds the thread for good, as does a half beside which `PATH.opened` lies, and a masked model HANG
 * - a half beside which `PATH.stuck` lies holds the thread until that is gone, and it cannot be ended meanwhile
 * - SLOW is opened when fifteen pings were heard
 * - LATER is opened after a fifth of a second, and LATER damaged then fails; asked for another half meanwhile, both fail
 *
 * The log says `heard` after each ping, and `held` where the thread is held from then on.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

if (workerData.tokenizerPath === 'BROKEN') {
  throw new Error('the tokenizer is broken');
}
const hanging = new Map();
const files = new Set();
let models = 0;
let base = '';
const halves = [];
let pings = 0;
let openSlow = () => undefined;
let overtake = () => undefined;

const completed = (id, insertText, rest = {}) => ({
  kind: 'completed',
  id,
  insertText,
  confidence: 0.9,
  ...rest,
});

parentPort.on('message', (request) => {
  const { kind, id } = request;
  const respond = (response) => {
    parentPort.postMessage(response);
  };
  const log = (message) => respond({ kind: 'log', message });
  const hold = () => {
    log('held');
    for (;;);
  };
  if (kind === 'ping') {
    respond({ kind: 'heard' });
    log('heard');
    if (++pings === 15) {
      openSlow();
    }
  } else if (kind === 'cancel') {
    const settle = hanging.get(id);
    hanging.delete(id);
    settle?.();
  } else if (kind === 'complete' || kind === 'generate') {
    const { prefix } = request.document;
    if (prefix.includes('CRASH')) {
      throw new Error('boom');
    }
    if (prefix.includes('ENDLESS') && halves.length > 0) {
      hold();
    }
    const isCompletion = kind === 'complete';
    if (prefix.includes('HANG')) {
      hanging.set(id, () => {
        respond(
          isCompletion
            ? completed(id, '', { noSuggestionReason: 'cancelled' })
            : { kind: 'generated', id, text: 'part', stopReason: 'cancelled' },
        );
      });
      if (!isCompletion) {
        respond({ kind: 'generatedPart', id, text: 'part' });
      }
    } else if (prefix.includes('ENDED')) {
      respond({ kind: 'generated', id, text: '', stopReason: 'endOfText' });
    } else if (isCompletion) {
      const asksHalf = request.isPatient && !request.document.isSecret;
      setTimeout(() => respond(completed(id, asksHalf ? ' word of it' : ' word')), 20);
    } else {
      const last = request.document.isSecret ? 'secret' : 'two';
      respond({ kind: 'generatedPart', id, text: 'one ' });
      respond({ kind: 'generatedPart', id, text: last });
      respond({ kind: 'generated', id, text: `one ${last}`, stopReason: 'length' });
    }
  } else if (kind === 'inspect') {
    const sample = `one ${request.document.isSecret ? 'secret' : 'two'}`;
    respond({ kind: 'inspected', id, candidates: [], expertWeights: {}, sample, isSampleCut: true });
  } else if (kind === 'loadModel') {
    if (request.personalModelPath === 'CRASH') {
      throw new Error('boom');
    } else if (request.personalModelPath === 'damaged') {
      respond({ kind: 'failed', id, message: 'The model "damaged" is damaged.' });
    } else {
      models++;
      respond({ kind: 'modelLoaded', id, description: `${models}${base}` });
    }
  } else if (kind === 'loadBase') {
    base = ` on ${request.baseModelPath}`;
    respond({ kind: 'modelLoaded', id, description: base });
  } else if (kind === 'loadHalf') {
    const path = request.half?.path;
    overtake();
    if (path === undefined) {
      respond({ kind: 'halfLoaded', id, description: '', away: null });
    } else if (path === 'HANG' || existsSync(`${path}.opened`)) {
      hold();
    } else if (existsSync(`${path}.stuck`)) {
      log('held');
      spawnSync(process.execPath, [
        '-e',
        'setInterval(() => fs.existsSync(process.argv[1]) || process.exit(), 50)',
        `${path}.stuck`,
      ]);
      respond({ kind: 'halfLoaded', id, description: path, away: null });
    } else if (path.startsWith('LATER')) {
      const failed = (message) => ({ kind: 'failed', id, message });
      const isDamaged = path === 'LATER damaged';
      const opened = { kind: 'halfLoaded', id, description: path, away: null };
      const timer = setTimeout(() => {
        overtake = () => undefined;
        respond(isDamaged ? failed('The model "LATER damaged" is damaged.') : opened);
      }, 200);
      overtake = () => {
        clearTimeout(timer);
        overtake = () => undefined;
        respond(failed('Another model was chosen meanwhile.'));
      };
    } else if (path === 'SLOW') {
      openSlow = () => respond({ kind: 'halfLoaded', id, description: path, away: null });
    } else if (path.startsWith('/') && existsSync(path)) {
      respond({ kind: 'halfLoaded', id, description: path, away: null });
    } else if (path === 'damaged' || path.startsWith('/')) {
      respond({ kind: 'failed', id, message: `The model "${path}" is damaged.` });
    } else {
      halves.push(path);
      respond({ kind: 'halfLoaded', id, description: halves.join(', '), away: `no ${path}` });
      respond({ kind: 'modelStatus', model: 'half', state: 'answering', message: path });
    }
  } else if (kind === 'loadMasked') {
    const { folder } = request.masked;
    if (folder === 'HANG') {
      hold();
    }
    respond(
      folder.startsWith('/') && !existsSync(folder)
        ? { kind: 'failed', id, message: `The folder ${folder} holds no model.onnx.` }
        : { kind: 'maskedLoaded', id, description: folder },
    );
  } else if (kind === 'learnFiles') {
    for (const { uri, text } of request.files) {
      files[text === '' ? 'delete' : 'add'](uri);
    }
    respond({ kind: 'filesLearned', id, tokens: files.size });
  }
});
