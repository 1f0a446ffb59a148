/**
 * A process for GGUF models whose answers are known. Its vocabulary has 4 tokens; the likeliest next one is the last token read plus
 * one. A question with token 3 in it ends the process. A word in the model's path changes how it behaves:
 * - NONE cannot be loaded, MEMORY has too little memory, REFUSED is no model, BROKEN has nothing that runs it
 * - GONE can be loaded once, SPOILT is no model any more after that; they keep a file beside the model to know it
 * - DIES ends while it loads, ENDLESS is never loaded
 * - HANGS answers no question, FAULTY has a fault at token 2
 * - PID keeps a file beside the model as long as the process runs
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';

let path = '';
process.on('disconnect', () => {
  rmSync(`${path}.runs`, { force: true });
  process.exit(0);
});
process.on('message', (request) => {
  if (request.kind === 'open') {
    path = request.opening.path;
    if (path.includes('PID')) {
      writeFileSync(`${path}.runs`, '');
    }
    const isChanged = existsSync(`${path}.loaded`);
    if (/GONE|SPOILT/.test(path)) {
      writeFileSync(`${path}.loaded`, '');
    }
    if ((isChanged && path.includes('GONE')) || path.includes('NONE')) {
      process.send({ kind: 'fault', id: null, message: `Failed to load model ${path}` });
    } else if (path.includes('MEMORY')) {
      process.send({ kind: 'fault', id: null, message: 'not enough memory' });
    } else if (path.includes('BROKEN')) {
      process.send({ kind: 'fault', id: null, message: 'NoBinaryFoundError', by: 'program' });
    } else if (path.includes('DIES')) {
      process.kill(process.pid, 'SIGKILL');
    } else if ((isChanged && path.includes('SPOILT')) || path.includes('REFUSED')) {
      process.send({
        kind: 'fault',
        id: null,
        message: 'It is not a GGUF file. Choose another.',
        by: 'refusal',
      });
    } else if (!path.includes('ENDLESS')) {
      const parts = Object.keys(request.opening.tokenizer).length;
      process.send({ kind: 'opened', opened: { description: `Small (${parts} parts of a tokenizer)` } });
    }
    return;
  }
  const { tokens, after } = request.question;
  if (tokens.includes(3)) {
    process.kill(process.pid, 'SIGKILL');
  } else if (path.includes('FAULTY') && tokens.includes(2)) {
    process.send({ kind: 'fault', id: request.id, message: 'decode failed' });
  } else if (!path.includes('HANGS')) {
    const answer = after.map((count) => {
      const probs = new Float32Array(4).fill(0.1);
      probs[(tokens[count - 1] + 1) % 4] = 0.7;
      return probs;
    });
    process.send({ kind: 'answered', id: request.id, answer });
  }
});
