/**
 * Loaded first into VS Code's server, and by it into the extension host, its worker threads and the processes that it
 * starts. It writes a line for each start of one of them, and for each attempt to connect to an address or to
 * look one up, with the stack of calls that led to it. A test can so show that nothing was sent.
 */
const { appendFileSync } = require('node:fs');
const childProcess = require('node:child_process');
const dgram = require('node:dgram');
const dns = require('node:dns');
const { syncBuiltinESMExports } = require('node:module');
const net = require('node:net');
const workerThreads = require('node:worker_threads');

const record = process.env.UNDERSTUDY_TEST_RECORD;
const threadName = 'UNDERSTUDY_TEST_THREAD';
const preload = ['--require', module.filename];

function write(kind, target) {
  const { isMainThread } = workerThreads;
  const program = (isMainThread ? process.argv[1] : process.env[threadName]) ?? '';
  const calls = new Error().stack.split('\n').slice(3).join('\n');
  appendFileSync(record, `${JSON.stringify({ kind, target, program, isMainThread, calls })}\n`);
}

/** Writes a line before each call; `targetOf` gets the target from the call's arguments. */
function watch(owner, name, targetOf) {
  const original = owner[name];
  owner[name] = function (...args) {
    write(name, targetOf(args));
    return original.apply(this, args);
  };
}

if (record) {
  write('start', '');
  watch(net.Socket.prototype, 'connect', ([first, second]) => {
    const options = Array.isArray(first) ? first[0] : first;
    return typeof options === 'object'
      ? (options.path ?? `${options.host ?? 'localhost'}:${options.port}`)
      : `${typeof second === 'string' ? second : 'localhost'}:${options}`;
  });
  watch(dgram.Socket.prototype, 'send', (args) => args.slice(1).join(' '));
  for (const owner of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
    for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveTxt', 'reverse']) {
      if (owner[name]) {
        watch(owner, name, ([host]) => String(host));
      }
    }
  }
  // VS Code takes NODE_OPTIONS from the extension host, so the option is passed on as an argument of each program.
  const { fork } = childProcess;
  childProcess.fork = function (module, ...rest) {
    const options = rest.find((value) => value && typeof value === 'object' && !Array.isArray(value)) ?? {};
    const args = rest.find(Array.isArray) ?? [];
    return fork.call(this, module, args, {
      ...options,
      execArgv: [...(options.execArgv ?? process.execArgv), ...preload],
    });
  };
  // A thread inherits the option, but does not know its script's name yet when this file runs in it.
  const { Worker } = workerThreads;
  workerThreads.Worker = class extends Worker {
    constructor(file, options = {}) {
      super(file, { ...options, env: { ...(options.env ?? process.env), [threadName]: String(file) } });
    }
  };
  syncBuiltinESMExports();
}
